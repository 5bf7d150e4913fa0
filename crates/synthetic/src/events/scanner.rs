//! Network scanners: the hosts and items of a Nessus report.

use std::borrow::Cow;

use yagura_model::{
    asset::LocalAsset,
    attribute::names,
    check::CheckSeen,
    coverage::{CheckSet, ObservationKind},
    finding::FindingSeen,
    identifier::IdentifierKind,
    record::Outcome,
    sink::Stopped,
    warning::{Warning, WarningCode},
};

use super::{Seen, Sending};
use crate::{
    case::Case, device::Device, finding::Finding, identity::REGION, report::Subject,
    source::SourceKind,
};

/// How the catalogue of exploited weaknesses is referred to.
const EXPLOITED: &str = "CISA-KNOWN-EXPLOITED:2026/01/15";

impl Sending<'_, '_> {
    pub(super) fn scanner(&mut self) -> Result<(), Stopped> {
        let government = self.government;
        for (subject, number) in government.subjects(self.report).zip(0..) {
            if let Subject::Device(device) = subject {
                self.host(&device, LocalAsset(number))?;
            }
        }
        let title = self.report.source.name_ja();
        self.head("nessus", None, Some(title), Some(self.observed_at()))
    }

    fn host(&mut self, device: &Device, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let seconds = self.seconds();
        let credentialed = self.report.credentialed == Some(true);
        let outside = self.report.source == SourceKind::Outside;
        let identity = government.identity(device, seconds);
        let behind = outside && device.case == Case::BehindNat;
        let ip = if behind { government.outer_address(device) } else { identity.ip.clone() };
        // Through NAT and with credentials it goes by name.
        let fqdn = identity.fqdn();
        let name = match (behind, outside) {
            (true, _) => identity.hostname.clone(),
            (false, true) => ip.clone(),
            (false, false) => fqdn.clone(),
        };
        let at = format!("host `{name}`");
        let mut seen = Seen::new(local, device.platform.scanner_class, name);
        if credentialed {
            if let (Some(arn), Some(instance)) = (identity.arn(), identity.instance) {
                seen.known_by(IdentifierKind::CloudInstance, arn);
                seen.known_by(IdentifierKind::CloudInstance, instance);
                seen.says(names::OS, device.platform.scanner_os).says(names::PLACE, REGION);
            }
            if let Some(uuid) = identity.uuid {
                seen.known_by(IdentifierKind::Uuid, uuid);
            }
        }
        if seen.0.attributes.is_empty() {
            seen.says(names::OS, device.platform.scanner_os);
        }
        // In its own segment it sees cards, but not names of machines that give none.
        let near = device.case == Case::MovingAddress;
        if credentialed || (outside && near) {
            for mac in identity.macs {
                seen.known_by(IdentifierKind::Mac, mac);
            }
        }
        if !outside {
            seen.known_by(IdentifierKind::Fqdn, fqdn);
        }
        if !(outside && near) {
            seen.known_by(IdentifierKind::Hostname, identity.hostname);
        }
        seen.known_by(IdentifierKind::Ip, ip);
        seen.0.observed_at = Some(self.observed_at());
        self.sink.asset(seen.0)?;
        for finding in government.findings(device) {
            let seen = credentialed || finding.check.service.is_some();
            if seen && finding.interval.holds(seconds) {
                let outcome = Outcome::Findings(vec![item(&finding, seconds)]);
                self.record(Some(local), outcome)?;
            }
        }
        self.cover(local, ObservationKind::Vulnerability, CheckSet::All, Some(self.observed_at()))?;
        if !credentialed {
            let detail = "the host was scanned without credentials".to_owned();
            self.sink.warn(Warning { code: WarningCode::Uncredentialed, at, detail })?;
        }
        Ok(())
    }
}

fn item<'g>(finding: &Finding<'g>, seconds: i64) -> FindingSeen<'g> {
    let check = finding.check;
    let mut seen = CheckSeen::new(
        check.plugin.as_str(),
        ObservationKind::Vulnerability,
        check.plugin_title.as_str(),
    );
    seen.severity = Some(check.severity);
    seen.cves = check.cves.iter().map(|cve| Cow::Borrowed(cve.as_str())).collect();
    seen.vectors = vec![Cow::Borrowed(check.vector)];
    seen.description = Some(Cow::Borrowed(check.description));
    seen.remediation = Some(Cow::Borrowed(&check.solution));
    if check.exploited {
        seen.references.push(Cow::Borrowed(EXPLOITED));
    }
    seen.remote = Some(check.service.is_some());
    let mut seen = FindingSeen::fail(seen, check.severity);
    seen.location = Cow::Borrowed(check.service.map_or("", |service| service.location));
    seen.evidence = Some(Cow::Borrowed(finding.package.of_two(&check.outputs, seconds)));
    seen.fixed_version = Some(Cow::Borrowed(&finding.package.fixed));
    seen
}
