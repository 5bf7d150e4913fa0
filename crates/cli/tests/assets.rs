//! What `asset list` and `asset show` print of an example ministry, in both languages.
#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect has failed")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use jiff::tz::TimeZone;
use serde_json::Value;
use tempfile::TempDir;
use yagura_engine::{
    baseline::identity::Rules,
    clock::Clock,
    formats::Context,
    ingest::{Ingest, Request},
    intake::{Intake, Limits},
    lake::Lake,
};
use yagura_model::organisation::OrganisationCode;

/// Reports in the order they were made, with their sources.
const REPORTS: &[(&str, &str)] = &[
    ("2026-09/organisations.csv", "組織台帳"),
    ("2026-09/systems.csv", "情報システム台帳"),
    ("2026-09/devices.csv", "資産管理台帳"),
    ("2026-09/users.csv", "人事台帳"),
    ("2026-09/data-sets.csv", "データ台帳"),
    ("2026-09/edr.ocsf.jsonl", "端末監視"),
    ("2026-09/xccdf-web01.xml", "設定診断"),
    ("2026-09/nessus-honsho.nessus", "脆弱性診断"),
    ("2026-10/devices.csv", "資産管理台帳"),
];

/// A time at which some of it is stale.
const AT: &str = "2026-11-01T00:00:00Z";

fn ministry() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ministry"));
    let lake = Lake::open(&folder.path().join("data")).unwrap();
    let clock = Clock::Fixed(AT.parse().unwrap());
    let ingest = Ingest { lake, rules: Rules::shipped().clone(), clock };
    let intake = Intake::new(folder.path(), Limits::default());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    for (file, source) in REPORTS {
        let received = intake.receive_file(&fixtures.join(file)).unwrap();
        let request = Request {
            organisation: OrganisationCode::new("sakura").unwrap(),
            create_organisation: true,
            source: (*source).to_owned(),
            system: None,
            observed_at: Some("2026-09-30T00:00:00Z".parse().unwrap()),
            format: None,
            context: Context { zone: tokyo.clone(), mapping: None, asset: None },
            sees: None,
            wait: Duration::from_secs(5),
        };
        for member in &received.members {
            runtime.block_on(ingest.ingest(member, received.digest, &request)).unwrap();
        }
    }
    folder
}

fn yagura(folder: &Path, columns: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yagura"));
    command.args(arguments).current_dir(folder).env_clear().env("TZ", "JST-9");
    command.args(["--data", "data"]).env("COLUMNS", columns).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    let status = output.status.code().unwrap();
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    format!("{out}=== standard error\n{error}=== exit status {status}\n")
}

const BOTH: &[(&str, &str)] = &[JAPANESE, ENGLISH];
/// On a terminal of 80 columns.
const JAPANESE: (&str, &str) = ("ja", "80");
/// On a terminal of 120 columns.
const ENGLISH: (&str, &str) = ("en", "120");

/// Compares what is printed with the files in `snapshots`.
fn golden(folder: &TempDir, name: &str, looks: &[(&str, &str)], arguments: &[&str]) {
    for (language, columns) in looks {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--as-of", AT, "--lang", language]);
        let printed = text(&yagura(folder.path(), columns, &arguments));
        let mut settings = insta::Settings::clone_current();
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!(format!("{name}-{language}"), printed));
    }
}

fn lines(folder: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--as-of", AT, "--json"]);
    let output = yagura(folder.path(), "80", &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let out = String::from_utf8(output.stdout).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn assets_are_listed_worst_first() {
    let folder = ministry();
    let list = |name: &str, looks: &[(&str, &str)], arguments: &[&str]| {
        golden(&folder, name, looks, &[&["asset", "list"], arguments].concat());
    };
    list("asset-list", BOTH, &["--top", "15"]);
    list("asset-list-users", &[JAPANESE], &["--domain", "user"]);
    list("asset-list-within", &[ENGLISH], &["--org", "sakura/tokei"]);
    list("asset-list-csv", &[ENGLISH], &["--top", "3", "--csv"]);
    list("asset-list-none", &[JAPANESE], &["--search", "nothing"]);
    list("asset-list-nowhere", &[ENGLISH], &["--org", "ume"]);

    let all = lines(&folder, &["asset", "list"]);
    let count = |asset: &Value, name: &str| asset["findings"][name].as_u64().unwrap();
    let in_service = all.iter().filter(|asset| asset["in_service"] == true);
    let worst: Vec<(u64, u64)> =
        in_service.map(|asset| (count(asset, "critical"), count(asset, "high"))).collect();
    assert!(worst.len() > 50 && worst.is_sorted_by(|a, b| a >= b), "{worst:?}");
}

#[test]
fn an_asset_is_shown_with_who_says_what() {
    let folder = ministry();
    let show = |name: &str, looks: &[(&str, &str)], asset: &str| {
        golden(&folder, name, looks, &["asset", "show", asset]);
    };
    show("asset-show-server", BOTH, "192.0.2.10");
    show("asset-show-system", &[JAPANESE], "S-006");
    show("asset-show-user", &[ENGLISH], "u-1002");
    show("asset-show-held", BOTH, "PC-0008");
    show("asset-show-several", &[JAPANESE], "業務端末");
    show("asset-show-unknown", &[ENGLISH], "web01.sakura.exmaple");

    let [shown]: [Value; 1] = lines(&folder, &["asset", "show", "SV-0001"]).try_into().unwrap();
    // Every finding can be asked for by its id.
    let finding = shown["findings"][0]["finding"].as_str().unwrap();
    let [explained]: [Value; 1] = lines(&folder, &["explain", finding]).try_into().unwrap();
    assert_eq!(
        (&explained["finding"], &explained["asset"]["key"]),
        (&finding.into(), &shown["asset"])
    );
}

#[test]
fn help_of_the_verbs_about_assets() {
    let folder = tempfile::tempdir().unwrap();
    for (name, verb) in [("help-asset-list", "list"), ("help-asset-show", "show")] {
        golden(&folder, name, BOTH, &["asset", verb, "--help"]);
    }
}

#[test]
fn times_are_shown_in_the_zone_asked_for_and_kept_in_utc() {
    let folder = tempfile::tempdir().unwrap();
    let at = |zone: &[&str]| {
        let arguments =
            [&["asset", "list", "--lang", "en", "--as-of", "2026-11-01"], zone].concat();
        text(&yagura(folder.path(), "80", &arguments))
    };
    assert!(at(&[]).contains("As of: 2026-11-01 00:00 +09:00"), "{}", at(&[]));
    let there = at(&["--zone", "America/New_York"]);
    assert!(there.contains("As of: 2026-11-01 00:00 -04:00"), "{there}");
}
