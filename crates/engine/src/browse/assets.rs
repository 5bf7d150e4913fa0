//! Assets: the list of them, and all that is kept of one.
//!
//! [`list()`] reads the whole lake once. [`find()`] reads only what hangs on the subjects of one
//! asset, so that it answers at once however much the lake holds.

mod attributes;
mod brief;
mod contradicted;
mod counts;
mod findings;
mod holds;
mod identifiers;
mod life;
mod list;
mod looks;
mod one;
mod read;
mod relations;
mod sources;
mod targets;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use yagura_lake::rows::RelationPoint;
use yagura_model::{Timestamp, id::AssetKey};

use crate::links::hold_at;

pub use attributes::{AttributeSaid, OtherValue};
pub use brief::{Brief, brief};
pub use contradicted::{Contradiction, contradictions};
pub use counts::Counts;
pub use findings::FindingSaid;
pub use holds::Hold;
pub use identifiers::IdentifierSaid;
pub(crate) use life::state_of;
pub use life::{LifeSaid, RecordSaid as LifeRecordSaid, Sighting};
pub use list::{Listed, Which, list};
pub use looks::{Look, RequiredLook};
pub use one::{AssetRecord, find};
pub use relations::RelationSaid;
pub use sources::SourceRecord;
pub use targets::Other;

/// An asset as people name it: `A-12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssetId(pub AssetKey);

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A-{}", self.0)
    }
}

impl Serialize for AssetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text that is no number of an asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the number of an asset, written like `A-12`")]
pub struct NotAssetId(pub String);

impl FromStr for AssetId {
    type Err = NotAssetId;

    fn from_str(text: &str) -> Result<Self, NotAssetId> {
        let number = text.trim().strip_prefix(['A', 'a']).and_then(|rest| rest.strip_prefix('-'));
        let key = number.and_then(|number| number.parse().ok()).map(AssetKey);
        key.map(Self).ok_or_else(|| NotAssetId(text.to_owned()))
    }
}

/// Who says something, and since when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SaidBy {
    /// The name of the source.
    pub source: String,
    /// Since when it says so.
    pub since: Timestamp,
}

/// A value and who says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueSaid {
    /// The value.
    pub value: String,
    /// Each source once, the one that began last first.
    pub said_by: Vec<SaidBy>,
}

/// Whether a time lies in an interval.
fn holds_at(at: Timestamp, from: Timestamp, to: Option<Timestamp>) -> bool {
    from <= at && to.is_none_or(|to| at < to)
}

/// A closed list's value from the number a table holds.
fn kind_of<T>(stored: i8, from: impl Fn(u8) -> Option<T>) -> Option<T> {
    u8::try_from(stored).ok().and_then(from)
}

/// Whether a relation holds at a time, by its own dates.
fn in_force(row: &RelationPoint, at: Timestamp) -> bool {
    hold_at(at, row.valid_from, row.valid_to)
}
