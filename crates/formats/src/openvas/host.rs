//! One `host` of a report: what is said of it beside its results.

use std::borrow::Cow;

use jiff::Timestamp;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    identifier::{Identifier, IdentifierKind},
    record::Place,
    software::SoftwareSeen,
};

use crate::{
    cpe::{self, Cpe},
    device,
    error::ParseError,
    times::Times,
    xml::XmlReader,
};

/// Most programs kept of one host.
const PROGRAM_LIMIT: usize = 4096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) address: String,
    pub(super) asset_id: String,
    pub(super) ended: Option<Timestamp>,
    pub(super) dead: bool,
    /// Whether a log-in worked, if one was tried.
    pub(super) signed_in: Option<bool>,
    pub(super) names: Vec<String>,
    macs: Vec<String>,
    system: String,
    system_cpe: Option<Cpe>,
    programs: Vec<Cpe>,
}

impl Host {
    /// A host of which only what a result says is known.
    pub(super) fn of(address: &str, name: &str, asset_id: &str, ended: Option<Timestamp>) -> Self {
        let mut host = Self { ended, ..Self::default() };
        host.address.push_str(address);
        host.asset_id.push_str(asset_id);
        host.names.extend((!name.is_empty()).then(|| name.to_owned()));
        host
    }

    /// Reads the `host` whose start was just met, to its end.
    pub(super) fn read(xml: &mut XmlReader<'_>, times: &mut Times<'_>) -> Result<Self, ParseError> {
        let mut host = Self::default();
        let mut text = String::new();
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "ip" => xml.text_into(&mut host.address, 256)?,
                "asset" => {
                    host.asset_id = xml.attribute("asset_id").unwrap_or_default().into_owned();
                    xml.skip()?;
                }
                "end" => {
                    xml.text_into(&mut text, 64)?;
                    let at = format!("host `{}`", host.address.trim());
                    host.ended = times.read(&text, || at);
                }
                "detail" => host.detail(xml)?,
                _ => xml.skip()?,
            }
        }
        Ok(host)
    }

    fn detail(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let (mut name, mut value) = (String::new(), String::new());
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "name" => xml.text_into(&mut name, 256)?,
                "value" => xml.text_into(&mut value, 1024)?,
                _ => xml.skip()?,
            }
        }
        let value = value.trim();
        match name.trim() {
            "hostname" | "DNS-via-TargetDefinition" | "SMB-HOST-NAME"
                if !value.is_empty() && self.names.len() < 16 =>
            {
                self.names.push(value.to_owned());
            }
            "MAC" if self.macs.len() < 64 => self.macs.push(value.to_owned()),
            "best_os_txt" => self.system = value.to_owned(),
            "best_os_cpe" => self.system_cpe = cpe::read(value),
            "OS" if self.system_cpe.is_none() => self.system_cpe = cpe::read(value),
            "App" if self.programs.len() < PROGRAM_LIMIT => {
                let program = cpe::read(value).filter(|cpe| cpe.part == 'a');
                self.programs.extend(program.filter(|cpe| !self.programs.contains(cpe)));
            }
            "dead_host" | "Host dead" => self.dead = value == "1",
            name if name.starts_with("Auth-") && name.ends_with("-Success") => {
                self.signed_in = Some(true);
            }
            name if name.starts_with("Auth-") && name.ends_with("-Failure") => {
                self.signed_in = self.signed_in.or(Some(false));
            }
            _ => {}
        }
        Ok(())
    }

    /// The host as an asset.
    pub(super) fn asset(&self, local: LocalAsset, place: Place) -> AssetSeen<'_> {
        let addresses = Identifier::of_host(self.address.as_str());
        let macs = self.macs.iter().filter_map(|mac| Identifier::new(IdentifierKind::Mac, mac));
        let mut identifiers: Vec<Identifier<'_>> = macs
            .chain(self.names.iter().filter_map(Identifier::of_host))
            .chain(addresses)
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        identifiers.retain(|identifier| seen.insert(identifier.clone()));
        let cpe = self.system_cpe.as_ref();
        let system = match (self.system.as_str(), cpe) {
            ("", Some(cpe)) => cpe.product.as_str(),
            (system, _) => system,
        };
        let attributes = [
            Attribute::new(names::OS, system),
            cpe.and_then(|cpe| Attribute::new(names::OS_VERSION, cpe.version.as_str())),
            cpe.and_then(|cpe| Attribute::new("x.os_cpe", cpe.name.as_str())),
        ];
        AssetSeen {
            local,
            class: device::class("", &system.replace('_', " ")),
            name: Cow::Borrowed(self.names.first().unwrap_or(&self.address)),
            stable_id: (!self.asset_id.is_empty()).then_some(Cow::Borrowed(self.asset_id.as_str())),
            identifiers,
            attributes: attributes.into_iter().flatten().collect(),
            relations: Vec::new(),
            observed_at: self.ended,
            place,
        }
    }

    /// The programs found on it.
    pub(super) fn software(&self, asset: LocalAsset) -> impl Iterator<Item = SoftwareSeen<'_>> {
        self.programs.iter().map(move |cpe| SoftwareSeen {
            asset,
            name: Cow::Borrowed(&cpe.product),
            version: Cow::Borrowed(&cpe.version),
            purl: None,
            cpe: Some(Cow::Borrowed(&cpe.name)),
            vendor: (!cpe.vendor.is_empty()).then_some(Cow::Borrowed(&cpe.vendor)),
        })
    }
}
