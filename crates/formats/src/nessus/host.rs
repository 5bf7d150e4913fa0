//! One `ReportHost`: its properties, and what was looked at.

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
    software::SoftwareSeen,
};

use crate::{
    cpe::{self, Cpe},
    device,
    error::ParseError,
    excerpt::line,
    time,
    xml::XmlReader,
};

use super::item::Item;

/// Longest host property read.
const PROPERTY_LIMIT: usize = 4 << 10;

/// Most CPE names kept of one host.
const CPE_LIMIT: usize = 4096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) name: String,
    ip: String,
    fqdn: String,
    hostname: String,
    netbios: String,
    macs: String,
    uuid: String,
    tag: String,
    system: String,
    kind: String,
    instance: String,
    account: String,
    region: String,
    credentialed: Option<bool>,
    cpes: Vec<(Cpe, String)>,
    started: bool,
    pub(super) ended: Option<Timestamp>,
    /// The end was given as a time without a zone.
    pub(super) zoneless: bool,
    pub(super) given: bool,
    pub(super) dead: bool,
    ports_scanned: bool,
    rules: bool,
    local_checks: bool,
    items: bool,
}

impl Host {
    pub(super) fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Reads `HostProperties`, whose start was just met.
    pub(super) fn properties(
        &mut self,
        xml: &mut XmlReader<'_>,
        zone: &TimeZone,
    ) -> Result<(), ParseError> {
        let depth = xml.depth();
        let mut value = String::new();
        while xml.next_child(depth)? {
            let name = xml.attribute("name").unwrap_or_default().into_owned();
            xml.text_into(&mut value, PROPERTY_LIMIT)?;
            self.property(&name, value.trim(), zone);
        }
        Ok(())
    }

    fn property(&mut self, name: &str, value: &str, zone: &TimeZone) {
        let field = match name {
            "host-ip" => &mut self.ip,
            "host-fqdn" => &mut self.fqdn,
            "hostname" => &mut self.hostname,
            "netbios-name" => &mut self.netbios,
            "mac-address" => &mut self.macs,
            "bios-uuid" => &mut self.uuid,
            "TAG" => &mut self.tag,
            "operating-system" => &mut self.system,
            "system-type" => &mut self.kind,
            "aws-instance-accountId" => &mut self.account,
            "aws-instance-region" => &mut self.region,
            "aws-instance-instance-id" | "azure-instance-vmId" | "gcp-instance-id" => {
                &mut self.instance
            }
            "HOST_START" | "HOST_START_TIMESTAMP" => {
                self.started = true;
                return;
            }
            "HOST_END_TIMESTAMP" => {
                if let Some(at) = value.parse().ok().and_then(time::from_unix) {
                    self.ended = Some(at);
                    self.zoneless = false;
                }
                return;
            }
            "HOST_END" => {
                if self.ended.is_none()
                    && let Some(read) = time::read(value, zone)
                {
                    self.ended = Some(read.at);
                    self.zoneless = !read.zoned;
                }
                return;
            }
            "Credentialed_Scan" => {
                self.credentialed = match value {
                    "true" | "yes" => Some(true),
                    "false" | "no" => Some(false),
                    _ => None,
                };
                return;
            }
            _ if name == "cpe" || name.starts_with("cpe-") => {
                let (uri, label) = value.split_once("->").unwrap_or((value, ""));
                if let Some(cpe) = cpe::read(uri)
                    && self.cpes.len() < CPE_LIMIT
                {
                    self.cpes.push((cpe, label.trim().to_owned()));
                }
                return;
            }
            _ => return,
        };
        field.clear();
        field.push_str(value);
    }

    /// What an item tells about the look itself.
    pub(super) fn learn(&mut self, item: &Item, kind: ObservationKind) {
        self.items = true;
        self.rules |= kind == ObservationKind::Configuration;
        self.ports_scanned |= kind == ObservationKind::OpenPort;
        self.local_checks |= item.is_local();
        match item.plugin.as_str() {
            // Ping the remote host.
            "10180" if item.output.contains("considered as dead") => self.dead = true,
            // Nessus Scan Information.
            "19506" => {
                self.ports_scanned |= line(&item.output, "Port scanner(s)").is_some();
                if let Some(checks) = line(&item.output, "Credentialed checks") {
                    self.credentialed.get_or_insert(checks.starts_with("yes"));
                }
            }
            _ => {}
        }
    }

    /// Whether the look at the host came to its end.
    pub(super) fn finished(&self) -> bool {
        self.ended.is_some() && !self.dead
    }

    /// Whether the host never answered, as far as the report tells.
    pub(super) fn silent(&self) -> bool {
        self.dead || (self.ended.is_none() && !self.items)
    }

    /// Whether the look had credentials: what the scanner says, else whether a local check spoke.
    pub(super) fn credentialed(&self) -> bool {
        self.credentialed.unwrap_or(self.local_checks)
    }

    /// What was looked at: the checks Nessus knows, and the rules of an audit one by one.
    pub(super) fn coverage(&self, asset: LocalAsset, web: bool) -> [Option<CoverageSeen<'_>>; 2] {
        let seen = |kinds, checks| CoverageSeen {
            asset,
            kinds,
            credentialed: (!web).then(|| self.credentialed()),
            checks,
            observed_at: self.ended,
        };
        if !self.finished() {
            return [Some(seen(ObservationKinds::NONE, CheckSet::All)), None];
        }
        let main = if web { ObservationKind::Code } else { ObservationKind::Vulnerability };
        let mut kinds = ObservationKinds::of(&[main]);
        if self.ports_scanned {
            kinds = kinds.with(ObservationKind::OpenPort);
        }
        let rules = ObservationKinds::of(&[ObservationKind::Configuration]);
        [
            Some(seen(kinds, CheckSet::All)),
            self.rules.then(|| seen(rules, CheckSet::Named(Vec::new()))),
        ]
    }

    /// The host as an asset.
    pub(super) fn asset(&self, local: LocalAsset, web: bool, place: Place) -> AssetSeen<'_> {
        let web = web || self.kind == "web_application";
        let class = if web { AssetClass::WebSite } else { device::class(&self.kind, &self.system) };
        let mut identifiers = Vec::new();
        let mut add = |identifier: Option<Identifier<'_>>| {
            if let Some(identifier) = identifier
                && !identifiers.contains(&identifier)
            {
                identifiers.push(identifier.into_owned());
            }
        };
        if web {
            for name in [&self.name, &self.fqdn] {
                add(Identifier::new(IdentifierKind::Domain, domain(name)));
            }
        } else {
            if !self.account.is_empty() && !self.region.is_empty() && !self.instance.is_empty() {
                let (region, account, id) = (&self.region, &self.account, &self.instance);
                let arn = format!("arn:aws:ec2:{region}:{account}:instance/{id}");
                add(Identifier::new(IdentifierKind::CloudInstance, arn));
            }
            add(Identifier::new(IdentifierKind::CloudInstance, self.instance.as_str()));
            add(Identifier::new(IdentifierKind::AgentId, self.tag.as_str()));
            add(Identifier::new(IdentifierKind::Uuid, self.uuid.as_str()));
            for mac in self.macs.split_whitespace() {
                add(Identifier::new(IdentifierKind::Mac, mac));
            }
            add(Identifier::of_host(self.fqdn.as_str()));
            add(Identifier::of_host(self.hostname.as_str()));
            let (_, netbios) = self.netbios.split_once('\\').unwrap_or(("", &self.netbios));
            add(Identifier::new(IdentifierKind::Hostname, netbios));
            add(Identifier::of_host(self.name.as_str()));
            add(Identifier::new(IdentifierKind::Ip, self.ip.as_str()));
        }
        let operating =
            self.cpes.iter().find(|(cpe, _)| cpe.part == 'o' && !cpe.version.is_empty());
        let system: Vec<&str> = self.system.lines().map(str::trim).collect();
        let attributes = [
            Attribute::new(names::OS, system.join(" or ")),
            operating.and_then(|(cpe, _)| Attribute::new(names::OS_VERSION, cpe.version.as_str())),
            operating.and_then(|(cpe, _)| Attribute::new("x.os_cpe", cpe.name.as_str())),
            Attribute::new(names::PLACE, self.region.as_str()),
        ];
        AssetSeen {
            local,
            class,
            name: Cow::Borrowed(&self.name),
            stable_id: some(&self.tag)
                .or_else(|| identifiers.is_empty().then(|| (&*self.name).into())),
            identifiers,
            attributes: attributes.into_iter().flatten().collect(),
            relations: Vec::new(),
            observed_at: self.ended,
            place,
        }
    }

    /// The programs its CPE names tell, each once.
    pub(super) fn software(&self, asset: LocalAsset) -> impl Iterator<Item = SoftwareSeen<'_>> {
        let programs = self.cpes.iter().filter(|(cpe, _)| cpe.part == 'a');
        let mut names = std::collections::BTreeSet::new();
        programs.filter(move |(cpe, _)| names.insert(&cpe.name)).map(move |(cpe, label)| {
            SoftwareSeen {
                asset,
                name: Cow::Borrowed(if label.is_empty() { &cpe.product } else { label }),
                version: Cow::Borrowed(&cpe.version),
                purl: None,
                cpe: Some(Cow::Borrowed(&cpe.name)),
                vendor: some(&cpe.vendor),
            }
        })
    }
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

/// The host of an address (`https://www.example/app` → `www.example`).
fn domain(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', ':', '?']).next().unwrap_or_default()
}
