//! Exact factors: ratios of integers, written as decimals where those end.

use std::{cmp::Ordering, fmt};

use yagura_model::points::MicroPoints;

/// How many decimal places a constant may have; with the bounds of a model this keeps every
/// product of factors inside 128 bits.
pub const DECIMAL_PLACES: u32 = 5;

/// How many digits a constant may have before the decimal point.
const WHOLE_DIGITS: usize = 9;

const MICRO: i128 = 1_000_000;

/// An exact ratio, never negative, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

/// A text that is not an exact decimal Yagura can hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatioError {
    /// Neither digits nor digits, a point and digits.
    #[error("`{0}` is not a plain decimal number; write it like `2.5`")]
    NotDecimal(String),
    /// A number below zero.
    #[error("`{0}` is negative; points and factors start at 0")]
    Negative(String),
    /// More decimal places than the arithmetic keeps.
    #[error("`{0}` has more than {DECIMAL_PLACES} decimal places; shorten it")]
    TooFine(String),
    /// More digits before the point than any constant needs.
    #[error("`{0}` is too large")]
    TooLarge(String),
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// One: the factor that changes nothing.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator` in lowest terms. A denominator below one counts as one, a
    /// numerator below nothing as nothing: neither is ever made from a validated model.
    pub(crate) fn new(numerator: i64, denominator: i64) -> Self {
        let (numerator, denominator) = (numerator.max(0), denominator.max(1));
        let divisor = greatest_common_divisor(numerator, denominator);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// A whole number.
    pub(crate) fn whole(number: u32) -> Self {
        Self { numerator: i64::from(number), denominator: 1 }
    }

    /// Reads a decimal as it stands in a file (`2`, `2.5`, `1_000`), without floating point.
    pub fn parse(text: &str) -> Result<Self, RatioError> {
        let shown = || text.to_owned();
        if text.starts_with('-') {
            return Err(RatioError::Negative(shown()));
        }
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(RatioError::NotDecimal(shown()));
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMAL_PLACES as usize {
            return Err(RatioError::TooFine(shown()));
        }
        if whole.len() > WHOLE_DIGITS {
            return Err(RatioError::TooLarge(shown()));
        }
        let scale = 10_i64.pow(u32::try_from(fraction.len()).unwrap_or(DECIMAL_PLACES));
        let number = |part: &str| {
            if part.is_empty() { Ok(0) } else { part.parse::<i64>() }
        };
        match (number(whole), number(fraction)) {
            (Ok(whole), Ok(fraction)) => Ok(Self::new(whole * scale + fraction, scale)),
            _ => Err(RatioError::NotDecimal(shown())),
        }
    }

    /// The number above the line, in lowest terms.
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// The number below the line, in lowest terms, at least one.
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// `from` at 0, `to` at `length`, in a straight line between; `step` is cut at `length`.
    pub(crate) fn between(from: Self, to: Self, step: i64, length: i64) -> Self {
        let step = step.clamp(0, length.max(0));
        if step == length {
            return to;
        }
        // from + (to − from) × step / length, over the common denominator of the two ends.
        let common = from.denominator * to.denominator
            / greatest_common_divisor(from.denominator, to.denominator);
        let start = from.numerator * (common / from.denominator);
        let end = to.numerator * (common / to.denominator);
        Self::new(start * length + (end - start) * step, common * length)
    }

    /// One plus millionths, for a probability.
    pub(crate) fn plus_millionths(self, millionths: u32) -> Self {
        // Every constant has at most five places, so millionths are a common denominator.
        let own = self.numerator * (1_000_000 / self.denominator);
        Self::new(own + i64::from(millionths), 1_000_000)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        left.cmp(&(i128::from(other.numerator) * i128::from(self.denominator)))
    }
}

impl fmt::Display for Ratio {
    /// The exact value: a decimal if it ends (`2.5`), else a fraction (`11/14`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.denominator;
        let (mut twos, mut fives) = (0_u32, 0_u32);
        while rest % 2 == 0 {
            rest /= 2;
            twos += 1;
        }
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        let places = twos.max(fives);
        if rest != 1 || places > 30 {
            return f.pad(&format!("{}/{}", self.numerator, self.denominator));
        }
        let whole = self.numerator / self.denominator;
        let mut over = i128::from(self.numerator % self.denominator);
        let mut text = whole.to_string();
        if over > 0 {
            text.push('.');
        }
        while over > 0 {
            over *= 10;
            text.push_str(&(over / i128::from(self.denominator)).to_string());
            over %= i128::from(self.denominator);
        }
        f.pad(&text)
    }
}

impl serde::Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The product of factors in micro-points, rounded once, half even.
///
/// Factors of a validated model stay far inside 128 bits (see `model_file`); past them the result
/// is the largest there is rather than a wrong small one.
pub(crate) fn product(factors: &[Ratio]) -> MicroPoints {
    let mut numerator: i128 = 1;
    let mut denominator: i128 = 1;
    for factor in factors {
        let above = numerator.checked_mul(i128::from(factor.numerator));
        let below = denominator.checked_mul(i128::from(factor.denominator));
        let (Some(above), Some(below)) = (above, below) else {
            return MicroPoints(i64::MAX);
        };
        (numerator, denominator) = (above, below);
    }
    rounded(numerator, denominator)
}

/// `numerator / denominator` points in micro-points, rounded half even.
pub(crate) fn rounded(numerator: i128, denominator: i128) -> MicroPoints {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    let parts = whole.checked_mul(MICRO).zip(rest.checked_mul(MICRO));
    let micro = parts.map(|(whole, rest)| whole.saturating_add(half_even(rest, denominator)));
    MicroPoints(micro.and_then(|micro| i64::try_from(micro).ok()).unwrap_or(i64::MAX))
}

/// `numerator / denominator` to the nearest integer, halves to the even one; both not negative.
pub(crate) fn half_even(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    match rest.cmp(&(denominator - rest)) {
        Ordering::Less => quotient,
        Ordering::Equal => quotient + quotient % 2,
        Ordering::Greater => quotient + 1,
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MicroPoints, Ratio, RatioError, half_even, product};

    fn check(text: &str, shown: &str) {
        assert_eq!(Ratio::parse(text).expect(text).to_string(), shown);
    }

    #[test]
    fn decimals_are_read_from_their_text_exactly() {
        check("2", "2");
        check("2.50", "2.5");
        check("0.00001", "0.00001");
        check("3.43", "3.43");
        check("1_000.0", "1000");
        assert!(matches!(Ratio::parse("-1"), Err(RatioError::Negative(_))));
        assert!(matches!(Ratio::parse("0.000001"), Err(RatioError::TooFine(_))));
        assert!(matches!(Ratio::parse("12345678901"), Err(RatioError::TooLarge(_))));
        for text in ["", "1e3", "inf", "nan", "0x10", "1.", ".5", "1.2.3", "+1", "１"] {
            assert!(matches!(Ratio::parse(text), Err(RatioError::NotDecimal(_))), "{text}");
        }
    }

    #[test]
    fn a_value_that_does_not_end_is_shown_as_a_fraction() {
        assert_eq!(Ratio::new(22, 28).to_string(), "11/14");
        assert_eq!(Ratio::new(5, 8).to_string(), "0.625");
        assert_eq!(Ratio::ZERO.to_string(), "0");
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let rows =
            [(5, 10, 0), (15, 10, 2), (25, 10, 2), (35, 10, 4), (251, 100, 3), (249, 100, 2)];
        for (numerator, denominator, expected) in rows {
            assert_eq!(half_even(numerator, denominator), expected, "{numerator}/{denominator}");
        }
        // 0.00001 × 0.05 = 0.0000005 points: half a micro-point, to the even 0; three halves to 2.
        let tiny = Ratio::new(1, 100_000);
        assert_eq!(product(&[tiny, Ratio::new(5, 100)]), MicroPoints(0));
        assert_eq!(product(&[tiny, Ratio::new(15, 100)]), MicroPoints(2));
        assert_eq!(product(&[tiny, Ratio::new(25, 100)]), MicroPoints(2));
    }

    #[test]
    fn a_straight_line_meets_its_ends() {
        let (from, to) = (Ratio::new(1, 4), Ratio::ONE);
        assert_eq!(Ratio::between(from, to, 0, 90), from);
        assert_eq!(Ratio::between(from, to, 90, 90), to);
        assert_eq!(Ratio::between(from, to, 45, 90), Ratio::new(5, 8));
        assert_eq!(Ratio::between(from, to, 7, 0), to);
        assert_eq!(Ratio::between(to, from, 45, 90), Ratio::new(5, 8));
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(millions in 0_i64..1_000_000_000, places in 0_u32..=5) {
            let value = Ratio::new(millions, 10_i64.pow(places));
            prop_assert_eq!(Ratio::parse(&value.to_string()), Ok(value));
        }

        #[test]
        fn any_text_is_a_value_or_an_error(text in ".*") {
            prop_assert!(Ratio::parse(&text).is_ok() || Ratio::parse(&text).is_err());
        }

        #[test]
        fn rounding_is_never_further_than_half(n in 0_i128..1_000_000_000_000, d in 1_i128..1_000_000) {
            let rounded = half_even(n, d);
            prop_assert!((rounded * d - n).abs() * 2 <= d);
        }
    }
}
