//! Registers: the rows of Yagura's inventory.

use yagura_model::{
    asset::{LocalAsset, RelationKind},
    attribute::names,
    coverage::{CheckSet, ObservationKind},
    domain::AssetClass,
    identifier::IdentifierKind,
    record::Outcome,
    sink::Stopped,
};

use super::{Seen, Sending, flag};
use crate::{
    case::Case,
    device::{Device, side},
    person::User,
    plan::DAY,
    platform::{MODELS, PLACES},
    report::Subject,
    source::SourceKind,
    system::{DataSet, System},
};

/// So long after a change people write it into the register of devices.
const CARE: i64 = 30 * DAY;

impl Sending<'_, '_> {
    pub(super) fn register(&mut self) -> Result<(), Stopped> {
        self.head("inventory", None, None, None)?;
        if self.report.source == SourceKind::Organisations {
            for unit in self.government.units(self.report.organisation, self.seconds()) {
                self.sink.organisation(unit)?;
                self.record(None, Outcome::Fact)?;
            }
        }
        let government = self.government;
        for (subject, number) in government.subjects(self.report).zip(0..) {
            let local = LocalAsset(number);
            match subject {
                Subject::Device(device) => self.device_row(&device, local)?,
                Subject::User(user) => self.user_row(&user, local)?,
                Subject::System(system) => self.system_row(&system, local)?,
                Subject::DataSet(set) => self.data_set_row(&set, local)?,
            }
        }
        self.head("inventory", None, None, Some(self.observed_at()))
    }

    /// Gives a row: its thing, its coverage, its record.
    fn row(&mut self, mut seen: Seen<'_>, kind: ObservationKind) -> Result<(), Stopped> {
        let at = Some(self.observed_at());
        let local = seen.0.local;
        seen.0.observed_at = at;
        self.sink.asset(seen.0)?;
        self.cover(local, kind, CheckSet::All, at)?;
        self.record(Some(local), Outcome::Fact)
    }

    fn device_row(&mut self, device: &Device, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let organisation = device.organisation;
        let chance = device.chance;
        // Who takes a spare machine out of the store writes it down at once.
        let care = if device.case == Case::Spare { 0 } else { CARE };
        let identity = government.identity(device, self.seconds() - care);
        let state = device.life_cycle(self.seconds());
        let mut seen = Seen::new(
            local,
            device.class,
            format!("{}{:06}", word(device.class), device.index + 1),
        );
        seen.0.stable_id = Some(format!("device:{}", identity.asset_number).into());
        let fqdn = identity.fqdn();
        seen.known_by(IdentifierKind::AssetNumber, identity.asset_number);
        // A machine in store has no name yet.
        if state != "spare" {
            seen.known_by(IdentifierKind::Hostname, identity.hostname);
            seen.known_by(IdentifierKind::Fqdn, fqdn);
        }
        if let Some(serial) = identity.serial {
            seen.known_by(IdentifierKind::Serial, serial);
        }
        // People write down the card, not the dock; of virtual machines nothing.
        if device.case != Case::Cloned
            && !device.in_cloud
            && let Some(mac) = identity.macs.into_iter().next()
        {
            seen.known_by(IdentifierKind::Mac, mac);
        }
        if let Some(instance) = identity.instance {
            seen.known_by(IdentifierKind::CloudInstance, instance);
        }
        let fixed = !matches!(device.class, AssetClass::Workstation | AssetClass::Mobile);
        if fixed && !device.in_cloud {
            seen.known_by(IdentifierKind::Ip, identity.ip);
        }
        let (vendor, model) = chance.at(side::MODEL).pick(MODELS);
        let since =
            government.plan().at(-(chance.at(side::STATE).below(5 * 365) as i64 + 30) * DAY);
        let division = chance.at(side::DIVISION).below(government.divisions(organisation));
        let systems = government.systems_of(organisation);
        let system = chance.at(side::SYSTEM).below(systems.end - systems.start);
        let exposed = fixed && chance.at(side::SERVICE).happens(60);
        let ratings = government.system(systems.start + system).ratings();
        let [confidentiality, integrity, availability] = ratings;
        seen.says(names::OS, device.platform.os)
            .says(names::OS_VERSION, device.platform.version)
            .says(names::VENDOR, vendor)
            .says(names::MODEL, model)
            .says(names::PLACE, chance.at(side::PLACE).pick(PLACES))
            .says(names::ZONE, government.zone(device))
            .says(names::LIFE_CYCLE, state)
            .says(names::IN_SERVICE_SINCE, since.to_string())
            .says(names::OWNER, format!("管理者{:03}", division + 1))
            .says(names::ENCRYPTED, flag(!chance.at(side::STATE).at(1).happens(120)))
            .says(names::EXPOSURE, if exposed { "internet" } else { "internal" })
            .says(names::CONFIDENTIALITY, confidentiality)
            .says(names::INTEGRITY, integrity)
            .says(names::AVAILABILITY, availability);
        let code = government.division_code(organisation, division, self.seconds());
        seen.stands(RelationKind::ManagedBy, code.clone()).stands(RelationKind::UsedBy, code);
        if fixed {
            seen.stands(RelationKind::PartOf, government.system_number(organisation, system));
        } else {
            let users = government.users_of(organisation);
            if let Some(last) = (users.end - users.start).checked_sub(1) {
                let user = users.start + chance.at(side::USER).below(last + 1);
                seen.stands(RelationKind::AssignedTo, government.user(user).staff_number());
            }
        }
        self.row(seen, ObservationKind::DeviceInventory)
    }

    fn user_row(&mut self, user: &User, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let organisation = self.report.organisation;
        let code = government.organisation_code(organisation);
        let number = user.staff_number();
        let mut seen = Seen::new(local, AssetClass::Person, user.name());
        seen.0.stable_id = Some(format!("user:{number}").into());
        seen.known_by(IdentifierKind::StaffNumber, number);
        seen.known_by(IdentifierKind::Mail, format!("{}@{code}.example", user.mailbox()));
        let trained = government.plan().at(-(user.chance.at(7).below(500) as i64) * DAY);
        seen.says(names::POST, user.post())
            .says(names::EMPLOYMENT, "employed")
            .says(names::MFA, user.factor())
            .says(names::PRIVILEGED, flag(user.is_privileged()))
            .says(names::TRAINED_AT, trained.to_string());
        let division = user.chance.at(8).below(government.divisions(organisation));
        let code = government.division_code(organisation, division, self.seconds());
        seen.stands(RelationKind::ManagedBy, code);
        self.row(seen, ObservationKind::UserInventory)
    }

    fn system_row(&mut self, system: &System, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let organisation = system.organisation;
        let mut seen = Seen::new(local, AssetClass::System, system.name());
        let division = system.division(government.divisions(organisation));
        let code = government.division_code(organisation, division, self.seconds());
        if self.report.source == SourceKind::Systems {
            let number = government.system_number(organisation, system.index);
            seen.0.stable_id = Some(format!("system:{number}").into());
            seen.known_by(IdentifierKind::SystemNumber, number);
        }
        seen.known_by(IdentifierKind::Domain, government.domain(system));
        if self.report.source == SourceKind::Systems {
            if let Some(account) = government.cloud_account(system) {
                seen.known_by(IdentifierKind::CloudAccount, account);
            }
            let [confidentiality, integrity, availability] = system.ratings();
            let assessed = government.plan().at(-system.assessed_before() * DAY);
            seen.says(names::EXPOSURE, system.exposure())
                .says(names::CONFIDENTIALITY, confidentiality)
                .says(names::INTEGRITY, integrity)
                .says(names::AVAILABILITY, availability)
                .says(names::IMPORTANT, flag(system.is_important()))
                .says(names::ASSESSED_AT, assessed.to_string());
        } else {
            seen.says(names::EXPOSURE, system.exposure());
        }
        seen.stands(RelationKind::ManagedBy, code);
        self.row(seen, ObservationKind::SystemInventory)
    }

    fn data_set_row(&mut self, set: &DataSet, local: LocalAsset) -> Result<(), Stopped> {
        let government = self.government;
        let organisation = set.organisation;
        let chance = set.chance;
        let code = government.organisation_code(organisation);
        let number = format!("D-{}-{:04}", code.to_uppercase(), set.index + 1);
        let mut seen = Seen::new(local, AssetClass::DataSet, set.name());
        seen.0.stable_id = Some(format!("data_set:{number}").into());
        seen.known_by(IdentifierKind::DataSetNumber, number);
        seen.known_by(IdentifierKind::Store, set.store());
        let [confidentiality, integrity, availability] = set.ratings();
        let keep = government.plan().at((chance.at(5).below(1_200) as i64 - 100) * DAY);
        let readers = ["restricted", "organisation", "organisation", "public"];
        seen.says(names::ENCRYPTED, flag(chance.at(6).happens(700)))
            .says(names::CONFIDENTIALITY, confidentiality)
            .says(names::INTEGRITY, integrity)
            .says(names::AVAILABILITY, availability)
            .says(names::PERSONAL_DATA, flag(chance.at(7).happens(300)))
            .says(names::KEEP_UNTIL, keep.to_string())
            .says(names::SHARED_WITH, chance.at(8).pick(&readers));
        let systems = government.systems_of(organisation);
        let system = chance.at(9).below(systems.end - systems.start);
        let division = chance.at(10).below(government.divisions(organisation));
        seen.stands(
            RelationKind::ManagedBy,
            government.division_code(organisation, division, self.seconds()),
        );
        seen.stands(RelationKind::PartOf, government.system_number(organisation, system));
        self.row(seen, ObservationKind::DataInventory)
    }
}

/// What people call a device of a class.
fn word(class: AssetClass) -> &'static str {
    match class {
        AssetClass::Workstation => "業務端末",
        AssetClass::Server => "サーバ",
        AssetClass::Network => "通信機器",
        AssetClass::Printer => "複合機",
        _ => "携帯端末",
    }
}
