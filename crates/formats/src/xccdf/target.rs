//! What a test result or an ARF asset says of the machine that was looked at.

use std::collections::BTreeMap;
use std::net::IpAddr;

use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    identifier::{Identifier, IdentifierKind},
    record::Place,
};

use super::benchmark::text;
use crate::{device, error::ParseError, xml::XmlReader};

/// Most identifiers of one machine.
const IDENTIFIER_LIMIT: usize = 1000;

/// A machine.
#[derive(Debug, Default, Clone)]
pub(super) struct Target {
    pub(super) name: String,
    identifiers: Vec<Identifier<'static>>,
    attributes: Vec<Attribute<'static>>,
    system: String,
}

/// The assets of an ARF, by their ids, and which report is about which.
#[derive(Debug, Default)]
pub(super) struct Assets {
    assets: BTreeMap<String, Target>,
    about: BTreeMap<String, String>,
}

impl Assets {
    /// Reads the `asset` just started.
    pub(super) fn asset(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let id = xml.attribute("id").map(|id| id.into_owned()).unwrap_or_default();
        let mut target = Target::default();
        let until = xml.depth();
        loop {
            match xml.step()? {
                crate::xml::Node::Start => {
                    let name = xml.name().to_owned();
                    match name.as_str() {
                        "fqdn" | "hostname" | "ip-v4" | "ip-v6" | "mac-address"
                        | "serial-number" | "motherboard-guid" => {
                            let value = text(xml)?;
                            target.tell(&name, &value);
                        }
                        _ => {}
                    }
                }
                crate::xml::Node::End if xml.depth() < until => break,
                crate::xml::Node::Eof => break,
                crate::xml::Node::End | crate::xml::Node::Text => {}
            }
        }
        self.assets.insert(id, target);
        Ok(())
    }

    /// Reads the `relationship` just started.
    pub(super) fn relationship(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let is_about = xml.attribute("type").is_some_and(|kind| kind.ends_with("isAbout"));
        let subject = xml.attribute("subject").map(|subject| subject.into_owned());
        let depth = xml.depth();
        while xml.next_child(depth)? {
            let asset = text(xml)?;
            if let Some(subject) = subject.as_ref().filter(|_| is_about) {
                self.about.entry(subject.clone()).or_insert(asset);
            }
        }
        Ok(())
    }

    /// What is known of the asset a test result names, or else its report is about.
    pub(super) fn find(&self, named: Option<&str>, report: Option<&str>) -> Option<&Target> {
        let related = || self.assets.get(self.about.get(report?)?);
        named.and_then(|id| self.assets.get(id)).or_else(related)
    }
}

impl Target {
    /// Takes one fact by the last part of its name; false if its value cannot be read.
    pub(super) fn tell(&mut self, fact: &str, value: &str) -> bool {
        let value = value.trim();
        if value.is_empty() {
            return true;
        }
        let identifier = match fact {
            "fqdn" | "host_name" | "hostname" | "target" => {
                Identifier::of_host(value.trim_end_matches('.').to_owned())
            }
            "ipv4" | "ipv6" | "ip-v4" | "ip-v6" | "target-address" => {
                let Ok(address) = value.parse::<IpAddr>() else { return false };
                if address.is_loopback() || address.is_unspecified() {
                    return true;
                }
                Identifier::new(IdentifierKind::Ip, address.to_string())
            }
            "mac" | "MAC" | "mac-address" => {
                let Some(mac) = Identifier::new(IdentifierKind::Mac, value.to_owned()) else {
                    return false;
                };
                (mac.value != "00:00:00:00:00:00").then_some(mac)
            }
            "serial-number" => Identifier::new(IdentifierKind::Serial, value.to_owned()),
            "motherboard-guid" => Identifier::new(IdentifierKind::Uuid, value.to_owned()),
            "ein" if value != "0" => Identifier::new(IdentifierKind::AssetNumber, value.to_owned()),
            "os_name" => {
                value.clone_into(&mut self.system);
                return self.say(names::OS, value);
            }
            "os_version" => return self.say(names::OS_VERSION, value),
            "manufacturer" => return self.say(names::VENDOR, value),
            "model" => return self.say(names::MODEL, value),
            "processor" => return self.say(names::CPU, value),
            _ => return true,
        };
        if let Some(identifier) = identifier {
            self.identify(identifier);
        }
        true
    }

    fn say(&mut self, name: &'static str, value: &str) -> bool {
        let known = self.attributes.iter().any(|attribute| attribute.name == name);
        self.attributes.extend(Attribute::new(name, value.to_owned()).filter(|_| !known));
        true
    }

    fn identify(&mut self, identifier: Identifier<'static>) {
        let new = !self.identifiers.contains(&identifier);
        if new && self.identifiers.len() < IDENTIFIER_LIMIT {
            self.identifiers.push(identifier);
        }
    }

    /// Adds what another source in the same report says of the same machine.
    pub(super) fn add(&mut self, other: &Self) {
        for identifier in &other.identifiers {
            self.identify(identifier.clone());
        }
    }

    /// What tells it from the other machines of the report; `None` if it cannot be told.
    pub(super) fn key(&self) -> Option<&str> {
        let first = self.identifiers.iter().min_by_key(|identifier| identifier.kind);
        match self.name.as_str() {
            "" => first.map(|identifier| identifier.value.as_ref()),
            name => Some(name),
        }
    }

    /// The asset as an event.
    pub(super) fn seen(
        &self,
        local: LocalAsset,
        observed_at: Option<yagura_model::Timestamp>,
        place: Place,
    ) -> AssetSeen<'_> {
        let name = self.key().unwrap_or_default();
        AssetSeen {
            local,
            class: device::class("", &self.system),
            name: name.into(),
            stable_id: self.identifiers.is_empty().then(|| name.into()),
            identifiers: self.identifiers.clone(),
            attributes: self.attributes.clone(),
            relations: Vec::new(),
            observed_at,
            place,
        }
    }
}
