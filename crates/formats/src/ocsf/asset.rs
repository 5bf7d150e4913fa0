//! What an OCSF event is about: a device, a resource, a user, or a whole cloud account.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use yagura_model::{
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    attribute::{Attribute, names},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
};

use super::event::{Cloud, Device, Event, Resource, User};
use crate::{
    cloud,
    lenient::{Moment, Text},
};

/// The thing an event is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'e> {
    Device(&'e Device<'e>),
    Resource(&'e Resource<'e>, Option<&'e Cloud<'e>>),
    User(&'e User<'e>),
    Account(&'e Cloud<'e>),
}

/// What tells one thing of a report from another.
type Key<'e> = (u8, &'e str, &'e str, &'e str);

impl<'e> Subject<'e> {
    /// The device, else the first resource, else the user, else the cloud account.
    pub(super) fn of(event: &'e Event<'e>) -> Option<Self> {
        let cloud = event.cloud.as_ref();
        let device = |device: &'e Option<Device<'e>>| {
            device.as_ref().filter(|device| device.known_by().is_some()).map(Self::Device)
        };
        let user = |user: &'e Option<User<'e>>| {
            user.as_ref().filter(|user| user.known_by().is_some()).map(Self::User)
        };
        let resources = event.resources.iter().chain(&event.resource);
        device(&event.device)
            .or_else(|| Self::of_resources(resources, cloud))
            .or_else(|| event.evidences.iter().find_map(|evidence| device(&evidence.device)))
            .or_else(|| user(&event.user))
            .or_else(|| event.evidences.iter().find_map(|evidence| user(&evidence.user)))
            .or_else(|| cloud.filter(|cloud| cloud.id().is_some()).map(Self::Account))
    }

    fn of_resources(
        mut resources: impl Iterator<Item = &'e Resource<'e>>,
        cloud: Option<&'e Cloud<'e>>,
    ) -> Option<Self> {
        let first = resources.find(|resource| resource.known_by().is_some())?;
        // The account itself, under whichever of its names.
        let uid = first.known_by()?;
        let account = cloud.filter(|cloud| {
            let id = cloud.id();
            id == Some(uid) || id.is_some() && cloud::is_account(uid)
        });
        Some(account.map_or(Self::Resource(first, cloud), Self::Account))
    }

    pub(super) fn key(self) -> Key<'e> {
        match self {
            Self::Device(device) => {
                let (field, value) = device.known_by().unwrap_or_default();
                (field, value, "", "")
            }
            Self::Resource(resource, cloud) => {
                let uid = resource.known_by().unwrap_or_default();
                if cloud::is_global(uid) {
                    return (32, uid, "", "");
                }
                let account = cloud.and_then(Cloud::id).unwrap_or_default();
                (33, uid, account, resource.kind.as_str())
            }
            Self::User(user) => {
                let (field, value) = user.known_by().unwrap_or_default();
                (64 + field, value, "", "")
            }
            Self::Account(cloud) => (96, cloud.id().unwrap_or_default(), "", ""),
        }
    }

    pub(super) fn seen(self, local: LocalAsset, place: Place, zone: &TimeZone) -> AssetSeen<'e> {
        let mut seen = match self {
            Self::Device(device) => device.seen(zone),
            Self::Resource(resource, cloud) => resource.seen(cloud),
            Self::User(user) => user.seen(zone),
            Self::Account(cloud) => cloud.seen(),
        };
        seen.local = local;
        seen.place = place;
        seen
    }
}

/// An asset of which only the class is known yet.
fn blank<'e>(class: AssetClass) -> AssetSeen<'e> {
    AssetSeen {
        local: LocalAsset(0),
        class,
        name: Cow::Borrowed(""),
        stable_id: None,
        identifiers: Vec::new(),
        attributes: Vec::new(),
        relations: Vec::new(),
        observed_at: None,
        place: Place::default(),
    }
}

fn time_text(moment: &Moment<'_>, zone: &TimeZone) -> String {
    moment.at(zone).map(|at| at.to_string()).unwrap_or_default()
}

fn first<'e>(texts: &[&'e Text<'e>]) -> &'e str {
    texts.iter().find_map(|text| text.get()).unwrap_or_default()
}

impl<'e> Device<'e> {
    /// The strongest of what the device is known by, with the number of the field.
    fn known_by(&self) -> Option<(u8, &str)> {
        let hardware = self.hw_info.as_ref();
        let fields = [
            self.uid.get(),
            self.instance_uid.get(),
            hardware.and_then(|hardware| hardware.serial_number.get()),
            self.mac.get(),
            self.hostname.get(),
            self.name.get(),
            self.ip.get(),
        ];
        fields.into_iter().zip(1..).find_map(|(value, field)| value.map(|value| (field, value)))
    }

    fn class(&self) -> AssetClass {
        // Values of `device.type_id`, OCSF 1.0 to 1.5.
        match self.type_id.0 {
            Some(1) => AssetClass::Server,
            Some(2 | 3) => AssetClass::Workstation,
            Some(4 | 5) => AssetClass::Mobile,
            Some(7) => AssetClass::Iot,
            Some(9..=15) => AssetClass::Network,
            _ => match cloud::class(self.kind.as_str(), self.uid.as_str()) {
                AssetClass::Server => AssetClass::Server,
                _ => AssetClass::Device,
            },
        }
    }

    fn seen(&'e self, zone: &TimeZone) -> AssetSeen<'e> {
        let mut seen = blank(self.class());
        let uid = self.uid.as_str();
        let host = first(&[&self.hostname, &self.name]);
        let (_, known_by) = self.known_by().unwrap_or_default();
        seen.name = Cow::Borrowed(if host.is_empty() { known_by } else { host });
        seen.stable_id = self.uid.cow();
        if cloud::is_global(uid) {
            seen.identifiers.extend(cloud::identifiers(AssetClass::Server, uid, None));
        }
        let hardware = self.hw_info.as_ref();
        let plain = [
            (IdentifierKind::CloudInstance, self.instance_uid.as_str()),
            (IdentifierKind::Serial, hardware.map_or("", |h| h.serial_number.as_str())),
            (IdentifierKind::Uuid, hardware.map_or("", |h| h.uuid.as_str())),
            (IdentifierKind::Mac, self.mac.as_str()),
            (IdentifierKind::Ip, self.ip.as_str()),
        ];
        let agents = self.agent_list.iter().map(|a| (IdentifierKind::AgentId, a.uid.as_str()));
        let cards = self.network_interfaces.iter().flat_map(|card| {
            [(IdentifierKind::Mac, card.mac.as_str()), (IdentifierKind::Ip, card.ip.as_str())]
        });
        for (kind, value) in plain.into_iter().chain(agents).chain(cards) {
            if let Some(identifier) = Identifier::new(kind, value)
                && !seen.identifiers.contains(&identifier)
            {
                seen.identifiers.push(identifier);
            }
        }
        let hostname = self.hostname.as_str();
        let domain = self.domain.as_str();
        if !hostname.is_empty() && !hostname.contains('.') && domain.contains('.') {
            let whole = format!("{hostname}.{domain}");
            seen.identifiers.extend(Identifier::new(IdentifierKind::Fqdn, whole));
        }
        seen.identifiers.extend(Identifier::of_host(host));
        let os = self.os.as_ref();
        let owner = self.owner.as_ref().map_or("", User::label);
        let attributes = [
            Attribute::new(names::OS, os.map_or("", |os| first(&[&os.name, &os.kind]))),
            Attribute::new(names::OS_VERSION, os.map_or("", |os| first(&[&os.version, &os.build]))),
            Attribute::new(
                names::VENDOR,
                hardware.and_then(|h| h.vendor_name.get()).unwrap_or(self.vendor_name.as_str()),
            ),
            Attribute::new(names::MODEL, self.model.as_str()),
            Attribute::new(
                names::CPU,
                hardware.map_or("", |h| first(&[&h.cpu_type, &h.cpu_architecture])),
            ),
            Attribute::new(names::PLACE, self.region.as_str()),
            Attribute::new(names::ZONE, self.zone.as_str()),
            Attribute::new(names::OWNER, owner),
            Attribute::new(names::BOOTED_AT, time_text(&self.boot_time, zone)),
            Attribute::new(names::LAST_SEEN, time_text(&self.last_seen_time, zone)),
        ];
        seen.attributes.extend(attributes.into_iter().flatten());
        seen
    }
}

impl<'e> Resource<'e> {
    fn known_by(&self) -> Option<&str> {
        self.uid.get().or_else(|| self.name.get()).or_else(|| self.hostname.get())
    }

    fn seen(&'e self, cloud: Option<&'e Cloud<'e>>) -> AssetSeen<'e> {
        let uid = self.known_by().unwrap_or_default();
        let account = cloud.and_then(Cloud::id);
        let mut class = cloud::class(self.kind.as_str(), uid);
        if class == AssetClass::CloudResource && account.is_none() && self.hostname.get().is_some()
        {
            class = AssetClass::Device;
        }
        let mut seen = blank(class);
        seen.name = Cow::Borrowed(first(&[&self.name, &self.hostname, &self.uid]));
        seen.identifiers = cloud::identifiers(class, uid, account);
        seen.identifiers.extend(Identifier::of_host(self.hostname.as_str()));
        seen.identifiers.extend(Identifier::new(IdentifierKind::Ip, self.ip.as_str()));
        seen.stable_id = Some(if cloud::is_global(uid) || class == AssetClass::CloudAccount {
            Cow::Borrowed(uid)
        } else {
            let parts = [account.unwrap_or_default(), self.kind.as_str(), uid];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Cow::Owned(parts.join("/"))
        });
        let region = self.region.get().or_else(|| cloud.and_then(|cloud| cloud.region.get()));
        let attributes = [
            Attribute::new(names::PLACE, region.unwrap_or_default()),
            Attribute::new(names::OWNER, self.owner.as_ref().map_or("", User::label)),
            Attribute::new(names::CLOUD_SERVICE, cloud.map_or("", |cloud| cloud.provider.as_str())),
        ];
        seen.attributes.extend(attributes.into_iter().flatten());
        for (name, text) in [
            ("x.resource_type", &self.kind),
            ("x.namespace", &self.namespace),
            ("x.criticality", &self.criticality),
        ] {
            seen.attributes.extend(Attribute::new(name, text.as_str()));
        }
        if class != AssetClass::CloudAccount {
            seen.relations.extend(account.map(|account| Relation {
                kind: RelationKind::HostedOn,
                target: Cow::Borrowed(account),
                from: None,
                to: None,
            }));
        }
        seen
    }
}

impl<'e> User<'e> {
    fn known_by(&self) -> Option<(u8, &str)> {
        let fields = [self.uid.get(), self.name.get(), self.email_addr.get()];
        fields.into_iter().zip(1..).find_map(|(value, field)| value.map(|value| (field, value)))
    }

    /// What people call the user.
    fn label(&self) -> &str {
        first(&[&self.display_name, &self.full_name, &self.name, &self.email_addr, &self.uid])
    }

    fn seen(&'e self, zone: &TimeZone) -> AssetSeen<'e> {
        // Values of `user.type_id`: 3 is a system account, 4 a service account.
        let class = match self.type_id.0 {
            Some(3 | 4) => AssetClass::Service,
            _ => cloud::class("", self.uid.as_str()),
        };
        let class = if class == AssetClass::Service { class } else { AssetClass::Person };
        let mut seen = blank(class);
        seen.name = Cow::Borrowed(self.label());
        seen.stable_id = self.uid.cow();
        let uid = self.uid.as_str();
        let uid_kind = if uid.starts_with("arn:") {
            IdentifierKind::CloudInstance
        } else {
            IdentifierKind::DirectoryId
        };
        let person = self.ldap_person.as_ref();
        let plain = [
            (uid_kind, uid),
            (IdentifierKind::StaffNumber, person.map_or("", |p| p.employee_uid.as_str())),
            (IdentifierKind::AccountName, self.name.as_str()),
            (IdentifierKind::Mail, self.email_addr.as_str()),
        ];
        let mails = person.into_iter().flat_map(|person| &person.email_addrs);
        let mails = mails.map(|mail| (IdentifierKind::Mail, mail.as_str()));
        for (kind, value) in plain.into_iter().chain(mails) {
            if let Some(identifier) = Identifier::new(kind, value)
                && !seen.identifiers.contains(&identifier)
            {
                seen.identifiers.push(identifier);
            }
        }
        let disabled = self.account.as_ref().and_then(|account| account.is_disabled.0);
        let last_login = person.map(|p| time_text(&p.last_login_time, zone)).unwrap_or_default();
        let left = person.is_some_and(|person| person.leave_time.at(zone).is_some());
        let attributes = [
            Attribute::new(names::POST, person.map_or("", |p| p.job_title.as_str())),
            Attribute::new(names::LAST_LOGIN, last_login),
            Attribute::new(names::EMPLOYMENT, if left { "left" } else { "" }),
            Attribute::new(names::PRIVILEGED, if self.type_id.0 == Some(2) { "true" } else { "" }),
            Attribute::new(names::MFA, if self.has_mfa.0 == Some(false) { "none" } else { "" }),
            // Which kind of second factor it is, OCSF does not say.
            Attribute::new("x.has_mfa", if self.has_mfa.is_true() { "true" } else { "" }),
            Attribute::new(
                names::ENABLED,
                disabled.map_or("", |disabled| if disabled { "false" } else { "true" }),
            ),
        ];
        seen.attributes.extend(attributes.into_iter().flatten());
        let groups = self.groups.iter().filter_map(|group| group.uid.get().or(group.name.get()));
        seen.relations.extend(groups.map(|group| Relation {
            kind: RelationKind::MemberOf,
            target: Cow::Borrowed(group),
            from: None,
            to: None,
        }));
        seen
    }
}

impl<'e> Cloud<'e> {
    /// The id of the account, subscription or project.
    pub(super) fn id(&self) -> Option<&str> {
        self.account.as_ref().and_then(|account| account.uid.get()).or(self.project_uid.get())
    }

    fn seen(&'e self) -> AssetSeen<'e> {
        let id = self.id().unwrap_or_default();
        let mut seen = blank(AssetClass::CloudAccount);
        let name = self.account.as_ref().and_then(|account| account.name.get());
        seen.name = Cow::Borrowed(name.unwrap_or(id));
        seen.stable_id = Some(Cow::Borrowed(id));
        seen.identifiers.extend(Identifier::new(IdentifierKind::CloudAccount, id));
        seen.attributes.extend(Attribute::new(names::CLOUD_SERVICE, self.provider.as_str()));
        seen
    }
}
