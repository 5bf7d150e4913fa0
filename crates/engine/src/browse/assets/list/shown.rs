//! What a list shows of an asset.

use yagura_model::{asset::RelationKind, attribute::names, domain::Domain};

/// The attributes a list shows of a domain.
pub(super) fn shown(domain: Domain) -> &'static [&'static str] {
    match domain {
        Domain::Device => &[names::OS, names::OS_VERSION, names::EXPOSURE, names::LIFE_CYCLE],
        Domain::User => &[
            names::POST,
            names::EMPLOYMENT,
            names::ENABLED,
            names::PRIVILEGED,
            names::MFA,
            names::LIFE_CYCLE,
        ],
        Domain::System => &[
            names::EXPOSURE,
            names::CONFIDENTIALITY,
            names::INTEGRITY,
            names::AVAILABILITY,
            names::IMPORTANT,
            names::LIFE_CYCLE,
        ],
        Domain::Data => &[
            names::CONFIDENTIALITY,
            names::INTEGRITY,
            names::AVAILABILITY,
            names::PERSONAL_DATA,
            names::ENCRYPTED,
            names::LIFE_CYCLE,
        ],
    }
}

/// The relations a list shows.
pub(super) const RELATIONS: &[RelationKind] = &[
    RelationKind::ManagedBy,
    RelationKind::UsedBy,
    RelationKind::OperatedBy,
    RelationKind::PartOf,
];
