//! One `host`: its names, its system and its open ports.

use std::borrow::Cow;

use jiff::Timestamp;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    finding::FindingSeen,
    identifier::{Identifier, IdentifierKind},
    record::Place,
    software::SoftwareSeen,
};

use crate::{cpe, cpe::Cpe, device, error::ParseError, time, xml::XmlReader};

use super::script;

/// Below this accuracy in percent the system is a guess.
const SURE: u8 = 95;

/// Open ports that may be held before they are given to the sink.
pub(super) const PORTS_HELD: usize = 70_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Host {
    identifiers: Vec<Identifier<'static>>,
    attributes: Vec<Attribute<'static>>,
    software: Vec<SoftwareSeen<'static>>,
    pub(super) name: String,
    /// The key that is the same if the host stands in the file twice.
    pub(super) address: String,
    pub(super) up: bool,
    pub(super) timed_out: bool,
    pub(super) ended: Option<Timestamp>,
    sort: String,
    system: String,
    pub(super) ports: Vec<Port>,
    /// Findings of the host as a whole; they are told with an open port.
    pub(super) whole: Vec<FindingSeen<'static>>,
    pub(super) looked: bool,
}

/// One open port.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) place: Place,
    pub(super) number: String,
    pub(super) findings: Vec<FindingSeen<'static>>,
}

impl Host {
    /// A host whose start was just met.
    pub(super) fn start(xml: &XmlReader<'_>) -> Self {
        let ended = xml.attribute("endtime").and_then(|text| text.parse().ok());
        Self {
            up: true,
            timed_out: xml.attribute("timedout").as_deref() == Some("true"),
            ended: ended.and_then(time::from_unix),
            ..Self::default()
        }
    }

    /// Reads the child of the host that was just started.
    pub(super) fn child(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        match xml.name() {
            "status" => {
                self.up = xml.attribute("state").as_deref() != Some("down");
                xml.skip()
            }
            "address" => {
                self.address(xml);
                xml.skip()
            }
            "hostnames" => self.names(xml),
            "os" => self.os(xml),
            "hostscript" => {
                let depth = xml.depth();
                while xml.next_child(depth)? {
                    self.looked |= looks(xml);
                    let found = script::findings(xml, "")?;
                    self.whole.extend(found);
                }
                Ok(())
            }
            _ => xml.skip(),
        }
    }

    fn address(&mut self, xml: &XmlReader<'_>) {
        let address = xml.attribute("addr").unwrap_or_default().into_owned();
        if xml.attribute("addrtype").as_deref() == Some("mac") {
            self.identify(Identifier::new(IdentifierKind::Mac, address));
            let vendor = xml.attribute("vendor").unwrap_or_default().into_owned();
            self.attributes.extend(Attribute::new(names::VENDOR, vendor));
        } else {
            if self.address.is_empty() {
                self.address.clone_from(&address);
            }
            self.identify(Identifier::new(IdentifierKind::Ip, address));
        }
    }

    fn names(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let name = xml.attribute("name").unwrap_or_default().into_owned();
            if self.name.is_empty() {
                self.name.clone_from(&name);
            }
            self.identify(Identifier::of_host(name));
            xml.skip()?;
        }
        Ok(())
    }

    fn identify(&mut self, identifier: Option<Identifier<'static>>) {
        if let Some(identifier) = identifier
            && !self.identifiers.contains(&identifier)
        {
            self.identifiers.push(identifier);
        }
    }

    /// Takes the first match: they stand in the order of their accuracy.
    fn os(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        let mut first = true;
        while xml.next_child(depth)? {
            if xml.name() != "osmatch" || !first {
                xml.skip()?;
                continue;
            }
            first = false;
            let name = xml.attribute("name").unwrap_or_default().into_owned();
            let accuracy = xml.attribute("accuracy").and_then(|text| text.parse::<u8>().ok());
            let sure = accuracy.is_some_and(|accuracy| accuracy >= SURE);
            let place = if sure { names::OS } else { "x.os_guess" };
            self.attributes.extend(Attribute::new(place, name.clone()));
            let inside = xml.depth();
            while xml.next_child(inside)? {
                if xml.name() == "osclass" && sure && self.sort.is_empty() {
                    self.system.clone_from(&name);
                    self.sort = xml.attribute("type").unwrap_or_default().into_owned();
                    let texts = cpes(xml)?;
                    self.system_cpe(&texts, true);
                } else {
                    xml.skip()?;
                }
            }
        }
        Ok(())
    }

    /// Takes the name of the system; the one of the OS detection counts before that of a service.
    fn system_cpe(&mut self, given: &[Cpe], detected: bool) {
        let Some(cpe) = given.iter().find(|cpe| cpe.part == 'o') else { return };
        let of_system = |name: &str| name == "x.os_cpe" || name == names::OS_VERSION;
        if detected {
            self.attributes.retain(|attribute| !of_system(&attribute.name));
        } else if self.attributes.iter().any(|attribute| of_system(&attribute.name)) {
            return;
        }
        self.attributes.extend(Attribute::new("x.os_cpe", cpe.name.clone()));
        self.attributes.extend(Attribute::new(names::OS_VERSION, cpe.version.clone()));
    }

    /// Reads the port whose start was just met; keeps it if it is open.
    pub(super) fn port(
        &mut self,
        xml: &mut XmlReader<'_>,
        local: LocalAsset,
    ) -> Result<(), ParseError> {
        let start = xml.started_at();
        let protocol = xml.attribute("protocol").unwrap_or_default().into_owned();
        let number = xml.attribute("portid").unwrap_or_default().into_owned();
        let location = format!("{number}/{protocol}");
        let mut open = false;
        let mut service = Service::default();
        let mut findings = Vec::new();
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "state" => {
                    open = xml.attribute("state").as_deref() == Some("open");
                    xml.skip()?;
                }
                "service" => service = Service::read(xml)?,
                "script" => {
                    self.looked |= looks(xml);
                    findings.extend(script::findings(xml, &location)?);
                }
                _ => xml.skip()?,
            }
        }
        if !open {
            return Ok(());
        }
        let port = format!("{location} {}", service.name);
        self.attributes.extend(Attribute::new(names::OPEN_PORT, port.trim_end().to_owned()));
        let product = service.product();
        if !product.is_empty() {
            self.attributes.extend(Attribute::new("x.service", format!("{location} {product}")));
        }
        if self.sort.is_empty() && !service.sort.is_empty() {
            self.sort.clone_from(&service.sort);
        }
        self.system_cpe(&service.cpes, false);
        for cpe in service.cpes.iter().filter(|cpe| cpe.part == 'a') {
            let software = service.software(cpe, local);
            if !self.software.contains(&software) {
                self.software.push(software);
            }
        }
        let place = Place { start, end: xml.position() };
        self.ports.push(Port { place, number, findings });
        Ok(())
    }

    /// The host as an asset. What was said before is not said again.
    pub(super) fn asset(&mut self, local: LocalAsset, place: Place) -> AssetSeen<'_> {
        let name = if self.name.is_empty() { &self.address } else { &self.name };
        AssetSeen {
            local,
            class: device::class(&self.sort, &self.system),
            name: Cow::Borrowed(name),
            stable_id: self.identifiers.is_empty().then_some(Cow::Borrowed(name)),
            identifiers: self.identifiers.clone(),
            attributes: std::mem::take(&mut self.attributes),
            relations: Vec::new(),
            observed_at: self.ended,
            place,
        }
    }

    /// The programs not given yet.
    pub(super) fn software(&mut self) -> Vec<SoftwareSeen<'static>> {
        std::mem::take(&mut self.software)
    }
}

/// What answers at a port.
#[derive(Debug, Default)]
struct Service {
    name: String,
    product: String,
    version: String,
    about: String,
    sort: String,
    cpes: Vec<Cpe>,
}

impl Service {
    fn read(xml: &mut XmlReader<'_>) -> Result<Self, ParseError> {
        let mut service = Self::default();
        let mut tunnel = false;
        for (name, value) in xml.attributes() {
            let field = match name {
                "name" => &mut service.name,
                "product" => &mut service.product,
                "version" => &mut service.version,
                "extrainfo" => &mut service.about,
                "devicetype" => &mut service.sort,
                "tunnel" => {
                    tunnel = value == "ssl";
                    continue;
                }
                _ => continue,
            };
            field.push_str(&value);
        }
        if tunnel {
            service.name.insert_str(0, "ssl/");
        }
        service.cpes = cpes(xml)?;
        Ok(service)
    }

    fn product(&self) -> String {
        let about = if self.about.is_empty() { String::new() } else { format!("({})", self.about) };
        let parts = [self.product.as_str(), &self.version, &about];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn software(&self, cpe: &Cpe, asset: LocalAsset) -> SoftwareSeen<'static> {
        let name = if self.product.is_empty() { &cpe.product } else { &self.product };
        let version = if cpe.version.is_empty() { &self.version } else { &cpe.version };
        SoftwareSeen {
            asset,
            name: name.clone().into(),
            version: version.clone().into(),
            purl: None,
            cpe: Some(cpe.name.clone().into()),
            vendor: (!cpe.vendor.is_empty()).then(|| cpe.vendor.clone().into()),
        }
    }
}

fn looks(xml: &XmlReader<'_>) -> bool {
    xml.attribute("id").is_some_and(|name| script::looks_for_vulnerabilities(&name))
}

/// The CPE names inside the element just started, to its end.
fn cpes(xml: &mut XmlReader<'_>) -> Result<Vec<Cpe>, ParseError> {
    let depth = xml.depth();
    let mut names = Vec::new();
    let mut text = String::new();
    while xml.next_child(depth)? {
        xml.text_into(&mut text, 1024)?;
        if names.len() < 16 {
            names.extend(cpe::read(&text));
        }
    }
    Ok(names)
}
