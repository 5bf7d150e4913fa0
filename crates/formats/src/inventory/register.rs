//! A row of a register into events.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::Attribute,
    coverage::{CheckSet, CoverageSeen, ObservationKinds},
    identifier::Identifier,
    organisation::{OrganisationCode, OrganisationSeen},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use super::{
    date,
    field::{Field, Kind, Meaning},
    mapping::Mapping,
    text,
    thing::Thing,
    words,
};
use crate::{error::ParseError, local::LocalAssets, sink::Sink};

/// What a column of a file is.
#[derive(Debug, Clone)]
pub(super) enum Column {
    /// A documented one.
    Known(&'static Field),
    /// One of the register's own, by the attribute name it is kept under.
    Own(String),
    /// One to pass over.
    Ignored,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'t> {
    /// Its bytes.
    pub(super) place: Place,
    /// The same for people: `line 3`.
    pub(super) text: fmt::Arguments<'t>,
}

/// Most times remembered: registers say the same few over and over.
const TIMES: usize = 4096;

/// Turns rows into events.
pub(super) struct Register<'s> {
    sink: &'s mut dyn Sink,
    zone: TimeZone,
    mapping: &'s Mapping,
    locals: LocalAssets,
    unzoned: BTreeSet<&'static str>,
    observed_at: Option<Timestamp>,
    times: HashMap<String, Option<date::Moment>>,
}

impl<'s> Register<'s> {
    pub(super) fn new(
        sink: &'s mut dyn Sink,
        zone: TimeZone,
        mapping: &'s Mapping,
    ) -> Result<Self, ParseError> {
        sink.head(ReportHead { tool: "inventory".into(), ..ReportHead::default() })?;
        Ok(Self {
            sink,
            zone,
            mapping,
            locals: LocalAssets::new(),
            unzoned: BTreeSet::new(),
            observed_at: None,
            times: HashMap::new(),
        })
    }

    /// What a header names: as the mapping says, else as documented, else a column of the
    /// register's own, which is said once.
    pub(super) fn column(
        &mut self,
        header: &str,
        position: usize,
        at: impl fmt::Display,
    ) -> Result<Column, ParseError> {
        if let Some(column) = self.mapping.column(header, position) {
            return Ok(column);
        }
        let header = header.trim();
        if header.is_empty() {
            return Ok(Column::Ignored);
        }
        if let Some(field) = super::field::by_header(header) {
            return Ok(Column::Known(field));
        }
        if header.starts_with("x.") {
            return Ok(Column::Own(header.to_owned()));
        }
        let name: String = header.chars().filter(|c| !c.is_control()).take(100).collect();
        self.warn(WarningCode::UnknownColumn, at, name.clone())?;
        Ok(Column::Own(format!("x.{name}")))
    }

    pub(super) fn warn(
        &mut self,
        code: WarningCode,
        at: impl fmt::Display,
        detail: impl Into<String>,
    ) -> Result<(), ParseError> {
        let mut detail: String = detail.into();
        if let Some((cut, _)) = detail.char_indices().nth(200) {
            detail.truncate(cut);
        }
        Ok(self.sink.warn(Warning { code, at: at.to_string(), detail })?)
    }

    /// Counts a row that cannot be taken.
    pub(super) fn drop_row(
        &mut self,
        at: At<'_>,
        reason: DropReason,
        detail: impl Into<String>,
    ) -> Result<(), ParseError> {
        self.warn(WarningCode::DroppedRecord, at.text, detail)?;
        let outcome = Outcome::Dropped(reason);
        Ok(self.sink.record(Record { place: at.place, asset: None, outcome })?)
    }

    /// Takes one row: its filled cells in order. `kind` is that of the file, if it has one.
    pub(super) fn row<'c>(
        &mut self,
        kind: Option<Kind>,
        cells: impl Iterator<Item = (&'c Column, &'c str)>,
        at: At<'_>,
    ) -> Result<(), ParseError>
    where
        's: 'c,
    {
        let mapping = self.mapping;
        let mut row = Row { kind, ..Row::default() };
        let constants = mapping.constants.iter().map(|(column, value)| (column, value.as_str()));
        let mut kind_said = None;
        for (column, cell) in cells.chain(constants) {
            let Some(cell) = text::filled(cell) else { continue };
            match column {
                Column::Ignored => {}
                Column::Own(name) => row.own.push((Cow::Borrowed(name), text::full_kana(cell))),
                Column::Known(field) => {
                    let cell = mapping.value(field, cell);
                    if matches!(field.meaning, Meaning::Kind) {
                        kind_said.get_or_insert(cell);
                    } else {
                        row.cells.push((field, cell));
                    }
                }
            }
        }
        if let Some(word) = kind_said {
            row.kind = words::kind(word);
            if row.kind.is_none() {
                let detail = format!("the kind `{word}` is not known");
                return self.drop_row(at, DropReason::Malformed, detail);
            }
        }
        match row.kind {
            None => self.drop_row(at, DropReason::Malformed, "the row does not say its kind"),
            Some(Kind::Organisation) => self.organisation(&row, at),
            Some(kind) => self.asset(kind, row, at),
        }
    }

    /// Says at the end what the rows said together.
    pub(super) fn finish(self) -> Result<(), ParseError> {
        let head = ReportHead {
            tool: "inventory".into(),
            observed_at: self.observed_at,
            ..ReportHead::default()
        };
        Ok(self.sink.head(head)?)
    }

    fn organisation(&mut self, row: &Row<'_>, at: At<'_>) -> Result<(), ParseError> {
        let mut seen = OrganisationSeen {
            code: "".into(),
            name_ja: "".into(),
            name_en: "".into(),
            parent: None,
            from: None,
            to: None,
        };
        for (field, cell) in &row.cells {
            match field.meaning {
                Meaning::Number(Kind::Organisation) => seen.code = text::narrow(cell),
                Meaning::Name => seen.name_ja = text::full_kana(cell),
                Meaning::NameEnglish => seen.name_en = text::narrow(cell),
                Meaning::Parent => seen.parent = Some(text::narrow(cell)),
                Meaning::From => seen.from = self.time(field, cell, at)?.map(|moment| moment.at),
                Meaning::To => seen.to = self.last_day(field, cell, at)?,
                Meaning::ObservedAt => {
                    let moment = self.time(field, cell, at)?;
                    self.observed_at = self.observed_at.max(moment.map(|moment| moment.at));
                }
                _ => {
                    let detail = format!("an organisation has no `{}`", field.name);
                    self.warn(WarningCode::UnknownColumn, at.text, detail)?;
                }
            }
        }
        let code = match OrganisationCode::new(&seen.code) {
            Ok(code) => code,
            Err(error) => return self.drop_row(at, DropReason::Malformed, error.to_string()),
        };
        if let Some(parent) = &seen.parent
            && let Err(error) = OrganisationCode::new(parent)
        {
            return self.drop_row(at, DropReason::Malformed, error.to_string());
        }
        if seen.parent.is_none() {
            seen.parent = code.parent().map(|parent| parent.as_str().to_owned().into());
        }
        self.sink.organisation(seen)?;
        self.fact(at, None)
    }

    fn asset(&mut self, kind: Kind, row: Row<'_>, at: At<'_>) -> Result<(), ParseError> {
        let mut thing = Thing::default();
        for (field, cell) in &row.cells {
            self.tell(kind, field, cell, &mut thing, at)?;
        }
        let Some(key) = thing.key() else {
            let detail = format!("the {} has neither a number nor an identifier", kind.as_str());
            return self.drop_row(at, DropReason::NoAsset, detail);
        };
        let whole = format!("{}:{key}", kind.as_str());
        let unnamed = thing.name.is_none().then(|| Cow::Owned(key.into_owned()));
        let (local, _) = self.locals.number(&whole);
        // Of a thing with a number, the key is the number.
        let stable_id = thing.number.is_some().then_some(Cow::Owned(whole));
        thing.attributes.extend(row.own.into_iter().map(|(name, value)| Attribute { name, value }));
        thing.date_relations();
        self.observed_at = self.observed_at.max(thing.observed_at);
        self.sink.asset(AssetSeen {
            local,
            class: thing.class.unwrap_or(kind.default_class()),
            name: thing.name.or(unnamed).unwrap_or_default(),
            stable_id,
            identifiers: thing.identifiers,
            attributes: thing.attributes,
            relations: thing.relations,
            observed_at: thing.observed_at,
            place: at.place,
        })?;
        self.sink.coverage(CoverageSeen {
            asset: local,
            kinds: ObservationKinds::of(&[kind.observation()]),
            credentialed: None,
            checks: CheckSet::All,
            observed_at: thing.observed_at,
        })?;
        self.fact(at, Some(local))
    }

    /// Adds what one cell says to the thing. What cannot be read is said, and kept as it stands.
    fn tell<'c>(
        &mut self,
        kind: Kind,
        field: &'static Field,
        cell: &'c str,
        thing: &mut Thing<'c>,
        at: At<'_>,
    ) -> Result<(), ParseError> {
        let read = match field.meaning {
            Meaning::Number(of) if of == kind => {
                let number = text::narrow(cell);
                if let Some(identifier) = Identifier::new(kind.number_kind(), number.clone()) {
                    thing.identifiers.push(identifier);
                }
                thing.number = Some(number);
                true
            }
            Meaning::Number(of) => {
                thing.relate(of.reference(), cell);
                true
            }
            Meaning::Identifier(of) => thing.identify(of, cell),
            Meaning::Class => {
                thing.class = words::class(kind, cell);
                thing.class.is_some()
            }
            Meaning::Name => {
                thing.name = Some(text::full_kana(cell));
                true
            }
            Meaning::ObservedAt => {
                thing.observed_at = self.time(field, cell, at)?.map(|moment| moment.at);
                return Ok(());
            }
            Meaning::Text(name) => thing.say(name, text::full_kana(cell)),
            Meaning::Time(name) => {
                let moment = self.time(field, cell, at)?;
                moment.is_some_and(|moment| thing.say(name, moment.at.to_string()))
            }
            Meaning::LastDay(name) => {
                let end = self.last_day(field, cell, at)?;
                end.is_some_and(|end| thing.say(name, end.to_string()))
            }
            Meaning::Flag(name) => words::flag(cell).is_some_and(|value| thing.say(name, value)),
            Meaning::Word(name, list) => {
                words::meaning(list, cell).is_some_and(|value| thing.say(name, value))
            }
            Meaning::Rating(name) => {
                words::rating(name, cell).is_some_and(|value| thing.say(name, value))
            }
            Meaning::Relation(of) => {
                thing.relate(of, cell);
                true
            }
            Meaning::RelationFrom(of) => {
                let moment = self.time(field, cell, at)?;
                thing.terms.push((of, moment.map(|moment| moment.at), None));
                return Ok(());
            }
            Meaning::RelationTo(of) => {
                let end = self.last_day(field, cell, at)?;
                thing.terms.push((of, None, end));
                return Ok(());
            }
            Meaning::Kind => true,
            Meaning::NameEnglish | Meaning::Parent | Meaning::From | Meaning::To => false,
        };
        if !read {
            if !matches!(field.meaning, Meaning::Time(_) | Meaning::LastDay(_)) {
                let detail = format!("{} `{cell}`", field.name);
                self.warn(WarningCode::UnreadableValue, at.text, detail)?;
            }
            let name = Cow::Owned(format!("x.{}", field.name));
            thing.attributes.push(Attribute { name, value: Cow::Borrowed(cell) });
        }
        Ok(())
    }

    fn time(
        &mut self,
        field: &'static Field,
        cell: &str,
        at: At<'_>,
    ) -> Result<Option<date::Moment>, ParseError> {
        let Some(moment) = self.moment(cell) else {
            let detail = format!("{} `{cell}`", field.name);
            self.warn(WarningCode::UnreadableTime, at.text, detail)?;
            return Ok(None);
        };
        if moment.zone_assumed && self.unzoned.insert(field.name) {
            let detail = format!("{} `{cell}`", field.name);
            self.warn(WarningCode::TimeWithoutZone, at.text, detail)?;
        }
        Ok(Some(moment))
    }

    fn moment(&mut self, cell: &str) -> Option<date::Moment> {
        if let Some(known) = self.times.get(cell) {
            return *known;
        }
        let read = date::read(cell, &self.zone);
        if self.times.len() == TIMES {
            self.times.clear();
        }
        if cell.len() < 64 {
            self.times.insert(cell.to_owned(), read);
        }
        read
    }

    fn last_day(
        &mut self,
        field: &'static Field,
        cell: &str,
        at: At<'_>,
    ) -> Result<Option<Timestamp>, ParseError> {
        let moment = self.time(field, cell, at)?;
        Ok(moment.and_then(|moment| date::end(moment, &self.zone)))
    }

    fn fact(&mut self, at: At<'_>, asset: Option<LocalAsset>) -> Result<(), ParseError> {
        Ok(self.sink.record(Record { place: at.place, asset, outcome: Outcome::Fact })?)
    }
}

#[derive(Default)]
struct Row<'c> {
    kind: Option<Kind>,
    cells: Vec<(&'static Field, &'c str)>,
    own: Vec<(Cow<'c, str>, Cow<'c, str>)>,
}
