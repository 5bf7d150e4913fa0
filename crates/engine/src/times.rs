//! 基準日時 and 当時の認識: what is asked as of a time, by what was known at a time, is answered as it was
//! answered then, whatever came since and however often the lake was compacted and vacuumed.

use std::time::Duration;

use yagura_baseline::{identity::Rules, master::Master, model::Model};
use yagura_lake::{
    Changes, LakeError, Snapshot, Vacuum,
    compact::Extent,
    query::QueryLimits,
    row::Stored,
    rows::{CommitRow, LinkRow, OrganisationRow},
    scan::Filter,
    views::{AsOf, VIEWS},
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, DecisionKey},
    organisation::OrganisationCode,
};

use crate::{
    browse::{
        assets::{Which, find, list},
        organisations::{self, NewOrganisation},
    },
    clock::Clock,
    decisions::{Decisions, Signed, What, history},
    explain::find_assets,
    query::query,
    score::{By, Names, ScoreRun, Sweep},
    testing::{House, grype},
};

const BOTH: [&str; 2] = ["CVE-2026-0001", "CVE-2026-0002"];

/// The days asked about: each lies between two things that happened.
const DAYS: [&str; 7] = ["09-15", "09-25", "10-02", "10-07", "10-11", "10-13", "10-21"];

/// After which events everything is asked.
const ASKED: [usize; 4] = [3, 8, 11, 13];

/// Days of which everything is asked.
const ALL_OF: [&str; 3] = ["09-25", "10-07", "10-21"];

fn time(day: &str) -> Timestamp {
    format!("2026-{day}T00:00:00Z").parse().unwrap()
}

/// What happens, in the order in which it becomes known.
#[derive(Debug)]
enum Event {
    /// A report about an image, observed on a day, with some vulnerabilities.
    Scan(&'static str, &'static [&'static str]),
    /// Rows of a source, observed on a day.
    Rows(&'static str, &'static str, &'static [&'static str]),
    /// An organisation from a day until another.
    Organisation(&'static str, Option<&'static str>, Option<&'static str>),
    Merge(&'static [i64]),
    Undo(i64),
}

const UUID: &str = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;

const AGENT: &str = r#""kind":"device","agent_id":"a-1","name":"agent1","serial":"SN-0001","ip":"192.0.2.1","os":"Debian 12","managed_by":"sakura/kanri","#;
const AGENT_LATER: &str = r#""kind":"device","agent_id":"a-1","name":"agent2","serial":"SN-0001","ip":"192.0.2.9","os":"Debian 13","managed_by":"sakura/tokei","#;
const REGISTERED: &str =
    r#""device_number":"PC-1","name":"pc1","serial":"SN-0007","ip":"192.0.2.1","#;

/// Late reports, a gap, a finding that comes back, all closed; a device that gets another address,
/// is merged with another record and parted again; organisations that begin and end.
const EVENTS: [Event; 14] = [
    Event::Scan("10-01", &BOTH),
    Event::Scan("10-10", &["CVE-2026-0002"]),
    Event::Scan("10-12", &BOTH),
    // Late: in between the first was not there.
    Event::Scan("10-05", &["CVE-2026-0002"]),
    // Late: before anything was known of the image.
    Event::Scan("09-20", &["CVE-2026-0001"]),
    Event::Rows("agents", "10-01", &[AGENT]),
    Event::Organisation("sakura/kanri", None, Some("10-10")),
    Event::Rows("register", "10-03", &[REGISTERED]),
    Event::Merge(&[2, 3]),
    Event::Organisation("sakura/tokei", Some("10-10"), None),
    Event::Rows("agents", "10-10", &[AGENT_LATER]),
    Event::Undo(1),
    Event::Scan("10-20", &[]),
    // Late for the device, which was there before anybody said so.
    Event::Rows("agents", "09-20", &[AGENT]),
];

impl Event {
    async fn happen(&self, house: &House) {
        let ingest = house.ingest.clone();
        let decide = async |what: What| {
            let (lake, rules, clock) = (ingest.lake.clone(), ingest.rules.clone(), ingest.clock);
            let master = Master::shipped().clone();
            let decisions = Decisions { lake, rules, master, clock, wait: Duration::ZERO };
            let signed = Signed { by: "hanako".into(), second: None, reason: "seen".into() };
            decisions.decide(&what, &signed).await.unwrap();
        };
        match self {
            Self::Scan(day, cves) => {
                let report = grype(&time(day).to_string(), cves);
                house.take(&report, &House::request("scans")).await.unwrap();
            }
            Self::Rows(source, day, rows) => {
                let rows: Vec<String> = rows.iter().map(|row| format!("{row}{UUID}")).collect();
                house.take_rows("sakura", source, time(day), &rows).await;
            }
            Self::Organisation(code, from, to) => {
                let said = NewOrganisation {
                    code: OrganisationCode::new(code).unwrap(),
                    name_ja: format!("{code} の名"),
                    name_en: String::new(),
                    parent: None,
                    valid_from: from.map(time),
                    valid_to: to.map(time),
                };
                let added = organisations::add(&ingest.lake, ingest.clock, Duration::ZERO, &said);
                assert!(added.await.unwrap().changed);
            }
            Self::Merge(keys) => {
                decide(What::Merge(keys.iter().copied().map(AssetKey).collect())).await;
            }
            Self::Undo(decision) => decide(What::Undo(DecisionKey(*decision))).await,
        }
    }
}

/// All that can be asked of a state, as of a time.
pub(crate) async fn answers(snapshot: &Snapshot, at: Timestamp) -> Vec<String> {
    let (model, master, rules) = (Model::shipped(), Master::shipped(), Rules::shipped());
    let listed = list(snapshot, model, master, &Which::default(), at).await.unwrap();
    let mut answers = vec![format!("{listed:?}")];
    for asset in (1..=3).map(AssetKey) {
        let record = find(snapshot, asset, at, model, master, rules).await.unwrap();
        let record =
            record.map(|record| crate::browse::assets::AssetRecord { known_at: None, ..record });
        let told = history(snapshot, asset, Some(at)).await.unwrap();
        let told = told.map(|told| crate::decisions::History { known_at: None, ..told });
        answers.push(format!("{record:?} {told:?}"));
    }
    for text in ["192.0.2.1", "192.0.2.9", "pc1", "A-3"] {
        answers.push(format!("{text}: {:?}", find_assets(snapshot, text, at).await.unwrap()));
    }
    let (run, facts) = ScoreRun::all(snapshot, model, master, at).await.unwrap();
    let names = Names::of_facts(&facts);
    answers.push(format!("{run:?} {names:?}"));
    let sweep = Sweep::run(snapshot, model, master, at, None).await.unwrap();
    assert_eq!((sweep.whole(), sweep.commit), (run.whole(), run.commit));
    for by in [By::Organisation, By::Asset, By::Check] {
        let mut lines = sweep.totals(by);
        sweep.name(snapshot, by, &mut lines).await.unwrap();
        assert_eq!(lines, run.totals(by), "{at}");
    }
    let tree = organisations::list(snapshot, Some(at)).await.unwrap();
    answers.push(format!("{tree:?}"));
    let told = ["findings"];
    answers.extend(views(snapshot, AsOf::time(at), &told).await);
    answers
}

/// What views say.
pub(crate) async fn views(snapshot: &Snapshot, as_of: AsOf, names: &[&str]) -> Vec<String> {
    let mut answers = Vec::new();
    for name in names {
        let sql = format!("SELECT * FROM {name}");
        let limits = QueryLimits::STANDARD;
        let mut rows = query(snapshot, Master::shipped(), &sql, as_of, limits).await.unwrap().rows;
        rows.sort();
        answers.push(format!("{name}: {rows:?}"));
    }
    answers
}

/// What views say of the present.
const PRESENT: [&str; 4] = ["devices", "finding_history", "coverage", "decisions"];

/// The vulnerabilities that stood at a time.
async fn stood(snapshot: &Snapshot, at: Timestamp) -> Vec<String> {
    let sql = "SELECT check_id FROM findings ORDER BY 1";
    let (master, as_of) = (Master::shipped(), AsOf::time(at));
    let answer = query(snapshot, master, sql, as_of, QueryLimits::STANDARD).await.unwrap();
    answer.rows.into_iter().flatten().flatten().collect()
}

/// When an event became known.
fn known(event: usize) -> Timestamp {
    time("11-01") + jiff::SignedDuration::from_hours(event as i64 + 1)
}

/// A lake in which everything happened, an hour after the other.
async fn lived(mut each: impl AsyncFnMut(usize, &House)) -> House {
    let mut house = House::new();
    for (number, event) in EVENTS.iter().enumerate() {
        house.ingest.clock = Clock::Fixed(known(number));
        event.happen(&house).await;
        each(number, &house).await;
    }
    house
}

async fn assert_answered(house: &House, answered: &[(Timestamp, Vec<Vec<String>>)]) {
    for (known_at, then) in answered {
        // Up to the next thing that became known.
        let known_at = *known_at + jiff::SignedDuration::from_mins(59);
        let snapshot = house.snapshot(Some(known_at)).await;
        let (present, days) = then.split_first().unwrap();
        let told = views(&snapshot, AsOf::present(known_at), &PRESENT).await;
        assert_eq!(&told, present, "{known_at}");
        for (day, expected) in ALL_OF.iter().zip(days) {
            for (now, before) in answers(&snapshot, time(day)).await.iter().zip(expected) {
                assert_eq!(now, before, "as of {day}, known at {known_at}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_then_is_answered_again_before_and_after_compaction_and_vacuum() {
    let mut answered = Vec::new();
    let house = lived(async |number, house| {
        if ASKED.contains(&number) {
            let snapshot = house.snapshot(None).await;
            let present = AsOf::present(known(number));
            let mut then = vec![views(&snapshot, present, &PRESENT).await];
            for day in ALL_OF {
                then.push(answers(&snapshot, time(day)).await);
            }
            answered.push((known(number), then));
        }
    })
    .await;
    assert_answered(&house, &answered).await;
    let now = time("11-03");
    let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    assert!(writer.compact(Extent::Everything, now).await.unwrap().tables > 0);
    for _ in 0..9 {
        // So that the manifests before the compaction are not kept for being among the newest.
        writer.commit(Changes::default(), now).await.unwrap();
    }
    assert!(writer.vacuum(Vacuum::default(), time("11-30")).await.unwrap().files > 0);
    drop(writer);
    assert_answered(&house, &answered).await;
    // Before anything was known there is nothing, at whatever time.
    let before = house.snapshot(Some(time("11-01"))).await;
    assert_eq!(before.commit().0, 0);
    let every: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
    let told = views(&before, AsOf::present(time("11-01")), &every).await;
    assert!(told.iter().all(|view| view.ends_with("[]")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_is_what_the_intervals_say() {
    let house = lived(async |_, _| {}).await;
    let [first, second] = BOTH;
    let both: &[&str] = &BOTH;
    // By what was known after each report, what stood on each day.
    let table: [(usize, [&[&str]; 7]); 6] = [
        (0, [&[], &[], both, both, both, both, both]),
        (1, [&[], &[], both, both, &[second], &[second], &[second]]),
        (2, [&[], &[], both, both, &[second], both, both]),
        (3, [&[], &[], both, &[second], &[second], both, both]),
        (4, [&[], &[first], both, &[second], &[second], both, both]),
        (12, [&[], &[first], both, &[second], &[second], both, &[]]),
    ];
    for (event, expected) in table {
        let snapshot = house.snapshot(Some(known(event))).await;
        for (day, expected) in DAYS.into_iter().zip(expected) {
            let at = time(day);
            // A query is slow to plan in a test: two days stand for all.
            if ["10-07", "10-13"].contains(&day) {
                assert_eq!(stood(&snapshot, at).await, expected, "{day} after {event}");
            }
            let (model, master) = (Model::shipped(), Master::shipped());
            let (run, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
            let image = run.assets.iter().find(|asset| asset.profile.asset == AssetKey(1));
            let totals = run.totals(By::Check);
            let problems: Vec<&str> = BOTH
                .into_iter()
                .filter(|cve| totals.iter().any(|total| total.key == *cve))
                .collect();
            assert_eq!(problems, expected, "score as of {day} after {event}");
            // A report of a day that comes late makes its asset as old as that.
            let there = at >= if event < 4 { time("10-01") } else { time("09-20") };
            assert_eq!(image.is_some(), there, "{day} after {event}");
        }
    }
    // The device is one with the other only as long as that was believed, and its address is that
    // of the day.
    let found = async |event: usize, text: &str, day: &str| -> Vec<i64> {
        let snapshot = house.snapshot(Some(known(event))).await;
        let found = find_assets(&snapshot, text, time(day)).await.unwrap();
        found.into_iter().map(|asset| asset.0).collect()
    };
    assert_eq!(found(7, "PC-1", "10-07").await, [3]);
    assert_eq!(found(8, "PC-1", "10-07").await, [2]);
    assert_eq!(found(11, "PC-1", "10-07").await, [3]);
    assert_eq!(found(11, "192.0.2.1", "10-07").await, [2, 3]);
    assert_eq!(found(11, "192.0.2.1", "10-11").await, [3]);
    assert!(found(11, "192.0.2.9", "10-07").await.is_empty());
    assert_eq!(found(11, "192.0.2.9", "10-11").await, [2]);
    // Organisations as of their days.
    let codes = async |day: Option<&str>| -> Vec<String> {
        let snapshot = house.snapshot(None).await;
        let tree = organisations::list(&snapshot, day.map(time)).await.unwrap();
        tree.into_iter().map(|organisation| organisation.code).collect()
    };
    assert_eq!(codes(Some("10-07")).await, ["sakura", "sakura/kanri"]);
    assert_eq!(codes(Some("10-11")).await, ["sakura", "sakura/tokei"]);
    assert_eq!(codes(None).await, ["sakura", "sakura/kanri", "sakura/tokei"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_count_between_their_dates() {
    let house = House::new();
    house.take(&grype("2026-10-01T00:00:00Z", &BOTH), &House::request("a")).await.unwrap();
    let now = house.ingest.clock.now();
    let snapshot = house.snapshot(None).await;
    let links: Vec<Stored<LinkRow>> = snapshot.read(&Filter::all()).await.unwrap();
    let dated = |from: Option<&str>, to: Option<&str>| LinkRow {
        valid_from: from.map(time),
        valid_to: to.map(time),
        ..links[0].row.clone()
    };
    let changes = Changes {
        links: vec![dated(None, Some("10-05")), dated(Some("10-10"), None)],
        superseded: vec![links[0].version()],
        ..Changes::default()
    };
    let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    writer.commit(changes, now).await.unwrap();
    drop(writer);
    let snapshot = house.snapshot(None).await;
    for (day, counts) in [("10-02", true), ("10-07", false), ("10-13", true)] {
        let at = time(day);
        let (model, master) = (Model::shipped(), Master::shipped());
        let (run, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
        let totals = run.totals(By::Check);
        assert_eq!(totals.iter().any(|total| total.key == BOTH[0]), counts, "{day}");
        let sweep = Sweep::run(&snapshot, model, master, at, None).await.unwrap();
        assert_eq!(sweep.whole(), run.whole(), "{day}");
        assert_eq!(stood(&snapshot, at).await.len(), if counts { 2 } else { 0 }, "{day}");
        let listed = list(&snapshot, model, master, &Which::default(), at).await.unwrap();
        assert_eq!(listed[0].findings.open() > 0, counts, "{day}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_kept_is_refused_and_never_answered_wrongly() {
    let mut house = House::new();
    for (hour, day) in [(1, "10-01"), (2, "10-02"), (3, "10-03")] {
        let now = time("11-01") + jiff::SignedDuration::from_hours(hour);
        house.ingest.clock = Clock::Fixed(now);
        let code = OrganisationCode::new(&format!("sakura/k{hour}")).unwrap();
        let (name_ja, name_en) = (day.to_owned(), String::new());
        let said = NewOrganisation {
            code,
            name_ja,
            name_en,
            parent: None,
            valid_from: None,
            valid_to: None,
        };
        let ingest = &house.ingest;
        organisations::add(&ingest.lake, ingest.clock, Duration::ZERO, &said).await.unwrap();
    }
    // A retention that gave up the first commit.
    let snapshot = house.snapshot(None).await;
    let commits: Vec<Stored<CommitRow>> = snapshot.read(&Filter::all()).await.unwrap();
    let superseded = vec![commits[0].version()];
    let now = house.ingest.clock.now();
    let mut writer = house.ingest.lake.write(Duration::ZERO, now).await.unwrap();
    writer.commit(Changes { superseded, ..Changes::default() }, now).await.unwrap();
    drop(writer);
    let at = |minutes: i64| time("11-01") + jiff::SignedDuration::from_mins(minutes);
    for minutes in [0, 60, 119] {
        let lake = &house.ingest.lake;
        let refused = lake.snapshot().await.unwrap().as_known_at(at(minutes)).await.unwrap_err();
        assert!(
            matches!(refused, LakeError::NotKept { since, .. } if since == at(120)),
            "{refused}"
        );
    }
    let kept = house.snapshot(Some(at(120))).await;
    let rows: Vec<OrganisationRow> = kept.rows(&Filter::all()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.code.starts_with("sakura/")).count(), 2);
}
