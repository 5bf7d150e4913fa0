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

use std::borrow::Cow;

use serde::Deserialize;
use yagura_model::{
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    attribute::{Attribute, names},
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next},
    json_records::JsonRecords,
    lenient::{Flag, Many, Text},
    local::LocalAssets,
    sink::{Sink, Stopped},
};

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
        let mut reading = Reading { assets: LocalAssets::new(), covered: Vec::new() };
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
                "Resources" if array => outline.resources = Some(json.skip()?),
                "Operations" if array => outline.operations = Some(json.skip()?),
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

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Operation<'a> {
    method: Text<'a>,
    data: Option<Resource<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Resource<'a> {
    schemas: Many<Text<'a>>,
    id: Text<'a>,
    external_id: Text<'a>,
    user_name: Text<'a>,
    name: Name<'a>,
    display_name: Text<'a>,
    title: Text<'a>,
    user_type: Text<'a>,
    active: Flag,
    emails: Many<Value<'a>>,
    groups: Many<Value<'a>>,
    roles: Many<Value<'a>>,
    members: Many<Value<'a>>,
    meta: Meta<'a>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    enterprise: Enterprise<'a>,
}

/// The name; some services write it as one text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Name<'a> {
    formatted: Text<'a>,
    family_name: Text<'a>,
    given_name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Value<'a> {
    value: Text<'a>,
    display: Text<'a>,
    #[serde(rename = "type")]
    kind: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Meta<'a> {
    resource_type: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Enterprise<'a> {
    employee_number: Text<'a>,
    department: Text<'a>,
    division: Text<'a>,
    organization: Text<'a>,
    manager: Manager<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Manager<'a> {
    value: Text<'a>,
    display_name: Text<'a>,
}

#[derive(Debug)]
struct Reading {
    assets: LocalAssets,
    covered: Vec<bool>,
}

fn dropped(
    reason: DropReason,
    detail: impl Into<String>,
    place: Place,
    sink: &mut dyn Sink,
) -> Result<(), Stopped> {
    let at = format!("byte {}", place.start);
    sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail: detail.into() })?;
    sink.record(Record { place, asset: None, outcome: Outcome::Dropped(reason) })
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

    fn number(&mut self, key: (&str, &str)) -> (LocalAsset, bool) {
        let (asset, new) = self.assets.number_of(&key);
        if new {
            self.covered.push(false);
        }
        (asset, new)
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
        let (asset, _) = self.number(key);
        sink.asset(resource.seen(class, asset, place))?;
        if let Some(covered) = self.covered.get_mut(asset.0 as usize)
            && covers
            && !*covered
        {
            *covered = true;
            sink.coverage(CoverageSeen {
                asset,
                kinds: ObservationKinds::of(&[ObservationKind::UserInventory]),
                credentialed: None,
                checks: CheckSet::All,
                observed_at: None,
            })?;
        }
        let group = resource.id.get().or(resource.display_name.get()).unwrap_or_default();
        for member in resource.members.iter().filter(|member| member.value.get().is_some()) {
            let id = member.value.as_str();
            let (local, _) = self.number(("id", id));
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

#[cfg(test)]
mod tests {
    use super::Scim;
    use crate::{collect::Transcript, error::ErrorCode, testing};

    const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u-1","externalId":"77","userName":"Taro@city.example","displayName":"太郎","title":"主査","userType":"Employee","active":false,"emails":[{"value":"taro@city.example","type":"work"},{"value":"taro@home.example","type":"home"}],"groups":[{"value":"g-1","display":"Staff"}],"roles":[{"value":"Reader"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"0042","department":"総務課","manager":{"value":"u-9","displayName":"花子"}}}"#;
    const GROUP: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"g-1","displayName":"Staff","members":[{"value":"u-1","type":"User"},{"value":"g-2","type":"Group"}]}"#;

    fn list() -> String {
        format!(
            r#"{{"Resources":[{USER},{GROUP},{{"id":"x","schemas":["urn:x"]}},5],"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":3}}"#
        )
    }

    fn read(text: &str) -> Transcript {
        testing::parse(&Scim, text.as_bytes()).unwrap()
    }

    #[test]
    fn users_and_groups_are_read_however_they_are_sent() {
        for text in [format!("{USER}\n{GROUP}\n"), format!("[{USER},{GROUP}]")] {
            let account = read(&text).tally.account;
            assert_eq!((account.records, account.facts), (2, 2), "{text}");
        }
        let list = list();
        let seen = read(&list);
        assert_eq!((seen.tally.account.facts, seen.tally.account.dropped), (2, 2));
        assert_eq!(seen.tally.assets, 3);
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 person `太郎` stable=Some(\"u-1\") [staff_number=0042 directory_id=u-1 \
             account_name=taro@city.example mail=taro@city.example] {account.enabled=false; \
             post=主査; employment=employed; x.user_type=Employee; x.department=総務課; \
             x.manager=花子; x.external_id=77",
            "<member_of=g-1>",
            "asset 1 group `Staff`",
            "asset 0 person `u-1` stable=Some(\"u-1\") [directory_id=u-1] {} <member_of=g-1>",
            "asset 2 group `g-2`",
            "coverage 1 [user_inventory] credentialed=None All",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(!text.contains("home.example"));
        assert_eq!(testing::places(&list, &seen)[0], USER);
    }

    #[test]
    fn bulk_requests_give_what_they_hold_whole() {
        let text = format!(
            r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[{{"method":"POST","path":"/Users","data":{USER}}},{{"method":"DELETE","path":"/Users/1"}}]}}"#
        );
        let seen = read(&text);
        assert_eq!((seen.tally.account.facts, seen.tally.account.dropped), (1, 1));
        assert!(!seen.lines.join("\n").contains("coverage"));
    }

    #[test]
    fn messages_that_are_no_report_are_refused() {
        for (schema, code) in [
            ("api:messages:2.0:Error", ErrorCode::ToolError),
            ("api:messages:2.0:PatchOp", ErrorCode::Invalid),
            ("api:messages:2.0:SearchRequest", ErrorCode::Invalid),
            ("api:messages:2.0:ListResponse", ErrorCode::Invalid),
            ("schemas:core:2.0:Schema", ErrorCode::Invalid),
        ] {
            let text = format!(
                r#"{{"schemas":["urn:ietf:params:scim:{schema}"],"detail":"no such user","Operations":[]}}"#
            );
            let refused = testing::parse(&Scim, text.as_bytes()).unwrap_err();
            assert_eq!(refused.code, code, "{schema}");
        }
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&Scim, list().as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            testing::parse_unclaimed(&Scim, &bytes).ok();
        }
    }
}
