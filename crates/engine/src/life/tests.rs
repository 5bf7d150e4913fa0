//! In which state an asset is, as all who tell it tell it: the list, the record, both scores, the views.

use std::{sync::LazyLock, time::Duration};

use yagura_baseline::{identity::Rules, life::Says, master::Master, model::Model};
use yagura_lake::{Changes, Snapshot, Vacuum, compact::Extent, query::QueryLimits, views::AsOf};
use yagura_model::{
    Timestamp,
    id::{AssetKey, DecisionKey},
    life_cycle::LifeCycle::{self, Disposed, InService, InStore, Missing, Spare, Transferred},
    organisation::OrganisationCode,
};

use crate::{
    browse::assets::{LifeSaid, Which, find, list},
    clock::Clock,
    decisions::{Decided, DecisionError, Decisions, Signed, State, What, history},
    query::query,
    score::{ScoreRun, Sweep},
    testing::House,
};

/// The shipped rules, but what the source `agent` says it has seen.
static RULES: LazyLock<Master> = LazyLock::new(|| {
    let register = "[[source]]\nkind = \"register\"";
    let agent = "[[source]]\nkind = \"endpoint\"\ntitle_ja = \"端末管理\"\ntitle_en = \"endpoint\"\n\
                 sources = [\"agent\"]\ndays = 7\nwhy = \"a test\"\n\n";
    assert!(Master::SHIPPED_TEXT.contains(register));
    let text = Master::SHIPPED_TEXT.replacen(register, &format!("{agent}{register}"), 1);
    Master::from_toml(&text).unwrap()
});

fn day(text: &str) -> Timestamp {
    format!("2026-{text}T00:00:00Z").parse().unwrap()
}

/// A server by its number in the register.
fn server(number: u8, more: &str) -> String {
    format!(
        r#""device_number":"SV-{number}","name":"sv{number}","kind":"device","class":"server","serial":"SN-{number}-0001"{more}"#
    )
}

async fn rows(house: &House, source: &str, at: &str, rows: &[String]) {
    house.take_rows("sakura", source, day(at), rows).await;
}

fn decisions(house: &House) -> Decisions {
    let ingest = house.ingest.clone();
    let wait = Duration::ZERO;
    Decisions {
        lake: ingest.lake,
        rules: ingest.rules,
        master: RULES.clone(),
        clock: ingest.clock,
        wait,
    }
}

async fn decide(house: &House, what: What) -> Result<Decided, DecisionError> {
    let signed = Signed { by: "hanako".into(), second: None, reason: "certificate 31".into() };
    decisions(house).decide(&what, &signed).await
}

async fn record(
    house: &House,
    asset: i64,
    state: LifeCycle,
    on: &str,
) -> Result<Decided, DecisionError> {
    decide(house, What::State(State { asset: AssetKey(asset), state, since: day(on) })).await
}

async fn undo(house: &House, decision: i64) {
    decide(house, What::Undo(DecisionKey(decision))).await.unwrap();
}

/// The states of all assets at a time, by their numbers. All who tell them must say the same.
async fn states(snapshot: &Snapshot, at: &str) -> Vec<LifeCycle> {
    let (model, master, rules, at) = (Model::shipped(), &*RULES, Rules::shipped(), day(at));
    let mut listed = list(snapshot, model, master, &Which::default(), at).await.unwrap();
    listed.sort_by_key(|one| one.asset);
    let states: Vec<LifeCycle> = listed.iter().map(|one| one.state).collect();
    for one in &listed {
        let record = find(snapshot, one.asset.0, at, model, master, rules).await.unwrap().unwrap();
        assert_eq!(record.life.state, one.state, "{} at {at}", one.asset);
        assert_eq!(record.life.contradicted, one.contradicted, "{} at {at}", one.asset);
        assert_eq!(one.in_service, one.state.counts());
    }
    let (run, _) = ScoreRun::all(snapshot, model, master, at).await.unwrap();
    let sweep = Sweep::run(snapshot, model, master, at, None).await.unwrap();
    assert_eq!(sweep.whole(), run.whole());
    let counted: Vec<AssetKey> =
        listed.iter().filter(|one| one.state.counts()).map(|one| one.asset.0).collect();
    assert_eq!(run.assets.iter().map(|one| one.profile.asset).collect::<Vec<_>>(), counted);
    assert_eq!(sweep.assets.iter().map(|one| one.asset).collect::<Vec<_>>(), counted);
    for state in LifeCycle::ALL {
        let many = states.iter().filter(|one| *one == state).count() as u64;
        assert_eq!(sweep.states.of(*state), many, "{state}");
    }
    let contradicted = listed.iter().filter(|one| one.contradicted).count() as u64;
    assert_eq!(sweep.states.contradicted, contradicted);
    let sql = "SELECT state FROM inventory ORDER BY asset";
    let answer = query(snapshot, master, sql, AsOf::time(at), QueryLimits::STANDARD).await.unwrap();
    let told: Vec<LifeCycle> =
        answer.rows.iter().map(|row| row[0].as_ref().unwrap().parse().unwrap()).collect();
    assert_eq!(told, states, "{at}");
    states
}

async fn now(house: &House, at: &str) -> Vec<LifeCycle> {
    states(&house.snapshot(None).await, at).await
}

async fn life(house: &House, asset: i64, at: &str) -> LifeSaid {
    let snapshot = house.snapshot(None).await;
    let (model, rules) = (Model::shipped(), Rules::shipped());
    let found = find(&snapshot, AssetKey(asset), day(at), model, &RULES, rules).await.unwrap();
    found.unwrap().life
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_sees_any_more_is_missing_until_it_is_seen() {
    let house = House::new();
    let both = [server(1, ""), server(2, r#","network_class":"carried""#)];
    rows(&house, "register", "09-01", &both).await;
    rows(&house, "agent", "09-05", &both).await;
    // A register that lists it has not seen it.
    rows(&house, "register", "10-01", &both).await;
    assert_eq!(now(&house, "09-19").await, [InService, InService]);
    assert_eq!(now(&house, "09-20").await, [Missing, InService]);
    assert_eq!(now(&house, "10-21").await, [Missing, Missing]);
    let silent = life(&house, 1, "10-05").await;
    assert_eq!((silent.says, silent.since), (Says::Silent, day("09-19")));
    assert_eq!(silent.seen.unwrap().at, day("09-05"));
    // It keeps its points.
    let snapshot = house.snapshot(None).await;
    let points = async |at| {
        Sweep::run(&snapshot, Model::shipped(), &RULES, day(at), None).await.unwrap().whole().open
    };
    assert!(points("10-21").await >= points("09-06").await);
    rows(&house, "agent", "10-22", &both[..1]).await;
    assert_eq!(now(&house, "10-21").await, [Missing, Missing]);
    assert_eq!(now(&house, "10-22").await, [InService, Missing]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_source_ever_saw_is_missing_after_a_while() {
    let house = House::new();
    rows(&house, "register", "09-01", &[server(1, "")]).await;
    assert_eq!(now(&house, "09-15").await, [InService]);
    assert_eq!(now(&house, "09-16").await, [Missing]);
    assert_eq!(life(&house, 1, "09-16").await.says, Says::NeverSeen);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_column_of_a_register_says_the_state() {
    let house = House::new();
    let with = |state: &str| format!(r#","life_cycle":"{state}""#);
    let states = ["運用中", "保管中", "予備", "廃棄", "移管", "所在不明"];
    let of: Vec<String> =
        (1..).zip(states).map(|(number, state)| server(number, &with(state))).collect();
    rows(&house, "register", "09-01", &of).await;
    let expected = [InService, InStore, Spare, Disposed, Transferred, Missing];
    assert_eq!(now(&house, "09-02").await, expected);
    let spare = life(&house, 3, "09-02").await;
    assert_eq!((spare.says, spare.since), (Says::Stated, day("09-01")));
    assert_eq!(spare.record.unwrap().source.as_deref(), Some("register"));
    // What lies switched off in a store for years is not missing.
    rows(&house, "register", "10-01", &of).await;
    let later = [Missing, InStore, Spare, Disposed, Transferred, Missing];
    assert_eq!(now(&house, "10-20").await, later);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disposed_asset_that_is_seen_is_in_service_and_the_contradiction_is_said() {
    let house = House::new();
    let of = [server(1, ""), server(2, "")];
    rows(&house, "agent", "09-30", &of).await;
    let decided = record(&house, 1, Disposed, "10-01").await.unwrap();
    assert_eq!((decided.states[0].before, decided.states[0].after), (Missing, Disposed));
    // The report of that morning is no contradiction, one of the day after is.
    rows(&house, "agent", "10-01", &of[..1]).await;
    assert_eq!(now(&house, "10-05").await, [Disposed, InService]);
    rows(&house, "agent", "10-03", &of).await;
    rows(&house, "agent", "10-06", &of).await;
    assert_eq!(now(&house, "10-02").await, [Disposed, InService]);
    assert_eq!(now(&house, "10-06").await, [InService, InService]);
    let seen = life(&house, 1, "10-07").await;
    assert!(seen.contradicted);
    assert_eq!((seen.says, seen.since), (Says::Seen, day("10-03")));
    assert_eq!(seen.seen.unwrap().at, day("10-06"));
    let said = seen.record.unwrap();
    assert_eq!((said.state, said.since), (Disposed, day("10-01")));
    assert_eq!(said.decision.unwrap().by, "hanako");
    // Silent again, the record is no excuse.
    assert_eq!(now(&house, "10-21").await, [Missing, Missing]);
    assert!(life(&house, 1, "10-21").await.contradicted);
    let which = Which { contradicted: true, ..Which::default() };
    let snapshot = house.snapshot(None).await;
    let listed = list(&snapshot, Model::shipped(), &RULES, &which, day("10-21")).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.asset.0.0).collect::<Vec<_>>(), [1]);
    // A new record with the right day settles it.
    record(&house, 1, Disposed, "10-08").await.unwrap();
    assert_eq!(now(&house, "10-21").await, [Disposed, Missing]);
    assert_eq!(now(&house, "10-07").await, [InService, InService]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_findings_of_a_disposed_asset_count_until_its_day_and_are_kept() {
    let house = House::new();
    let report = crate::testing::grype("2026-10-01T00:00:00Z", &["CVE-2026-0001"]);
    house.take(&report, &House::request("scans")).await.unwrap();
    record(&house, 1, Disposed, "10-10").await.unwrap();
    let snapshot = house.snapshot(None).await;
    let whole = async |at| {
        let (model, at) = (Model::shipped(), day(at));
        let sweep = Sweep::run(&snapshot, model, Master::shipped(), at, None).await.unwrap();
        (sweep.whole().assets, sweep.states.disposed)
    };
    assert_eq!(whole("10-09").await, (1, 0));
    assert_eq!(whole("10-10").await, (0, 1));
    assert_eq!(house.ask("SELECT check_id FROM findings").await, ["CVE-2026-0001"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_taken_back_and_taken_up_again_without_loss() {
    let house = House::new();
    rows(&house, "agent", "10-20", &[server(1, "")]).await;
    record(&house, 1, InStore, "10-21").await.unwrap();
    record(&house, 1, Disposed, "10-25").await.unwrap();
    let told = async || {
        let mut told = Vec::new();
        for at in ["10-20", "10-22", "10-26"] {
            told.extend(now(&house, at).await);
        }
        told
    };
    assert_eq!(told().await, [InService, InStore, Disposed]);
    undo(&house, 2).await;
    assert_eq!(told().await, [InService, InStore, InStore]);
    undo(&house, 3).await;
    assert_eq!(told().await, [InService, InStore, Disposed]);
    undo(&house, 1).await;
    assert_eq!(told().await, [InService, InService, Disposed]);
    undo(&house, 2).await;
    assert_eq!(told().await, [InService, InService, InService]);
    // Nothing of it is forgotten.
    let snapshot = house.snapshot(None).await;
    let history = history(&snapshot, AssetKey(1), None).await.unwrap().unwrap();
    let told: Vec<(LifeCycle, bool)> = history
        .states
        .iter()
        .map(|said| (said.state, said.decision.as_ref().unwrap().undone_by.is_some()))
        .collect();
    assert_eq!(told, [(InStore, true), (Disposed, true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_refused() {
    let house = House::new();
    rows(&house, "agent", "10-20", &[server(1, "")]).await;
    let unknown = record(&house, 9, Disposed, "10-21").await.unwrap_err();
    assert!(matches!(unknown, DecisionError::UnknownAsset { .. }), "{unknown}");
    record(&house, 1, Disposed, "10-21").await.unwrap();
    let same = record(&house, 1, Disposed, "10-21").await.unwrap_err();
    assert!(matches!(same, DecisionError::SameState { .. }), "{same}");
    // What was recorded last of a day counts.
    record(&house, 1, Transferred, "10-21").await.unwrap();
    assert_eq!(now(&house, "10-22").await, [Transferred]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_goes_where_its_asset_goes() {
    let house = House::new();
    rows(&house, "agent", "10-01", &[server(1, "")]).await;
    rows(&house, "agent", "10-20", &[server(2, "")]).await;
    record(&house, 2, Disposed, "10-21").await.unwrap();
    assert_eq!(now(&house, "10-22").await, [Missing, Disposed]);
    decide(&house, What::Merge([AssetKey(1), AssetKey(2)].into())).await.unwrap();
    assert_eq!(now(&house, "10-22").await, [Disposed]);
    undo(&house, 2).await;
    assert_eq!(now(&house, "10-22").await, [Missing, Disposed]);
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_told_apart() {
    let house = House::new();
    house.take_rows("sakura", "agent", day("10-20"), &[server(1, "")]).await;
    house.take_rows("ume", "agent", day("10-20"), &[server(1, "")]).await;
    record(&house, 2, Disposed, "10-21").await.unwrap();
    assert_eq!(now(&house, "10-22").await, [InService, Disposed]);
    let snapshot = house.snapshot(None).await;
    for (organisation, in_service, disposed) in [("sakura", 1, 0), ("ume", 0, 1)] {
        let within = OrganisationCode::new(organisation).unwrap();
        let (model, at) = (Model::shipped(), day("10-22"));
        let sweep = Sweep::run(&snapshot, model, &RULES, at, Some(&within)).await.unwrap();
        let counted = (sweep.states.in_service, sweep.states.disposed);
        assert_eq!(counted, (in_service, disposed), "{organisation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_is_told_again_before_and_after_compaction_and_vacuum() {
    let mut house = House::new();
    let hour = |hour: i64| day("11-01") + jiff::SignedDuration::from_hours(hour);
    rows(&house, "agent", "10-20", &[server(1, "")]).await;
    house.ingest.clock = Clock::Fixed(hour(1));
    record(&house, 1, Disposed, "10-21").await.unwrap();
    house.ingest.clock = Clock::Fixed(hour(2));
    undo(&house, 1).await;
    house.ingest.clock = Clock::Fixed(hour(3));
    record(&house, 1, Spare, "10-25").await.unwrap();
    house.ingest.clock = Clock::Fixed(hour(4));
    rows(&house, "agent", "10-27", &[server(1, "")]).await;
    let expected: [(i64, [LifeCycle; 4]); 5] = [
        (0, [InService, InService, InService, InService]),
        (1, [InService, Disposed, Disposed, Disposed]),
        (2, [InService, InService, InService, InService]),
        (3, [InService, InService, Spare, Spare]),
        (4, [InService, InService, Spare, InService]),
    ];
    let check = async || {
        for (known, expected) in &expected {
            let known_at = hour(*known) + jiff::SignedDuration::from_mins(30);
            let snapshot = house.snapshot(Some(known_at)).await;
            for (at, state) in ["10-20", "10-22", "10-26", "10-28"].into_iter().zip(expected) {
                assert_eq!(states(&snapshot, at).await, [*state], "{at} known at {known}");
            }
        }
    };
    check().await;
    let later = day("11-03");
    let mut writer = house.ingest.lake.write(Duration::ZERO, later).await.unwrap();
    assert!(writer.compact(Extent::Everything, later).await.unwrap().tables > 0);
    for _ in 0..9 {
        writer.commit(Changes::default(), later).await.unwrap();
    }
    assert!(writer.vacuum(Vacuum::default(), day("11-30")).await.unwrap().files > 0);
    drop(writer);
    check().await;
}
