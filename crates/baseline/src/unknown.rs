//! What a required observation that was never made costs: silence is never cheaper than the truth.

use yagura_model::points::MicroPoints;

use crate::{
    inputs::{Exposure, Value},
    model::Model,
    problem::{Factor, FactorName, Why, exposure_factor, value_factor},
    ratio::product,
};

/// The points of an unknown: always an estimate, and shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct UnknownScore {
    /// The larger of `floor` and `observed`.
    pub points: MicroPoints,
    /// The model's base × exposure × value.
    pub floor: MicroPoints,
    /// What the model's percentile of observed assets of the class carries, if there are any.
    pub observed: Option<MicroPoints>,
    /// The factors of `floor`.
    pub factors: [Factor; 3],
}

/// The points of a required observation that was never made.
///
/// `observed` is the model's percentile ([`percentile`]) of what observed assets of the same class
/// carry for this observation; `None` if none was observed.
pub fn unknown(
    model: &Model,
    exposure: Option<Exposure>,
    value: &Value,
    observed: Option<MicroPoints>,
) -> UnknownScore {
    let base =
        Factor { name: FactorName::Base, value: model.unknown.base, why: Why::NeverObserved };
    let factors = [base, exposure_factor(model, exposure), value_factor(model, value)];
    let floor = product(&factors.map(|factor| factor.value));
    UnknownScore {
        points: observed.map_or(floor, |seen| seen.max(floor)),
        floor,
        observed,
        factors,
    }
}

/// The 75th percentile; see [`percentile`].
pub fn percentile_75(values: &mut [MicroPoints]) -> Option<MicroPoints> {
    percentile(75, values)
}

/// A percentile by nearest rank: the smallest value that at least `percent` per cent of all values
/// do not exceed, the one at rank ⌈percent × n / 100⌉ in ascending order. It is one of the values
/// and so an integer; `None` if there are none. Observed assets without a problem count as 0.
///
/// Reorders `values`; `percent` is taken as 1 to 100.
pub fn percentile(percent: u8, values: &mut [MicroPoints]) -> Option<MicroPoints> {
    if values.is_empty() {
        return None;
    }
    let percent = usize::from(percent.clamp(1, 100));
    let rank = (values.len() * percent).div_ceil(100);
    let (_, value, _) = values.select_nth_unstable(rank - 1);
    Some(*value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yagura_model::points::MicroPoints;

    use super::{percentile, percentile_75, unknown};
    use crate::{
        inputs::{Exposure, Value},
        model::Model,
    };

    fn check(values: &[i64], expected: Option<i64>) {
        let mut values: Vec<_> = values.iter().copied().map(MicroPoints).collect();
        assert_eq!(percentile_75(&mut values), expected.map(MicroPoints));
    }

    #[test]
    fn the_percentile_is_one_of_the_values() {
        check(&[], None);
        check(&[5], Some(5));
        check(&[4, 1, 3, 2], Some(3));
        check(&[5, 4, 1, 3, 2], Some(4));
        check(&[0, 0, 0, 9], Some(0));
        check(&[0, 0, 9, 9], Some(9));
    }

    #[test]
    fn an_unknown_costs_the_larger_of_floor_and_observed() {
        let lowest = Value {
            confidentiality: Some(1),
            integrity: Some(1),
            availability: Some(1),
            important: false,
        };
        let points = |exposure, value: &Value, observed: Option<i64>| {
            unknown(Model::shipped(), exposure, value, observed.map(MicroPoints)).points.0
        };
        assert_eq!(points(Some(Exposure::Internal), &lowest, None), 7_000_000);
        assert_eq!(points(None, &Value::default(), None), 21_000_000);
        assert_eq!(points(Some(Exposure::Internal), &lowest, Some(6_999_999)), 7_000_000);
        assert_eq!(points(Some(Exposure::Internal), &lowest, Some(40_000_000)), 40_000_000);
    }

    proptest! {
        #[test]
        fn a_percentile_leaves_the_said_part_below(
            values in proptest::collection::vec(0_i64..1_000, 1..60), percent in 1_u8..=100
        ) {
            let mut points: Vec<_> = values.iter().copied().map(MicroPoints).collect();
            let at = percentile(percent, &mut points).unwrap();
            let count = |test: &dyn Fn(i64) -> bool| values.iter().filter(|v| test(**v)).count();
            prop_assert!(count(&|v| v <= at.0) * 100 >= values.len() * usize::from(percent));
            prop_assert!(count(&|v| v < at.0) * 100 < values.len() * usize::from(percent));
        }
    }
}
