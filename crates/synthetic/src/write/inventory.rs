//! Yagura's inventory: rows of CSV, or objects of JSON Lines with the same columns.

use yagura_model::{
    Timestamp,
    asset::{AssetSeen, RelationKind},
    attribute::names,
    coverage::CoverageSeen,
    identifier::IdentifierKind,
    organisation::OrganisationSeen,
    record::Record,
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};

use super::{Pen, json::Object};
use crate::{report::Report, source::SourceKind};

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Kind(&'static str),
    Name,
    Class,
    Identifier(IdentifierKind),
    Attribute(&'static str),
    Relation(RelationKind),
    ObservedAt,
}

type Column = (&'static str, Holds);

use Holds::{Attribute, Class, Identifier, Kind, Name, ObservedAt, Relation};
use IdentifierKind as Id;

const DEVICES: &[Column] = &[
    ("kind", Kind("device")),
    ("device_number", Identifier(Id::AssetNumber)),
    ("class", Class),
    ("name", Name),
    ("hostname", Identifier(Id::Hostname)),
    ("fqdn", Identifier(Id::Fqdn)),
    ("serial", Identifier(Id::Serial)),
    ("mac", Identifier(Id::Mac)),
    ("cloud_instance", Identifier(Id::CloudInstance)),
    ("ip", Identifier(Id::Ip)),
    ("os", Attribute(names::OS)),
    ("os_version", Attribute(names::OS_VERSION)),
    ("vendor", Attribute(names::VENDOR)),
    ("model", Attribute(names::MODEL)),
    ("place", Attribute(names::PLACE)),
    ("zone", Attribute(names::ZONE)),
    ("life_cycle", Attribute(names::LIFE_CYCLE)),
    ("in_service_since", Attribute(names::IN_SERVICE_SINCE)),
    ("owner", Attribute(names::OWNER)),
    ("encrypted", Attribute(names::ENCRYPTED)),
    ("exposure", Attribute(names::EXPOSURE)),
    ("confidentiality", Attribute(names::CONFIDENTIALITY)),
    ("integrity", Attribute(names::INTEGRITY)),
    ("availability", Attribute(names::AVAILABILITY)),
    ("managed_by", Relation(RelationKind::ManagedBy)),
    ("used_by", Relation(RelationKind::UsedBy)),
    ("part_of", Relation(RelationKind::PartOf)),
    ("assigned_to", Relation(RelationKind::AssignedTo)),
    ("observed_at", ObservedAt),
];

const STAFF: &[Column] = &[
    ("kind", Kind("user")),
    ("staff_number", Identifier(Id::StaffNumber)),
    ("name", Name),
    ("mail", Identifier(Id::Mail)),
    ("post", Attribute(names::POST)),
    ("employment", Attribute(names::EMPLOYMENT)),
    ("mfa", Attribute(names::MFA)),
    ("privileged", Attribute(names::PRIVILEGED)),
    ("trained_at", Attribute(names::TRAINED_AT)),
    ("managed_by", Relation(RelationKind::ManagedBy)),
    ("observed_at", ObservedAt),
];

const SYSTEMS: &[Column] = &[
    ("kind", Kind("system")),
    ("system_number", Identifier(Id::SystemNumber)),
    ("name", Name),
    ("domain", Identifier(Id::Domain)),
    ("cloud_account", Identifier(Id::CloudAccount)),
    ("exposure", Attribute(names::EXPOSURE)),
    ("confidentiality", Attribute(names::CONFIDENTIALITY)),
    ("integrity", Attribute(names::INTEGRITY)),
    ("availability", Attribute(names::AVAILABILITY)),
    ("important", Attribute(names::IMPORTANT)),
    ("assessed_at", Attribute(names::ASSESSED_AT)),
    ("managed_by", Relation(RelationKind::ManagedBy)),
    ("observed_at", ObservedAt),
];

const DOMAINS: &[Column] = &[
    ("kind", Kind("system")),
    ("name", Name),
    ("domain", Identifier(Id::Domain)),
    ("exposure", Attribute(names::EXPOSURE)),
    ("managed_by", Relation(RelationKind::ManagedBy)),
    ("observed_at", ObservedAt),
];

const DATA_SETS: &[Column] = &[
    ("kind", Kind("data_set")),
    ("data_set_number", Identifier(Id::DataSetNumber)),
    ("name", Name),
    ("store", Identifier(Id::Store)),
    ("encrypted", Attribute(names::ENCRYPTED)),
    ("confidentiality", Attribute(names::CONFIDENTIALITY)),
    ("integrity", Attribute(names::INTEGRITY)),
    ("availability", Attribute(names::AVAILABILITY)),
    ("personal_data", Attribute(names::PERSONAL_DATA)),
    ("keep_until", Attribute(names::KEEP_UNTIL)),
    ("shared_with", Attribute(names::SHARED_WITH)),
    ("managed_by", Relation(RelationKind::ManagedBy)),
    ("part_of", Relation(RelationKind::PartOf)),
    ("observed_at", ObservedAt),
];

/// The columns of organisations, whose rows are no assets.
const ORGANISATIONS: [&str; 8] =
    ["kind", "organisation_code", "name", "name_en", "parent", "from", "to", "observed_at"];

fn columns(source: SourceKind) -> &'static [Column] {
    match source {
        SourceKind::Staff => STAFF,
        SourceKind::Systems => SYSTEMS,
        SourceKind::Domains => DOMAINS,
        SourceKind::DataSets => DATA_SETS,
        _ => DEVICES,
    }
}

impl Holds {
    /// The values of a thing in this column.
    fn values<'s>(self, seen: &'s AssetSeen<'_>, at: &'s str) -> Vec<&'s str> {
        match self {
            Kind(kind) => vec![kind],
            Name => vec![seen.name.as_ref()],
            Class => vec![seen.class.as_str()],
            ObservedAt => vec![at],
            Identifier(kind) => seen
                .identifiers
                .iter()
                .filter(|identifier| identifier.kind == kind)
                .map(|identifier| identifier.value.as_ref())
                .collect(),
            Attribute(name) => seen
                .attributes
                .iter()
                .filter(|attribute| attribute.name == name)
                .map(|attribute| attribute.value.as_ref())
                .collect(),
            Relation(kind) => seen
                .relations
                .iter()
                .filter(|relation| relation.kind == kind)
                .map(|relation| relation.target.as_ref())
                .collect(),
        }
    }
}

/// A register as CSV.
pub(super) struct Table<'p, 'o> {
    pen: &'p mut Pen<'o>,
    columns: &'static [Column],
    organisations: bool,
    at: String,
    begun: bool,
}

impl<'p, 'o> Table<'p, 'o> {
    pub(super) fn new(pen: &'p mut Pen<'o>, report: Report) -> Self {
        Self {
            pen,
            columns: columns(report.source),
            organisations: report.source == SourceKind::Organisations,
            at: report.observed_at.to_string(),
            begun: false,
        }
    }

    fn line<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> Result<(), Stopped> {
        for (number, cell) in cells.into_iter().enumerate() {
            if number > 0 {
                self.pen.text.push(',');
            }
            if cell.contains([',', '"', '\n']) {
                self.pen.text.push('"');
                self.pen.text.push_str(&cell.replace('"', "\"\""));
                self.pen.text.push('"');
            } else {
                self.pen.text.push_str(cell);
            }
        }
        self.pen.text.push('\n');
        self.pen.put()
    }
}

impl Sink for Table<'_, '_> {
    fn head(&mut self, _: ReportHead<'_>) -> Result<(), Stopped> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        if self.organisations {
            return self.line(ORGANISATIONS);
        }
        self.line(self.columns.iter().map(|(name, _)| *name))
    }

    fn organisation(&mut self, seen: OrganisationSeen<'_>) -> Result<(), Stopped> {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let at = self.at.clone();
        self.line([
            "organisation",
            &seen.code,
            &seen.name_ja,
            &seen.name_en,
            seen.parent.as_deref().unwrap_or_default(),
            &time(seen.from),
            &time(seen.to),
            &at,
        ])
    }

    fn asset(&mut self, seen: AssetSeen<'_>) -> Result<(), Stopped> {
        let at = self.at.clone();
        let cells: Vec<String> =
            self.columns.iter().map(|(_, holds)| holds.values(&seen, &at).join(";")).collect();
        self.line(cells.iter().map(String::as_str))
    }

    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn software(&mut self, _: SoftwareSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn record(&mut self, _: Record<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}

/// A register as JSON Lines.
pub(super) struct Lines<'p, 'o> {
    pen: &'p mut Pen<'o>,
    columns: &'static [Column],
    at: String,
}

impl<'p, 'o> Lines<'p, 'o> {
    pub(super) fn new(pen: &'p mut Pen<'o>, report: Report) -> Self {
        Self { pen, columns: columns(report.source), at: report.observed_at.to_string() }
    }
}

impl Sink for Lines<'_, '_> {
    fn head(&mut self, _: ReportHead<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn asset(&mut self, seen: AssetSeen<'_>) -> Result<(), Stopped> {
        let mut object = Object::open(&mut self.pen.text);
        for (name, holds) in self.columns {
            let values = holds.values(&seen, &self.at);
            if !values.is_empty() {
                object.text(name, &values.join(";"));
            }
        }
        object.close();
        self.pen.text.push('\n');
        self.pen.put()
    }

    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn software(&mut self, _: SoftwareSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn record(&mut self, _: Record<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}
