//! The columns of the layouts, and what one row says.

use std::borrow::Cow;

use csv::StringRecord;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    check::CheckSeen,
    coverage::ObservationKind,
    domain::AssetClass,
    finding::{Disposition, FindingSeen, FindingState},
    identifier::{Identifier, IdentifierKind},
    record::{Outcome, Place},
    severity::Severity,
};

use crate::{
    device,
    excerpt::{first_address, fixed_version, short},
    format::Context,
    reference::cves,
    table::Fields,
    time,
};

/// The fields, in the order of [`NAMES`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Plugin,
    Name,
    Family,
    Severity,
    Host,
    Port,
    Protocol,
    Output,
    Cve,
    Synopsis,
    Description,
    Solution,
    SeeAlso,
    Vector2,
    Vector3,
    Vector4,
    Cwe,
    Xref,
    Type,
    State,
    RiskModified,
    First,
    Last,
    AssetId,
    Fqdn,
    Ip4,
    Ip6,
    Mac,
    Hostname,
    Netbios,
    System,
    SystemType,
    Network,
}

/// Names of the columns: Nessus and Web App Scanning, Vulnerability Management, Security Center.
pub(super) const NAMES: [&[&str]; 33] = [
    &["plugin id", "definition.id", "plugin"],
    &["name", "definition.name", "plugin name"],
    &["definition.family", "family"],
    &["risk", "severity"],
    &["host", "asset.name", "ip address"],
    &["port"],
    &["protocol"],
    &["plugin output", "output", "plugin text"],
    &["cve", "definition.cve"],
    &["synopsis", "definition.synopsis"],
    &["description", "definition.description"],
    &["solution", "definition.solution", "steps to remediate"],
    &["see also", "definition.see_also"],
    &["definition.cvss2.base_vector", "cvss v2 vector"],
    &["definition.cvss3.base_vector", "cvss v3 vector"],
    &["definition.cvss4.base_vector", "cvss v4 vector"],
    &["definition.cwe", "cwe"],
    &["xref", "cross references"],
    &["definition.type", "check type"],
    &["state"],
    &["risk_modified"],
    &["first_observed", "first discovered"],
    &["last_seen", "last observed"],
    &["asset.id", "host id"],
    &["asset.display_fqdn", "fqdn", "dns name"],
    &["asset.display_ipv4_address", "ip address"],
    &["asset.display_ipv6_address"],
    &["asset.display_mac_address", "mac address"],
    &["asset.host_name"],
    &["asset.netbios_name", "netbios name"],
    &["asset.operating_system"],
    &["asset.system_type"],
    &["asset.network.name", "repository"],
];

/// The fields of a table and what it is an export of.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) fields: Fields<33>,
    /// Of Web App Scanning.
    pub(super) web: bool,
}

impl Layout {
    pub(super) fn get<'row>(&self, row: &'row StringRecord, field: Field) -> &'row str {
        self.fields.get(row, field as usize)
    }

    /// What is the same in the rows Nessus writes for one finding, one row a CVE id.
    pub(super) fn same_finding(&self, one: &StringRecord, other: &StringRecord) -> bool {
        use Field::{Host, Output, Plugin, Port, Protocol};
        [Plugin, Host, Port, Protocol, Output]
            .into_iter()
            .all(|field| self.get(one, field) == self.get(other, field))
    }

    /// The key of a row's asset.
    pub(super) fn asset_key<'row>(&self, row: &'row StringRecord) -> &'row str {
        match self.get(row, Field::AssetId) {
            "" => self.get(row, Field::Host),
            id => id,
        }
    }

    /// The asset of a row.
    pub(super) fn asset<'row>(
        &self,
        row: &'row StringRecord,
        local: LocalAsset,
        context: &Context,
        place: Place,
    ) -> AssetSeen<'row> {
        let get = |field| self.get(row, field);
        let host = get(Field::Host);
        let class = match self.web {
            true => AssetClass::WebSite,
            false => device::class(get(Field::SystemType), get(Field::System)),
        };
        let mut identifiers = Vec::new();
        if self.web {
            identifiers.extend(Identifier::new(IdentifierKind::Domain, domain(host)));
        } else {
            let macs = get(Field::Mac).split([',', ' ', '\n']);
            identifiers.extend(macs.filter_map(|mac| Identifier::new(IdentifierKind::Mac, mac)));
            let (_, netbios) =
                get(Field::Netbios).split_once('\\').unwrap_or(("", get(Field::Netbios)));
            identifiers.extend(Identifier::of_host(get(Field::Fqdn)));
            identifiers.extend(Identifier::of_host(get(Field::Hostname)));
            identifiers.extend(Identifier::new(IdentifierKind::Hostname, netbios));
            identifiers.extend(Identifier::of_host(host));
            for addresses in [get(Field::Ip4), get(Field::Ip6)] {
                let each = addresses.split(',');
                identifiers.extend(each.filter_map(|ip| Identifier::new(IdentifierKind::Ip, ip)));
            }
            let mut seen = std::collections::BTreeSet::new();
            identifiers.retain(|identifier| seen.insert(identifier.clone()));
        }
        let attributes = [
            Attribute::new(names::OS, get(Field::System)),
            Attribute::new(names::ZONE, get(Field::Network)),
        ];
        AssetSeen {
            local,
            class,
            name: Cow::Borrowed(if host.is_empty() { self.asset_key(row) } else { host }),
            stable_id: some(get(Field::AssetId)),
            identifiers,
            attributes: attributes.into_iter().flatten().collect(),
            relations: Vec::new(),
            observed_at: time::read(get(Field::Last), &context.zone).map(|time| time.at),
            place,
        }
    }

    /// The CVE ids of a row.
    pub(super) fn cves<'row>(
        &self,
        row: &'row StringRecord,
    ) -> impl Iterator<Item = String> + 'row {
        cves(self.get(row, Field::Cve).split([',', ' ', '\n']).take(4096))
    }

    /// How bad a row says it is; `None` if the word is not known.
    pub(super) fn severity(&self, row: &StringRecord) -> Option<Severity> {
        match self.get(row, Field::Severity) {
            "0" => Some(Severity::Info),
            "1" => Some(Severity::Low),
            "2" => Some(Severity::Medium),
            "3" => Some(Severity::High),
            "4" => Some(Severity::Critical),
            word => Severity::from_word(word),
        }
    }

    /// What becomes of a row, with the CVE ids of all rows of its finding.
    pub(super) fn outcome<'row>(
        &self,
        row: &'row StringRecord,
        severity: Severity,
        ids: &'row [String],
        context: &Context,
    ) -> Outcome<'row> {
        let get = |field| self.get(row, field);
        let kind = match get(Field::Family) {
            _ if self.web => ObservationKind::Code,
            "Port scanners" => ObservationKind::OpenPort,
            _ => ObservationKind::Vulnerability,
        };
        let mut check = CheckSeen::new(get(Field::Plugin), kind, get(Field::Name));
        check.severity = Some(severity);
        check.cves = ids.iter().map(|id| Cow::Borrowed(id.as_str())).collect();
        check.vectors = self.vectors(row);
        check.description = some(get(Field::Description)).or_else(|| some(get(Field::Synopsis)));
        check.remediation = some(get(Field::Solution)).filter(|solution| solution != "n/a");
        check.references = self.references(row);
        check.remote = match get(Field::Type).to_ascii_lowercase().as_str() {
            _ if self.web => Some(true),
            "remote" => Some(true),
            "local" => Some(false),
            _ => None,
        };
        // Vulnerability Management lists what was corrected too.
        if get(Field::State).eq_ignore_ascii_case("fixed") {
            return Outcome::Pass(check);
        }
        let output = get(Field::Output).trim_start_matches('\'');
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info {
            finding.state = FindingState::Info;
        } else {
            finding.fixed_version = fixed_version(output).map(Cow::Borrowed);
        }
        if get(Field::RiskModified).eq_ignore_ascii_case("accepted") {
            finding.disposition = Disposition::Accepted;
        }
        finding.first_seen = time::read(get(Field::First), &context.zone).map(|time| time.at);
        finding.evidence = some(short(output));
        finding.location = match self.web.then(|| first_address(output)).flatten() {
            Some(address) => Cow::Borrowed(address),
            None => match get(Field::Port) {
                "" | "0" => Cow::Borrowed(""),
                port => Cow::Owned(format!("{port}/{}", get(Field::Protocol).to_ascii_lowercase())),
            },
        };
        Outcome::Findings(vec![finding])
    }

    fn vectors<'row>(&self, row: &'row StringRecord) -> Vec<Cow<'row, str>> {
        let versions =
            [(Field::Vector4, "CVSS:4.0/"), (Field::Vector3, "CVSS:3.0/"), (Field::Vector2, "")];
        let mut vectors = Vec::new();
        for (field, prefix) in versions {
            let vector = self.get(row, field);
            let vector = vector.strip_prefix("CVSS2#").unwrap_or(vector);
            if !vector.is_empty() {
                vectors.push(match vector.starts_with("CVSS:") || prefix.is_empty() {
                    true => Cow::Borrowed(vector),
                    false => Cow::Owned(format!("{prefix}{vector}")),
                });
            }
        }
        vectors
    }

    fn references<'row>(&self, row: &'row StringRecord) -> Vec<Cow<'row, str>> {
        let links = self.get(row, Field::SeeAlso).split_whitespace();
        let links = links.map(|link| Cow::Borrowed(link.trim_end_matches(',')));
        let weaknesses = self.get(row, Field::Cwe).split(',').map(str::trim);
        let weaknesses = weaknesses.filter(|cwe| !cwe.is_empty()).map(|cwe| {
            let number = cwe.strip_prefix("CWE-").or(cwe.strip_prefix("CWE:")).unwrap_or(cwe);
            Cow::Owned(format!("CWE-{number}"))
        });
        let others = self.get(row, Field::Xref).split([',', '\n']).map(str::trim);
        let others = others.filter(|other| !other.is_empty()).map(Cow::Borrowed);
        links.chain(weaknesses).chain(others).collect()
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
