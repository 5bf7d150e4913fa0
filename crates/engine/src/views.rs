//! The documented views on what reports really brought.

use yagura_baseline::master::Master;
use yagura_lake::{
    LakeError,
    query::QueryLimits,
    views::{AsOf, VIEWS},
};

use crate::{
    query::query,
    testing::{House, Times, grype},
};

async fn house() -> House {
    let house = House::new();
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&report, &House::request("a")).await.unwrap();
    let report = grype("2026-10-10T00:00:00Z", &["CVE-2026-0002"]);
    house.take(&report, &House::request("a")).await.unwrap();
    house
}

fn at(time: &str) -> Times {
    Times { as_of: Some(time.parse().unwrap()), known_at: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_answers_at_every_time() {
    let house = house().await;
    let known_at = Some("2026-11-02T00:00:00Z".parse().unwrap());
    let both = Times { known_at, ..at("2026-10-05T00:00:00Z") };
    for view in VIEWS {
        // An empty lake answers too: the test of the documentation asks one.
        house.ask_at(&format!("SELECT * FROM {}", view.name), both).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_open_or_have_been() {
    let house = house().await;
    let ids = "SELECT check_id FROM findings ORDER BY 1";
    assert_eq!(house.ask(ids).await, ["CVE-2026-0002"]);
    let before = house.ask_at(ids, at("2026-10-05T00:00:00Z")).await;
    assert_eq!(before, ["CVE-2026-0001", "CVE-2026-0002"]);
    assert!(house.ask_at(ids, at("2026-09-01T00:00:00Z")).await.is_empty());
    let history = "SELECT check_id, resolved_at FROM finding_history ORDER BY 1";
    assert_eq!(house.ask(history).await, ["CVE-2026-0001 2026-10-10T00:00:00Z", "CVE-2026-0002 -"]);
    let problems = "SELECT problem, evidences, sources FROM problems";
    assert_eq!(house.ask(problems).await, ["CVE-2026-0002 1 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_reports_and_sources_are_there_from_their_time_on() {
    let house = house().await;
    let systems = "SELECT class, organisation FROM systems";
    assert_eq!(house.ask(systems).await, ["image sakura"]);
    assert!(house.ask_at(systems, at("2026-09-01T00:00:00Z")).await.is_empty());
    let reports = "SELECT format, records, findings FROM reports ORDER BY report";
    assert_eq!(house.ask(reports).await, ["grype 2 2", "grype 1 1"]);
    assert_eq!(house.ask_at(reports, at("2026-10-05T00:00:00Z")).await.len(), 1);
    assert_eq!(house.ask("SELECT count(*) FROM coverage").await, ["2"]);
    assert_eq!(house.ask("SELECT name, organisation FROM sources").await, ["a sakura"]);
    assert_eq!(house.ask("SELECT code FROM organisations").await, ["sakura"]);
    assert_eq!(house.ask("SELECT check_id FROM checks ORDER BY 1").await.len(), 2);
    assert_eq!(house.ask("SELECT count(*) FROM identifier_values WHERE value <> ''").await, ["1"]);
    assert_eq!(house.ask("SELECT name FROM software").await, ["lib"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_one_select_over_the_views_is_carried_out() {
    let house = house().await;
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let ask = async |sql: &str| {
        let as_of = AsOf::present(house.ingest.clock.now());
        query(&snapshot, Master::shipped(), sql, as_of, QueryLimits::STANDARD).await.map(|_| ())
    };
    for sql in [
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/tmp/x.csv'",
        "DROP TABLE devices",
        "DROP VIEW devices",
        "INSERT INTO devices SELECT * FROM devices",
        "UPDATE devices SET name = 'x'",
        "DELETE FROM devices",
        "SET datafusion.execution.target_partitions = 9",
        "COPY (SELECT 1) TO '/tmp/out.csv' STORED AS CSV",
        "EXPLAIN SELECT 1",
        "SHOW TABLES",
        "SELECT 1; SELECT 2",
        "SELECT * INTO t FROM devices",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM raw_findings",
        "SELECT * FROM datafusion.public.devices",
        "",
    ] {
        assert!(ask(sql).await.is_err(), "{sql}");
    }
    let unknown = ask("SELECT * FROM device").await.unwrap_err();
    assert!(matches!(&unknown, LakeError::UnknownView { name } if name == "device"), "{unknown}");
    for sql in [
        "SELECT count(*) FROM devices",
        "WITH d AS (SELECT * FROM devices) SELECT count(*) FROM d",
        "SELECT 1 UNION ALL SELECT 2",
        "SELECT asset FROM systems WHERE asset IN (SELECT asset FROM findings);",
    ] {
        assert!(ask(sql).await.is_ok(), "{sql}: {:?}", ask(sql).await);
    }
}

/// The table of `docs/query.md`.
#[tokio::test(flavor = "multi_thread")]
async fn the_documentation_lists_every_view_with_its_columns() {
    let house = House::new();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let mut table = String::from("| view | one row is | columns |\n|---|---|---|\n");
    for view in VIEWS {
        let sql = format!("SELECT * FROM {}", view.name);
        let (master, as_of) = (Master::shipped(), AsOf::present(house.ingest.clock.now()));
        let answer = query(&snapshot, master, &sql, as_of, QueryLimits::STANDARD).await.unwrap();
        let columns: Vec<String> =
            answer.columns.iter().map(|column| format!("`{}`", column.name)).collect();
        table.push_str(&format!("| `{}` | {} | {} |\n", view.name, view.row, columns.join(", ")));
    }
    let documented = include_str!("../../../docs/query.md");
    assert!(documented.contains(&table), "docs/query.md should hold\n{table}");
}

#[test]
fn what_a_query_does_not_ask_for_is_not_worked_out() {
    let wanted = |sql: &str| -> Vec<&str> {
        let columns = yagura_lake::masters::wanted(sql).unwrap();
        columns.into_iter().map(|column| column.name()).collect()
    };
    assert!(wanted("SELECT count(*) FROM devices").is_empty());
    assert!(wanted("SELECT name FROM sources").is_empty());
    assert_eq!(wanted("SELECT organisation, count(*) FROM inventory GROUP BY 1"), ["managed_by"]);
    assert_eq!(wanted("SELECT Class FROM inventory"), ["class"]);
    assert_eq!(wanted("SELECT os_version FROM devices"), ["os", "os.version"]);
    assert_eq!(wanted("SELECT name FROM devices WHERE state = 'missing'"), ["name", "state"]);
    let all = wanted("SELECT * FROM devices").len();
    assert_eq!(all, 10);
    assert_eq!(wanted("SELECT d.asset FROM devices d NATURAL JOIN systems").len(), 15);
}
