//! The points of a remedy: all problems that one correction closes.

use std::cmp::Reverse;

use yagura_model::points::MicroPoints;

use crate::{
    model::Model,
    ratio::{Ratio, half_even},
};

/// The points of a remedy and what each problem has of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RemedyScore {
    /// The highest problem, plus the model's part of the others, at most the cap.
    pub points: MicroPoints,
    /// One share a problem, in the order given; they add up to `points` exactly.
    pub shares: Vec<MicroPoints>,
}

/// The points of a remedy, from the points of its problems (none is negative).
///
/// The part of the others and the cap are rounded half even to a micro-point. Shares are in
/// proportion to the problems and dealt by the largest remainder; equal remainders go to the larger
/// problem, then to the earlier one, so that the same problems in another order get the same shares
/// among them. Give problems in the order of their keys to have each share fixed too.
pub fn remedy(model: &Model, problems: &[MicroPoints]) -> RemedyScore {
    let points: Vec<i128> = problems.iter().map(|points| i128::from(points.0.max(0))).collect();
    let sum: i128 = points.iter().sum();
    let highest = points.iter().copied().max().unwrap_or(0);
    let others = part(sum - highest, model.remedy.others);
    let total = (highest + others).min(part(highest, model.remedy.cap));
    RemedyScore { points: micro(total), shares: shares(&points, sum, total) }
}

fn part(points: i128, of: Ratio) -> i128 {
    half_even(points * i128::from(of.numerator()), i128::from(of.denominator()))
}

fn micro(points: i128) -> MicroPoints {
    MicroPoints(i64::try_from(points).unwrap_or(i64::MAX))
}

fn shares(points: &[i128], sum: i128, total: i128) -> Vec<MicroPoints> {
    if sum == 0 {
        return vec![MicroPoints::ZERO; points.len()];
    }
    let mut shares: Vec<i128> = points.iter().map(|points| points * total / sum).collect();
    let mut left = total - shares.iter().sum::<i128>();
    let mut order: Vec<(usize, &i128)> = points.iter().enumerate().collect();
    order.sort_by_key(|(place, points)| (Reverse(*points * total % sum), Reverse(*points), *place));
    for (place, _) in order {
        if left == 0 {
            break;
        }
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
            left -= 1;
        }
    }
    shares.into_iter().map(micro).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yagura_model::points::MicroPoints;

    use super::remedy;
    use crate::model::Model;

    fn points(values: &[i64]) -> Vec<MicroPoints> {
        values.iter().copied().map(MicroPoints).collect()
    }

    fn check(problems: &[i64], total: i64, shares: &[i64]) {
        let score = remedy(Model::shipped(), &points(problems));
        assert_eq!(score.points, MicroPoints(total), "{problems:?}");
        assert_eq!(score.shares, points(shares), "{problems:?}");
    }

    #[test]
    fn the_highest_and_a_tenth_of_the_others() {
        check(&[], 0, &[]);
        check(&[0, 0], 0, &[0, 0]);
        check(&[10_000_000], 10_000_000, &[10_000_000]);
        check(&[10_000_000, 10_000_000], 11_000_000, &[5_500_000, 5_500_000]);
        // 100 + (50 + 50) / 10 = 110, in proportion 2 : 1 : 1, 27.5 each dealt 28 and 27.
        check(&[100, 50, 50], 110, &[55, 28, 27]);
    }

    #[test]
    fn a_tenth_is_rounded_half_even() {
        check(&[100, 5], 100, &[95, 5]);
        check(&[100, 15], 102, &[89, 13]);
        check(&[100, 25], 102, &[82, 20]);
    }

    #[test]
    fn at_most_twice_the_highest() {
        let many = vec![MicroPoints(7_000_000); 100];
        let score = remedy(Model::shipped(), &many);
        assert_eq!(score.points, MicroPoints(14_000_000));
        assert_eq!(score.shares, vec![MicroPoints(140_000); 100]);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_stay_inside_the_cap(
            problems in proptest::collection::vec(0_i64..2_000_000_000, 0..40)
        ) {
            let problems = points(&problems);
            let score = remedy(Model::shipped(), &problems);
            let highest = problems.iter().max().copied().unwrap_or_default();
            let sum: MicroPoints = problems.iter().copied().sum();
            prop_assert_eq!(score.shares.iter().copied().sum::<MicroPoints>(), score.points);
            prop_assert!(score.points >= highest && score.points.0 <= highest.0 * 2);
            prop_assert!(score.points <= sum);
            for (share, problem) in score.shares.iter().zip(&problems) {
                prop_assert!(share <= problem, "a share is never more than its problem");
            }
        }

        #[test]
        fn order_does_not_matter(
            orders in proptest::collection::vec(0_i64..5_000, 0..20)
                .prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle()))
        ) {
            let first = remedy(Model::shipped(), &points(&orders.0));
            let second = remedy(Model::shipped(), &points(&orders.1));
            prop_assert_eq!(first.points, second.points);
            let sorted = |mut shares: Vec<MicroPoints>| { shares.sort_unstable(); shares };
            prop_assert_eq!(sorted(first.shares), sorted(second.shares));
        }

        #[test]
        fn a_worse_problem_never_lowers_a_remedy(
            problems in proptest::collection::vec(0_i64..2_000_000_000, 1..20),
            more in 0_i64..1_000_000_000,
            at in any::<prop::sample::Index>(),
        ) {
            let before = remedy(Model::shipped(), &points(&problems));
            let mut worse = problems;
            let place = at.index(worse.len());
            worse[place] += more;
            prop_assert!(remedy(Model::shipped(), &points(&worse)).points >= before.points);
        }
    }
}
