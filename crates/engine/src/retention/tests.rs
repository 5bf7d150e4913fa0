//! What reports really brought over the years: deleted, and everything else answered as before.

use std::{io::Read as _, sync::Arc, time::Duration};

use jiff::{SignedDuration, ToSpan as _};
use yagura_baseline::{master::Master, model::Model, retention::Retention};
use yagura_lake::{
    Changes, Lake, LakeError, Snapshot, Vacuum,
    backup::{self, BackupOptions},
    check::EvidenceDepth,
    compact::Extent,
    views::AsOf,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, ReportKey},
};

use super::{Retained, Retaining, RetentionError, deletions};
use crate::{
    browse::reports::{self, BytesError},
    clock::Clock,
    decisions::{DecisionError, Signed},
    score::trend::{Asked, Trend, TrendBy},
    testing::{House, Times, grype},
    times::{answers, views},
};

/// What is found, the earlier ones in earlier years.
const CVES: [&str; 9] = [
    "CVE-2026-0001",
    "CVE-2026-0002",
    "CVE-2026-0003",
    "CVE-2026-0004",
    "CVE-2026-0005",
    "CVE-2026-0006",
    "CVE-2026-0007",
    "CVE-2026-0008",
    "CVE-2026-0009",
];

/// Views of which a row tells of one time.
const VIEWS: [&str; 8] = [
    "devices",
    "systems",
    "findings",
    "problems",
    "software",
    "attribute_values",
    "identifier_values",
    "coverage",
];

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When what happened became known: twice a year since 2020.
fn known(event: i64) -> Timestamp {
    time("2020-01-15T00:00:00Z") + SignedDuration::from_hours(24 * 182 * event)
}

/// How many things happen.
const EVENTS: i64 = 13;

/// When it is retained: 2026-07-01 in Japan, and from when on history is kept by three years.
fn now() -> Timestamp {
    time("2026-07-01T00:00:00Z")
}

fn kept() -> Timestamp {
    time("2023-07-01T00:00:00+09:00")
}

/// Numbers in no order, the same for a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Something that is reported: of an image by two scanners, or of a device by its agent. Every third
/// comes late.
async fn happen(house: &mut House, event: i64, chance: &mut Chance) {
    house.ingest.clock = Clock::Fixed(known(event));
    let late = if chance.below(3) == 0 { chance.below(700) } else { 0 };
    let observed = known(event) - SignedDuration::from_hours(24 * late as i64);
    if chance.below(4) == 0 {
        let (ip, os) = (chance.below(3), chance.below(3));
        let row = format!(
            r#""kind":"device","agent_id":"a-1","name":"agent{ip}","serial":"SN-1","ip":"192.0.2.{ip}","os":"OS {os}","owner":"person {os}""#
        );
        house.take_rows("sakura", "agents", observed, &[row]).await;
        return;
    }
    let of_its_time = CVES.into_iter().skip(event as usize / 2).take(3);
    let cves: Vec<&str> = of_its_time.filter(|_| chance.below(2) == 0).collect();
    let source = ["one", "two"][chance.below(2) as usize];
    house.take(&grype(&observed.to_string(), &cves), &House::request(source)).await.unwrap();
}

async fn lived(seed: u64) -> House {
    let (mut house, mut chance) = (House::new(), Chance(seed));
    for event in 0..EVENTS {
        happen(&mut house, event, &mut chance).await;
    }
    house.ingest.clock = Clock::Fixed(now());
    house
}

/// Rules that keep for so long.
fn rule(evidence: &str, history: &str) -> Retention {
    let text = Retention::SHIPPED_TEXT;
    let text = text
        .replace("[evidence]\nkeep = \"forever\"", &format!("[evidence]\nkeep = \"{evidence}\""));
    let text =
        text.replace("[history]\nkeep = \"forever\"", &format!("[history]\nkeep = \"{history}\""));
    Retention::from_toml(&text).unwrap()
}

fn use_case(house: &House, rule: Retention) -> Retaining {
    let (lake, clock) = (house.ingest.lake.clone(), house.ingest.clock);
    Retaining { lake, rule, clock, wait: Duration::ZERO }
}

fn signed() -> Signed {
    Signed { by: "hanako".into(), second: Some("taro".into()), reason: "the time is over".into() }
}

async fn delete(house: &House, evidence: &str, history: &str) -> Retained {
    use_case(house, rule(evidence, history)).delete(&signed()).await.unwrap()
}

async fn trend(snapshot: &Snapshot) -> Result<Trend, LakeError> {
    trend_from(snapshot, kept()).await
}

async fn trend_from(snapshot: &Snapshot, from: Timestamp) -> Result<Trend, LakeError> {
    let ends = (0..4).map(|period| from + SignedDuration::from_hours(24 * 270 * period)).collect();
    let asked = Asked { ends, by: TrendBy::Severity, within: None, points: false };
    Trend::run(snapshot, Model::shipped(), Master::shipped(), &asked).await
}

/// All that may be asked from the day on.
async fn asked(lake: &Lake) -> Vec<String> {
    let mut told = Vec::new();
    for (known_at, days) in [(kept(), &[0][..]), (known(EVENTS - 1), &[300, 900])] {
        let state = lake.snapshot().await.unwrap().as_known_at(known_at).await.unwrap();
        told.push(format!("{:?}", trend(&state).await.unwrap()));
        for days in days {
            let at = kept() + SignedDuration::from_hours(24 * days);
            state.tells_of(at).unwrap();
            told.extend(answers(&state, at).await);
        }
        told.extend(views(&state, AsOf::time(kept()), &VIEWS).await);
    }
    told
}

fn assert_same(then: &[String], now: &[String], when: &str) {
    assert_eq!(then.len(), now.len());
    for (then, now) in then.iter().zip(now) {
        assert_eq!(then, now, "{when}");
    }
}

async fn sound(lake: &Lake) {
    let checked = lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert_eq!(checked.broken, []);
}

/// Compacts, and deletes what no state names that a reader may have.
async fn tend(lake: &Lake, now: Timestamp) {
    let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
    writer.compact(Extent::Everything, now).await.unwrap();
    writer.commit(Changes::default(), now).await.unwrap();
    let later = now + 3.hours();
    assert!(writer.vacuum(Vacuum::default(), later).await.unwrap().bytes > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_from_the_day_on_is_answered_as_before() {
    let (mut rows, mut reports) = (0, 0);
    for seed in 1..=2 {
        let house = lived(seed).await;
        let lake = &house.ingest.lake;
        let then = asked(lake).await;
        let dry = use_case(&house, rule("P3Y", "P3Y")).try_out().await.unwrap();
        let gone = delete(&house, "P3Y", "P3Y").await;
        assert_eq!((dry.rows, dry.reports), (gone.rows, gone.reports));
        (rows, reports) = (rows + gone.rows, reports + gone.reports);
        assert_same(&then, &asked(lake).await, &format!("seed {seed}, after the deletion"));
        tend(lake, now()).await;
        sound(lake).await;
        let (kept, data) = (house.folder.path().join("kept"), house.folder.path().join("back"));
        let options = BackupOptions { copy: true };
        backup::take(lake, &kept, options, now(), &|_, _| {}).await.unwrap();
        backup::restore(&kept, &data, now(), &|_, _| {}).await.unwrap();
        let restored = Lake::open(&data).unwrap();
        assert_same(&then, &asked(&restored).await, &format!("seed {seed}, restored"));
        sound(&restored).await;
    }
    assert!(rows > 10 && reports > 4, "{rows} rows and {reports} reports are no test");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_late_says_from_the_day_on_what_it_says_without_a_deletion() {
    for seed in 5..=6 {
        let mut chance = Chance(seed);
        let (with, without) = (lived(seed).await, lived(seed).await);
        delete(&with, "forever", "P3Y").await;
        for _ in 0..3 {
            let observed = time("2020-06-01T00:00:00Z")
                + SignedDuration::from_hours(24 * chance.below(1_000) as i64);
            let cves: Vec<&str> = CVES.into_iter().filter(|_| chance.below(2) == 0).collect();
            let row = format!(
                r#""kind":"device","agent_id":"a-1","name":"agent","serial":"SN-1","os":"OS {}""#,
                chance.below(3)
            );
            for house in [&with, &without] {
                let report = grype(&observed.to_string(), &cves);
                house.take(&report, &House::request("one")).await.unwrap();
                house.take_rows("sakura", "agents", observed, &[&row]).await;
            }
        }
        for days in [0, 200, 500, 1000] {
            let at = kept() + SignedDuration::from_hours(24 * days);
            let [told, expected] = [&with, &without].map(|house| async move {
                let times = Times { as_of: Some(at), known_at: None };
                let said = "SELECT name, value FROM attribute_values ORDER BY 1, 2";
                let open = "SELECT source, check_id FROM findings ORDER BY 1, 2";
                (house.ask_at(said, times).await, house.ask_at(open, times).await)
            });
            assert_eq!(told.await, expected.await, "seed {seed}, as of {at}");
        }
        sound(&with.ingest.lake).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_before_the_day_is_refused_and_says_from_when_on_it_is_kept() {
    let house = lived(1).await;
    delete(&house, "forever", "P3Y").await;
    let snapshot = house.snapshot(None).await;
    let before = kept() - 1.microseconds();
    let refused = [
        snapshot.tells_of(before).unwrap_err(),
        trend_from(&snapshot, before).await.unwrap_err(),
        house.snapshot(None).await.as_known_at(before).await.unwrap_err(),
    ];
    for error in refused {
        let said = LakeError::NotKept { asked: before, since: kept() };
        assert_eq!(error.to_string(), said.to_string());
    }
    // Rules that keep for longer bring nothing back, and delete nothing.
    let longer = delete(&house, "forever", "P4Y").await;
    assert!(longer.history.is_none() && longer.is_empty() && longer.retention.is_none());
    assert_eq!(house.snapshot(None).await.kept_since(), Some(kept()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_signed_recorded_and_shown() {
    let house = lived(2).await;
    let asking = use_case(&house, rule("P3Y", "P3Y"));
    let alone = Signed { second: None, ..signed() };
    let refused = asking.delete(&alone).await.unwrap_err();
    assert!(
        matches!(&refused, RetentionError::SecondPerson { limit } if limit == "P5Y"),
        "{refused}"
    );
    let same = Signed { second: Some("Hanako ".into()), ..signed() };
    let refused = asking.delete(&same).await.unwrap_err();
    assert!(matches!(refused, RetentionError::Signature(DecisionError::SamePerson { .. })));
    assert!(deletions(&house.snapshot(None).await).await.unwrap().is_empty());
    let gone = asking.delete(&signed()).await.unwrap();
    let told = deletions(&house.snapshot(None).await).await.unwrap();
    assert_eq!((told.len(), told[0].retention, gone.retention), (1, 1, Some(1)));
    assert_eq!((&*told[0].decided_by, told[0].second_person.as_deref()), ("hanako", Some("taro")));
    assert_eq!((told[0].history_since, told[0].evidence_before), (Some(kept()), Some(kept())));
    assert_eq!(
        (told[0].deleted_rows, told[0].cleared_reports),
        (gone.rows as i64, gone.reports as i64)
    );
    assert_eq!(told[0].rule_digest, asking.rule.digest);
    let view = house.ask("SELECT decided_by, reason, deleted_rows FROM retentions").await;
    assert_eq!(view, [format!("hanako the time is over {}", gone.rows)]);
    // What is shipped deletes nothing, whoever signs.
    let nothing = use_case(&house, Retention::shipped().clone()).delete(&alone).await.unwrap();
    assert!(nothing.is_empty() && nothing.evidence.is_none() && nothing.history.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_past_their_retention_are_said_to_be_so_and_known_again() {
    let mut house = House::new();
    let old = grype("2021-01-10T00:00:00Z", &CVES[..1]);
    let open = grype("2021-02-10T00:00:00Z", &CVES[1..2]);
    let again = grype("2026-06-10T00:00:00Z", &CVES[1..2]);
    for (at, report) in [("2021-01-11", &old), ("2021-02-11", &open), ("2026-06-11", &again)] {
        house.ingest.clock = Clock::Fixed(time(&format!("{at}T00:00:00Z")));
        house.take(report, &House::request("one")).await.unwrap();
    }
    house.ingest.clock = Clock::Fixed(now());
    let gone = delete(&house, "P5Y", "forever").await;
    let evidence = gone.evidence.unwrap();
    assert_eq!((gone.reports, evidence.kept, evidence.kept_for_open), (1, 2, 1));
    tend(&house.ingest.lake, now()).await;
    let snapshot = house.snapshot(None).await;
    let bytes = async |report: i64| {
        let read = reports::bytes(&house.ingest.lake, &snapshot, ReportKey(report), None).await;
        read.map(|mut read| {
            let mut text = String::new();
            read.read_to_string(&mut text).unwrap();
            text
        })
    };
    let past = bytes(1).await.unwrap_err();
    assert!(matches!(past, BytesError::Lake(LakeError::PastRetention(ReportKey(1)))), "{past}");
    assert_eq!((bytes(2).await.unwrap(), bytes(3).await.unwrap()), (open, again));
    let listed = reports::find(&snapshot, ReportKey(1)).await.unwrap().unwrap();
    assert!(listed.past_retention && listed.digest.len() == 64);
    // The same source is told that it gave them before; to another one they are new.
    assert!(house.take(&old, &House::request("one")).await.unwrap().unchanged);
    assert!(!house.take(&old, &House::request("two")).await.unwrap().unchanged);
    let snapshot = house.snapshot(None).await;
    let mut read = reports::bytes(&house.ingest.lake, &snapshot, ReportKey(4), None).await.unwrap();
    let mut text = String::new();
    read.read_to_string(&mut text).unwrap();
    assert_eq!(text, old);
    sound(&house.ingest.lake).await;
    let known = crate::browse::assets::find(
        &snapshot,
        AssetKey(1),
        now(),
        Model::shipped(),
        Master::shipped(),
        &house.ingest.rules,
    );
    assert!(known.await.unwrap().is_some());
}
