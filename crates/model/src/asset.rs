//! Assets as a source saw them.

use std::borrow::Cow;

use crate::{
    Timestamp, attribute::Attribute, domain::AssetClass, identifier::Identifier, kinds::text_enum,
    record::Place,
};

/// The number a reader gives a thing inside one report; it means nothing outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalAsset(pub u32);

/// One thing as one report shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetSeen<'a> {
    /// The number findings of the same report refer to it by.
    pub local: LocalAsset,
    /// What sort of thing it is.
    pub class: AssetClass,
    /// The name the source shows people.
    pub name: Cow<'a, str>,
    /// The source's own stable id, unique within the source; without one the strongest
    /// identifiers are used.
    pub stable_id: Option<Cow<'a, str>>,
    /// What it is known by. Empty only if `stable_id` is given.
    pub identifiers: Vec<Identifier<'a>>,
    /// What is said about it.
    pub attributes: Vec<Attribute<'a>>,
    /// How it stands to organisations, systems and other things.
    pub relations: Vec<Relation<'a>>,
    /// When the source observed it, if that is not the report's own time.
    pub observed_at: Option<Timestamp>,
    /// Where in the bytes this is said.
    pub place: Place,
}

text_enum! {
    /// A dated relation of an asset.
    pub enum RelationKind: u8 {
        /// 管理組織: who answers for it.
        ManagedBy = 1 => "managed_by",
        /// 利用組織: who uses it.
        UsedBy = 2 => "used_by",
        /// 運用事業者: who runs it, under which contract.
        OperatedBy = 3 => "operated_by",
        /// The system it belongs to.
        PartOf = 4 => "part_of",
        /// The asset it runs on or is stored on.
        HostedOn = 5 => "hosted_on",
        /// The user it was given to.
        AssignedTo = 6 => "assigned_to",
        /// The group or role a user belongs to.
        MemberOf = 7 => "member_of",
    }
}

/// A relation as a source stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation<'a> {
    /// Which relation.
    pub kind: RelationKind,
    /// The code or identifier of the other side, as the source writes it.
    pub target: Cow<'a, str>,
    /// Since when, if said.
    pub from: Option<Timestamp>,
    /// Until when (exclusive), if said.
    pub to: Option<Timestamp>,
}
