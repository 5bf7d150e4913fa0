//! `SUITES.csv`: recordings of real tools and conformance data, with the exact figures they give.

use std::path::PathBuf;

use serde_json::Value;
use yagura_formats::{ErrorCode, registry};
use yagura_model::{severity::Severity, warning::WarningCode};

use super::{
    outcome::{Findings, Seen, detect, must_read, must_read_as, read, refused},
    samples::{documents, files, folder},
};

/// A run over the suites.
struct Suites {
    folder: PathBuf,
    findings: Findings,
}

impl Suites {
    /// The one document of a file.
    fn document(&self, file: &str) -> Vec<u8> {
        let mut documents = documents(&self.folder.join(file), file);
        assert_eq!(documents.len(), 1, "{file}");
        documents.remove(0).1
    }

    /// A file must be read by a format and give an account and what else is looked at.
    fn gives(&mut self, file: &str, format: &str, expected: &str, look: impl Fn(&Seen) -> String) {
        let bytes = self.document(file);
        self.bytes_give(file, &bytes, format, expected, look);
    }

    fn bytes_give(
        &mut self,
        file: &str,
        bytes: &[u8],
        format: &str,
        expected: &str,
        look: impl Fn(&Seen) -> String,
    ) {
        self.judge(file, must_read(bytes), &format!("{format}: {expected}"), look);
    }

    fn judge(
        &mut self,
        file: &str,
        read: Result<(&'static str, Seen), String>,
        expected: &str,
        look: impl Fn(&Seen) -> String,
    ) {
        let got = match read {
            Ok((name, seen)) => {
                self.findings.count(name, seen.tally.account.records);
                format!("{name}: {}", look(&seen))
            }
            Err(refusal) => refusal,
        };
        let result = (got == expected).then_some(()).ok_or_else(|| [expected.to_owned(), got]);
        self.findings.judge(file, result);
    }

    /// A file whose score agrees and which, once the score is changed, contradicts itself.
    fn scores(&mut self, file: &str, format: &str, expected: &str, scores: &[(&str, &str)]) {
        self.gives(file, format, &format!("{expected}; 0 contradictions"), contradictions);
        let text = String::from_utf8(self.document(file)).unwrap();
        for (written, changed) in scores {
            assert_eq!(text.matches(written).count(), 1, "{file}: {written}");
            let changed = text.replace(written, changed);
            let expected = format!("{expected}; 1 contradictions");
            self.bytes_give(file, changed.as_bytes(), format, &expected, contradictions);
        }
    }

    /// A file must be refused for a reason of its own.
    fn refuses(&mut self, file: &str, bytes: &[u8], codes: &[ErrorCode]) {
        let got = match detect(bytes).map(|format| read(format, bytes)) {
            Err(error) | Ok(Ok(Err(error))) if codes.contains(&error.code) => return,
            Err(error) | Ok(Ok(Err(error))) => refused(&error),
            Ok(Ok(Ok(seen))) => seen.account(),
            Ok(Err(law)) => law,
        };
        let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
        let expected = format!("a refusal as {}", codes.join(" or "));
        self.findings.judge(file, Err([expected, got]));
    }

    /// Names of the files under a folder, from the folder of samples.
    fn names(&self, under: &str) -> Vec<String> {
        let relative = |path: PathBuf| {
            let parts = path.strip_prefix(&self.folder).unwrap().iter();
            parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
        };
        files(&self.folder.join(under)).into_iter().map(relative).collect()
    }

    /// The one file of a name under a folder.
    fn find(&self, under: &str, name: &str) -> String {
        let ends = format!("/{name}");
        let mut found = self.names(under);
        found.retain(|file| file.ends_with(&ends));
        assert_eq!(found.len(), 1, "{name} under {under}");
        found.remove(0)
    }
}

fn contradictions(seen: &Seen) -> String {
    format!("{}; {} contradictions", seen.account(), seen.warned(WarningCode::FigureMismatch))
}

/// Runs a suite where the samples are.
fn run(what: &str, suite: impl FnOnce(&mut Suites)) {
    let Some(folder) = folder() else { return };
    let mut suites = Suites { folder, findings: Findings::default() };
    suite(&mut suites);
    suites.findings.close(what);
}

#[test]
fn test_results_of_xccdf_and_arf_give_the_scores_their_tools_wrote() {
    run("xccdf and arf", |suites| {
        let heimdall = "suites/heimdall2";
        let file = suites.find(heimdall, "xccdf-results-scc-rhel7.xml");
        suites.scores(
            &file,
            "xccdf",
            "178 records, findings 6, passes 172",
            &[
                (">96.6292134831461<", ">96.6392134831461<"),
                (">1720<", ">1719<"),
                ("absolute\" maximum=\"1\">0<", "absolute\" maximum=\"1\">1<"),
            ],
        );
        let file = suites.find(heimdall, "xccdf-results-openscap-rhel7.xml");
        suites.scores(
            &file,
            "xccdf",
            "180 records, findings 137, passes 43",
            &[(">23.888889<", ">23.888989<")],
        );
        suites.scores(
            "real/openscap/debian12-anssi-minimal.arf.xml.gz",
            "arf",
            "355 records, findings 5, passes 19, not_selected 331",
            &[(">70.833328<", ">70.843328<")],
        );
        suites.scores(
            "real/openscap/debian12-host-ssg-debian11-standard.arf.xml.gz",
            "arf",
            "355 records, not_applicable 44, not_selected 311",
            &[(">0.000000<", ">1.000000<")],
        );
    });
}

#[test]
fn scans_of_hosts_give_the_figures_of_the_suites() {
    run("scans", |suites| {
        let file = suites.find("suites/heimdall2", "sample.nessus");
        let expected = "149 items on 3 hosts: info 140, low 2, medium 5, high 1, critical 1";
        suites.gives(&file, "nessus", expected, |seen| {
            let items = seen.tally.account.records;
            let of = |step| seen.severities.get(&step).copied().unwrap_or_default();
            let facts = items - Severity::ALL.iter().skip(1).map(|step| of(*step)).sum::<u64>();
            format!(
                "{items} items on {} hosts: info {facts}, low {}, medium {}, high {}, critical {}",
                seen.tally.assets,
                of(Severity::Low),
                of(Severity::Medium),
                of(Severity::High),
                of(Severity::Critical),
            )
        });
        suites.gives("real/nmap/loopback.xml", "nmap", "1 records, facts 1", Seen::account);
    });
}

#[test]
fn findings_in_ocsf_give_the_verdicts_of_the_suites() {
    run("ocsf", |suites| {
        for (cloud, expected) in [
            ("aws", "5 records, findings 2, manual 3"),
            ("azure", "5 records, findings 5"),
            ("gcp", "5 records, findings 2, passes 3"),
            ("kubernetes", "6 records, findings 5, passes 1"),
        ] {
            let file = format!("suites/prowler/examples/output/example_output_{cloud}.ocsf.json");
            suites.gives(&file, "ocsf", expected, Seen::account);
        }
    });
}

#[test]
fn bills_of_materials_are_valid_or_refused_as_their_specification_says() {
    run("cyclonedx", |suites| {
        for file in suites.names("suites/cyclonedx-spec/tools") {
            let bytes = suites.document(&file);
            let name = file.rsplit('/').next().unwrap();
            if name.starts_with("valid-") {
                let result = must_read(&bytes).map(|(format, seen)| {
                    suites.findings.count(format, seen.tally.account.records);
                });
                let expected = "a bill of materials".to_owned();
                suites.findings.judge(&file, result.map_err(|got| [expected, got]));
            } else {
                suites.refuses(&file, &bytes, &[ErrorCode::Invalid, ErrorCode::UnknownFormat]);
            }
        }
    });
}

#[test]
fn examples_of_scim_are_resources_or_refused() {
    run("scim", |suites| {
        let names = suites.names("suites/scim/samples");
        assert_eq!(names.len(), 49);
        for file in names {
            let bytes = suites.document(&file);
            let document: Value = serde_json::from_slice(&bytes).unwrap();
            let schemas = document["schemas"].as_array().unwrap();
            let schema = schemas[0].as_str().unwrap().rsplit(':').next().unwrap();
            let count = |list: &str| document[list].as_array().map_or(0, Vec::len);
            let expected = match schema {
                "User" | "Group" => 1,
                // Also of resources that are neither users nor groups: those are dropped.
                "ListResponse" => count("Resources"),
                "BulkRequest" => count("Operations"),
                "Error" => {
                    suites.refuses(&file, &bytes, &[ErrorCode::ToolError]);
                    continue;
                }
                _ => {
                    suites.refuses(&file, &bytes, &[ErrorCode::Invalid]);
                    continue;
                }
            };
            let expected = format!("{expected} records");
            suites.bytes_give(&file, &bytes, "scim", &expected, records);
        }
    });
}

#[test]
fn recordings_of_osquery_are_read() {
    run("osquery", |suites| {
        let tables = "real/osquery/deb_packages.json";
        suites.gives(tables, "osquery", "732 records and packages", |seen| {
            let [records, packages] = [seen.tally.account.records, seen.tally.software];
            match records == packages {
                true => format!("{records} records and packages"),
                false => format!("{records} records and {packages} packages"),
            }
        });
        for table in ["kernel_info", "listening_ports", "os_version", "system_info", "users"] {
            let file = format!("real/osquery/{table}.json");
            let expected = format!("{} records", rows(&suites.document(&file)));
            suites.gives(&file, "osquery", &expected, records);
        }
        // Rows of a name and a version could be of any tool: the format must be named.
        let file = "real/osquery/python_packages.json";
        let bytes = suites.document(file);
        suites.refuses(file, &bytes, &[ErrorCode::UnknownFormat]);
        let expected = format!("osquery: {} records", rows(&bytes));
        let format = registry::by_name("osquery").unwrap();
        suites.judge(file, must_read_as(format, &bytes), &expected, records);

        let file = "real/osquery/tls-plugin-recording.jsonl";
        let one_host = |seen: &Seen| format!("{}, {} assets", records(seen), seen.tally.assets);
        suites.gives(file, "osquery", "47 records, 1 assets", one_host);
        let log = result_log(&String::from_utf8(suites.document(file)).unwrap());
        let expected = format!("{} records, 1 assets", log.lines().count());
        suites.bytes_give(file, log.as_bytes(), "osquery", &expected, one_host);
    });
}

fn records(seen: &Seen) -> String {
    format!("{} records", seen.tally.account.records)
}

fn rows(table: &[u8]) -> usize {
    serde_json::from_slice::<Vec<Value>>(table).unwrap().len()
}

/// The results among 47 recorded exchanges, a line each, as osquery's log file holds them.
fn result_log(recording: &str) -> String {
    let exchanges = recording.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let exchanges: Vec<Value> = exchanges.collect();
    let count = |path: &str| exchanges.iter().filter(|exchange| exchange["path"] == path).count();
    let paths = ["/enroll", "/config", "/log", "/dread", "/dwrite"];
    assert_eq!(paths.map(count), [1, 4, 20, 11, 11]);
    let results = exchanges
        .iter()
        .filter(|exchange| exchange["request"]["log_type"] == "result")
        .flat_map(|exchange| exchange["request"]["data"].as_array().unwrap());
    results.map(|result| format!("{result}\n")).collect()
}
