//! Packages that know nothing of Yagura read its lake and find what Yagura finds.
//!
//! `tests/python/interop.py` reads with the packages that `tests/python/requirements.txt` pins;
//! `cargo xtask test` installs them and names their Python in `YAGURA_PYTHON`.
#![expect(clippy::print_stderr, reason = "says why it did not run")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use yagura_baseline::{identity::Rules, master::Master};
use yagura_engine::{
    clock::Clock,
    ingest::{Ingest, Request},
    intake::{Intake, Limits},
    query::query,
};
use yagura_lake::{Lake, Snapshot, compact::Extent, query::QueryLimits, table::Table, views::AsOf};
use yagura_model::organisation::OrganisationCode;

/// The Python with the packages, or why the test cannot run.
fn python() -> Result<OsString, &'static str> {
    let python = std::env::var_os("YAGURA_PYTHON").ok_or(
        "`YAGURA_PYTHON` names no Python with the packages of `tests/python/requirements.txt`: \
         run `cargo xtask test`, which installs them",
    )?;
    let imports = Command::new(&python).args(["-c", "import deltalake, duckdb"]).output();
    match imports {
        Ok(output) if output.status.success() => Ok(python),
        _ => Err("the Python that `YAGURA_PYTHON` names cannot import `deltalake` and `duckdb`"),
    }
}

fn report(at: &str, image: &str, cves: &[&str]) -> String {
    let matches: Vec<Value> = cves
        .iter()
        .map(|cve| {
            serde_json::json!({
                "vulnerability": {"id": cve, "severity": "High"},
                "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb",
                             "purl": "pkg:deb/debian/libexample@1.2.3"},
            })
        })
        .collect();
    serde_json::json!({
        "matches": matches,
        "source": {"type": "image", "target": {"userInput": format!("registry.example/{image}:1")}},
        "descriptor": {"name": "grype", "version": "0.90.0", "timestamp": at},
    })
    .to_string()
}

/// A lake where findings were opened, closed and reopened, by two sources.
async fn lake(folder: &Path) -> Lake {
    let lake = Lake::open(&folder.join("data")).unwrap();
    let clock = Clock::Fixed("2026-11-01T00:00:00Z".parse().unwrap());
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock };
    let intake = Intake::new(folder, Limits::default());
    let days: [(&str, &str, &str, &[&str]); 5] = [
        ("2026-05-01T00:00:00Z", "one", "web", &["CVE-2026-0001", "CVE-2026-0002"]),
        ("2026-06-01T00:00:00Z", "one", "web", &["CVE-2026-0002", "CVE-2026-0003"]),
        ("2026-07-01T00:00:00Z", "one", "web", &["CVE-2026-0001", "CVE-2026-0002"]),
        ("2026-06-15T00:00:00Z", "two", "web", &["CVE-2026-0001"]),
        ("2026-06-16T00:00:00Z", "two", "mail", &["CVE-2026-0004", "CVE-2026-0001"]),
    ];
    for (at, source, image, cves) in days {
        let text = report(at, image, cves);
        let received = intake.receive("report.json", &mut text.as_bytes()).unwrap();
        let organisation = OrganisationCode::new("sakura").unwrap();
        let request = Request { create_organisation: true, ..Request::new(organisation, source) };
        let member = received.members.first().unwrap();
        ingest.ingest(member, received.digest, &request).await.unwrap();
    }
    ingest.lake
}

async fn ask(snapshot: &Snapshot, sql: &str) -> Vec<Vec<String>> {
    let when = AsOf::present("2026-11-01T00:00:00Z".parse().unwrap());
    let limits = QueryLimits::STANDARD;
    let answer = query(snapshot, Master::shipped(), sql, when, limits).await.unwrap();
    let cells = |row: Vec<Option<String>>| row.into_iter().flatten().collect();
    answer.rows.into_iter().map(cells).collect()
}

/// The answer of a reader, in the words of ours.
fn rows(value: &Value) -> Vec<Vec<String>> {
    let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    let row = |row: &Value| row.as_array().unwrap().iter().map(text).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn deltalake_and_duckdb_read_what_yagura_reads() {
    let python = match python() {
        Ok(python) => python,
        Err(missing) => {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
            eprintln!("not run: {missing}");
            return;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let lake = lake(folder.path()).await;
    same_answers(&python, folder.path(), &lake).await;
    let now = "2026-11-02T00:00:00Z".parse().unwrap();
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    let compacted = writer.compact(Extent::Everything, now).await.unwrap();
    assert!(compacted.files_after < compacted.files_before && compacted.keys > 0, "{compacted:?}");
    same_answers(&python, folder.path(), &lake).await;
}

/// Each reader counts and finds what Yagura does.
async fn same_answers(python: &OsString, folder: &Path, lake: &Lake) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python/interop.py");
    let output = Command::new(python).arg(script).arg(folder.join("data")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();

    let snapshot = lake.snapshot().await.unwrap();
    assert_eq!(seen["commit"], snapshot.commit().0);
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for table in Table::ALL {
        let files = snapshot.files(*table).await.unwrap();
        if snapshot.manifest().tables.contains_key(table.name()) {
            counts.insert(table.name().to_owned(), files.iter().map(|file| file.rows).sum());
        }
    }
    assert!(counts.contains_key("superseded") && counts["findings"] > 0, "{counts:?}");
    let open = ask(&snapshot, "SELECT count(*) FROM findings").await;
    let findings = ask(
        &snapshot,
        "SELECT check_id, count(*) FROM finding_history GROUP BY check_id ORDER BY check_id",
    )
    .await;
    let digests = ask(&snapshot, "SELECT digest FROM reports ORDER BY digest").await;
    assert_eq!((findings.len(), digests.len()), (4, 5));
    for reader in ["deltalake", "duckdb"] {
        let seen = &seen[reader];
        assert_eq!(seen["rows"], serde_json::to_value(&counts).unwrap(), "{reader}");
        assert_eq!(seen["open_findings"].to_string(), open[0][0], "{reader}");
        assert_eq!(rows(&seen["findings"]), findings, "{reader}");
        assert_eq!(seen["digests"], serde_json::to_value(digests.concat()).unwrap(), "{reader}");
    }
}
