//! CycloneDX in JSON; see [the module above](super).
//!
//! The lists are read in the order the vulnerabilities need: first what they refer to, then the
//! components, then the vulnerabilities themselves. Held in memory are one component (with what
//! is nested in it) or one vulnerability at a time, and the places of what vulnerabilities name.

use serde::Deserialize;
use yagura_model::record::Place;

use super::{
    bill::Bill,
    document::{
        Affects, Component, Composition, Dependency, ExternalReference, Metadata, Property,
        Service, Vulnerability,
    },
};
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::{JsonReader, Next, Raw},
    sink::Sink,
};

/// See the module.
#[derive(Debug)]
pub struct CycloneDx;

/// Where the members of the document stand.
#[derive(Debug, Default)]
struct Members {
    format: Option<String>,
    version: Option<String>,
    serial: Option<String>,
    metadata: Option<Place>,
    components: Option<Place>,
    services: Option<Place>,
    externals: Option<Place>,
    dependencies: Option<Place>,
    compositions: Option<Place>,
    vulnerabilities: Option<Place>,
    properties: Option<Place>,
    end: u64,
}

impl Format for CycloneDx {
    fn name(&self) -> &'static str {
        "cyclonedx"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "CycloneDX 1.2 to 1.6 JSON",
            url: "https://cyclonedx.org/docs/1.6/json/",
            record: "vulnerabilities[]",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_json("bomFormat") || head.has_json("components[].bom-ref")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let members = members(&mut json)?;
        match members.format.as_deref() {
            Some("CycloneDX") => {}
            Some(other) => {
                return Err(invalid("bomFormat", format!("`{other}` is not `CycloneDX`")));
            }
            None => return Err(invalid("bomFormat", "is required and missing")),
        }
        let Some(version) = members.version.as_deref() else {
            return Err(invalid("specVersion", "is required and missing"));
        };
        let mut bill = Bill::new(sink, version, || "specVersion".to_owned())?;
        if let Some(place) = members.vulnerabilities {
            bill.lists_vulnerabilities();
            elements(&mut json, place, |_, raw| {
                if let Ok(Affects { affects }) = raw.read()? {
                    for affected in affects.iter().flatten() {
                        affected.reference.iter().for_each(|it| bill.targets.want(it));
                    }
                }
                Ok(())
            })?;
        }
        let serial = members.serial.as_deref();
        match members.metadata {
            Some(place) => {
                json.go_to(place.start)?;
                let raw = json.value()?;
                let metadata = typed::<Option<Metadata<'_>>>(&raw, || "metadata".to_owned())?;
                bill.start(serial, &metadata.unwrap_or_default(), place, &context.zone)?;
            }
            None => {
                let place = Place { start: 0, end: members.end };
                bill.start(serial, &Metadata::default(), place, &context.zone)?;
            }
        }
        lists(&mut json, &members, &mut bill)?;
        if let Some(place) = members.vulnerabilities {
            elements(&mut json, place, |_, raw| {
                let read: Result<Vulnerability<'_>, String> = raw.read()?;
                bill.vulnerability(read.as_ref().map_err(Clone::clone), None, raw.place)
            })?;
        }
        bill.finish()
    }
}

/// A first walk over the document's members, without their elements.
fn members(json: &mut JsonReader<'_>) -> Result<Members, ParseError> {
    let mut members = Members::default();
    json.enter(Next::Object)?;
    let mut first = true;
    while let Some(key) = json.key(first)? {
        first = false;
        let place = match key.as_str() {
            "bomFormat" => {
                members.format = scalar(json, "bomFormat")?;
                continue;
            }
            "specVersion" => {
                members.version = scalar(json, "specVersion")?;
                continue;
            }
            "serialNumber" => {
                members.serial = scalar(json, "serialNumber")?;
                continue;
            }
            "version" => {
                if scalar::<i64>(json, "version")?.is_some_and(|version| version < 1) {
                    return Err(invalid("version", "is less than 1"));
                }
                continue;
            }
            "metadata" => &mut members.metadata,
            "components" => &mut members.components,
            "services" => &mut members.services,
            "externalReferences" => &mut members.externals,
            "dependencies" => &mut members.dependencies,
            "compositions" => &mut members.compositions,
            "vulnerabilities" => &mut members.vulnerabilities,
            "properties" => &mut members.properties,
            _ => {
                json.skip()?;
                continue;
            }
        };
        json.once(place.is_some(), &key)?;
        let next = json.peek()?;
        let stood = json.skip()?;
        // `null` stands for an absent list; anything else that is no list is refused later.
        *place = (next != Next::Scalar || stood.end - stood.start != 4).then_some(stood);
    }
    members.end = json.position();
    json.finish()?;
    Ok(members)
}

/// Checks all lists but the vulnerabilities, and takes over the components.
fn lists(
    json: &mut JsonReader<'_>,
    members: &Members,
    bill: &mut Bill<'_>,
) -> Result<(), ParseError> {
    if let Some(place) = members.components {
        bill.lists_components();
        elements(json, place, |index, raw| {
            let path = || format!("components[{index}]");
            let component: Component<'_> = typed(raw, path)?;
            bill.component(&component, raw.place.start, path)
        })?;
    }
    if let Some(place) = members.services {
        elements(json, place, |index, raw| {
            let path = || format!("services[{index}]");
            let service: Service<'_> = typed(raw, path)?;
            bill.service(&service, raw.place.start, path)
        })?;
    }
    let version = bill.version;
    if let Some(place) = members.externals {
        elements(json, place, |index, raw| {
            let path = || format!("externalReferences[{index}]");
            let read: ExternalReference<'_> = typed(raw, path)?;
            version.external(&read).map_err(|complaint| complaint.refusal(raw.place.start, &path()))
        })?;
    }
    if let Some(place) = members.dependencies {
        elements(json, place, |index, raw| {
            let path = || format!("dependencies[{index}]");
            let read: Dependency<'_> = typed(raw, path)?;
            version
                .dependency(&read)
                .map_err(|complaint| complaint.refusal(raw.place.start, &path()))
        })?;
    }
    if let Some(place) = members.compositions {
        elements(json, place, |index, raw| {
            let path = || format!("compositions[{index}]");
            let read: Composition<'_> = typed(raw, path)?;
            version
                .composition(&read)
                .map_err(|complaint| complaint.refusal(raw.place.start, &path()))
        })?;
    }
    if let Some(place) = members.properties {
        elements(json, place, |index, raw| {
            let path = || format!("properties[{index}]");
            let read: Property<'_> = typed(raw, path)?;
            version.property(&read).map_err(|complaint| complaint.refusal(raw.place.start, &path()))
        })?;
    }
    Ok(())
}

/// Hands out the elements of the array at a place, with their index.
fn elements(
    json: &mut JsonReader<'_>,
    place: Place,
    mut each: impl FnMut(usize, &Raw<'_>) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    json.go_to(place.start)?;
    json.enter(Next::Array)?;
    let mut index = 0;
    while json.element(index == 0)? {
        each(index, &json.value()?)?;
        index += 1;
    }
    Ok(())
}

/// An element that must have its shape.
fn typed<'b, T: Deserialize<'b>>(
    raw: &'b Raw<'_>,
    path: impl FnOnce() -> String,
) -> Result<T, ParseError> {
    raw.read()?.map_err(|message| {
        ParseError::at(ErrorCode::Invalid, format!("byte {}, {}", raw.place.start, path()), message)
    })
}

/// A member that is a string or number.
fn scalar<T: for<'b> Deserialize<'b>>(
    json: &mut JsonReader<'_>,
    name: &str,
) -> Result<Option<T>, ParseError> {
    let raw = json.value()?;
    typed(&raw, || name.to_owned())
}

fn invalid(at: &str, message: impl Into<String>) -> ParseError {
    ParseError::at(ErrorCode::Invalid, at, message)
}

#[cfg(test)]
mod tests {
    use super::CycloneDx;
    use crate::testing;
    use proptest::prelude::*;

    const BILL: &str = r#"{
 "$schema": "http://cyclonedx.example/bom-1.6.schema.json",
 "bomFormat": "CycloneDX",
 "specVersion": "1.6",
 "serialNumber": "urn:uuid:00000000-0000-4000-8000-000000000001",
 "version": 1,
 "metadata": {
  "timestamp": "2026-04-01T09:00:00+09:00",
  "tools": {"components": [{"type": "application", "name": "builder", "version": "2.1"}]},
  "component": {"type": "container", "bom-ref": "root", "name": "registry.example/app:1",
   "purl": "pkg:oci/app@sha256%3Aaa?repository_url=registry.example"}
 },
 "vulnerabilities": [
  {"id": "CVE-2026-0001", "ratings": [{"severity": "high", "method": "CVSSv31", "vector": "AV:N"}],
   "recommendation": "upgrade", "affects": [{"ref": "a"}, {"ref": "nested"}, {"ref": "api"}]},
  {"id": "CVE-2026-0002", "analysis": {"state": "resolved"}, "affects": [{"ref": "a"}]},
  {"id": "CVE-2026-0003", "affects": [{"ref": "root"}, {"ref": "pkg:npm/lost@1"}]},
  {"id": "CVE-2026-0004", "affects": [{}]},
  {"description": "no name"}
 ],
 "components": [
  {"type": "operating-system", "name": "debian", "version": "12"},
  {"type": "library", "bom-ref": "a", "name": "zlib", "version": "1.3",
   "purl": "pkg:deb/debian/zlib@1.3?arch=amd64", "cpe": "cpe:2.3:a:z:zlib:1.3:*:*:*:*:*:*:*",
   "supplier": {"name": "Debian", "url": ["https://debian.example"]},
   "components": [{"type": "library", "bom-ref": "nested", "group": "org.example", "name": "lib",
    "purl": "pkg:maven/org.example/lib@1"}]},
  {"type": "library", "scope": "excluded", "name": "tests"},
  {"type": "device", "name": "camera"}
 ],
 "services": [{"bom-ref": "api", "name": "search", "data": [{"flow": "inbound", "classification": "c"}]}],
 "dependencies": [{"ref": "a", "dependsOn": ["nested"]}],
 "compositions": [{"aggregate": "complete"}]
}"#;

    #[test]
    fn a_bill_becomes_an_asset_software_and_statements() {
        let seen = testing::parse(&CycloneDx, BILL.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings), (5, 2));
        assert_eq!((account.passes, account.dropped), (1, 2));
        assert_eq!((seen.tally.assets, seen.tally.software), (1, 3));
        let text = seen.lines.join("\n");
        for expected in [
            "tool: \"builder\", tool_version: Some(\"2.1\"), observed_at: Some(2026-04-01T00:00:00Z)",
            "asset 0 image `registry.example/app:1` stable=Some(\"registry.example/app:1\")",
            "artefact=registry.example/app:1 digest=sha256:aa",
            "{os=debian; os.version=12}",
            "name: \"org.example:lib\"",
            "vendor: Some(\"Debian\")",
            "vectors: [\"CVSS:3.1/AV:N\"]",
            "remediation: Some(\"upgrade\")",
            "location: \"pkg:deb/debian/zlib\", evidence: Some(\"zlib 1.3\")",
            "location: \"pkg:maven/org.example/lib\"",
            "location: \"service:search\"",
            "location: \"\", evidence: Some(\"registry.example/app:1\")",
            "location: \"pkg:npm/lost\"",
            "code: DanglingReference",
            "coverage 0 [software_inventory vulnerability] credentialed=None All",
        ] {
            assert!(
                text.contains(expected),
                "{expected} in
{text}"
            );
        }
        assert!(testing::places(BILL, &seen)[0].starts_with("{\"id\": \"CVE-2026-0001\""));
    }

    /// The place and reason for which a document is refused.
    fn refusal(members: &str) -> String {
        let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6",{members}}}"#);
        testing::parse(&CycloneDx, text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_the_specification_forbids_is_refused_with_place_and_reason() {
        for (members, expected) in [
            (r#""specVersion":"3.0""#, "`3.0` is not read, only 1.0 to 1.6 are (specVersion)"),
            (r#""bomFormat":"Other""#, "`Other` is not `CycloneDX` (bomFormat)"),
            (r#""version":0"#, "is less than 1 (version)"),
            (r#""serialNumber":"urn:uuid:1""#, "`urn:uuid:1` is not `urn:uuid:`"),
            (r#""metadata":{"timestamp":"2026-04-01"}"#, "metadata.timestamp)"),
            (r#""metadata":{"timestamp":"T"}"#, "metadata.timestamp)"),
            (r#""components":[{"type":"library"}]"#, "components[0].name)"),
            (r#""components":[7]"#, "components[0])"),
            (r#""components":{}"#, "expected Array"),
            (r#""services":[{}]"#, "services[0].name)"),
            (
                r#""services":[{"name":"s","data":[{"flow":"up","classification":"c"}]}]"#,
                "services[0].data[0].flow)",
            ),
            (r#""dependencies":[{"ref":""}]"#, "dependencies[0].ref)"),
            (r#""dependencies":[{"dependsOn":[]}]"#, "dependencies[0].ref)"),
            (r#""compositions":[{"aggregate":"half"}]"#, "compositions[0].aggregate)"),
            (r#""externalReferences":[{"url":"u","type":"x"}]"#, "externalReferences[0].type)"),
            (r#""properties":[{"value":"v"}]"#, "properties[0].name)"),
        ] {
            let found = refusal(members);
            assert!(found.contains(expected), "{members}: {found}");
        }
        let bare = testing::parse(&CycloneDx, br#"{"bomFormat":"CycloneDX"}"#).unwrap_err();
        assert_eq!(bare.at, "specVersion");
    }

    #[test]
    fn a_list_of_opinions_covers_only_what_it_names() {
        let text = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":null,
            "serialNumber":"urn:uuid:00000000-0000-4000-8000-000000000001",
            "vulnerabilities":[{"id":"CVE-2026-0001"}]}"#;
        let seen = testing::parse(&CycloneDx, text.as_bytes()).unwrap().lines.join("\n");
        assert!(seen.contains("coverage 0 [vulnerability] credentialed=None Named([])"), "{seen}");
        assert!(seen.contains("`urn:uuid:00000000-0000-4000-8000-000000000001`"), "{seen}");
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&CycloneDx, BILL.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&CycloneDx, &bytes).ok();
        }
    }
}
