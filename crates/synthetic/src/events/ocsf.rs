//! What writes OCSF: directory, endpoint tool, configuration scanner, cloud posture.

use std::borrow::Cow;

use yagura_model::{
    asset::{LocalAsset, RelationKind},
    attribute::names,
    check::CheckSeen,
    coverage::{CheckSet, ObservationKind},
    domain::AssetClass,
    finding::FindingSeen,
    identifier::IdentifierKind,
    record::Outcome,
    severity::Severity,
    sink::Stopped,
};

use super::{Seen, Sending, flag, installed};
use crate::{
    case::Case,
    catalogue::Scope,
    chance::Chance,
    device::{Device, side},
    finding::{Finding, Ruling},
    identity::{self, Identity, REGION},
    person::User,
    plan::DAY,
    platform::{MODELS, PLACES},
    report::Subject,
    source::SourceKind,
    system::System,
};

/// Whose cloud it is.
pub(crate) const PROVIDER: &str = "AWS";

impl Sending<'_, '_> {
    pub(super) fn ocsf(&mut self) -> Result<(), Stopped> {
        let government = self.government;
        let tool = match self.report.source {
            SourceKind::Directory => "Meibo Directory",
            SourceKind::Endpoint => "Mihari Endpoint",
            SourceKind::Configuration => "Kihan Configuration",
            _ => "Kumoyuki Posture",
        };
        // Known only at the end, as in the bytes.
        let mut looked_at = Vec::new();
        for (subject, number) in government.subjects(self.report).zip(0..) {
            let local = LocalAsset(number);
            if number == 0 {
                self.head(tool, Some("4.2"), None, None)?;
            }
            match (self.report.source, subject) {
                (SourceKind::Directory, Subject::Device(device)) => self.joined(&device, local)?,
                (SourceKind::Endpoint, Subject::Device(device)) => {
                    if self.endpoint(&device, local)? {
                        looked_at.push(local);
                    }
                }
                (SourceKind::Configuration, Subject::Device(device)) => {
                    self.configured(&device, local)?;
                }
                (_, Subject::Device(device)) => self.instance(&device, local)?,
                (_, Subject::User(user)) => self.account(&user, local)?,
                (_, Subject::System(system)) => self.cloud_account(&system, local)?,
                (_, Subject::DataSet(_)) => {}
            }
        }
        for local in looked_at {
            self.cover(local, ObservationKind::Vulnerability, CheckSet::All, None)?;
        }
        self.head("", None, None, Some(self.observed_at()))
    }

    /// A machine of the directory.
    fn joined(&mut self, device: &Device, local: LocalAsset) -> Result<(), Stopped> {
        let identity = self.government.identity(device, self.seconds());
        // Joined again under a new name it is a new object.
        let again = u64::from(device.case == Case::Reimaged && self.seconds() >= device.event);
        let fqdn = identity.fqdn();
        let mut seen = Seen::new(local, device.class, identity.hostname.clone());
        seen.0.stable_id =
            Some(identity::uuid(device.chance.at(side::AGENT).at(7).at(again)).into());
        seen.known_by(IdentifierKind::Fqdn, fqdn);
        seen.known_by(IdentifierKind::Hostname, identity.hostname);
        seen.says(names::OS, device.platform.os).says(names::OS_VERSION, device.platform.version);
        self.inventory(seen, ObservationKind::DeviceInventory)
    }

    /// Gives an inventory event.
    fn inventory(&mut self, mut seen: Seen<'_>, kind: ObservationKind) -> Result<(), Stopped> {
        let local = seen.0.local;
        seen.0.observed_at = Some(self.observed_at());
        self.sink.asset(seen.0)?;
        self.cover(local, kind, CheckSet::All, None)?;
        self.record(Some(local), Outcome::Fact)
    }

    /// An account of the directory.
    fn account(&mut self, user: &User, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let organisation = self.report.organisation;
        let code = government.organisation_code(organisation);
        let sid = government.sid(user, organisation);
        let mut seen = Seen::new(local, AssetClass::Person, user.name());
        seen.0.stable_id = Some(sid.clone().into());
        seen.known_by(IdentifierKind::DirectoryId, sid);
        if user.index.is_multiple_of(2) {
            seen.known_by(IdentifierKind::StaffNumber, user.staff_number());
        }
        seen.known_by(IdentifierKind::AccountName, government.account_name(user, organisation));
        seen.known_by(IdentifierKind::Mail, format!("{}@{code}.example", user.mailbox()));
        seen.says(names::POST, user.post());
        if user.is_privileged() {
            seen.says(names::PRIVILEGED, "true");
        }
        if user.factor() == "none" {
            seen.says(names::MFA, "none");
        } else {
            seen.says("x.has_mfa", "true");
        }
        seen.says(names::ENABLED, flag(!user.chance.at(9).happens(20)));
        self.inventory(seen, ObservationKind::UserInventory)
    }

    /// What the endpoint tool's agent says; whether it found anything.
    fn endpoint(&mut self, device: &Device, local: LocalAsset) -> Result<bool, Stopped> {
        let government = self.government;
        let seconds = self.seconds();
        let identity = government.identity(device, seconds);
        let seen = self.agent(device, local, identity);
        self.inventory(seen, ObservationKind::DeviceInventory)?;
        self.cover(local, ObservationKind::SoftwareInventory, CheckSet::All, None)?;
        for package in government.software(device) {
            self.sink.software(installed(package, local, seconds))?;
        }
        self.record(Some(local), Outcome::Fact)?;
        let mut found = false;
        for finding in government.findings(device) {
            if finding.interval.holds(seconds) {
                found = true;
                self.sink.software(installed(finding.package, local, seconds))?;
                let finding = self.weakness(&finding);
                self.record(Some(local), Outcome::Findings(vec![finding]))?;
            }
        }
        Ok(found)
    }

    fn agent(&self, device: &Device, local: LocalAsset, identity: Identity) -> Seen<'static> {
        let government = self.government;
        let chance = device.chance;
        let fqdn = identity.fqdn();
        let mut seen = Seen::new(local, device.class, identity.hostname.clone());
        seen.0.stable_id = Some(identity.agent_id.clone().into());
        if let Some(instance) = identity.instance {
            seen.known_by(IdentifierKind::CloudInstance, instance);
        }
        if let Some(serial) = identity.serial {
            seen.known_by(IdentifierKind::Serial, serial);
        }
        if let Some(uuid) = identity.uuid {
            seen.known_by(IdentifierKind::Uuid, uuid);
        }
        let mut macs = identity.macs.into_iter();
        if let Some(mac) = macs.next() {
            seen.known_by(IdentifierKind::Mac, mac);
        }
        seen.known_by(IdentifierKind::Ip, identity.ip);
        seen.known_by(IdentifierKind::AgentId, identity.agent_id);
        for mac in macs {
            seen.known_by(IdentifierKind::Mac, mac);
        }
        if let Some(ip6) = identity.ip6 {
            seen.known_by(IdentifierKind::Ip, ip6);
        }
        seen.known_by(IdentifierKind::Fqdn, fqdn);
        seen.known_by(IdentifierKind::Hostname, identity.hostname);
        let (vendor, model) = chance.at(side::MODEL).pick(MODELS);
        let place = if device.in_cloud { REGION } else { chance.at(side::PLACE).pick(PLACES) };
        // Machines are started again about once a month.
        let month = 30 * DAY;
        let shift = chance.at(side::STATE).at(2).below(month as u64) as i64;
        let booted = (self.seconds() + shift).div_euclid(month) * month - shift;
        seen.says(names::OS, device.platform.os)
            .says(names::OS_VERSION, device.platform.version)
            .says(names::VENDOR, vendor)
            .says(names::MODEL, model)
            .says(names::CPU, "x86_64")
            .says(names::PLACE, place)
            .says(names::ZONE, government.zone(device))
            .says(names::BOOTED_AT, government.plan().at(booted).to_string());
        seen
    }

    fn weakness<'g>(&self, finding: &Finding<'g>) -> FindingSeen<'g> {
        let (check, package) = (finding.check, finding.package);
        let seconds = self.seconds();
        let mut seen = CheckSeen::new(
            check.cve.as_str(),
            ObservationKind::Vulnerability,
            check.title.as_str(),
        );
        seen.severity = Some(check.severity);
        seen.cves = vec![Cow::Borrowed(check.cve.as_str())];
        seen.vectors = vec![Cow::Borrowed(check.vector)];
        seen.description = Some(Cow::Borrowed(check.description));
        seen.remediation = Some(Cow::Borrowed(&check.solution));
        if check.exploited {
            seen.references.push(Cow::Borrowed("KEV"));
        }
        let mut seen = FindingSeen::fail(seen, check.severity);
        seen.location = Cow::Borrowed(&package.location);
        seen.evidence = Some(Cow::Borrowed(package.of_two(&package.labels, seconds)));
        seen.fixed_version = Some(Cow::Borrowed(&package.fixed));
        seen.first_seen = Some(self.government.plan().at(finding.interval.since(seconds)));
        seen
    }

    /// A machine whose settings were looked at.
    fn configured(&mut self, device: &Device, local: LocalAsset) -> Result<(), Stopped> {
        let identity = self.government.identity(device, self.seconds());
        let again = u64::from(device.case == Case::Reimaged && self.seconds() >= device.event);
        let own = device.chance.at(side::AGENT).at(8).at(again).bits();
        let fqdn = identity.fqdn();
        let mut seen = Seen::new(local, device.class, identity.hostname.clone());
        seen.0.stable_id = Some(format!("kihan-{own:016x}").into());
        if let Some(serial) = identity.serial {
            seen.known_by(IdentifierKind::Serial, serial);
        }
        seen.known_by(IdentifierKind::Fqdn, fqdn);
        seen.known_by(IdentifierKind::Hostname, identity.hostname);
        seen.says(names::OS, device.platform.os).says(names::OS_VERSION, device.platform.version);
        let scope = Scope::Machine(device.platform.family);
        self.rules(seen, scope, device.chance.at(side::RULES))
    }

    /// A cloud account.
    fn cloud_account(&mut self, system: &System, local: LocalAsset) -> Result<(), Stopped> {
        let Some(account) = self.government.cloud_account(system) else { return Ok(()) };
        let mut seen = Seen::new(local, AssetClass::CloudAccount, account.clone());
        seen.0.stable_id = Some(account.clone().into());
        seen.known_by(IdentifierKind::CloudAccount, account);
        seen.says(names::CLOUD_SERVICE, PROVIDER);
        self.rules(seen, Scope::Account, system.chance.at(8))
    }

    /// An instance in a cloud.
    fn instance(&mut self, device: &Device, local: LocalAsset) -> Result<(), Stopped> {
        let identity = self.government.identity(device, self.seconds());
        let Some(arn) = identity.arn() else { return Ok(()) };
        let mut seen = Seen::new(local, AssetClass::Server, identity.hostname);
        seen.0.stable_id = Some(arn.clone().into());
        seen.known_by(IdentifierKind::CloudInstance, arn);
        if let Some(instance) = identity.instance {
            seen.known_by(IdentifierKind::CloudInstance, instance);
        }
        seen.says(names::PLACE, REGION)
            .says(names::CLOUD_SERVICE, PROVIDER)
            .says("x.resource_type", "AwsEc2Instance");
        if let Some(account) = identity.account {
            seen.stands(RelationKind::HostedOn, account);
        }
        self.rules(seen, Scope::Instance, device.chance.at(side::RULES))
    }

    /// The outcome of each rule of a scope.
    fn rules(&mut self, seen: Seen<'_>, scope: Scope, chance: Chance) -> Result<(), Stopped> {
        let local = seen.0.local;
        let seconds = self.seconds();
        self.sink.asset(seen.0)?;
        self.cover(local, ObservationKind::Configuration, CheckSet::Named(Vec::new()), None)?;
        for ruling in self.government.rulings(chance, |rule| rule.scope == scope) {
            self.record(Some(local), verdict(&ruling, seconds))?;
        }
        Ok(())
    }
}

fn verdict<'g>(ruling: &Ruling<'g>, seconds: i64) -> Outcome<'g> {
    let rule = ruling.rule;
    let mut check =
        CheckSeen::new(rule.id.as_str(), ObservationKind::Configuration, rule.title.as_str());
    check.severity = Some(rule.severity);
    check.description = Some(Cow::Borrowed(rule.description));
    check.remediation = Some(Cow::Borrowed(rule.remediation));
    if !ruling.failed.is_some_and(|failed| failed.holds(seconds)) {
        return Outcome::Pass(check);
    }
    let severity: Severity = rule.severity;
    Outcome::Findings(vec![FindingSeen::fail(check, severity)])
}
