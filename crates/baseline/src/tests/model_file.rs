//! The shipped model is what the design says, and a broken model is refused with place and reason.

use yagura_model::{coverage::ObservationKind, domain::AssetClass};

use crate::{
    model::{GapFactor, Model},
    ratio::Ratio,
};

#[test]
fn the_shipped_model_has_the_coefficients_of_the_design() {
    let model = Model::shipped();
    let ratio = |text: &str| Ratio::parse(text).unwrap();
    let base = &model.base;
    assert_eq!([base.critical, base.high, base.medium, base.low], ["10", "7", "3", "1"].map(ratio));
    assert_eq!((base.without_vector, base.cvss_divisor), (ratio("3.43"), 100));
    let threat = &model.threat;
    assert_eq!([threat.known_exploited, threat.directive], ["2", "2"].map(ratio));
    assert_eq!([threat.ransomware, threat.without_data], ["2.5", "1"].map(ratio));
    let exposure = &model.exposure;
    assert_eq!(
        [exposure.internet, exposure.other_organisation, exposure.internal, exposure.missing],
        ["3", "1.5", "1", "1.5"].map(ratio)
    );
    let value = &model.value;
    assert_eq!(
        [value.highest, value.middle, value.lowest, value.missing],
        ["3", "2", "1", "2"].map(ratio)
    );
    let age = &model.age;
    assert_eq!([age.start, age.at_due, age.longest], ["0.25", "1", "2"].map(ratio));
    assert_eq!(age.longest_after_days, 90);
    assert_eq!([model.remedy.others, model.remedy.cap], ["0.1", "2"].map(ratio));
    assert_eq!((model.unknown.base, model.unknown.percentile), (ratio("7"), 75));
    assert!(model.sources.values().all(|source| !source.is_empty()));
    for factor in [GapFactor::Exposure, GapFactor::Value] {
        assert!(model.gap(factor).is_some());
    }
}

#[test]
fn every_class_has_required_observations() {
    let model = Model::shipped();
    for class in AssetClass::ALL {
        assert!(!model.required(*class).is_empty(), "{class}");
    }
    let server = |kind| {
        let of_server = model.required(AssetClass::Server);
        of_server.iter().find(|r| r.kind == kind).map(|r| (r.days, r.credentialed))
    };
    assert_eq!(server(ObservationKind::DeviceInventory), Some((7, false)));
    assert_eq!(server(ObservationKind::Vulnerability), Some((30, true)));
    assert_eq!(server(ObservationKind::Configuration), Some((90, false)));
}

/// Replaces one line of the shipped model and expects it to be refused at that line.
fn check(line: &str, broken: &str, column: usize, reason: &str) {
    let text = Model::SHIPPED_TEXT;
    assert!(text.contains(line), "`{line}` is not in the shipped model");
    let before = text.split_once(line).map_or("", |(before, _)| before);
    let broken_text = text.replacen(line, broken, 1);
    let error = Model::from_toml(&broken_text).expect_err(broken);
    let expected_line = before.matches('\n').count() + 1;
    assert_eq!((error.line, error.column), (expected_line, column), "{error}");
    assert!(error.reason.contains(reason), "{error}");
}

#[test]
fn a_broken_model_is_refused_with_its_place() {
    check("ransomware = 2.5", "ransomwhere = 2.5", 1, "unknown field `ransomwhere`");
    check("ransomware = 2.5", "ransomware = \"2.5\"", 14, "expected a number");
    check("ransomware = 2.5", "ransomware = 2.5e0", 14, "not a plain decimal");
    check("ransomware = 2.5", "ransomware = -2.5", 14, "negative");
    check("ransomware = 2.5", "ransomware = 2.500001", 14, "more than 5 decimal places");
    check("ransomware = 2.5", "ransomware = 25", 14, "more than 10");
    check("ransomware = 2.5", "ransomware = 0.0", 14, "more than 0");
    check("ransomware = 2.5", "ransomware = inf", 14, "not a finite number");
    check("low = 1\n", "low = 4\n", 7, "`4` is more than the worse case's `3`");
    check("start = 0.25", "start = 1.5", 9, "`1.5` is more than the worse case's `1`");
    check("effective = \"2026-11-01\"", "effective = \"2026-13-01\"", 13, "not a date");
    check("critical = 15", "critical = 0", 12, "not from 1 to 3650 days");
    check("percentile = 75", "percentile = 0", 14, "1 to 100");
    check("cap = 2", "cap = 0.5", 7, "less than the highest");
    check("severity = \"high\"", "severity = \"info\"", 12, "a fact");
    check("cvss_divisor = 100", "cvss_divisor = 1", 16, "10 to 1000");
    check("classes = [\"group\"]", "classes = [\"grope\"]", 12, "unknown variant `grope`");
    check("name = \"yagura-default\"", "name = \" \"", 8, "must not be empty");
    check("[remedy]", "[remedy", 8, "");
}

#[test]
fn what_is_missing_as_a_whole_is_named() {
    let refused = |text: &str| Model::from_toml(text).unwrap_err().to_string();
    assert_eq!(refused(""), "line 1, column 1: missing field `model`");
    let shipped = Model::SHIPPED_TEXT;
    let without_group = shipped.replace("classes = [\"group\"]", "classes = []");
    assert!(refused(&without_group).contains("of the class `group`; add a [[required]]"));
    let twice = shipped.replace("factor = \"value\"", "factor = \"exposure\"");
    assert!(refused(&twice).contains("gap check already"));
}

#[test]
fn a_truncated_model_is_refused_and_never_panics() {
    let text = Model::SHIPPED_TEXT;
    for length in (0..text.chars().count() - 200).step_by(97) {
        let start: String = text.chars().take(length).collect();
        assert!(Model::from_toml(&start).is_err(), "the first {length} characters");
    }
}
