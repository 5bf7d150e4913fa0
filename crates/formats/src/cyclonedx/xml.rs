//! CycloneDX in XML; see [the module above](super).
//!
//! Two walks over the document: the first reads what the bill is about and what its
//! vulnerabilities refer to, the second everything. Held in memory is one component or one
//! vulnerability at a time, without what is nested in it.
//!
//! Up to 1.3 vulnerabilities stand in an extension, inside the component they affect or beside the
//! components with a `ref` to it. An empty `<license/>`, which tools of that time wrote, counts as
//! none.

use yagura_model::record::Place;

use super::{
    bill::Bill,
    document::{Metadata, Service},
    elements::{children, component, dependency, metadata, optional, property, service},
    opinions::vulnerability,
    targets::Target,
};
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    sink::Sink,
    xml::{Node, XmlReader},
};

const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// See the module.
#[derive(Debug)]
pub struct CycloneDxXml;

/// What the first walk finds.
#[derive(Debug, Default)]
struct Frame {
    version: String,
    serial: Option<String>,
    metadata: Metadata<'static>,
    place: Place,
    wanted: Vec<String>,
}

impl Format for CycloneDxXml {
    fn name(&self) -> &'static str {
        "cyclonedx_xml"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "CycloneDX 1.0 to 1.6 XML",
            url: "https://cyclonedx.org/docs/1.6/xml/",
            record: "vulnerability",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.xml_root() == Some("bom") && head.xml_root_has("cyclonedx.org/schema/bom/")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let frame = frame(input)?;
        let mut bill = Bill::new(sink, &frame.version, || "bom".to_owned())?;
        frame.wanted.iter().for_each(|reference| bill.targets.want(reference));
        bill.start(frame.serial.as_deref(), &frame.metadata, frame.place, &context.zone)?;
        drop(frame);

        let mut xml = XmlReader::new(input)?;
        root(&mut xml)?;
        children(&mut xml, |xml, name| match name {
            "metadata" => children(xml, |xml, name| match name {
                // The thing itself was read in the first walk; here is what is nested in it.
                "component" => component(xml, Some(&mut bill)).map(drop),
                _ => Ok(()),
            }),
            "components" => components(xml, &mut bill),
            "services" => children(xml, |xml, name| match name {
                "service" => {
                    let start = xml.started_at();
                    let read: Service<'_> = service(xml)?;
                    bill.service(&read, start, || "service".to_owned())
                }
                _ => Ok(()),
            }),
            "dependencies" => children(xml, |xml, name| match name {
                "dependency" => {
                    let start = xml.started_at();
                    let read = dependency(xml)?;
                    bill.version
                        .dependency(&read)
                        .map_err(|complaint| complaint.refusal(start, "dependency"))
                }
                _ => Ok(()),
            }),
            "properties" => children(xml, |xml, _| {
                let start = xml.started_at();
                let read = property(xml)?;
                bill.version
                    .property(&read)
                    .map_err(|complaint| complaint.refusal(start, "property"))
            }),
            "vulnerabilities" => vulnerabilities(xml, &mut bill, None),
            _ => Ok(()),
        })?;
        xml.step()?;
        bill.finish()
    }
}

/// Takes over the components of the list just started.
pub(super) fn components(xml: &mut XmlReader<'_>, bill: &mut Bill<'_>) -> Result<(), ParseError> {
    bill.lists_components();
    children(xml, |xml, name| match name {
        "component" => {
            let start = xml.started_at();
            let read = component(xml, Some(&mut *bill))?;
            bill.component(&read, start, || "component".to_owned())
        }
        _ => Ok(()),
    })
}

/// Takes over the vulnerabilities of the list just started.
pub(super) fn vulnerabilities(
    xml: &mut XmlReader<'_>,
    bill: &mut Bill<'_>,
    inside: Option<&Target>,
) -> Result<(), ParseError> {
    bill.lists_vulnerabilities();
    children(xml, |xml, name| match name {
        "vulnerability" => {
            let start = xml.started_at();
            let read = vulnerability(xml, inside.is_some())?;
            let place = Place { start, end: xml.position() };
            bill.vulnerability(read.as_ref().map_err(Clone::clone), inside, place)
        }
        _ => Ok(()),
    })
}

/// Steps into the root element and says of which version the document is.
fn root(xml: &mut XmlReader<'_>) -> Result<String, ParseError> {
    if xml.step()? != Node::Start || xml.name() != "bom" {
        return Err(xml.refused(ErrorCode::Invalid, "the root element is not `bom`"));
    }
    let namespace = xml.namespace().unwrap_or_default();
    match namespace.strip_prefix(NAMESPACE) {
        Some(version) => Ok(version.trim_end_matches('/').to_owned()),
        None => {
            let message = format!("`bom` is in the namespace `{namespace}`, not `{NAMESPACE}…`");
            Err(xml.refused(ErrorCode::Invalid, message))
        }
    }
}

/// The first walk.
fn frame(input: &mut dyn ReadSeek) -> Result<Frame, ParseError> {
    let mut xml = XmlReader::new(input)?;
    let mut frame = Frame { version: root(&mut xml)?, ..Frame::default() };
    frame.serial = xml.attribute("serialNumber").map(|serial| serial.into_owned());
    if let Some(version) = xml.attribute("version")
        && version.trim().parse::<u64>().ok().is_none_or(|version| version < 1)
    {
        let message = format!("the version of the bill, `{version}`, is not 1 or more");
        return Err(xml.refused(ErrorCode::Invalid, message));
    }
    children(&mut xml, |xml, name| match name {
        "metadata" => {
            let start = xml.started_at();
            frame.metadata = metadata(xml)?;
            frame.place = Place { start, end: xml.position() };
            Ok(())
        }
        "vulnerabilities" => references(xml, &mut frame.wanted),
        _ => Ok(()),
    })?;
    if xml.step()? != Node::Eof {
        return Err(xml.refused(ErrorCode::Malformed, "something stands behind `bom`"));
    }
    if frame.place.end == 0 {
        frame.place = Place { start: 0, end: xml.position() };
    }
    frame.wanted.sort_unstable();
    frame.wanted.dedup();
    Ok(frame)
}

/// What the vulnerabilities of a list refer to.
fn references(xml: &mut XmlReader<'_>, wanted: &mut Vec<String>) -> Result<(), ParseError> {
    children(xml, |xml, name| {
        if name != "vulnerability" {
            return Ok(());
        }
        wanted.extend(xml.attribute("ref").map(|reference| reference.into_owned()));
        children(xml, |xml, name| match name {
            "affects" => children(xml, |xml, _| {
                children(xml, |xml, name| match name {
                    "ref" => {
                        wanted.extend(optional(xml)?.map(|text| text.to_string()));
                        Ok(())
                    }
                    _ => Ok(()),
                })
            }),
            _ => Ok(()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::CycloneDxXml;
    use crate::testing;
    use proptest::prelude::*;

    const BILL: &str = r#"<?xml version="1.0"?>
<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.5" version="1"
 serialNumber="urn:uuid:00000000-0000-4000-8000-000000000001">
 <b:metadata>
  <b:timestamp>2026-04-01T09:00:00</b:timestamp>
  <b:tools><b:components><b:component type="application"><b:name>builder</b:name><b:version>2</b:version>
   </b:component></b:components></b:tools>
  <b:component type="application" bom-ref="root"><b:name>portal</b:name><b:version>4</b:version>
   <b:components><b:component type="library"><b:name>inner</b:name></b:component></b:components>
  </b:component>
 </b:metadata>
 <b:components>
  <b:component type="library" bom-ref="a">
   <b:supplier><b:name>Example Foundation</b:name><b:url>https://f.example</b:url></b:supplier>
   <b:group>org.example</b:group><b:name>lib</b:name><b:version>1</b:version>
   <b:hashes><b:hash alg="MD5">00000000000000000000000000000000</b:hash></b:hashes>
   <b:licenses><b:expression>MIT OR ISC</b:expression></b:licenses>
   <b:purl>pkg:maven/org.example/lib@1</b:purl>
   <b:externalReferences><b:reference type="vcs"><b:url>https://v.example</b:url></b:reference></b:externalReferences>
   <b:components><b:component type="file" bom-ref="n"><b:name>nested.txt</b:name></b:component></b:components>
  </b:component>
 </b:components>
 <b:services><b:service bom-ref="s"><b:name>search</b:name>
  <b:data><b:classification flow="inbound">c</b:classification></b:data></b:service></b:services>
 <b:dependencies><b:dependency ref="a"><b:dependency ref="n"/></b:dependency></b:dependencies>
 <b:vulnerabilities>
  <b:vulnerability>
   <b:id>CVE-2026-0001</b:id><b:source><b:name>NVD</b:name><b:url>https://nvd.example</b:url></b:source>
   <b:references><b:reference><b:id>GHSA-x</b:id></b:reference></b:references>
   <b:ratings><b:rating><b:score>9.8</b:score><b:method>CVSSv31</b:method><b:vector>AV:N</b:vector></b:rating></b:ratings>
   <b:cwes><b:cwe>79</b:cwe></b:cwes><b:description>text</b:description>
   <b:recommendation>upgrade</b:recommendation>
   <b:advisories><b:advisory><b:title>t</b:title><b:url>https://a.example</b:url></b:advisory></b:advisories>
   <b:analysis><b:state>exploitable</b:state><b:responses><b:response>will_not_fix</b:response></b:responses></b:analysis>
   <b:affects><b:target><b:ref>a</b:ref><b:versions><b:version><b:version>1</b:version><b:status>unknown</b:status></b:version></b:versions></b:target>
    <b:target><b:ref>s</b:ref></b:target><b:target><b:ref>root</b:ref></b:target></b:affects>
  </b:vulnerability>
  <b:vulnerability><b:id>CVE-2026-0002</b:id><b:analysis><b:state>resolved</b:state></b:analysis></b:vulnerability>
  <b:vulnerability><b:id>CVE-2026-0003</b:id><b:affects><b:target/></b:affects></b:vulnerability>
 </b:vulnerabilities>
</b:bom>"#;

    #[test]
    fn a_bill_becomes_an_asset_software_and_statements() {
        let seen = testing::parse(&CycloneDxXml, BILL.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings), (3, 1));
        assert_eq!((account.passes, account.dropped), (1, 1));
        assert_eq!((seen.tally.assets, seen.tally.software), (1, 3));
        let text = seen.lines.join("\n");
        for expected in [
            "code: TimeWithoutZone",
            "tool: \"builder\", tool_version: Some(\"2\"), observed_at: Some(2026-04-01T00:00:00Z)",
            "asset 0 application `portal` stable=Some(\"portal\") [artefact=portal] {x.version=4}",
            "name: \"inner\"",
            "name: \"nested.txt\"",
            "vendor: Some(\"Example Foundation\")",
            "severity: Some(Critical), cves: [\"CVE-2026-0001\"], vectors: [\"CVSS:3.1/AV:N\"]",
            "references: [\"CWE-79\", \"GHSA-x\", \"https://nvd.example\", \"https://a.example\"]",
            "state: Unknown, severity: Critical, location: \"pkg:maven/org.example/lib\"",
            "location: \"service:search\"",
            "location: \"\", evidence: Some(\"portal 4; exploitable\")",
            "disposition: Accepted",
            "coverage 0 [software_inventory vulnerability] credentialed=None All",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        let places = testing::places(BILL, &seen);
        assert!(places[0].starts_with("<b:vulnerability>"));
        assert!(places[2].ends_with("</b:vulnerability>"));
    }

    #[test]
    fn the_extension_of_old_versions_is_read() {
        let one = |attribute: &str| {
            format!(
                r#"<v:vulnerability {attribute}><v:id>CVE-2026-0001</v:id><v:source name="s"><v:url>https://s.example</v:url></v:source>
                <v:ratings><v:rating><v:severity>Low</v:severity><v:method>OWASP Risk</v:method></v:rating>
                <v:rating><v:score><v:base>9.8</v:base></v:score><v:severity>Critical</v:severity><v:method>CVSSv3</v:method></v:rating></v:ratings>
                <v:recommendations><v:recommendation>upgrade</v:recommendation></v:recommendations>
                <v:advisories><v:advisory>https://a.example</v:advisory></v:advisories></v:vulnerability>"#
            )
        };
        let text = format!(
            r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0" version="1">
            <components><component type="library" bom-ref="r"><name>a</name><version>1</version><licenses><license/></licenses>
            <v:vulnerabilities>{}</v:vulnerabilities></component></components>
            <v:vulnerabilities>{}</v:vulnerabilities></bom>"#,
            one("ref='elsewhere'"),
            one("ref='r'"),
        );
        let seen = testing::parse(&CycloneDxXml, text.as_bytes()).unwrap();
        assert_eq!(seen.tally.account.findings, 2);
        assert!(seen.tally.warnings.is_empty());
        let lines: Vec<_> = seen.lines.iter().filter(|l| l.starts_with("finding")).collect();
        assert_eq!(lines[0], lines[1]);
        for expected in [
            "severity: Some(Critical)",
            "remediation: Some(\"upgrade\")",
            "[\"https://s.example\", \"https://a.example\"]",
            "location: \"a\"",
        ] {
            assert!(lines[0].contains(expected), "{expected} in {}", lines[0]);
        }
    }

    #[test]
    fn what_the_specification_forbids_is_refused_with_place_and_reason() {
        let name = "<name>n</name>";
        for (inner, expected) in [
            ("<component type='library'/>".to_owned(), "component.name)"),
            (format!("<component>{name}</component>"), "component.type)"),
            (format!("<component type='x'>{name}</component>"), "`x` is not one of"),
            (format!("<component type='file' bom-ref=''>{name}</component>"), "bom-ref)"),
            (
                format!(
                    "<component type='file'>{name}<hashes><hash alg='X'>0</hash></hashes></component>"
                ),
                "hashes[0].alg)",
            ),
            (
                format!(
                    "<component type='file'>{name}<licenses><license><id>No-9</id></license></licenses></component>"
                ),
                "licenses[0].license.id)",
            ),
            (
                format!(
                    "<component type='file'>{name}<licenses><license><id>MIT</id></license><expression>MIT</expression></licenses></component>"
                ),
                "component.licenses)",
            ),
            (
                format!(
                    "<component type='file'>{name}<pedigree><patches><patch type='x'/></patches></pedigree></component>"
                ),
                "pedigree.patches[0].type)",
            ),
            (format!("<component type='file'>{name}<swid name='n'/></component>"), "swid.tagId)"),
        ] {
            let text = format!(
                r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>{inner}</components></bom>"#
            );
            let found = testing::parse(&CycloneDxXml, text.as_bytes()).unwrap_err().to_string();
            assert!(found.contains(expected), "{inner}: {found}");
            assert!(found.contains("(byte 61"), "{found}");
        }
        let refused = |attributes: &str| {
            let text = format!("<bom {attributes}></bom>");
            testing::parse_unclaimed(&CycloneDxXml, text.as_bytes()).unwrap_err().to_string()
        };
        assert!(refused("").contains("namespace ``"));
        let bom = "xmlns='http://cyclonedx.org/schema/bom/";
        assert!(refused(&format!("{bom}2.0'")).contains("`2.0` is not read"));
        assert!(refused(&format!("{bom}1.6' version='0'")).contains("`0`, is not 1 or more"));
        assert!(refused(&format!("{bom}1.6' serialNumber='x'")).contains("`x` is not `urn:uuid:`"));
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&CycloneDxXml, BILL.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            testing::parse_unclaimed(&CycloneDxXml, &bytes).ok();
        }
    }
}
