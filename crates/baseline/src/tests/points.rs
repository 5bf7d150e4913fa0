//! Laws of points: exact rounding, monotone factors, no order, no overflow.

use proptest::prelude::*;
use yagura_model::{Timestamp, points::MicroPoints, severity::Severity};

use crate::{
    inputs::{Base, Clock, Exposure, Probability, ProblemInputs, Threat, Value},
    model::Model,
    problem::{FactorName, Why, problem},
    vector::{CvssScore, CvssVersion},
};

const DAY: i64 = 86_400;

fn day(number: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + number * DAY).unwrap()
}

/// A CVE of 9.8 on an internal asset of lowest value, published on day 0, looked at on `now`.
fn inputs(now: i64) -> ProblemInputs {
    ProblemInputs {
        base: Base::Vulnerability(Some(CvssScore { tenths: 98, version: CvssVersion::V31 })),
        threat: Threat { feeds: true, ..Threat::default() },
        exposure: Some(Exposure::Internal),
        value: Value {
            confidentiality: Some(1),
            integrity: Some(1),
            availability: Some(1),
            important: false,
        },
        clock: Clock {
            published: Some(day(0)),
            in_service: Some(day(-1000)),
            asset_first_seen: day(-10),
            problem_first_seen: day(2),
        },
        due: None,
        now: day(now),
    }
}

fn points(inputs: &ProblemInputs) -> i64 {
    problem(Model::shipped(), inputs).points.0
}

fn factor(inputs: &ProblemInputs, name: FactorName) -> (String, &'static str) {
    let score = problem(Model::shipped(), inputs);
    let factor = score.factors.iter().find(|factor| factor.name == name).unwrap();
    let code = serde_json::to_value(factor.why).unwrap()["code"].as_str().unwrap().to_owned();
    (factor.value.to_string(), Box::leak(code.into_boxed_str()))
}

#[test]
fn age_rises_to_the_due_date_and_then_to_ninety_days_overdue() {
    let age = |now| factor(&inputs(now), FactorName::Age);
    assert_eq!(age(0), ("0.25".into(), "before_due"));
    assert_eq!(age(-5), ("0.25".into(), "before_due"));
    assert_eq!(age(7), ("0.6".into(), "before_due"));
    assert_eq!(age(15), ("1".into(), "before_due"));
    assert_eq!(age(45), ("4/3".into(), "overdue"));
    assert_eq!(age(60), ("1.5".into(), "overdue"));
    assert_eq!(age(105), ("2".into(), "overdue"));
    assert_eq!(age(4000), ("2".into(), "overdue"));
}

#[test]
fn the_clock_starts_at_the_later_of_publication_and_service() {
    let clock = |change: fn(&mut Clock)| {
        let mut inputs = inputs(20);
        change(&mut inputs.clock);
        match problem(Model::shipped(), &inputs).factors[4].why {
            Why::BeforeDue { days, .. } | Why::Overdue { days, .. } => days,
            why => panic!("{why:?}"),
        }
    };
    assert_eq!(clock(|_| {}), 20);
    assert_eq!(clock(|c| c.in_service = Some(day(12))), 8);
    assert_eq!(clock(|c| c.in_service = None), 20);
    assert_eq!(clock(|c| (c.in_service, c.asset_first_seen) = (None, day(5))), 15);
    assert_eq!(clock(|c| c.published = None), 18);
}

#[test]
fn what_is_urgent_starts_at_one() {
    let age = |change: fn(&mut ProblemInputs)| {
        let mut inputs = inputs(0);
        change(&mut inputs);
        factor(&inputs, FactorName::Age)
    };
    let urgent = ("1".to_owned(), "due_at_once");
    assert_eq!(age(|i| i.threat.known_exploited = true), urgent);
    assert_eq!(age(|i| i.threat.ransomware = true), urgent);
    assert_eq!(age(|i| i.threat.directive = true), urgent);
    assert_eq!(age(|i| i.exposure = Some(Exposure::Internet)), urgent);
    // Nobody said from where it can be reached: pessimistic in exposure, but not known to be urgent.
    assert_eq!(age(|i| i.exposure = None), ("0.25".into(), "before_due"));
    let high_on_internet = age(|i| {
        i.exposure = Some(Exposure::Internet);
        i.base = Base::Check(Severity::High);
    });
    assert_eq!(high_on_internet, ("0.25".into(), "before_due"));
}

#[test]
fn a_given_due_date_replaces_the_models_days() {
    let age =
        |due, now| factor(&ProblemInputs { due: Some(day(due)), ..inputs(now) }, FactorName::Age).0;
    assert_eq!(age(3, 0), "0.25");
    assert_eq!(age(3, 3), "1");
    assert_eq!(age(3, 48), "1.5");
    assert_eq!(age(-9, 0), "1");
    assert_eq!(age(-9, 90), "2");
    assert_eq!(age(1_000_000, 10), "92/365");
}

#[test]
fn threat_takes_the_worst_that_applies_and_says_which() {
    let threat =
        |threat: Threat| factor(&ProblemInputs { threat, ..inputs(0) }, FactorName::Threat);
    let feeds = Threat { feeds: true, ..Threat::default() };
    let epss = Some(Probability::parse("0.97565").unwrap());
    assert_eq!(threat(Threat::default()), ("1".into(), "no_threat_data"));
    assert_eq!(threat(feeds), ("1".into(), "not_in_feeds"));
    assert_eq!(threat(Threat { epss, ..feeds }), ("1.97565".into(), "epss"));
    assert_eq!(
        threat(Threat { known_exploited: true, epss, ..feeds }),
        ("2".into(), "known_exploited")
    );
    assert_eq!(threat(Threat { directive: true, ..Threat::default() }), ("2".into(), "directive"));
    assert_eq!(
        threat(Threat { known_exploited: true, ransomware: true, ..feeds }),
        ("2.5".into(), "ransomware")
    );
    assert_eq!(
        threat(Threat { open_incident: true, epss, ..feeds }),
        ("2".into(), "open_incident")
    );
}

#[test]
fn value_is_missing_only_while_a_rating_could_change_it() {
    let value = |confidentiality, integrity, availability, important| {
        let value = Value { confidentiality, integrity, availability, important };
        factor(&ProblemInputs { value, ..inputs(0) }, FactorName::Value)
    };
    assert_eq!(value(Some(3), None, None, false), ("3".into(), "highest_confidentiality"));
    assert_eq!(value(None, None, None, true), ("3".into(), "designated_important"));
    assert_eq!(value(Some(2), None, None, false), ("2".into(), "middle_rating"));
    assert_eq!(value(Some(1), Some(1), Some(2), false), ("2".into(), "middle_rating"));
    assert_eq!(value(Some(1), Some(1), Some(1), false), ("1".into(), "lowest_ratings"));
    assert_eq!(value(Some(1), Some(1), None, false), ("2".into(), "value_missing"));
    assert_eq!(value(None, Some(2), Some(2), false), ("2".into(), "value_missing"));
    assert_eq!(value(None, None, None, false), ("2".into(), "value_missing"));
}

#[test]
fn base_is_exact_for_scores_and_checks() {
    let base = |base| factor(&ProblemInputs { base, ..inputs(0) }, FactorName::Base);
    let cvss = |tenths| Base::Vulnerability(Some(CvssScore { tenths, version: CvssVersion::V31 }));
    for (tenths, expected) in [
        (100, "10"),
        (90, "7.29"),
        (70, "3.43"),
        (50, "1.25"),
        (40, "0.64"),
        (10, "0.01"),
        (1, "0.00001"),
    ] {
        assert_eq!(base(cvss(tenths)), (expected.into(), "cvss_vector"));
    }
    assert_eq!(base(Base::Vulnerability(None)), ("3.43".into(), "no_vector"));
    assert_eq!(base(Base::Check(Severity::Critical)), ("10".into(), "failed_check"));
    assert_eq!(base(Base::Check(Severity::Info)), ("0".into(), "informational"));
    assert_eq!(points(&ProblemInputs { base: Base::Check(Severity::Info), ..inputs(0) }), 0);
}

#[test]
fn the_largest_model_that_is_accepted_stays_inside_the_arithmetic() {
    let mut text = Model::SHIPPED_TEXT.to_owned();
    for (line, largest) in [
        ("critical = 10\n", "critical = 99.99999\n"),
        ("without_exploitation = 1\n", "without_exploitation = 9.99999\n"),
        ("internet = 3\n", "internet = 9.99999\n"),
        ("highest = 3\n", "highest = 9.99999\n"),
        ("start = 0.25\n", "start = 9.99997\n"),
        ("at_due = 1\n", "at_due = 9.99998\n"),
        ("longest = 2\n", "longest = 9.99999\n"),
        ("critical = 15\n", "critical = 3649\n"),
        (
            "immediate = [\"known_exploited\", \"directive\", \"critical_on_internet\"]",
            "immediate = []",
        ),
    ] {
        assert!(text.contains(line), "{line}");
        text = text.replacen(line, largest, 1);
    }
    let model = Model::from_toml(&text).unwrap();
    let inputs = ProblemInputs {
        base: Base::Check(Severity::Critical),
        threat: Threat { epss: Some(Probability::from_millionths(999_999)), ..Threat::default() },
        exposure: Some(Exposure::Internet),
        value: Value { important: true, ..Value::default() },
        ..inputs(3647)
    };
    // 99.99999 × 10.999989 × 9.99999² × (9.99997 + 0.00001 × 3647 / 3649), in exact arithmetic.
    assert_eq!(problem(&model, &inputs).points, MicroPoints(1_099_994_389_408));
}

fn any_inputs() -> impl Strategy<Value = ProblemInputs> {
    let base = prop_oneof![
        (1_u8..=100).prop_map(|tenths| {
            Base::Vulnerability(Some(CvssScore { tenths, version: CvssVersion::V31 }))
        }),
        Just(Base::Vulnerability(None)),
        prop::sample::select(vec![
            Severity::Low,
            Severity::Medium,
            Severity::High,
            Severity::Critical
        ])
        .prop_map(Base::Check),
    ];
    let flags = any::<[bool; 5]>();
    let epss = proptest::option::of((0_u32..=1_000_000).prop_map(Probability::from_millionths));
    let exposure = proptest::option::of(prop::sample::select(vec![
        Exposure::Internal,
        Exposure::OtherOrganisation,
        Exposure::Internet,
    ]));
    let rating = || proptest::option::of(1_u8..=3);
    let value = (rating(), rating(), rating(), any::<bool>());
    let times =
        (proptest::option::of(-400_i64..400), proptest::option::of(-400_i64..400), -400_i64..400);
    (base, flags, epss, exposure, value, times, 0_i64..900).prop_map(
        |(base, flags, epss, exposure, value, (published, due, seen), now)| ProblemInputs {
            base,
            threat: Threat {
                feeds: flags[0],
                known_exploited: flags[1],
                directive: flags[2],
                ransomware: flags[3],
                epss,
                open_incident: flags[4],
            },
            exposure,
            value: Value {
                confidentiality: value.0,
                integrity: value.1,
                availability: value.2,
                important: value.3,
            },
            clock: Clock {
                published: published.map(day),
                in_service: None,
                asset_first_seen: day(seen),
                problem_first_seen: day(seen),
            },
            due: due.map(day),
            now: day(now),
        },
    )
}

proptest! {
    #[test]
    fn points_are_the_product_of_the_factors_shown(inputs in any_inputs()) {
        let score = problem(Model::shipped(), &inputs);
        let (mut above, mut below) = (1_i128, 1_i128);
        for factor in score.factors {
            above *= i128::from(factor.value.numerator());
            below *= i128::from(factor.value.denominator());
        }
        let off = i128::from(score.points.0) * below - above * 1_000_000;
        prop_assert!(off.abs() * 2 <= below);
        prop_assert!(score.points > MicroPoints(0) && score.points <= MicroPoints(450_000_000));
    }

    #[test]
    fn points_never_fall_when_a_factor_rises(
        inputs in any_inputs(), tenths in 1_u8..100, days in 0_i64..200, epss in 0_u32..1_000_000
    ) {
        let at = points(&inputs);
        let not_less = |change: &dyn Fn(&mut ProblemInputs)| {
            let mut worse = inputs.clone();
            change(&mut worse);
            points(&worse) >= at
        };
        prop_assert!(not_less(&|i| i.threat.ransomware = true));
        prop_assert!(not_less(&|i| i.threat.known_exploited = true));
        prop_assert!(not_less(&|i| i.threat.directive = true));
        prop_assert!(not_less(&|i| i.threat.open_incident = true));
        prop_assert!(not_less(&|i| i.exposure = Some(Exposure::Internet)));
        prop_assert!(not_less(&|i| i.value.important = true));
        prop_assert!(not_less(&|i| i.now = day(days) + (i.now.duration_since(day(0)))));
        let score = |tenths| {
            let cvss = CvssScore { tenths, version: CvssVersion::V31 };
            points(&ProblemInputs { base: Base::Vulnerability(Some(cvss)), ..inputs.clone() })
        };
        prop_assert!(score(tenths + 1) >= score(tenths));
        let probability = |epss| {
            let threat = Threat { epss: Some(Probability::from_millionths(epss)), ..inputs.threat };
            points(&ProblemInputs { threat, ..inputs.clone() })
        };
        prop_assert!(probability(epss + 1) >= probability(epss));
    }

    #[test]
    fn not_saying_is_never_cheaper_than_the_lowest(inputs in any_inputs()) {
        let mut lowest = inputs.clone();
        lowest.exposure = Some(Exposure::Internal);
        let rating = Some(1);
        lowest.value = Value {
            confidentiality: rating,
            integrity: rating,
            availability: rating,
            important: false,
        };
        let silent = ProblemInputs { exposure: None, value: Value::default(), ..inputs };
        prop_assert!(points(&silent) >= points(&lowest));
    }

    #[test]
    fn any_order_gives_the_same_sum(
        orders in proptest::collection::vec(any_inputs(), 0..30)
            .prop_flat_map(|i| (Just(i.clone()), Just(i).prop_shuffle()))
    ) {
        let sum = |inputs: &[ProblemInputs]| -> MicroPoints {
            inputs.iter().map(|inputs| problem(Model::shipped(), inputs).points).sum()
        };
        prop_assert_eq!(sum(&orders.0), sum(&orders.1));
    }
}
