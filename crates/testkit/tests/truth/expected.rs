//! `EXPECTED.csv`: reports with the number of records in each.

use std::{fs, path::Path};

use yagura_formats::{ErrorCode, Format};

use super::{
    outcome::{Findings, detect, read, refused},
    samples::{documents, folder},
};

/// The format column and our names for what its files are.
const READ: &[(&str, &[&str])] = &[
    ("anchore_grype", &["grype"]),
    ("asff", &["asff"]),
    ("aws_inspector2", &["aws_inspector2"]),
    ("aws_prowler_v3plus", &["ocsf", "prowler_json", "empty_list"]),
    ("awssecurityhub", &["asff"]),
    ("cyclonedx", &["cyclonedx", "cyclonedx_xml"]),
    ("nmap", &["nmap"]),
    ("openscap", &["xccdf"]),
    ("openvas", &["openvas", "openvas_csv"]),
    ("prowler", &["ocsf", "prowler_csv"]),
    ("sarif", &["sarif"]),
    ("tenable", &["nessus", "nessus_csv"]),
    ("trivy", &["trivy"]),
];

/// Formats not read in this version: no reader may claim their files.
const NOT_READ: &[&str] = &[
    "acunetix",
    "azure_security_center_recommendations",
    "burp",
    "checkov",
    "csaf",
    "dependency_check",
    "gitleaks",
    "kubebench",
    "lynis",
    "ms_defender",
    "nexpose",
    "nuclei",
    "openvex",
    "osv_scanner",
    "qualys",
    "qualys_vmdr",
    "scout_suite",
    "semgrep",
    "spdx",
    "ssh_audit",
    "sslyze",
    "testssl",
    "trivy_operator",
    "wazuh",
    "zap",
];

/// A row of the list.
#[derive(Debug)]
struct Row {
    file: String,
    format: String,
    records: Option<u64>,
    must_be_refused: bool,
}

fn rows(folder: &Path) -> Vec<Row> {
    let text = fs::read_to_string(folder.join("EXPECTED.csv")).unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        Row {
            file: row[0].to_owned(),
            format: row[1].to_owned(),
            records: (!row[2].is_empty()).then(|| row[2].parse().unwrap()),
            must_be_refused: row[4].contains("must be refused"),
        }
    });
    rows.collect()
}

/// The bytes of every row.
fn each(mut check: impl FnMut(&Row, &str, &[u8])) -> bool {
    let Some(folder) = folder() else { return false };
    let rows = rows(&folder);
    assert!(!rows.is_empty(), "EXPECTED.csv has no rows");
    for row in &rows {
        for (name, bytes) in documents(&folder.join(&row.file), &row.file) {
            check(row, &name, &bytes);
        }
    }
    true
}

fn names(format: &str) -> Option<&'static [&'static str]> {
    READ.iter().find(|(name, _)| *name == format).map(|(_, names)| *names)
}

#[test]
fn every_expected_report_is_read_to_the_record_or_refused() {
    let mut findings = Findings::default();
    let ran = each(|row, name, bytes| {
        let result = match names(&row.format) {
            Some(ours) => must_hold(row, ours, bytes, &mut findings),
            None => must_be_unknown(row, bytes),
        };
        findings.judge(name, result);
    });
    if ran {
        findings.close("expected");
    }
}

fn must_hold(
    row: &Row,
    ours: &[&str],
    bytes: &[u8],
    findings: &mut Findings,
) -> Result<(), [String; 2]> {
    let records = row.records.map_or("any number of".to_owned(), |records| records.to_string());
    let expected = match row.must_be_refused {
        true => "a refusal with its reason".to_owned(),
        false => format!("{records} records of {}", ours.join(" or ")),
    };
    let broken = |got: String| [expected.clone(), got];
    let may_be_refused = row.must_be_refused || row.records.is_none();
    let format = match detect(bytes) {
        Ok(format) => format,
        // A file nobody counted, or one to refuse, with nothing in it that tells what it is.
        Err(error) if error.code == ErrorCode::UnknownFormat && may_be_refused => return Ok(()),
        Err(error) => return Err(broken(refused(&error))),
    };
    if !ours.contains(&format.name()) {
        return Err(broken(format!("claimed by {}", format.name())));
    }
    match read(format, bytes).map_err(&broken)? {
        Err(error) if row.must_be_refused && !error.message.is_empty() => Ok(()),
        Err(error) => Err(broken(refused(&error))),
        Ok(seen) => {
            findings.count(format.name(), seen.tally.account.records);
            let right = row.records.is_none_or(|expected| expected == seen.tally.account.records);
            let got = || format!("{} of {}", seen.account(), format.name());
            (right && !row.must_be_refused).then_some(()).ok_or_else(|| broken(got()))
        }
    }
}

fn must_be_unknown(row: &Row, bytes: &[u8]) -> Result<(), [String; 2]> {
    let broken = |got: String| ["a refusal: the format is not read".to_owned(), got];
    if !NOT_READ.contains(&row.format.as_str()) {
        let got = format!("`{}` is in neither list of this test", row.format);
        return Err(["a format this test knows".to_owned(), got]);
    }
    match detect(bytes) {
        Err(error) if matches!(error.code, ErrorCode::UnknownFormat | ErrorCode::Empty) => Ok(()),
        Err(error) => Err(broken(refused(&error))),
        // An empty array is of no format in particular, and says nothing that could be misread.
        Ok(format) if format.name() == "empty_list" => Ok(()),
        Ok(format) => Err(broken(format!("claimed by {}", format.name()))),
    }
}

/// The readers of the files of the list that are read at all.
fn claimed(row: &Row, bytes: &[u8]) -> Option<&'static dyn Format> {
    names(&row.format)?;
    detect(bytes).ok()
}

/// How many bytes of cut reports a file may cost.
const CUT_BYTES: usize = 1_000_000;

#[test]
fn every_expected_report_cut_short_is_a_value_or_an_error() {
    let mut findings = Findings::default();
    let ran = each(|row, name, bytes| {
        let Some(format) = claimed(row, bytes) else { return };
        let count = (2 * CUT_BYTES / bytes.len().max(1)).clamp(2, 12);
        let mut result = Ok(());
        for cut in 1..=count {
            // Cuts fall anywhere, also within characters.
            let prefix = &bytes[..bytes.len() * cut / (count + 1)];
            findings.count_cut();
            // Whoever claims the rest, if anybody still does, must come to an end, too.
            let mut readers = vec![format];
            readers.extend(detect(prefix).ok().filter(|other| other.name() != format.name()));
            for reader in readers {
                if let Err(law) = read(reader, prefix) {
                    let place = format!("a value or an error after {} bytes", prefix.len());
                    result = Err([place, law]);
                }
            }
        }
        findings.judge(name, result);
    });
    if ran {
        findings.close("cut short");
    }
}
