//! Risk points in integer micro-points: equal in any order and thread count.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

/// Risk points (リスク点) times one million.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct MicroPoints(pub i64);

impl MicroPoints {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// As points, for display only.
    pub fn as_points(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add for MicroPoints {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for MicroPoints {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl AddAssign for MicroPoints {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for MicroPoints {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}
