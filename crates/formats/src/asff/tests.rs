use super::Asff;
use crate::{collect::Transcript, testing};

const REPORT: &str = r#"{"Findings":[
 {"Id":"arn:aws:inspector2:us-east-1:111122223333:finding/0a","ProductArn":"arn:aws:securityhub:us-east-1::product/aws/inspector","ProductName":"Inspector","GeneratorId":"AWSInspector","AwsAccountId":"111122223333",
  "Types":["Software and Configuration Checks/Vulnerabilities/CVE"],"FirstObservedAt":"2026-03-01T00:00:00Z","UpdatedAt":"2026-04-01T00:00:00Z","Severity":{"Label":"HIGH","Normalized":70},"Title":"CVE-2026-0001 - openssl","Description":"d",
  "ProductFields":{"aws/inspector/ProductVersion":"2","aws/inspector/resources/1/resourceDetails/awsEc2InstanceDetails/platform":"DEBIAN_12"},
  "Resources":[{"Type":"AwsEc2Instance","Id":"arn:aws:ec2:us-east-1:111122223333:instance/i-0123456789abcdef0","Region":"us-east-1","Tags":{"Name":"web01"},"Details":{"AwsEc2Instance":{"Type":"t3.small","IpV4Addresses":["192.0.2.9"]}}}],
  "Vulnerabilities":[{"Id":"CVE-2026-0001","VulnerablePackages":[{"Name":"openssl","Version":"3.0.1","Release":"1","FixedInVersion":"0:3.0.2-1"},{"Name":"lib","Version":"1","FilePath":"/opt/lib.jar"}],
   "Cvss":[{"Version":"3.1","BaseVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},{"Version":"3.1","BaseVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"EpssScore":0.5,"ExploitAvailable":"YES","Vendor":{"Url":"https://vendor.example/1"}}],
  "Workflow":{"Status":"SUPPRESSED"},"RecordState":"ACTIVE"},
 {"Id":"x","ProductArn":"p","GeneratorId":"aws-foundational/v/1.0.0/IAM.5","AwsAccountId":"111122223333","Types":["Software and Configuration Checks/Industry"],"Compliance":{"Status":"FAILED"},"ProductFields":{"ControlId":"IAM.5"},
  "Severity":{"Normalized":40},"Title":"IAM.5 MFA","Resources":[{"Type":"AwsAccount","Id":"AWS::::Account:111122223333","Region":"us-east-1"}],"RecordState":"ARCHIVED"},
 {"Id":"y","ProductArn":"p","GeneratorId":"prowler-trail_on","AwsAccountId":"111122223333","Compliance":{"Status":"PASSED"},"Severity":{"Label":"LOW"},"Title":"Trails","Resources":[{"Type":"Other","Id":"111122223333"}]},
 {"Id":"y2","ProductArn":"p","GeneratorId":"g","AwsAccountId":"111122223333","Compliance":{"Status":"NOT_AVAILABLE"},"Title":"t","Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::papers"}]},
 {"Id":"arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/77","ProductArn":"p","GeneratorId":"arn:aws:guardduty:d","AwsAccountId":"111122223333","Types":["TTPs/Persistence/Persistence:IAMUser-NetworkPermissions"],
  "Severity":{"Label":"MEDIUM"},"Title":"Unusual","Description":"who did what","Workflow":{"Status":"RESOLVED"},"Resources":[{"Type":"AwsIamUser","Id":"arn:aws:iam::111122223333:user/taro"},{"Type":"AwsEc2Instance","Id":"i-0123456789abcdef0"}]},
 {"Id":"z","ProductArn":"p","GeneratorId":"g","Title":"nowhere"},
 {"Id":"z","Resources":"broken","Severity":3}
]}"#;

fn read(text: &str) -> Transcript {
    testing::parse(&Asff, text.as_bytes()).unwrap()
}

#[test]
fn findings_rules_and_threats_are_told_apart() {
    let seen = read(REPORT);
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.passes), (7, 3, 1));
    assert_eq!((account.not_assessed, account.dropped), (1, 2));
    assert_eq!((seen.tally.assets, seen.tally.software), (4, 2));
    let text = seen.lines.join("\n");
    for expected in [
        "tool: \"Inspector\", tool_version: Some(\"2\")",
        "observed_at: Some(2026-04-01T00:00:00Z)",
        "asset 0 server `web01`",
        "cloud_instance=i-0123456789abcdef0 ip=192.0.2.9",
        "hardware.model=t3.small; os=DEBIAN_12",
        "coverage 0 [vulnerability] credentialed=None All",
        "vectors: [\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"]",
        "references: [\"EPSS:0.5\", \"EXPLOIT\", \"https://vendor.example/1\"]",
        "location: \"openssl\", evidence: Some(\"openssl 3.0.1-1\"), fixed_version: Some(\"0:3.0.2-1\"), disposition: Accepted, first_seen: Some(2026-03-01T00:00:00Z)",
        "location: \"lib#/opt/lib.jar\"",
        "asset 1 cloud_account `111122223333` stable=Some(\"111122223333\")",
        "id: \"IAM.5\", kind: Configuration",
        "location: \"us-east-1\", evidence: None, fixed_version: None, disposition: Accepted",
        "record 1 Pass(CheckSeen { id: \"trail_on\"",
        "record 2 NotAssessed(",
        "asset 3 person `taro`",
        "id: \"Persistence:IAMUser-NetworkPermissions\", kind: Detection",
        "location: \"77\", evidence: Some(\"who did what\")",
        "kept at the first",
        "Dropped(NoAsset)",
        "Dropped(Malformed)",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(testing::places(REPORT, &seen)[0].starts_with("{\"Id\":\"arn:aws:inspector2"));
}

#[test]
fn one_finding_and_an_array_are_read_alike() {
    let one = r#"{"ProductArn":"p","GeneratorId":"g","AwsAccountId":"1","Title":"CVE-2026-0007 - x","Types":["Software and Configuration Checks/Vulnerabilities/CVE"],"ProductFields":{"aws/inspector/FindingStatus":"CLOSED"}}"#;
    for text in [one.to_owned(), format!("[{one}]"), format!("{one}\n{one}")] {
        let seen = read(&text);
        assert_eq!(seen.tally.account.passes, seen.tally.account.records);
        assert!(seen.lines.join("\n").contains("cves: [\"CVE-2026-0007\"]"));
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Asff, REPORT.as_bytes());
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
        testing::parse_unclaimed(&Asff, &bytes).ok();
    }
}
