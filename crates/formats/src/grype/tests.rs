//! Matches become findings of one source.

use super::Grype;
use crate::testing;

const REPORT: &str = r#"{
 "matches": [
  {"vulnerability": {"id": "GHSA-0000-0000-0001", "severity": "High", "cvss": [], "fix": {"versions": ["2.0"]}},
   "relatedVulnerabilities": [{"id": "CVE-2026-0001", "severity": "Critical", "description": "d",
     "cvss": [{"vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}],
   "artifact": {"name": "lib", "version": "1.0", "type": "python", "purl": "pkg:pypi/lib@1.0",
     "locations": [{"path": "/srv/lib"}]}},
  {"vulnerability": {"id": 7}}
 ],
 "source": {"type": "image", "target": {"userInput": "registry.example/app:1", "manifestDigest": "sha256:aa"}},
 "distro": {"name": "debian", "version": "12"},
 "descriptor": {"name": "grype", "version": "0.104.0", "timestamp": "2026-04-01T09:00:00+09:00"}
}"#;

#[test]
fn a_match_becomes_a_finding_and_a_broken_one_is_counted() {
    let seen = testing::parse(&Grype, REPORT.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.dropped), (2, 1, 1));
    let text = seen.lines.join("\n");
    for expected in [
        "asset 0 image `registry.example/app:1`",
        "artefact=registry.example/app:1 digest=sha256:aa",
        "{os=debian; os.version=12}",
        "cves: [\"CVE-2026-0001\"]",
        "location: \"pkg:pypi/lib#/srv/lib\"",
        "fixed_version: Some(\"2.0\")",
        "observed_at: Some(2026-04-01T00:00:00Z)",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(testing::places(REPORT, &seen)[0].starts_with("{\"vulnerability\""));
}

#[test]
fn exploitation_and_old_shapes_are_read() {
    let text = r#"{"source":{"type":"directory","target":"."},"matches":[
          {"vulnerability":{"id":"CVE-2026-0001","severity":"High","cwes":[{"cwe":"CWE-79"}],
            "advisories":[{"link":"https://a.example"}],"urls":["https://a.example"],
            "epss":[{"cve":"CVE-2026-0001","epss":0.123}],"knownExploited":[{"cve":"CVE-2026-0001"}]},
           "artifact":{"name":"libc6","type":"deb","locations":[{"path":"/lib/libc.so"}],"cpes":["cpe:2.3:a:b"]}},
          {"vulnerability":{"id":"CVE-2026-0002","links":["https://l.example"],"fixedInVersion":"2",
            "cvssV2":{"vector":"AV:N"},"cvssV3":{"vector":"CVSS:3.0/AV:N"}},"relatedVulnerabilities":null,
           "matchDetails":{"matcher":"m"},
           "artifact":{"name":"zlib","type":"deb","cpes":[{"Part":"a"}],
            "locations":[{"path":"/usr/share/doc/zlib"},{"path":"/var/lib/dpkg/status"}]}}]}"#;
    let seen = testing::parse(&Grype, text.as_bytes()).unwrap();
    assert_eq!(seen.tally.account.findings, 2);
    let text = seen.lines.join("\n");
    for expected in [
        "stable=Some(\".\") []",
        "references: [\"CWE-79\", \"https://a.example\", \"EPSS:0.123\", \"KEV\"]",
        "cpe: Some(\"cpe:2.3:a:b\")",
        "location: \"libc6#/lib/libc.so\"",
        "vectors: [\"CVSS:3.0/AV:N\", \"AV:N\"]",
        "references: [\"https://l.example\"]",
        "location: \"zlib\"",
        "fixed_version: Some(\"2\")",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Grype, REPORT.as_bytes());
}
