//! In which state an asset is: named cases and laws.

use proptest::prelude::*;
use yagura_model::{Timestamp, domain::AssetClass, life_cycle::LifeCycle};

use crate::{
    life::{Decided, Known, Life, Record, Says},
    master::Master,
};

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + day * 86_400).unwrap()
}

/// A server known since day 0.
fn server(seen: Option<i64>) -> Known {
    Known {
        class: Some(AssetClass::Server),
        at_least_days: 0,
        first_seen: day(0),
        seen: seen.map(day),
        stated: None,
        decided: None,
    }
}

fn record(state: LifeCycle, since: i64) -> Record {
    Record { state, since: day(since) }
}

fn decided(state: LifeCycle, since: i64, decided_at: i64) -> Option<Decided> {
    Some(Decided { record: record(state, since), decided_at: day(decided_at) })
}

fn life(known: Known, at: i64) -> Life {
    Master::shipped().life(&known, day(at))
}

#[track_caller]
fn check(known: Known, at: i64, state: LifeCycle, since: i64, says: Says) {
    let life = life(known, at);
    assert_eq!((life.state, life.since, life.says), (state, day(since), says), "{life:?}");
}

use LifeCycle::{Disposed, InService, InStore, Missing, Spare, Transferred};

#[test]
fn what_is_silent_for_too_long_is_missing() {
    check(server(Some(10)), 24, InService, 0, Says::Nothing);
    check(server(Some(10)), 25, Missing, 24, Says::Silent);
    check(server(None), 14, InService, 0, Says::Nothing);
    check(server(None), 15, Missing, 14, Says::NeverSeen);
    let carried = Known { at_least_days: 45, ..server(Some(10)) };
    check(carried, 50, InService, 0, Says::Nothing);
    check(carried, 56, Missing, 55, Says::Silent);
    let person = Known { class: Some(AssetClass::Person), ..server(Some(10)) };
    check(person, 3000, InService, 0, Says::Nothing);
    // A register's word is no sighting, a person's is one.
    let stated = Known { stated: Some(record(InService, 20)), ..server(Some(10)) };
    check(stated, 30, Missing, 24, Says::Silent);
    let found = Known { decided: decided(InService, 28, 29), ..server(Some(10)) };
    check(found, 30, InService, 28, Says::Decided);
    check(found, 43, Missing, 42, Says::Silent);
}

#[test]
fn a_record_explains_silence() {
    for state in [InStore, Spare, Disposed, Transferred] {
        let stated = Known { stated: Some(record(state, 12)), ..server(Some(10)) };
        check(stated, 400, state, 12, Says::Stated);
    }
    let lost = Known { decided: decided(Missing, 12, 13), ..server(Some(10)) };
    check(lost, 13, Missing, 12, Says::Decided);
}

#[test]
fn what_is_seen_after_it_was_disposed_of_is_in_service_until_a_new_record() {
    let gone = Known { stated: Some(record(Disposed, 12)), ..server(Some(12)) };
    check(gone, 20, Disposed, 12, Says::Stated);
    let seen = Known { seen: Some(day(13)), ..gone };
    check(seen, 20, InService, 13, Says::Seen);
    assert_eq!(life(seen, 20).contradicted, Some((record(Disposed, 12), Says::Stated)));
    // Silent again it is missing, and the record is no excuse.
    check(seen, 28, Missing, 27, Says::Silent);
    assert_eq!(life(seen, 28).contradicted, Some((record(Disposed, 12), Says::Stated)));
    let decided_again = Known { decided: decided(Disposed, 14, 28), ..seen };
    check(decided_again, 30, Disposed, 14, Says::Decided);
    assert_eq!(life(decided_again, 30).contradicted, None);
}

#[test]
fn what_is_in_store_counts_while_it_is_seen() {
    let spare = Known { stated: Some(record(Spare, 5)), ..server(Some(10)) };
    check(spare, 12, InService, 10, Says::Seen);
    assert!(life(spare, 12).contradicted.is_some());
    check(spare, 25, Spare, 5, Says::Stated);
    assert_eq!(life(spare, 25).contradicted, None);
}

#[test]
fn what_was_lost_and_is_seen_again_was_found() {
    let found = Known { decided: decided(Missing, 12, 13), ..server(Some(20)) };
    check(found, 21, InService, 20, Says::Seen);
    assert_eq!(life(found, 21).contradicted, None);
}

#[test]
fn a_source_that_only_repeats_itself_does_not_overrule_a_person() {
    let known = |stated, since| Known {
        stated: Some(record(stated, since)),
        decided: decided(Disposed, 10, 12),
        ..server(Some(8))
    };
    check(known(InService, 1), 20, Disposed, 10, Says::Decided);
    check(known(InService, 11), 20, Disposed, 10, Says::Decided);
    check(known(InStore, 13), 20, InStore, 13, Says::Stated);
    // A decision for later counts from its day.
    let later = Known { decided: decided(Disposed, 30, 12), ..known(InStore, 13) };
    check(later, 31, Disposed, 30, Says::Decided);
}

fn known() -> impl Strategy<Value = Known> {
    let record = || {
        (prop::sample::select(LifeCycle::ALL), 0..60_i64).prop_map(|(s, since)| record(s, since))
    };
    let decided = (record(), 0..60_i64)
        .prop_map(|(record, decided_at)| Decided { record, decided_at: day(decided_at) });
    (
        prop::sample::select(AssetClass::ALL),
        0..60_u32,
        prop::option::of(0..60_i64),
        prop::option::of(record()),
        prop::option::of(decided),
    )
        .prop_map(|(class, at_least_days, seen, stated, decided)| Known {
            class: Some(class),
            at_least_days,
            first_seen: day(0),
            seen: seen.map(day),
            stated,
            decided,
        })
}

proptest! {
    #[test]
    fn nothing_seen_today_is_without_points(known in known(), at in 2..80_i64) {
        let seen = Known { seen: Some(day(at)), ..known };
        let life = Master::shipped().life(&seen, day(at));
        let began = |record: Record| record.since > day(at - 1);
        let new = known.stated.is_some_and(began)
            || known.decided.is_some_and(|decided| began(decided.record));
        prop_assert!(life.state.counts() || new, "{:?}", life);
    }

    #[test]
    fn without_a_record_everything_counts(known in known(), at in 0..200_i64) {
        let unsaid = Known { stated: None, decided: None, ..known };
        prop_assert!(Master::shipped().life(&unsaid, day(at)).state.counts());
    }
}

#[test]
fn a_file_that_leaves_a_class_out_or_names_it_twice_is_refused() {
    let refused = |text: &str, by: &str, reason: &str| {
        let shipped = Master::SHIPPED_TEXT;
        assert!(shipped.contains(text), "{text}");
        let error = Master::from_toml(&shipped.replacen(text, by, 1)).unwrap_err();
        assert!(error.reason.contains(reason), "{error}");
    };
    refused("\"server\", \"network\"]", "\"server\"]", "how long a `network`");
    refused("[\"printer\", \"iot\"]", "[\"printer\", \"iot\", \"mobile\"]", "has a rule already");
    refused("grace_days = 1", "grace_days = 4000", "not from 0");
    refused("[\"printer\", \"iot\"]", "[\"typewriter\"]", "typewriter");
}
