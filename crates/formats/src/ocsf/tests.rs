use super::Ocsf;
use crate::{collect::Transcript, testing};

const LINES: &str = r#"{"class_uid":2002,"activity_id":1,"severity_id":4,"time":1775001600000,"metadata":{"version":"1.4.0","product":{"name":"Example Scanner","version":"7.1"}},"device":{"uid":"dev-1","hostname":"web01","domain":"city.example","ip":"192.0.2.10","mac":"00-1B-2C-3D-4E-5F","type_id":1,"os":{"name":"Debian","version":"13"},"hw_info":{"serial_number":"SN-1","uuid":"4C4C4544-0000-1111-2222-333344445555"}},"finding_info":{"uid":"f-1","title":"t","first_seen_time":1774915200000},"vulnerabilities":[{"cve":{"uid":"CVE-2026-0001","cvss":[{"version":"3.1","vector_string":"AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"epss":{"score":"0.12"},"cwe":{"uid":"79"}},"kev":true,"is_exploit_available":true,"severity":"Critical","affected_packages":[{"name":"openssl","version":"3.0.1","purl":"pkg:deb/debian/openssl@3.0.1","fixed_in_version":"3.0.2"},{"name":"libssl3","version":"3.0.1"}],"remediation":{"desc":"update","references":["https://vendor.example/1"]}}]}
{"class_uid":2003,"severity_id":3,"time":1775001601000,"metadata":{"event_code":"rule-1"},"device":{"uid":"dev-1"},"finding_info":{"uid":"f-2","title":"Disk is encrypted"},"compliance":{"status":"Pass","requirements":["3.1"]}}
{"class_uid":2003,"severity_id":3,"device":{"uid":"dev-1"},"finding_info":{"title":"Screen locks"},"compliance":{"control":"C-2","status_id":3,"status_detail":"off"}}
{"class_uid":2003,"device":{"uid":"dev-1"},"finding_info":{"title":"x"},"compliance":{"control":"C-3","status":"Warning"}}
{"class_uid":2004,"severity_id":5,"status_id":3,"finding_info":{"uid":"d-1","title":"Beacon","analytic":{"uid":"R-7"},"created_time":1775001500000},"evidences":[{"device":{"hostname":"pc7.city.example"}}],"message":"seen"}
{"class_uid":2004,"severity_id":5,"status_id":4,"finding_info":{"uid":"d-2","title":"Beacon"},"user":{"name":"Hanako"}}
{"class_uid":2006,"severity_id":3,"finding_info":{"title":"Numbers of persons"},"databucket":{"name":"papers.example"},"cloud":{"account":{"uid":"111122223333"},"provider":"AWS"}}
{"class_uid":5001,"time":1775001700000,"device":{"uid":"dev-1","hostname":"web01","model":"M1"}}
{"class_uid":5003,"user":{"uid":"u-1","name":"Taro","email_addr":"Taro@city.example","has_mfa":false,"type_id":2,"ldap_person":{"employee_uid":"0042","job_title":"主査"},"groups":[{"uid":"g-1"}]}}
{"class_uid":5020,"device":{"uid":"dev-1"},"package":{"name":"curl","version":"8"}}
{"class_uid":5002,"device":{"uid":"dev-1"},"assessments":[{"uid":"a","name":"A","meets_criteria":true},{"uid":"b","name":"B","meets_criteria":false}]}
{"class_uid":4001,"device":{"uid":"dev-1"}}
{"class_uid":2002,"device":"broken"}
{"class_uid":2004,"finding_info":{"title":"nobody"}}
"#;

fn read(text: &str) -> Transcript {
    testing::parse(&Ocsf, text.as_bytes()).unwrap()
}

fn check(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

#[test]
fn every_class_has_its_outcome() {
    let seen = read(LINES);
    let account = seen.tally.account;
    assert_eq!(account.records, 14);
    assert_eq!((account.findings, account.passes, account.not_assessed), (6, 1, 1));
    assert_eq!((account.facts, account.dropped), (3, 3));
    let text = seen.lines.join("\n");
    check(
        &text,
        &[
            "tool: \"Example Scanner\", tool_version: Some(\"7.1\")",
            "observed_at: Some(2026-04-01T00:01:40Z)",
            "asset 0 server `web01` stable=Some(\"dev-1\")",
            "serial=SN-1 uuid=4c4c4544-0000-1111-2222-333344445555 mac=00:1b:2c:3d:4e:5f \
             ip=192.0.2.10 fqdn=web01.city.example hostname=web01",
            "{os=Debian; os.version=13}",
            "coverage 0 [vulnerability] credentialed=None All",
            "coverage 0 [configuration] credentialed=None Named([])",
            "cves: [\"CVE-2026-0001\"]",
            "vectors: [\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"]",
            "references: [\"EPSS:0.12\", \"CWE-79\", \"KEV\", \"EXPLOIT\", \"https://vendor.example/1\"]",
            "remediation: Some(\"update\")",
            "severity: Critical, location: \"pkg:deb/debian/openssl\", evidence: Some(\"openssl 3.0.1\"), fixed_version: Some(\"3.0.2\")",
            "location: \"libssl3\"",
            "first_seen: Some(2026-03-31T00:00:00Z)",
            "record 0 Pass(CheckSeen { id: \"rule-1\"",
            "id: \"C-2\"",
            "record 0 NotAssessed(CheckSeen { id: \"C-3\"",
            "asset 1 device `pc7.city.example` stable=None [fqdn=pc7.city.example]",
            "id: \"R-7\"",
            "location: \"d-1\", evidence: Some(\"seen\"), fixed_version: None, disposition: Accepted",
            "asset 2 person `Hanako`",
            "asset 3 cloud_account `111122223333`",
            "location: \"papers.example\"",
            "hardware.model=M1",
            "asset 4 person `Taro` stable=Some(\"u-1\") [directory_id=u-1 staff_number=0042 \
             account_name=taro mail=taro@city.example] {post=主査; account.privileged=true; \
             account.mfa=none} <member_of=g-1>",
            "name: \"curl\"",
            "coverage 0 [configuration] credentialed=None Named([\"a\"])",
            "Dropped(Unsupported)",
            "Dropped(Malformed)",
            "Dropped(NoAsset)",
        ],
    );
    assert_eq!(seen.tally.software, 3);
    for (place, line) in testing::places(LINES, &seen).iter().zip(LINES.lines()) {
        assert_eq!(*place, line);
    }
}

/// A rule of Prowler: its number says suppressed, its word says new.
const RULES: &str = r#"[
 {"metadata":{"event_code":"bucket_encrypted","product":{"name":"Prowler","version":"5.4.0"},"version":"1.4.0"},
  "severity_id":3,"status":"New","status_id":3,"status_code":"FAIL","status_detail":"Bucket is plain.",
  "unmapped":{"compliance":{"CIS":["1"]}},"finding_info":{"created_time":"2026-04-01T09:00:00","desc":"d","title":"Buckets are encrypted","uid":"p-1"},
  "resources":[{"region":"ap-northeast-1","name":"papers","type":"AwsS3Bucket","uid":"arn:aws:s3:::papers","labels":[]}],
  "class_uid":2004,"cloud":{"account":{"uid":"111122223333","name":""},"provider":"aws","region":"ap-northeast-1"},"type_uid":200401},
 {"metadata":{"event_code":"insights_on"},"status":"Suppressed","status_id":3,"status_code":"FAIL","severity_id":2,
  "finding_info":{"title":"Insights"},"resources":[{"uid":"AppInsights","name":"AppInsights","type":"Microsoft.Insights/components","region":"global"}],
  "class_uid":2004,"cloud":{"account":{"uid":"sub-1"},"provider":"azure"}},
 {"metadata":{"event_code":"contact"},"status_code":"MANUAL","severity_id":3,"class_uid":2004,"finding_info":{"title":"Contact"},
  "resources":[{"uid":"arn:aws:iam::111122223333:root","name":"111122223333","type":"Other"}],"cloud":{"account":{"uid":"111122223333"}}},
 {"metadata":{"event_code":"logs"},"status_code":"PASS","severity_id":3,"class_uid":2004,"finding_info":{"title":"Logs"},
  "cloud":{"account":{"uid":"111122223333"}}}
]"#;

#[test]
fn rules_of_prowler_keep_their_verdicts() {
    let seen = read(RULES);
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings), (4, 2));
    assert_eq!((account.passes, account.not_assessed), (1, 1));
    assert_eq!(seen.tally.assets, 3);
    let text = seen.lines.join("\n");
    check(
        &text,
        &[
            "asset 0 data_store `papers` stable=Some(\"arn:aws:s3:::papers\") \
             [cloud_instance=arn:aws:s3:::papers store=papers]",
            "<hosted_on=111122223333>",
            "coverage 0 [configuration] credentialed=None Named([])",
            "location: \"\", evidence: Some(\"Bucket is plain.\"), fixed_version: None, disposition: Open",
            "stable=Some(\"sub-1/Microsoft.Insights/components/AppInsights\") []",
            "location: \"global\", evidence: None, fixed_version: None, disposition: Accepted",
            "asset 2 cloud_account `111122223333` stable=Some(\"111122223333\")",
            "[cloud_account=111122223333]",
            "TimeWithoutZone",
            "observed_at: Some(2026-04-01T00:00:00Z)",
        ],
    );
}

#[test]
fn what_was_corrected_passes_and_changes_name_their_checks() {
    let text = r#"{"class_uid":2002,"activity_id":3,"device":{"uid":"d"},"finding_info":{"uid":"f"},"vulnerabilities":[{"cve":{"uid":"CVE-2026-0002"}}]}"#;
    let seen = read(text);
    check(
        &seen.lines.join("\n"),
        &[
            "coverage 0 [vulnerability] credentialed=None Named([])",
            "Pass(CheckSeen { id: \"CVE-2026-0002\"",
        ],
    );
    let old = r#"{"class_uid":2001,"state_id":3,"status_id":1,"severity_id":4,"finding":{"title":"Old","uid":"1"},"resources":[{"uid":"i-0123456789abcdef0"}]}"#;
    check(
        &read(old).lines.join("\n"),
        &["[cloud_instance=i-0123456789abcdef0]", "disposition: Accepted"],
    );
}

/// A vulnerability of a device, found (1), changed (2) or gone (3).
fn vulnerability(device: &str, cve: &str, activity: u8) -> String {
    format!(
        r#"{{"class_uid":2002,"activity_id":{activity},"device":{{"uid":"{device}"}},"finding_info":{{"uid":"f"}},"vulnerabilities":[{{"cve":{{"uid":"{cve}"}}}}]}}"#
    )
}

#[test]
fn a_stream_of_changes_is_no_scan() {
    let scan = [("a", "CVE-2026-0001", 1), ("b", "CVE-2026-0001", 1)];
    let text = |events: &[(&str, &str, u8)]| {
        let lines =
            events.iter().map(|(device, cve, activity)| vulnerability(device, cve, *activity));
        lines.collect::<Vec<_>>().join("\n")
    };
    let covered = |events: &[(&str, &str, u8)]| {
        let seen = read(&text(events));
        let lines = seen.lines.into_iter().filter(|line| line.starts_with("coverage"));
        lines.collect::<Vec<_>>()
    };
    let all =
        |set: &str| [0, 1].map(|n| format!("coverage {n} [vulnerability] credentialed=None {set}"));
    assert_eq!(covered(&scan), all("All"));
    // What was created before the first change is of the same stream.
    for change in [2, 3] {
        let stream = [scan[0], scan[1], ("b", "CVE-2026-0002", change)];
        assert_eq!(covered(&stream), all("Named([])"));
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Ocsf, LINES.as_bytes());
    testing::check_prefixes(&Ocsf, RULES.as_bytes());
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
        testing::parse_unclaimed(&Ocsf, &bytes).ok();
        let mut tail = br#"{"class_uid":2004,"device":{"uid":"d"},"finding_info":"#.to_vec();
        tail.extend(bytes);
        testing::parse_unclaimed(&Ocsf, &tail).ok();
    }
}
