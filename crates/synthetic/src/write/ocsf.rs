//! OCSF 1.4, JSON Lines: one event a line.

use yagura_model::{
    asset::AssetSeen,
    attribute::names,
    check::CheckSeen,
    coverage::{CoverageSeen, ObservationKind},
    domain::{AssetClass, Domain},
    finding::FindingSeen,
    identifier::IdentifierKind,
    organisation::OrganisationSeen,
    record::{Outcome, Record},
    report::ReportHead,
    severity::Severity,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};

use super::{Pen, json::Object};
use crate::{identity::REGION, report::Report, source::SourceKind};

/// See the module.
pub(super) struct Events<'p, 'o> {
    pen: &'p mut Pen<'o>,
    report: Report,
    tool: String,
    version: String,
    /// The asset given last, as a member of each of its events.
    subject: String,
    /// What has to be told of it in an event of its own.
    inventory: Option<(i64, String)>,
    /// Packages given since the last record.
    packages: Vec<SoftwareSeen<'static>>,
}

const USER_INVENTORY: i64 = 5003;
const DEVICE_INVENTORY: i64 = 5001;
const SOFTWARE_INVENTORY: i64 = 5020;
const VULNERABILITY: i64 = 2002;
const COMPLIANCE: i64 = 2003;

impl<'p, 'o> Events<'p, 'o> {
    pub(super) fn new(pen: &'p mut Pen<'o>, report: Report) -> Self {
        Self {
            pen,
            report,
            tool: String::new(),
            version: String::new(),
            subject: String::new(),
            inventory: None,
            packages: Vec::new(),
        }
    }

    /// Writes an event of a class about the asset given last.
    fn event(
        &mut self,
        class: i64,
        severity: i64,
        subject: &str,
        fill: impl FnOnce(&mut Object<'_>),
    ) -> Result<(), Stopped> {
        let mut object = Object::open(&mut self.pen.text);
        object
            .number("class_uid", class)
            .number("activity_id", 1)
            .number("severity_id", severity)
            .number("time", self.report.observed_at.as_millisecond())
            .object("metadata", |metadata| {
                metadata.text("version", "1.4.0").object("product", |product| {
                    product.text("name", &self.tool).text("version", &self.version);
                });
            })
            .members(subject);
        fill(&mut object);
        object.close();
        self.pen.text.push('\n');
        self.pen.put()
    }

    fn vulnerability(&mut self, finding: &FindingSeen<'_>) -> Result<(), Stopped> {
        let subject = std::mem::take(&mut self.subject);
        let package = self.packages.pop();
        let check = &finding.check;
        let written = self.event(VULNERABILITY, severity_id(finding.severity), &subject, |event| {
            event.object("finding_info", |info| {
                info.text("uid", &check.id).text("title", &check.title);
                if let Some(since) = finding.first_seen {
                    info.number("first_seen_time", since.as_millisecond());
                }
            });
            event.list("vulnerabilities", [check], |object, check| {
                object.text("title", &check.title).some("desc", check.description.as_deref());
                object.object("cve", |cve| {
                    cve.text("uid", &check.id).list("cvss", &check.vectors, |cvss, vector| {
                        cvss.text("version", "3.1").text("vector_string", vector);
                    });
                });
                if check.references.iter().any(|reference| reference == "KEV") {
                    object.flag("is_known_exploited", true);
                }
                object.object("remediation", |remediation| {
                    remediation.some("desc", check.remediation.as_deref());
                });
                object.list("affected_packages", package.iter(), |object, software| {
                    self::package(object, software);
                    object.some("fixed_in_version", finding.fixed_version.as_deref());
                    let path = finding.location.split_once('#').map(|(_, path)| path);
                    object.some("path", path);
                });
            });
        });
        self.subject = subject;
        written
    }

    fn rule(&mut self, check: &CheckSeen<'_>, passed: bool) -> Result<(), Stopped> {
        let subject = std::mem::take(&mut self.subject);
        let severity = check.severity.map_or(0, severity_id);
        let written = self.event(COMPLIANCE, severity, &subject, |event| {
            event
                .object("finding_info", |info| {
                    info.text("uid", &check.id)
                        .text("title", &check.title)
                        .some("desc", check.description.as_deref());
                })
                .object("compliance", |compliance| {
                    compliance
                        .text("control", &check.id)
                        .text("status", if passed { "Pass" } else { "Fail" })
                        .number("status_id", if passed { 1 } else { 3 });
                })
                .object("remediation", |remediation| {
                    remediation.some("desc", check.remediation.as_deref());
                });
        });
        self.subject = subject;
        written
    }

    /// Writes the record that tells facts only: what the asset is, or what is installed on it.
    fn fact(&mut self) -> Result<(), Stopped> {
        if let Some((class, members)) = self.inventory.take() {
            return self.event(class, 1, &members, |_| {});
        }
        let packages = std::mem::take(&mut self.packages);
        let subject = std::mem::take(&mut self.subject);
        let written = self.event(SOFTWARE_INVENTORY, 1, &subject, |event| {
            event.object("sbom", |sbom| {
                sbom.list("package", &packages, package);
            });
        });
        self.subject = subject;
        written
    }
}

impl Sink for Events<'_, '_> {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        if !head.tool.is_empty() {
            self.tool = head.tool.into_owned();
            self.version = head.tool_version.unwrap_or_default().into_owned();
        }
        Ok(())
    }

    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn asset(&mut self, seen: AssetSeen<'_>) -> Result<(), Stopped> {
        let seen = &seen;
        let whole = match (self.report.source, seen.class.domain()) {
            (SourceKind::Cloud, _) => members(|object| cloud(object, seen)),
            (_, Domain::User) => members(|object| {
                object.object("user", |object| user(object, seen));
            }),
            _ => members(|object| {
                object.object("device", |object| device(object, seen));
            }),
        };
        let inventory = seen.observed_at.is_some();
        // The first event tells everything, the others what the asset is recognised by.
        self.subject = if inventory {
            members(|object| {
                object.object("device", |device| {
                    device
                        .some("uid", seen.stable_id.as_deref())
                        .text("hostname", &seen.name)
                        .some("ip", first(seen, IdentifierKind::Ip));
                });
            })
        } else {
            whole.clone()
        };
        self.inventory = inventory.then(|| match seen.class.domain() {
            Domain::User => (USER_INVENTORY, whole),
            _ => (DEVICE_INVENTORY, whole),
        });
        Ok(())
    }

    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        let own = |text: std::borrow::Cow<'_, str>| text.into_owned().into();
        self.packages.push(SoftwareSeen {
            asset: software.asset,
            name: own(software.name),
            version: own(software.version),
            purl: software.purl.map(own),
            cpe: None,
            vendor: software.vendor.map(own),
        });
        Ok(())
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        match &record.outcome {
            Outcome::Fact => self.fact(),
            Outcome::Pass(check) => self.rule(check, true),
            Outcome::Findings(findings) => {
                findings.iter().try_for_each(|finding| match finding.check.kind {
                    ObservationKind::Vulnerability => self.vulnerability(finding),
                    _ => self.rule(&finding.check, false),
                })
            }
            Outcome::NotAssessed(..) | Outcome::Dropped(_) => Ok(()),
        }
    }

    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}

/// Members of an object, without its brackets.
fn members(fill: impl FnOnce(&mut Object<'_>)) -> String {
    let mut text = String::with_capacity(512);
    let mut object = Object::open(&mut text);
    fill(&mut object);
    text.split_off(1)
}

fn package(object: &mut Object<'_>, software: &SoftwareSeen<'_>) {
    object
        .text("name", &software.name)
        .text("version", &software.version)
        .some("purl", software.purl.as_deref())
        .some("vendor_name", software.vendor.as_deref());
}

fn severity_id(severity: Severity) -> i64 {
    i64::from(severity.number()) + 1
}

fn all<'s>(seen: &'s AssetSeen<'_>, kind: IdentifierKind) -> impl Iterator<Item = &'s str> {
    let of_kind = seen.identifiers.iter().filter(move |one| one.kind == kind);
    of_kind.map(|one| one.value.as_ref())
}

fn first<'s>(seen: &'s AssetSeen<'_>, kind: IdentifierKind) -> Option<&'s str> {
    all(seen, kind).next()
}

fn said<'s>(seen: &'s AssetSeen<'_>, name: &str) -> Option<&'s str> {
    seen.attributes.iter().find(|one| one.name == name).map(|one| one.value.as_ref())
}

fn device(object: &mut Object<'_>, seen: &AssetSeen<'_>) {
    let kind = match seen.class {
        AssetClass::Server => 1,
        AssetClass::Workstation => 2,
        AssetClass::Mobile => 4,
        AssetClass::Network => 12,
        _ => 0,
    };
    object
        .number("type_id", kind)
        .some("uid", seen.stable_id.as_deref())
        .some("instance_uid", first(seen, IdentifierKind::CloudInstance))
        .text("hostname", &seen.name);
    let domain = first(seen, IdentifierKind::Fqdn).and_then(|fqdn| fqdn.split_once('.'));
    object
        .some("domain", domain.map(|(_, domain)| domain))
        .some("ip", first(seen, IdentifierKind::Ip))
        .some("mac", first(seen, IdentifierKind::Mac));
    let cards = all(seen, IdentifierKind::Mac).skip(1).map(|mac| ("mac", mac));
    let cards = cards.chain(all(seen, IdentifierKind::Ip).skip(1).map(|ip| ("ip", ip)));
    object.list("network_interfaces", cards, |card, (name, value)| {
        card.text(name, value);
    });
    object.list("agent_list", all(seen, IdentifierKind::AgentId), |agent, uid| {
        agent.text("uid", uid);
    });
    object.object("os", |os| {
        os.some("name", said(seen, names::OS)).some("version", said(seen, names::OS_VERSION));
    });
    object.object("hw_info", |hardware| {
        hardware
            .some("serial_number", first(seen, IdentifierKind::Serial))
            .some("uuid", first(seen, IdentifierKind::Uuid))
            .some("vendor_name", said(seen, names::VENDOR))
            .some("cpu_architecture", said(seen, names::CPU));
    });
    object
        .some("model", said(seen, names::MODEL))
        .some("region", said(seen, names::PLACE))
        .some("zone", said(seen, names::ZONE))
        .some("boot_time", said(seen, names::BOOTED_AT));
}

fn user(object: &mut Object<'_>, seen: &AssetSeen<'_>) {
    let privileged = said(seen, names::PRIVILEGED) == Some("true");
    object
        .number("type_id", if privileged { 2 } else { 1 })
        .some("uid", first(seen, IdentifierKind::DirectoryId))
        .some("name", first(seen, IdentifierKind::AccountName))
        .text("display_name", &seen.name)
        .some("email_addr", first(seen, IdentifierKind::Mail))
        .flag("has_mfa", said(seen, "x.has_mfa").is_some());
    object.object("account", |account| {
        account.flag("is_disabled", said(seen, names::ENABLED) == Some("false"));
    });
    object.object("ldap_person", |person| {
        person
            .some("employee_uid", first(seen, IdentifierKind::StaffNumber))
            .some("job_title", said(seen, names::POST));
    });
}

fn cloud(object: &mut Object<'_>, seen: &AssetSeen<'_>) {
    let account = match seen.class {
        AssetClass::CloudAccount => Some(seen.name.as_ref()),
        _ => seen.relations.first().map(|relation| relation.target.as_ref()),
    };
    object.object("cloud", |cloud| {
        cloud.some("provider", said(seen, names::CLOUD_SERVICE));
        cloud.object("account", |object| {
            object.some("uid", account);
        });
    });
    let root = format!("arn:aws:iam::{}:root", account.unwrap_or_default());
    object.list("resources", [seen], |resource, seen| {
        if seen.class == AssetClass::CloudAccount {
            resource.text("uid", &root).text("type", "AwsAccount");
        } else {
            resource
                .some("uid", seen.stable_id.as_deref())
                .text("name", &seen.name)
                .some("type", said(seen, "x.resource_type"))
                .text("region", REGION);
        }
    });
}
