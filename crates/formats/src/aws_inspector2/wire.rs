//! Findings as Amazon Inspector writes them.

use serde::Deserialize;

use crate::{
    amazon::{Package, Remediation, Tags},
    lenient::{Many, Moment, Number, Text},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Finding<'a> {
    pub(super) finding_arn: Text<'a>,
    pub(super) aws_account_id: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) description: Text<'a>,
    pub(super) severity: Text<'a>,
    pub(super) status: Text<'a>,
    pub(super) first_observed_at: Moment<'a>,
    pub(super) last_observed_at: Moment<'a>,
    pub(super) updated_at: Moment<'a>,
    pub(super) exploit_available: Text<'a>,
    pub(super) epss: Epss<'a>,
    pub(super) remediation: Remediation<'a>,
    pub(super) resources: Many<Resource<'a>>,
    pub(super) package_vulnerability_details: PackageVulnerability<'a>,
    pub(super) code_vulnerability_details: CodeVulnerability<'a>,
    pub(super) network_reachability_details: Reachability<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Epss<'a> {
    pub(super) score: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Resource<'a> {
    pub(super) id: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) tags: Tags<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct PackageVulnerability<'a> {
    pub(super) vulnerability_id: Text<'a>,
    pub(super) related_vulnerabilities: Many<Text<'a>>,
    pub(super) cvss: Many<Cvss<'a>>,
    pub(super) source_url: Text<'a>,
    pub(super) reference_urls: Many<Text<'a>>,
    pub(super) vulnerable_packages: Many<Package<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Cvss<'a> {
    pub(super) scoring_vector: Text<'a>,
    pub(super) version: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct CodeVulnerability<'a> {
    pub(super) detector_id: Text<'a>,
    pub(super) detector_name: Text<'a>,
    pub(super) cwes: Many<Text<'a>>,
    pub(super) reference_urls: Many<Text<'a>>,
    pub(super) file_path: FilePath<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct FilePath<'a> {
    pub(super) file_path: Text<'a>,
    pub(super) start_line: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Reachability<'a> {
    pub(super) protocol: Text<'a>,
    pub(super) open_port_range: PortRange,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PortRange {
    pub(super) begin: Number,
    pub(super) end: Number,
}
