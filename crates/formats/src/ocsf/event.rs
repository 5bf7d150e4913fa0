//! The fields of OCSF events that Yagura uses, as they stand in the bytes.

use serde::Deserialize;

use crate::lenient::{Flag, Many, Moment, Number, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Event<'a> {
    pub(super) class_uid: Number,
    pub(super) type_uid: Number,
    pub(super) activity_id: Number,
    pub(super) severity_id: Number,
    pub(super) severity: Text<'a>,
    pub(super) status: Text<'a>,
    pub(super) status_id: Number,
    pub(super) status_code: Text<'a>,
    pub(super) status_detail: Text<'a>,
    pub(super) state: Text<'a>,
    pub(super) state_id: Number,
    pub(super) verdict_id: Number,
    pub(super) message: Text<'a>,
    pub(super) time: Moment<'a>,
    pub(super) time_dt: Moment<'a>,
    pub(super) event_time: Moment<'a>,
    pub(super) metadata: Option<Metadata<'a>>,
    pub(super) finding_info: Option<Info<'a>>,
    pub(super) finding: Option<Info<'a>>,
    pub(super) finding_info_list: Many<Info<'a>>,
    pub(super) analytic: Option<Named<'a>>,
    pub(super) vulnerabilities: Many<Vulnerability<'a>>,
    pub(super) compliance: Option<Compliance<'a>>,
    pub(super) remediation: Option<Remediation<'a>>,
    pub(super) resources: Many<Resource<'a>>,
    pub(super) resource: Option<Resource<'a>>,
    pub(super) device: Option<Device<'a>>,
    pub(super) user: Option<User<'a>>,
    pub(super) cloud: Option<Cloud<'a>>,
    pub(super) evidences: Many<Evidence<'a>>,
    pub(super) databucket: Option<Named<'a>>,
    pub(super) database: Option<Named<'a>>,
    pub(super) file: Option<File<'a>>,
    pub(super) package: Many<Package<'a>>,
    pub(super) product: Option<Product<'a>>,
    pub(super) sbom: Option<Sbom<'a>>,
    pub(super) kb_article_list: Many<Article<'a>>,
    pub(super) assessments: Many<Assessment<'a>>,
    pub(super) cis_benchmark_result: Option<Benchmark<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Metadata<'a> {
    pub(super) event_code: Text<'a>,
    pub(super) product: Option<Product<'a>>,
    pub(super) version: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Product<'a> {
    pub(super) name: Text<'a>,
    pub(super) vendor_name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) cpe_name: Text<'a>,
}

/// `finding_info`, and the `finding` of OCSF 1.0.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Info<'a> {
    pub(super) uid: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) src_url: Text<'a>,
    pub(super) types: Many<Text<'a>>,
    pub(super) first_seen_time: Moment<'a>,
    pub(super) created_time: Moment<'a>,
    pub(super) analytic: Option<Named<'a>>,
    pub(super) remediation: Option<Remediation<'a>>,
}

/// Anything with an id and a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Named<'a> {
    pub(super) uid: Text<'a>,
    pub(super) name: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Vulnerability<'a> {
    pub(super) cve: Option<Cve<'a>>,
    pub(super) cwe: Option<Weakness<'a>>,
    pub(super) advisory: Option<Article<'a>>,
    pub(super) title: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) severity: Text<'a>,
    pub(super) references: Many<Text<'a>>,
    pub(super) remediation: Option<Remediation<'a>>,
    pub(super) affected_packages: Many<Package<'a>>,
    pub(super) packages: Many<Package<'a>>,
    pub(super) affected_code: Many<Code<'a>>,
    pub(super) kb_article_list: Many<Article<'a>>,
    pub(super) kb_articles: Many<Text<'a>>,
    pub(super) first_seen_time: Moment<'a>,
    pub(super) is_exploit_available: Flag,
    #[serde(alias = "is_kev", alias = "is_known_exploited")]
    pub(super) kev: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Cve<'a> {
    pub(super) uid: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) cvss: Many<Cvss<'a>>,
    pub(super) epss: Option<Epss<'a>>,
    pub(super) cwe: Option<Weakness<'a>>,
    pub(super) cwe_uid: Text<'a>,
    pub(super) related_cwes: Many<Weakness<'a>>,
    pub(super) references: Many<Text<'a>>,
    #[serde(alias = "is_kev", alias = "is_known_exploited")]
    pub(super) kev: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Cvss<'a> {
    pub(super) vector_string: Text<'a>,
    pub(super) version: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Epss<'a> {
    pub(super) score: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Weakness<'a> {
    pub(super) uid: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Article<'a> {
    pub(super) uid: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) src_url: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Package<'a> {
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) purl: Text<'a>,
    #[serde(alias = "cpe")]
    pub(super) cpe_name: Text<'a>,
    pub(super) vendor_name: Text<'a>,
    pub(super) fixed_in_version: Text<'a>,
    pub(super) path: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Code<'a> {
    pub(super) file: Option<File<'a>>,
    pub(super) start_line: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct File<'a> {
    pub(super) path: Text<'a>,
    pub(super) name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Compliance<'a> {
    pub(super) status: Text<'a>,
    pub(super) status_id: Number,
    pub(super) status_code: Text<'a>,
    pub(super) status_detail: Text<'a>,
    pub(super) control: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) requirements: Many<Text<'a>>,
    pub(super) standards: Many<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Remediation<'a> {
    pub(super) desc: Text<'a>,
    pub(super) references: Many<Text<'a>>,
    pub(super) kb_articles: Many<Text<'a>>,
    pub(super) kb_article_list: Many<Article<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Resource<'a> {
    pub(super) uid: Text<'a>,
    pub(super) name: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) namespace: Text<'a>,
    pub(super) hostname: Text<'a>,
    pub(super) ip: Text<'a>,
    pub(super) owner: Option<User<'a>>,
    pub(super) criticality: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Device<'a> {
    pub(super) uid: Text<'a>,
    pub(super) instance_uid: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) hostname: Text<'a>,
    pub(super) domain: Text<'a>,
    pub(super) ip: Text<'a>,
    pub(super) mac: Text<'a>,
    pub(super) network_interfaces: Many<Interface<'a>>,
    pub(super) type_id: Number,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
    pub(super) os: Option<Os<'a>>,
    pub(super) hw_info: Option<Hardware<'a>>,
    pub(super) model: Text<'a>,
    pub(super) vendor_name: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) zone: Text<'a>,
    pub(super) owner: Option<User<'a>>,
    pub(super) agent_list: Many<Named<'a>>,
    pub(super) boot_time: Moment<'a>,
    pub(super) last_seen_time: Moment<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Interface<'a> {
    pub(super) ip: Text<'a>,
    pub(super) mac: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Os<'a> {
    pub(super) name: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) build: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Hardware<'a> {
    pub(super) serial_number: Text<'a>,
    pub(super) uuid: Text<'a>,
    pub(super) vendor_name: Text<'a>,
    pub(super) cpu_type: Text<'a>,
    pub(super) cpu_architecture: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct User<'a> {
    pub(super) uid: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) display_name: Text<'a>,
    pub(super) full_name: Text<'a>,
    pub(super) email_addr: Text<'a>,
    pub(super) type_id: Number,
    pub(super) has_mfa: Flag,
    pub(super) groups: Many<Named<'a>>,
    pub(super) account: Option<Account<'a>>,
    pub(super) ldap_person: Option<Person<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Person<'a> {
    pub(super) employee_uid: Text<'a>,
    pub(super) job_title: Text<'a>,
    pub(super) email_addrs: Many<Text<'a>>,
    pub(super) last_login_time: Moment<'a>,
    pub(super) leave_time: Moment<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Cloud<'a> {
    pub(super) account: Option<Account<'a>>,
    pub(super) project_uid: Text<'a>,
    pub(super) provider: Text<'a>,
    pub(super) region: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Account<'a> {
    pub(super) uid: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) is_disabled: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Evidence<'a> {
    pub(super) name: Text<'a>,
    pub(super) device: Option<Device<'a>>,
    pub(super) user: Option<User<'a>>,
    pub(super) file: Option<File<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Sbom<'a> {
    pub(super) package: Many<Package<'a>>,
    pub(super) software_components: Many<Package<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Assessment<'a> {
    pub(super) uid: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) category: Text<'a>,
    pub(super) meets_criteria: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Benchmark<'a> {
    pub(super) name: Text<'a>,
    pub(super) desc: Text<'a>,
    pub(super) remediation: Option<Remediation<'a>>,
}
