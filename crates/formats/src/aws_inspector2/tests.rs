//! Packages, code and ports are found.

use super::AwsInspector2;
use crate::{error::ErrorCode, testing};

const REPORT: &str = r#"{"findings":[
 {"findingArn":"arn:aws:inspector2:us-east-1:111122223333:finding/1","awsAccountId":"111122223333","type":"PACKAGE_VULNERABILITY","title":"CVE-2026-0003 - linux","severity":"MEDIUM","status":"ACTIVE",
  "firstObservedAt":"2026-03-01 09:00:00.5+09:00","lastObservedAt":"2026-04-01T00:00:00Z","epss":{"score":0.01},"exploitAvailable":"YES","remediation":{"recommendation":{"text":"None Provided"}},
  "resources":[{"id":"arn:aws:ecr:us-east-1:111122223333:repository/app/sha256:ab","type":"AWS_ECR_CONTAINER_IMAGE","region":"us-east-1"}],
  "packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2026-0003","cvss":[{"version":"3.1","scoringVector":"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H"}],"vulnerablePackages":[{"name":"linux","version":"4.19","release":"2","fixedInVersion":"4.20","remediation":"update"}]}},
 {"findingArn":"a:2","awsAccountId":"111122223333","type":"CODE_VULNERABILITY","title":"Log injection","severity":"HIGH","status":"SUPPRESSED","resources":[{"id":"arn:aws:lambda:us-east-1:111122223333:function:f","type":"AWS_LAMBDA_FUNCTION"}],
  "codeVulnerabilityDetails":{"detectorId":"java/log@v1","cwes":["CWE-117"],"filePath":{"filePath":"src/a.py","startLine":7}}},
 {"findingArn":"a:3","type":"NETWORK_REACHABILITY","title":"Port 22 is reachable","severity":"INFORMATIONAL","status":"ACTIVE","resources":[{"id":"i-0123456789abcdef0","type":"AWS_EC2_INSTANCE"}],
  "networkReachabilityDetails":{"protocol":"TCP","openPortRange":{"begin":22,"end":22}}},
 {"findingArn":"a:4","type":"PACKAGE_VULNERABILITY","title":"t","status":"CLOSED","resources":[{"id":"i-0123456789abcdef0","type":"AWS_EC2_INSTANCE"}],"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2026-0004"}},
 {"title":"no id"}]}"#;

#[test]
fn packages_code_and_ports_are_found() {
    let seen = testing::parse(&AwsInspector2, REPORT.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.passes), (5, 2, 1));
    assert_eq!((account.facts, account.dropped), (1, 1));
    let text = seen.lines.join("\n");
    for expected in [
        "asset 0 image",
        "digest=sha256:ab",
        "remediation: Some(\"update\"), references: [\"EPSS:0.01\", \"EXPLOIT\"]",
        "location: \"linux\", evidence: Some(\"linux 4.19-2\"), fixed_version: Some(\"4.20\")",
        "first_seen: Some(2026-03-01T00:00:00.5Z)",
        "location: \"src/a.py:7\", evidence: None, fixed_version: None, disposition: Accepted",
        "references: [\"CWE-117\"]",
        "location: \"22/tcp\"",
        "record 2 Pass(CheckSeen { id: \"CVE-2026-0004\"",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    testing::check_prefixes(&AwsInspector2, REPORT.as_bytes());
}

#[test]
fn an_answer_without_findings_is_refused() {
    let refused = testing::parse_unclaimed(&AwsInspector2, b"{}").unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(refused.message.contains("`findings`"));
    let none = testing::parse_unclaimed(&AwsInspector2, br#"{"findings":[]}"#).unwrap();
    assert_eq!(none.tally.account.records, 0);
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
        testing::parse_unclaimed(&AwsInspector2, &bytes).ok();
    }
}
