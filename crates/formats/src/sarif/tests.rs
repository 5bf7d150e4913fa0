//! Results become findings of code bases.

use super::Sarif;
use crate::testing;
use proptest::prelude::*;

const LOG: &str = r#"{
 "$schema": "https://json.schemastore.example/sarif-2.1.0.json", "version": "2.1.0",
 "runs": [
  {"results": [
    {"ruleId": "py/injection", "ruleIndex": 0, "message": {"text": "user data"},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///code/src/a.py"}, "region": {"startLine": 10}}}],
     "partialFingerprints": {"author": "someone", "primaryLocationLineHash": "h:1", "fileHash": "f"}},
    {"ruleId": "py/old/1", "kind": "fail", "level": "error", "message": {"id": "m", "arguments": ["x"]},
     "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/b.py"}, "region": {"startLine": 3}}}],
     "suppressions": [{"kind": "inSource"}], "taxa": [{"id": "89", "toolComponent": {"name": "CWE"}}],
     "fixes": [{"description": {"text": "correct it"}}],
     "provenance": {"firstDetectionTimeUtc": "2026-01-01T00:00:00Z"}},
    {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "t"},
     "locations": [{"logicalLocations": [{"fullyQualifiedName": "a::b"}]}],
     "suppressions": [{"status": "underReview"}]},
    {"ruleId": "a", "kind": "pass", "message": {}}, {"ruleId": "a", "kind": "open", "message": {}},
    {"ruleId": "a", "kind": "review", "message": {}}, {"ruleId": "a", "kind": "notApplicable", "message": {}},
    {"ruleId": "a", "kind": "informational", "message": {"text": "fact"}},
    {"ruleId": "a", "baselineState": "absent", "message": {}},
    {"ruleId": "CVE-2026-0001", "message": {}, "properties": {"severity": "low"}},
    {"message": {}}, {"ruleId": 7}
   ],
   "tool": {"driver": {"name": "scanner", "semanticVersion": "1.2.3", "rules": [
      {"id": "py/injection", "shortDescription": {"text": "Injection"}, "fullDescription": {"text": "long"},
       "helpUri": "https://h.example", "properties": {"tags": ["external/cwe/cwe-079"], "security-severity": "9.3"}},
      {"id": "py/old", "name": "Old", "messageStrings": {"m": {"text": "uses {0}"}}}]},
     "extensions": [{"name": "pack", "rules": [{"id": "pack/one", "defaultConfiguration": {"level": "note"}}]}]},
   "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-04-01T00:00:00Z", "workingDirectory": {"uri": "file:///code"}}],
   "versionControlProvenance": [{"repositoryUri": "https://code.example/team/app.git"}]},
  {"tool": {"driver": {"name": "gitleaks", "rules": []}}, "automationDetails": {"id": "secrets/2026-04-01"},
   "results": [{"message": {"text": "Key secret detected"}, "locations": [{"physicalLocation":
     {"artifactLocation": {"uri": ".env"}, "region": {"startLine": 2, "snippet": {"text": "PLAINTEXT"}}}}],
     "properties": {"offender": "PLAINTEXT"}, "fingerprints": {"row": {"value": "v"}}}]},
  {"tool": {"driver": {"name": "broken"}}, "results": [], "invocations": [{"executionSuccessful": false}]},
  {"tool": {"driver": {"name": "trivy"}}, "properties": {"imageName": "registry.example/app:1", "repoDigests": ["registry.example/app@sha256:aa"]}}
 ]}"#;

/// A log of runs, each of a tool, a category and a rule.
fn log(runs: &[(&str, &str, &str)]) -> String {
    let run = |(tool, category, rule): &(&str, &str, &str)| {
        format!(
            r#"{{"tool": {{"driver": {{"name": "{tool}", "rules": [{{"id": "{rule}"}}]}}}},
"automationDetails": {{"id": "{category}/1"}},
"versionControlProvenance": [{{"repositoryUri": "https://git.example/app.git"}}],
"results": [{{"ruleId": "{rule}", "message": {{"text": "t"}}}}]}}"#
        )
    };
    let runs: Vec<String> = runs.iter().map(run).collect();
    format!(r#"{{"version": "2.1.0", "runs": [{}]}}"#, runs.join(","))
}

fn lines(runs: &[(&str, &str, &str)], kind: &str) -> Vec<String> {
    let seen = testing::parse(&Sarif, log(runs).as_bytes()).unwrap();
    seen.lines.into_iter().filter(|line| line.starts_with(kind)).collect()
}

#[test]
fn a_category_covers_its_own_part() {
    let runs = [("scanner", "python", "py/a"), ("scanner", "java", "java/a")];
    assert_eq!(
        lines(&runs, "asset"),
        ["python", "java"].map(|part| {
            let number = u8::from(part == "java");
            format!(
                "asset {number} repository `https://git.example/app` \
                 stable=Some(\"https://git.example/app#{part}\") \
                 [artefact=https://git.example/app] {{}} <>"
            )
        })
    );
    let covered = [0, 1].map(|n| format!("coverage {n} [code] credentialed=None All"));
    assert_eq!(lines(&runs, "coverage"), covered);
}

#[test]
fn of_several_tools_each_covers_its_own_rules() {
    let runs = [("one", "", "a"), ("two", "", "b"), ("one", "", "a")];
    let covered = ["a", "b", "a"]
        .map(|rule| format!("coverage 0 [code] credentialed=None Named([\"{rule}\"])"));
    assert_eq!(lines(&runs, "coverage"), covered);
    assert_eq!(lines(&runs[..1], "coverage"), ["coverage 0 [code] credentialed=None All"]);
}

#[test]
fn results_become_outcomes_by_their_kind() {
    let seen = testing::parse(&Sarif, LOG.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.passes), (13, 5, 2));
    assert_eq!((account.not_assessed, account.facts, account.dropped), (3, 1, 2));
    let text = seen.lines.join("\n");
    for expected in [
        "tool: \"scanner\", tool_version: Some(\"1.2.3\"), observed_at: Some(2026-04-01T00:00:00Z)",
        "asset 0 repository `https://code.example/team/app` stable=Some(\"https://code.example/team/app\") [artefact=https://code.example/team/app]",
        "title: \"Injection\", severity: Some(Critical)",
        "references: [\"CWE-79\", \"https://h.example\"]",
        "location: \"src/a.py#h:1\", evidence: Some(\"line 10: user data\")",
        "id: \"py/old/1\", kind: Code, title: \"Old\", severity: Some(High)",
        "remediation: Some(\"correct it\"), references: [\"CWE-89\"]",
        "location: \"src/b.py:3\", evidence: Some(\"line 3: uses x\"), fixed_version: None, disposition: Accepted, first_seen: Some(2026-01-01T00:00:00Z)",
        "id: \"pack/one\"",
        "severity: Low, location: \"a::b\", evidence: Some(\"t\"), fixed_version: None, disposition: Open",
        "Unknown)",
        "Manual)",
        "NotApplicable)",
        "id: \"CVE-2026-0001\", kind: Vulnerability, title: \"CVE-2026-0001\", severity: Some(Low)",
        "coverage 0 [vulnerability code] credentialed=None All",
        "asset 1 application `secrets`",
        "id: \"Key secret detected\", kind: Secret",
        "location: \".env#v\", evidence: Some(\"line 2\")",
        "coverage 1 [secret] credentialed=None All",
        "code: IncompleteScan",
        "coverage 2 [] credentialed=None All",
        "asset 3 image `registry.example/app:1`",
        "coverage 3 [] credentialed=None All",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("PLAINTEXT") && !text.contains("someone"));
    assert!(testing::places(LOG, &seen)[0].starts_with("{\"ruleId\": \"py/injection\""));
}

#[test]
fn other_versions_are_refused() {
    for (text, code) in [
        (r#"{"version":"2.0.0","runs":[{"tool":{"driver":{}}}]}"#, "version"),
        (r#"{"runs":[{"tool":{"driver":{}}}]}"#, "invalid"),
    ] {
        let refused = testing::parse(&Sarif, text.as_bytes()).unwrap_err();
        assert_eq!(refused.code.as_str(), code, "{text}");
    }
}

#[test]
fn every_prefix_is_refused_or_read() {
    testing::check_prefixes(&Sarif, LOG.as_bytes());
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        testing::parse_unclaimed(&Sarif, &bytes).ok();
    }
}
