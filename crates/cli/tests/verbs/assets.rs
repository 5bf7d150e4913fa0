//! What `asset list` and `asset show` print of an example ministry, in both languages.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use jiff::tz::TimeZone;
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{AT, FIXTURES, compare, done, lines, take_in, text, yagura};

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

/// A lake some of which is stale.
fn ministry() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fixtures = Path::new(FIXTURES).join("ministry");
    let reports: Vec<(PathBuf, &str)> =
        REPORTS.iter().map(|(file, source)| (fixtures.join(file), *source)).collect();
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    take_in(folder.path(), &tokyo, "2026-09-30T00:00:00Z", &reports);
    folder
}

/// The program on a terminal of some columns, with the lake named by its option alone.
fn look(folder: &TempDir, columns: &str, arguments: &[&str]) -> Command {
    let mut command = yagura(folder.path(), arguments);
    command.env_remove("YAGURA_DATA").args(["--data", "data"]).env("COLUMNS", columns);
    command
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
        let output = look(folder, columns, &arguments).output().unwrap();
        compare(&format!("{name}-{language}"), &text(&output));
    }
}

fn json(folder: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let mut arguments = arguments.to_vec();
    arguments.extend(["--as-of", AT, "--json"]);
    lines(&done(look(folder, "80", &arguments)))
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

    let all = json(&folder, &["asset", "list"]);
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

    let [shown]: [Value; 1] = json(&folder, &["asset", "show", "SV-0001"]).try_into().unwrap();
    // Every finding can be asked for by its id.
    let finding = shown["findings"][0]["finding"].as_str().unwrap();
    let [explained]: [Value; 1] = json(&folder, &["explain", finding]).try_into().unwrap();
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
        text(&look(&folder, "80", &arguments).output().unwrap())
    };
    assert!(at(&[]).contains("As of: 2026-11-01 00:00 +09:00"), "{}", at(&[]));
    let there = at(&["--zone", "America/New_York"]);
    assert!(there.contains("As of: 2026-11-01 00:00 -04:00"), "{there}");
}
