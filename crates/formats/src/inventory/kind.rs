//! The five kinds of things an inventory lists.

use yagura_model::{
    asset::RelationKind,
    coverage::ObservationKind,
    domain::{AssetClass, Domain},
    identifier::IdentifierKind,
};

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Organisation,
    Device,
    User,
    System,
    DataSet,
}

impl Kind {
    /// The word before the number in an asset's stable id.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Device => "device",
            Self::User => "user",
            Self::System => "system",
            Self::DataSet => "data_set",
        }
    }

    /// The target domain of its assets; organisations have none.
    pub(super) fn domain(self) -> Option<Domain> {
        match self {
            Self::Organisation => None,
            Self::Device => Some(Domain::Device),
            Self::User => Some(Domain::User),
            Self::System => Some(Domain::System),
            Self::DataSet => Some(Domain::Data),
        }
    }

    /// What kind of identifier its number is.
    pub(super) fn number_kind(self) -> IdentifierKind {
        match self {
            Self::Device | Self::Organisation => IdentifierKind::AssetNumber,
            Self::User => IdentifierKind::StaffNumber,
            Self::System => IdentifierKind::SystemNumber,
            Self::DataSet => IdentifierKind::DataSetNumber,
        }
    }

    /// How a thing of another kind stands to it whose row holds its number.
    pub(super) fn reference(self) -> RelationKind {
        match self {
            Self::Organisation => RelationKind::ManagedBy,
            Self::User => RelationKind::AssignedTo,
            Self::System | Self::DataSet => RelationKind::PartOf,
            Self::Device => RelationKind::HostedOn,
        }
    }

    /// The class of a thing whose row names none.
    pub(super) fn default_class(self) -> AssetClass {
        match self {
            Self::Device | Self::Organisation => AssetClass::Device,
            Self::User => AssetClass::Person,
            Self::System => AssetClass::System,
            Self::DataSet => AssetClass::DataSet,
        }
    }

    /// What a row about it is an observation of.
    pub(super) fn observation(self) -> ObservationKind {
        match self {
            Self::Organisation => ObservationKind::OrganisationInventory,
            Self::Device => ObservationKind::DeviceInventory,
            Self::User => ObservationKind::UserInventory,
            Self::System => ObservationKind::SystemInventory,
            Self::DataSet => ObservationKind::DataInventory,
        }
    }
}
