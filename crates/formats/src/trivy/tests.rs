//! Reports of every shape become findings of artefacts.

use super::Trivy;
use crate::testing;
use proptest::prelude::*;

const IMAGE: &str = r#"{
 "SchemaVersion": 2, "Trivy": {"Version": "0.69.1"}, "CreatedAt": "2026-04-01T09:00:00+09:00",
 "ArtifactName": "registry.example/app:1", "ArtifactType": "container_image",
 "Metadata": {"OS": {"Family": "debian", "Name": "12.1"}, "ImageID": "sha256:cc",
  "RepoTags": ["registry.example/app:1", "registry.example/app:latest"],
  "RepoDigests": ["registry.example/app@sha256:aa"]},
 "Results": [
  {"Target": "registry.example/app:1 (debian 12.1)", "Class": "os-pkgs", "Type": "debian",
   "Packages": [{"Name": "zlib1g", "Version": "1.2", "Release": "3", "Epoch": 1, "Maintainer": "M",
     "Identifier": {"PURL": "pkg:deb/debian/zlib1g@1.2-3?epoch=1"}}],
   "Vulnerabilities": [
    {"VulnerabilityID": "DLA-1", "VendorIDs": ["CVE-2026-0001", "DSA-9"], "PkgName": "zlib1g",
     "PkgIdentifier": {"PURL": "pkg:deb/debian/zlib1g@1.2-3?epoch=1"}, "InstalledVersion": "1.2-3",
     "FixedVersion": "1.2-4", "Status": "fixed", "SeveritySource": "debian", "Severity": "HIGH",
     "PrimaryURL": "https://a.example", "References": ["https://a.example", "https://b.example"],
     "CweIDs": ["CWE-79"], "Title": "title", "Description": "text",
     "CVSS": {"amazon": {"V3Vector": "CVSS:3.1/AV:P"}, "debian": {"V40Vector": "CVSS:4.0/AV:N"},
      "nvd": {"V2Vector": "AV:L", "V3Vector": "CVSS:3.1/AV:N", "V3Score": 9.8}}},
    {"PkgName": "nameless"}, {"VulnerabilityID": 7}],
   "ExperimentalModifiedFindings": [
    {"Type": "vulnerability", "Status": "ignored", "Finding": {"VulnerabilityID": "CVE-2026-0009", "PkgName": "zlib1g"}},
    {"Type": "vulnerability", "Status": "not_affected", "Finding": {"VulnerabilityID": "CVE-2026-0008", "PkgName": "zlib1g"}},
    {"Type": "riddle", "Finding": {}}]},
  {"Target": "app/package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Packages": null,
   "Vulnerabilities": [{"VulnerabilityID": "CVE-2026-0002", "PkgName": "left", "InstalledVersion": "1",
     "Ref": "pkg:npm/left@1", "Severity": "UNKNOWN", "Status": "not_affected",
     "CVSS": {"ghsa": {"V3Score": 9.1}}}]},
  {"Target": "Dockerfile", "Class": "config", "Type": "dockerfile",
   "MisconfSummary": {"Successes": 1, "Failures": 1},
   "Misconfigurations": [
    {"ID": "DS002", "AVDID": "AVD-DS-0002", "Title": "root", "Severity": "HIGH", "Status": "FAIL",
     "Resolution": "add USER", "Message": "set USER", "CauseMetadata": {"Resource": "stage"}},
    {"ID": "DS001", "Severity": "LOW", "Status": "PASS"},
    {"ID": "DS003", "Severity": "LOW", "Status": "EXCEPTION"}]},
  {"Target": "/app/.env", "Class": "secret",
   "Secrets": [{"RuleID": "aws-access-key-id", "Category": "AWS", "Severity": "CRITICAL", "Title": "AWS key",
     "StartLine": 7, "Match": "KEY=PLAINTEXT", "Code": {"Lines": [{"Content": "KEY=PLAINTEXT"}]}}]},
  {"Target": "OS Packages", "Class": "license",
   "Licenses": [{"Name": "GPL-3.0", "Category": "restricted", "Severity": "HIGH", "PkgName": "zlib1g"},
    {"Name": "MIT", "Category": "notice", "Severity": "LOW", "FilePath": "/usr/share/x"}]}
 ]}"#;

#[test]
fn an_image_is_read_with_all_kinds_of_results() {
    let seen = testing::parse(&Trivy, IMAGE.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.passes), (13, 8, 1));
    assert_eq!((account.facts, account.dropped, account.not_assessed), (1, 3, 0));
    assert_eq!((seen.tally.assets, seen.tally.software), (1, 2));
    let text = seen.lines.join("\n");
    for expected in [
        "tool_version: Some(\"0.69.1\"), observed_at: Some(2026-04-01T00:00:00Z)",
        "asset 0 image `registry.example/app:1`",
        "[artefact=registry.example/app:1 artefact=registry.example/app:latest digest=sha256:aa digest=sha256:cc]",
        "{os=debian; os.version=12.1}",
        "version: \"1:1.2-3\"",
        "cves: [\"CVE-2026-0001\"]",
        "vectors: [\"CVSS:4.0/AV:N\", \"CVSS:3.1/AV:N\", \"AV:L\", \"CVSS:3.1/AV:P\"]",
        "[\"CWE-79\", \"DSA-9\", \"https://a.example\", \"https://b.example\"]",
        "location: \"pkg:deb/debian/zlib1g\", evidence: Some(\"zlib1g 1.2-3; fixed\"), fixed_version: Some(\"1.2-4\")",
        "location: \"pkg:npm/left#app/package-lock.json\"",
        "severity: Some(Critical), cves: [\"CVE-2026-0002\"]",
        "location: \"Dockerfile#stage\"",
        "location: \"/app/.env\", evidence: Some(\"AWS, line 7\")",
        "disposition: Accepted",
        "disposition: NotAffected",
        "state: Info",
        "coverage 0 [software_inventory vulnerability configuration secret licence] credentialed=None All",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("PLAINTEXT"));
    assert!(testing::places(IMAGE, &seen)[0].starts_with("{\"VulnerabilityID\""));
}

#[test]
fn an_old_array_is_about_its_image_or_else_about_its_targets() {
    let image = r#"[{"Target":"a/yarn.lock","Type":"yarn","Vulnerabilities":null},
            {"Target":"app:1 (alpine 3.7)","Type":"alpine","Vulnerabilities":[
            {"VulnerabilityID":"CVE-2026-0001","PkgName":"curl","InstalledVersion":"7","Severity":"LOW"}]}]"#;
    let seen = testing::parse(&Trivy, image.as_bytes()).unwrap();
    let text = seen.lines.join("\n");
    assert!(text.contains("asset 0 image `app:1`"), "{text}");
    assert!(text.contains("location: \"curl\""), "{text}");
    assert_eq!((seen.tally.assets, seen.tally.software), (1, 1));
    let files =
        r#"[{"Target":"a.lock","Vulnerabilities":[]},{"Target":"b.lock","Vulnerabilities":[]}]"#;
    let seen = testing::parse(&Trivy, files.as_bytes()).unwrap();
    assert_eq!(seen.tally.assets, 2);
    assert!(seen.lines.join("\n").contains("coverage 1 [vulnerability]"));
}

#[test]
fn resources_of_a_cluster_are_assets() {
    let text = r#"{"ClusterName":"blue","Resources":[
            {"Namespace":"default","Kind":"Deployment","Name":"web","Results":[
              {"Target":"registry.example:5000/web:1 (debian 12)","Class":"os-pkgs","Vulnerabilities":[
                {"VulnerabilityID":"CVE-2026-0001","PkgName":"apt","InstalledVersion":"1"}]}]},
            {"Namespace":"default","Kind":"Deployment","Name":"web","Results":[
              {"Target":"Deployment/web","Class":"config","Misconfigurations":[
                {"ID":"KSV001","Status":"FAIL","Message":"Container 'front' of Deployment 'web' should"}]}]},
            {"Kind":"Node","Name":"n1"}]}"#;
    let seen = testing::parse(&Trivy, text.as_bytes()).unwrap();
    assert_eq!((seen.tally.account.findings, seen.tally.assets), (2, 2));
    let text = seen.lines.join("\n");
    for expected in [
        "asset 0 cloud_resource `default/Deployment/web` stable=Some(\"blue/default/Deployment/web\")",
        "asset 1 server `Node/n1`",
        "location: \"apt#registry.example:5000/web\"",
        "location: \"front\"",
        "coverage 0 [configuration]",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let text = br#"{"SchemaVersion":3,"ArtifactName":"x","Results":[]}"#;
    let refused = testing::parse(&Trivy, text).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.at.as_str()), ("version", "SchemaVersion"));
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Trivy, IMAGE.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        testing::parse_unclaimed(&Trivy, &bytes).ok();
    }
}
