//! SCIM 2.0: users and groups of a directory.
//!
//! Specified by RFC 7643 (schemas) and RFC 7644 (protocol): one resource, a list response, an
//! array or lines of resources, and the new resources of a bulk request.
//! Kept: users with id, account name, mail, staff number, state, title, department, manager and
//! groups; groups with their members.
//! Dropped: personal data that identifies nobody here (addresses, telephone numbers, photographs,
//! private mail), credentials.
//! Refused: messages that are no report of users and groups (patches, errors, searches, schemas).
//! A report covers the user inventory of the resources it holds.

#[cfg(test)]
mod tests;
mod wire;

use std::borrow::Cow;

use yagura_model::{
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    attribute::{Attribute, names},
    coverage::{CheckSet, ObservationKind},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next},
    json_records::JsonRecords,
    lenient::{Many, Text},
    records::{Covered, dropped},
    sink::{Sink, Stopped},
};

use wire::{Operation, Resource};

/// See the module.
#[derive(Debug)]
pub struct Scim;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const FAILURE: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

impl Format for Scim {
    fn name(&self) -> &'static str {
        "scim"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "SCIM 2.0 users and groups",
            url: "https://www.rfc-editor.org/rfc/rfc7643",
            record: "resource",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let names = memchr::memmem::find(head.bytes(), b"urn:ietf:params:scim:").is_some();
        names && ["schemas[]", "[].schemas[]"].iter().any(|path| head.has_json(path))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        _: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::default();
        let mut bulk = false;
        let mut end = None;
        if json.peek()? == Next::Object {
            let outline = Outline::read(&mut json)?;
            bulk = outline.is(BULK);
            if let Some(list) = outline.records()? {
                json.finish()?;
                end = Some(json.position());
                json.go_to(list)?;
                json.enter(Next::Array)?;
                records = JsonRecords::of_array();
            } else {
                json.go_to(outline.start)?;
            }
        }
        sink.head(ReportHead { tool: Cow::Borrowed("SCIM"), ..ReportHead::default() })?;
        let mut reading = Reading { assets: Covered::new() };
        while let Some(raw) = records.next(&mut json)? {
            if bulk {
                match raw.read::<Operation<'_>>()? {
                    Ok(operation) => reading.operation(&operation, raw.place, sink)?,
                    Err(message) => dropped(DropReason::Malformed, message, raw.place, sink)?,
                }
                continue;
            }
            match raw.read::<Resource<'_>>()? {
                Ok(resource) => reading.resource(&resource, true, raw.place, sink)?,
                Err(message) => dropped(DropReason::Malformed, message, raw.place, sink)?,
            }
        }
        match end {
            Some(end) => json.go_to(end)?,
            None => json.finish()?,
        }
        Ok(())
    }
}

/// The outer members of the document's first object.
#[derive(Debug)]
struct Outline {
    start: u64,
    schemas: Many<String>,
    detail: String,
    resources: Option<Place>,
    operations: Option<Place>,
}

impl Outline {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, ParseError> {
        let mut outline = Self {
            start: json.position(),
            schemas: Many::default(),
            detail: String::new(),
            resources: None,
            operations: None,
        };
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            let array = json.peek()? == Next::Array;
            match key.as_str() {
                "schemas" => outline.schemas = json.read()?,
                "detail" if !array && json.peek()? == Next::Scalar => {
                    let raw = json.value()?;
                    let detail: Text<'_> = raw.read()?.unwrap_or_default();
                    outline.detail = detail.as_str().chars().take(200).collect();
                }
                "Resources" if array => {
                    json.once(outline.resources.is_some(), &key)?;
                    outline.resources = Some(json.skip()?);
                }
                "Operations" if array => {
                    json.once(outline.operations.is_some(), &key)?;
                    outline.operations = Some(json.skip()?);
                }
                _ => {
                    json.skip()?;
                }
            }
        }
        Ok(outline)
    }

    fn is(&self, schema: &str) -> bool {
        self.schemas.iter().any(|named| named.eq_ignore_ascii_case(schema))
    }

    /// Where the records stand; `None` if the object is a record itself.
    fn records(&self) -> Result<Option<u64>, ParseError> {
        let refused = |code, message: String| Err(ParseError::at_byte(code, self.start, message));
        if self.is(FAILURE) {
            return refused(ErrorCode::ToolError, format!("the service answered: {}", self.detail));
        }
        if self.is(LIST) || self.schemas.is_empty() && self.resources.is_some() {
            return match &self.resources {
                Some(place) => Ok(Some(place.start)),
                None => {
                    refused(ErrorCode::Invalid, "the list response has no `Resources`".to_owned())
                }
            };
        }
        if self.is(BULK) {
            return match &self.operations {
                Some(place) => Ok(Some(place.start)),
                None => {
                    refused(ErrorCode::Invalid, "the bulk request has no `Operations`".to_owned())
                }
            };
        }
        if self.is(USER) || self.is(GROUP) {
            return Ok(None);
        }
        let named = self.schemas.first().map_or("no schema", |schema| schema);
        let short: String = named.rsplit(':').next().unwrap_or(named).chars().take(80).collect();
        refused(ErrorCode::Invalid, format!("a SCIM `{short}` is no report of users and groups"))
    }
}

#[derive(Debug)]
struct Reading {
    assets: Covered,
}

impl Reading {
    fn operation(
        &mut self,
        operation: &Operation<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let method = operation.method.as_str();
        let whole = method.eq_ignore_ascii_case("POST") || method.eq_ignore_ascii_case("PUT");
        match operation.data.as_ref().filter(|_| whole) {
            // What is asked for is not yet so: it covers nothing.
            Some(resource) => self.resource(resource, false, place, sink),
            None => {
                let method: String = method.chars().take(20).collect();
                let detail = format!("a `{method}` operation holds no whole resource");
                dropped(DropReason::Unsupported, detail, place, sink)
            }
        }
    }

    fn resource(
        &mut self,
        resource: &Resource<'_>,
        covers: bool,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let Some(class) = resource.class() else {
            let detail = "the resource is neither a user nor a group";
            return dropped(DropReason::Unsupported, detail, place, sink);
        };
        let key = match (resource.id.get(), resource.user_name.get()) {
            (Some(id), _) => ("id", id),
            (None, Some(name)) => ("name", name),
            (None, None) => match resource.display_name.get() {
                Some(name) => ("group", name),
                None => {
                    let detail = "the resource has neither `id` nor `userName`";
                    return dropped(DropReason::NoAsset, detail, place, sink);
                }
            },
        };
        let (asset, _) = self.assets.number(&key);
        sink.asset(resource.seen(class, asset, place))?;
        if covers {
            self.assets.look(asset, ObservationKind::UserInventory, None, CheckSet::All, sink)?;
        }
        let group = resource.id.get().or(resource.display_name.get()).unwrap_or_default();
        for member in resource.members.iter().filter(|member| member.value.get().is_some()) {
            let id = member.value.as_str();
            let (local, _) = self.assets.number(&("id", id));
            let class = if member.kind.as_str().eq_ignore_ascii_case("group") {
                AssetClass::Group
            } else {
                AssetClass::Person
            };
            let mut seen = blank(class, local, place);
            seen.name = Cow::Borrowed(member.display.get().unwrap_or(id));
            seen.stable_id = Some(Cow::Borrowed(id));
            seen.identifiers.extend(Identifier::new(IdentifierKind::DirectoryId, id));
            seen.relations.push(relation(RelationKind::MemberOf, group));
            sink.asset(seen)?;
        }
        sink.record(Record { place, asset: Some(asset), outcome: Outcome::Fact })
    }
}

fn relation<'a>(kind: RelationKind, target: &'a str) -> Relation<'a> {
    Relation { kind, target: Cow::Borrowed(target), from: None, to: None }
}

fn blank<'a>(class: AssetClass, local: LocalAsset, place: Place) -> AssetSeen<'a> {
    AssetSeen {
        local,
        class,
        name: Cow::Borrowed(""),
        stable_id: None,
        identifiers: Vec::new(),
        attributes: Vec::new(),
        relations: Vec::new(),
        observed_at: None,
        place,
    }
}

impl Resource<'_> {
    /// A person or a group, by the schema, the resource type, or what the resource holds.
    fn class(&self) -> Option<AssetClass> {
        let is =
            |schema: &str| self.schemas.iter().any(|s| s.as_str().eq_ignore_ascii_case(schema));
        let kind = self.meta.resource_type.as_str();
        if is(USER) || kind == "User" {
            Some(AssetClass::Person)
        } else if is(GROUP) || kind == "Group" {
            Some(AssetClass::Group)
        } else if !self.schemas.is_empty() || !kind.is_empty() {
            None
        } else if self.user_name.get().is_some() {
            Some(AssetClass::Person)
        } else if !self.members.is_empty() {
            Some(AssetClass::Group)
        } else {
            None
        }
    }

    fn seen(&self, class: AssetClass, local: LocalAsset, place: Place) -> AssetSeen<'_> {
        let mut seen = blank(class, local, place);
        let whole = [self.name.family_name.as_str(), self.name.given_name.as_str()];
        let whole: Vec<&str> = whole.into_iter().filter(|part| !part.is_empty()).collect();
        let name = self.display_name.get().or(self.name.formatted.get());
        seen.name = match name {
            Some(name) => Cow::Borrowed(name),
            None if !whole.is_empty() => Cow::Owned(whole.join(" ")),
            None => Cow::Borrowed(self.user_name.get().unwrap_or(self.id.as_str())),
        };
        let enterprise = &self.enterprise;
        seen.stable_id = self.id.cow();
        if seen.stable_id.is_none() && class == AssetClass::Group {
            seen.stable_id = self.display_name.cow();
        }
        let work = self.emails.iter().filter(|mail| mail.kind.as_str() != "home");
        let mails = work.map(|mail| (IdentifierKind::Mail, mail.value.as_str()));
        let plain = [
            (IdentifierKind::StaffNumber, enterprise.employee_number.as_str()),
            (IdentifierKind::DirectoryId, self.id.as_str()),
            (IdentifierKind::AccountName, self.user_name.as_str()),
        ];
        for (kind, value) in plain.into_iter().chain(mails) {
            if let Some(identifier) = Identifier::new(kind, value)
                && !seen.identifiers.contains(&identifier)
            {
                seen.identifiers.push(identifier);
            }
        }
        let employment = match self.user_type.as_str() {
            "Contractor" => "contractor",
            "Employee" => "employed",
            _ => "",
        };
        let manager = enterprise.manager.display_name.get().or(enterprise.manager.value.get());
        let attributes = [
            Attribute::new(names::ENABLED, self.active.text().unwrap_or_default()),
            Attribute::new(names::POST, self.title.as_str()),
            Attribute::new(names::EMPLOYMENT, employment),
            Attribute::new("x.user_type", self.user_type.as_str()),
            Attribute::new("x.department", enterprise.department.as_str()),
            Attribute::new("x.division", enterprise.division.as_str()),
            Attribute::new("x.organization", enterprise.organization.as_str()),
            Attribute::new("x.manager", manager.unwrap_or_default()),
            Attribute::new("x.external_id", self.external_id.as_str()),
        ];
        seen.attributes.extend(attributes.into_iter().flatten());
        let roles = self.roles.iter().map(|role| role.display.get().unwrap_or(role.value.as_str()));
        seen.attributes.extend(roles.filter_map(|role| Attribute::new("x.role", role)));
        let groups = self.groups.iter().filter_map(|g| g.value.get().or(g.display.get()));
        seen.relations.extend(groups.map(|group| relation(RelationKind::MemberOf, group)));
        seen
    }
}
