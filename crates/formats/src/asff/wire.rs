//! The fields of ASFF findings that Yagura uses, as they stand in the bytes.

use serde::Deserialize;

use crate::{
    amazon::{Package, Remediation, Tags},
    lenient::{Many, Moment, Number, Text},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Finding<'a> {
    pub(super) id: Text<'a>,
    pub(super) product_arn: Text<'a>,
    pub(super) product_name: Text<'a>,
    pub(super) generator_id: Text<'a>,
    pub(super) aws_account_id: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) types: Many<Text<'a>>,
    pub(super) first_observed_at: Moment<'a>,
    pub(super) last_observed_at: Moment<'a>,
    pub(super) created_at: Moment<'a>,
    pub(super) updated_at: Moment<'a>,
    pub(super) severity: Severity<'a>,
    pub(super) title: Text<'a>,
    pub(super) description: Text<'a>,
    pub(super) remediation: Remediation<'a>,
    pub(super) source_url: Text<'a>,
    pub(super) product_fields: ProductFields<'a>,
    pub(super) resources: Many<Resource<'a>>,
    pub(super) compliance: Option<Compliance<'a>>,
    pub(super) vulnerabilities: Many<Vulnerability<'a>>,
    pub(super) workflow_state: Text<'a>,
    pub(super) workflow: Workflow<'a>,
    pub(super) record_state: Text<'a>,
    pub(super) epss_score: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Severity<'a> {
    pub(super) label: Text<'a>,
    pub(super) normalized: Number,
}

/// The fields of products Yagura knows.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct ProductFields<'a> {
    #[serde(rename = "ControlId")]
    pub(super) control_id: Text<'a>,
    #[serde(rename = "RecommendationUrl")]
    pub(super) recommendation_url: Text<'a>,
    #[serde(rename = "ProviderName")]
    pub(super) provider_name: Text<'a>,
    #[serde(rename = "ProviderVersion")]
    pub(super) provider_version: Text<'a>,
    #[serde(rename = "AccountId")]
    pub(super) account_id: Text<'a>,
    #[serde(rename = "aws/securityhub/ProductName")]
    pub(super) product_name: Text<'a>,
    #[serde(rename = "aws/inspector/ProductVersion")]
    pub(super) inspector_version: Text<'a>,
    #[serde(rename = "aws/inspector/FindingStatus")]
    pub(super) inspector_status: Text<'a>,
    #[serde(rename = "aws/inspector/resources/1/resourceDetails/awsEc2InstanceDetails/platform")]
    pub(super) instance_platform: Text<'a>,
    #[serde(
        rename = "aws/inspector/resources/1/resourceDetails/awsEcrContainerImageDetails/platform"
    )]
    pub(super) image_platform: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Resource<'a> {
    #[serde(rename = "Type")]
    pub(super) kind: Text<'a>,
    pub(super) id: Text<'a>,
    pub(super) region: Text<'a>,
    pub(super) tags: Tags<'a>,
    pub(super) details: Details<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Details<'a> {
    pub(super) aws_ec2_instance: Instance<'a>,
    pub(super) aws_ecr_container_image: Image<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Instance<'a> {
    #[serde(rename = "Type")]
    pub(super) kind: Text<'a>,
    pub(super) ip_v4_addresses: Many<Text<'a>>,
    pub(super) ip_v6_addresses: Many<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Image<'a> {
    pub(super) registry_id: Text<'a>,
    pub(super) repository_name: Text<'a>,
    pub(super) image_digest: Text<'a>,
    pub(super) image_tags: Many<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Compliance<'a> {
    pub(super) status: Text<'a>,
    pub(super) security_control_id: Text<'a>,
    pub(super) related_requirements: Many<Text<'a>>,
    pub(super) status_reasons: Many<Reason<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Reason<'a> {
    pub(super) description: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Workflow<'a> {
    pub(super) status: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Vulnerability<'a> {
    pub(super) id: Text<'a>,
    pub(super) vulnerable_packages: Many<Package<'a>>,
    pub(super) cvss: Many<Cvss<'a>>,
    pub(super) related_vulnerabilities: Many<Text<'a>>,
    pub(super) vendor: Vendor<'a>,
    pub(super) reference_urls: Many<Text<'a>>,
    pub(super) epss_score: Text<'a>,
    pub(super) exploit_available: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Cvss<'a> {
    pub(super) version: Text<'a>,
    pub(super) base_vector: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Vendor<'a> {
    pub(super) url: Text<'a>,
}
