//! What came and went, by the intervals; and how old a problem is.

use jiff::SignedDuration;
use yagura_baseline::{master::Master, model::Model};
use yagura_model::{Timestamp, id::AssetKey, organisation::OrganisationCode};

use super::{Asked, Line, Period, Remediation, Share, Trend, TrendBy};
use crate::{
    ingest::Request,
    score::{ItemKind, ScoreRun, Sweep},
    testing::{House, grype},
};

fn time(day: &str) -> Timestamp {
    format!("2026-{day}T00:00:00Z").parse().unwrap()
}

/// The last instants before some days.
fn before(days: &[&str]) -> Vec<Timestamp> {
    days.iter().map(|day| time(day) - SignedDuration::from_micros(1)).collect()
}

async fn trend(house: &House, asked: &Asked) -> Vec<Period> {
    let snapshot = house.snapshot(None).await;
    let (model, master) = (Model::shipped(), Master::shipped());
    Trend::run(&snapshot, model, master, asked).await.unwrap().periods
}

fn asked(by: TrendBy, ends: Vec<Timestamp>) -> Asked {
    Asked { ends, by, within: None, points: false }
}

async fn scan(house: &House, image: &str, day: &str, cves: &[&str]) {
    let report = grype(&time(day).to_string(), cves).replace("web:1", image);
    house.take(&report, &House::request("scans")).await.unwrap();
}

async fn rows(house: &House, source: &str, day: &str, rows: &[&str]) {
    house.take_rows("sakura", source, time(day), rows).await;
}

/// One line as `assets unobserved open accepted opened reopened closed moved`.
fn told(line: &Line) -> String {
    let Line { assets, unobserved, open, accepted, opened, reopened, closed, moved, .. } = line;
    let of =
        format!("{assets} {unobserved} {open} {accepted} {opened} {reopened} {closed} {moved}");
    format!("{} {of}", line.key).trim().to_owned()
}

const FIRST: &str = "CVE-2026-0001";
const SECOND: &str = "CVE-2026-0002";

#[tokio::test(flavor = "multi_thread")]
async fn what_came_and_went_is_counted_by_the_intervals() {
    let house = House::new();
    scan(&house, "web:1", "07-05", &[FIRST, SECOND]).await;
    scan(&house, "web:1", "07-25", &[SECOND]).await;
    scan(&house, "web:1", "08-10", &[FIRST, SECOND]).await;
    scan(&house, "web:1", "09-10", &[]).await;
    // Late: the second one was gone for a while.
    scan(&house, "web:1", "07-20", &[FIRST]).await;
    let ends = before(&["06-01", "07-01", "08-01", "09-01", "10-01"]);
    let periods = trend(&house, &asked(TrendBy::Total, ends)).await;
    // Nobody had seen anything: there is nothing to say.
    assert_eq!(periods[0].lines, []);
    let lines: Vec<String> = periods.iter().flat_map(|period| &period.lines).map(told).collect();
    assert_eq!(lines, ["1 0 1 0 2 1 2 0", "1 0 2 0 0 1 0 0", "1 0 0 0 0 0 2 0"]);
    assert_eq!((periods[1].from, periods[1].to), (time("07-01"), before(&["08-01"])[0]));
    let [july, august, september] = [1, 2, 3].map(|month: usize| &periods[month].lines[0]);
    let day = 86_400_i64;
    // The first was there from the 5th to the 25th, the second from the 5th to the 20th.
    let remediation = |count, median, p90| Remediation {
        count,
        median_seconds: median * day,
        p90_seconds: p90 * day,
    };
    assert_eq!(july.remediation, Some(remediation(2, 15, 20)));
    assert_eq!(july.reopen_rate, Some(Share { part: 1, of: 3 }));
    assert_eq!(august.remediation, None);
    assert_eq!(august.reopen_rate, Some(Share { part: 1, of: 1 }));
    // What came back has been there since its first time, however often it went.
    assert_eq!(september.remediation, Some(remediation(2, 67, 67)));
    assert_eq!(september.reopen_rate, None);
    // By severity the same.
    let ends = before(&["07-01", "08-01"]);
    let periods = trend(&house, &asked(TrendBy::Severity, ends)).await;
    let high: Vec<String> = periods[0].lines.iter().map(told).collect();
    assert_eq!(high[1], "high 1 0 1 0 2 1 2 0");
}

/// Devices of two divisions, one of which goes to the other in August and is disposed of in October.
async fn moving() -> House {
    let house = House::new();
    let pc = |number: u8, more: &str| {
        format!(
            r#""device_number":"PC-{number}","name":"pc{number}","serial":"SN-000{number}",{more}"#
        )
    };
    let kanri = r#""managed_by":"sakura/kanri""#;
    let tokei = r#""managed_by":"sakura/tokei""#;
    rows(&house, "register", "07-01", &[&pc(1, kanri), &pc(2, kanri), &pc(3, tokei)]).await;
    rows(&house, "register", "08-15", &[&pc(1, tokei), &pc(2, kanri), &pc(3, tokei)]).await;
    let disposed = format!(r#"{tokei},"life_cycle":"disposed""#);
    rows(&house, "register", "10-15", &[&pc(1, &disposed), &pc(2, kanri), &pc(3, tokei)]).await;
    for (day, found) in [("07-10", [1, 1, 1]), ("08-20", [1, 0, 1]), ("09-10", [1, 1, 0])] {
        let hosts: Vec<String> =
            (1..=3).filter(|n| found[*n - 1] == 1).map(|n| host(day, n, true)).collect();
        let gone: Vec<String> =
            (1..=3).filter(|n| found[*n - 1] == 0).map(|n| host(day, n, false)).collect();
        house.take(&[hosts, gone].concat().concat(), &ocsf(day)).await.unwrap();
    }
    house
}

fn ocsf(day: &str) -> Request {
    Request { observed_at: Some(time(day)), ..House::request("endpoints") }
}

/// A device of an endpoint tool, with what it says of one check.
fn host(day: &str, number: usize, fails: bool) -> String {
    let at = time(day).as_millisecond();
    let status = if fails { "Fail" } else { "Pass" };
    let serial = format!("SN-000{number}");
    compliance(at, &format!("agent-{number}"), &format!("pc{number}"), &serial, status)
}

fn compliance(at: i64, agent: &str, name: &str, serial: &str, status: &str) -> String {
    format!(
        r#"{{"class_uid":2003,"category_uid":2,"activity_id":1,"type_uid":200301,"severity_id":4,"time":{at},"metadata":{{"version":"1.5.0","product":{{"name":"endpoints","vendor_name":"example","version":"1"}},"event_code":"EP-01"}},"device":{{"uid":"{agent}","hostname":"{name}","domain":"sakura.example","type_id":2,"hw_info":{{"serial_number":"{serial}"}},"agent_list":[{{"uid":"{agent}","name":"endpoints","type":"EDR"}}]}},"finding_info":{{"uid":"{agent}-EP-01","title":"Encrypt the disk"}},"compliance":{{"control":"EP-01","standards":["rules"],"status":"{status}","status_detail":""}}}}"#
    ) + "\n"
}

const MONTHS: [&str; 6] = ["07-01", "08-01", "09-01", "10-01", "11-01", "12-01"];

#[tokio::test(flavor = "multi_thread")]
async fn what_moves_with_its_assets_is_no_correction() {
    let house = moving().await;
    let ends = before(&MONTHS[..5]);
    let periods = trend(&house, &asked(TrendBy::Organisation, ends)).await;
    // Open, accepted, opened, reopened, closed, moved.
    let of = |code: &str| -> Vec<[i64; 6]> {
        let lines = periods.iter().flat_map(|period| &period.lines);
        let figures = |line: &Line| {
            let Line { open, accepted, opened, reopened, closed, moved, .. } = line;
            let [a, b, c, d, e] = [open, accepted, opened, reopened, closed].map(|n| *n as i64);
            [a, b, c, d, e, *moved]
        };
        lines.filter(|line| line.key == code).map(figures).collect()
    };
    let whole = [[3, 0, 3, 0, 0, 0], [2, 0, 0, 0, 1, 0], [2, 0, 0, 1, 1, 0], [1, 0, 0, 0, 0, -1]];
    assert_eq!(of("sakura"), whole);
    let kanri = [[2, 0, 2, 0, 0, 0], [0, 0, 0, 0, 1, -1], [1, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]];
    assert_eq!(of("sakura/kanri"), kanri);
    let tokei = [[1, 0, 1, 0, 0, 0], [2, 0, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, -1]];
    assert_eq!(of("sakura/tokei"), tokei);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trend_agrees_with_the_scores_of_its_ends_and_its_figures_add_up() {
    let house = moving().await;
    scan(&house, "web:1", "07-05", &[FIRST, SECOND]).await;
    scan(&house, "web:1", "09-25", &[SECOND]).await;
    let snapshot = house.snapshot(None).await;
    let (model, master) = (Model::shipped(), Master::shipped());
    let ends = before(&MONTHS);
    let organisation = OrganisationCode::new("sakura/kanri").unwrap();
    for by in
        [TrendBy::Total, TrendBy::Organisation, TrendBy::Severity, TrendBy::Class, TrendBy::Domain]
    {
        for within in [None, Some(organisation.clone())] {
            let asked = Asked { ends: ends.clone(), by, within: within.clone(), points: true };
            let periods = trend(&house, &asked).await;
            for period in &periods {
                let (mut run, _) =
                    ScoreRun::all(&snapshot, model, master, period.to).await.unwrap();
                if let Some(within) = &within {
                    run = run.within(within);
                }
                let items = run.assets.iter().flat_map(|a| &a.remedies).flat_map(|r| &r.items);
                let problems =
                    items.filter(|item| matches!(item.kind, ItemKind::Problem { .. })).count();
                let top = |line: &&Line| match &within {
                    _ if by != TrendBy::Organisation => true,
                    Some(within) => line.key == within.as_str(),
                    None => !line.key.contains('/'),
                };
                let lines: Vec<&Line> = period.lines.iter().filter(top).collect();
                let open: u64 = lines.iter().map(|line| line.open).sum();
                assert_eq!(open, problems as u64, "{by:?} {within:?} {}", period.to);
                if by != TrendBy::Severity {
                    let assets: u64 = lines.iter().map(|line| line.assets).sum();
                    assert_eq!(assets, run.assets.len() as u64, "{by:?} {within:?}");
                    let sweep = Sweep::run(&snapshot, model, master, period.to, within.as_ref());
                    let points = lines.iter().filter_map(|line| line.open_micro).sum();
                    assert_eq!(sweep.await.unwrap().whole().open, points, "{by:?}");
                }
            }
            for two in periods.windows(2) {
                for line in &two[1].lines {
                    let before = two[0].lines.iter().find(|other| other.key == line.key);
                    let before = before.map_or(0, |line| line.open) as i64;
                    let came = (line.opened + line.reopened) as i64;
                    let now = before + came - line.closed as i64 + line.moved;
                    assert_eq!(line.open as i64, now, "{by:?} {}", line.key);
                }
            }
        }
    }
}

/// Since when the problem EP-01 of an asset counts, as the score of a time has it.
async fn counts_since(house: &House, asset: i64, at: &str) -> Timestamp {
    let snapshot = house.snapshot(None).await;
    let (model, master) = (Model::shipped(), Master::shipped());
    let (run, _) = ScoreRun::all(&snapshot, model, master, time(at)).await.unwrap();
    let score = run.asset(AssetKey(asset)).unwrap();
    let mut items = score.remedies.iter().flat_map(|remedy| &remedy.items);
    let problem = items.find_map(|item| match &item.kind {
        ItemKind::Problem { problem, .. } => Some(problem),
        _ => None,
    });
    problem.unwrap().inputs.clock.problem_first_seen
}

#[tokio::test(flavor = "multi_thread")]
async fn age_goes_on_over_a_new_image_a_new_name_a_move_and_a_return() {
    let house = House::new();
    let say = async |day: &str, agent: &str, name: &str, status: &str| {
        let text = compliance(time(day).as_millisecond(), agent, name, "SN-0001", status);
        house.take(&text, &ocsf(day)).await.unwrap()
    };
    let register = async |day: &str, code: &str| {
        let row = format!(r#""device_number":"PC-1","serial":"SN-0001","managed_by":"{code}""#);
        rows(&house, "register", day, &[&row]).await;
    };
    register("06-01", "sakura/kanri").await;
    assert_eq!(say("06-10", "agent-1", "pc1", "Fail").await.effects.assets_new, 0);
    assert_eq!(counts_since(&house, 1, "06-11").await, time("06-10"));
    // Renamed.
    say("06-20", "agent-1", "pc1-new", "Fail").await;
    assert_eq!(counts_since(&house, 1, "06-21").await, time("06-10"));
    // Installed anew: another agent on the same machine.
    assert_eq!(say("07-01", "agent-2", "pc1-new", "Fail").await.effects.assets_new, 0);
    assert_eq!(counts_since(&house, 1, "07-02").await, time("06-10"));
    // Given to another organisation.
    register("07-10", "sakura/tokei").await;
    assert_eq!(counts_since(&house, 1, "07-11").await, time("06-10"));
    // Corrected, and back again.
    say("08-01", "agent-1", "pc1-new", "Pass").await;
    say("08-01", "agent-2", "pc1-new", "Pass").await;
    say("09-01", "agent-2", "pc1-new", "Fail").await;
    assert_eq!(counts_since(&house, 1, "09-02").await, time("06-10"));
    // A report that comes late, of a time before all others.
    say("05-20", "agent-1", "pc1", "Fail").await;
    assert_eq!(counts_since(&house, 1, "09-02").await, time("05-20"));
    // One problem, opened once and again, however many records and names the machine had.
    let ends = before(&["05-01", "08-01", "10-01"]);
    let periods = trend(&house, &asked(TrendBy::Total, ends)).await;
    let figures = periods.iter().map(|period| {
        let line = &period.lines[0];
        [line.open, line.opened, line.reopened, line.closed]
    });
    assert_eq!(figures.collect::<Vec<_>>(), [[1, 1, 0, 0], [1, 0, 1, 1]]);
}
