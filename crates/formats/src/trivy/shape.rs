//! The records of a report as Trivy writes them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::Text;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Package<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) release: Text<'a>,
    pub(super) epoch: i64,
    #[serde(borrow)]
    pub(super) maintainer: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) identifier: Option<PackageIdentifier<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PackageIdentifier<'a> {
    #[serde(borrow, rename = "PURL")]
    pub(super) purl: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow, rename = "VulnerabilityID")]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "VendorIDs")]
    pub(super) vendor_ids: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "PkgName")]
    pub(super) package: Text<'a>,
    #[serde(borrow, rename = "PkgPath")]
    pub(super) path: Option<Text<'a>>,
    #[serde(borrow, rename = "PkgIdentifier")]
    pub(super) identifier: Option<PackageIdentifier<'a>>,
    /// Package URL of versions before 0.48.
    #[serde(borrow, rename = "Ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow, rename = "InstalledVersion")]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) fixed_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) severity_source: Option<Text<'a>>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) primary_url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) severity: Option<Text<'a>>,
    #[serde(borrow, rename = "CweIDs")]
    pub(super) cwes: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "CVSS")]
    pub(super) cvss: Option<BTreeMap<Text<'a>, Cvss<'a>>>,
    #[serde(borrow)]
    pub(super) references: Option<Vec<Text<'a>>>,
}

impl Vulnerability<'_> {
    pub(super) fn purl(&self) -> Option<&str> {
        let identifier = self.identifier.as_ref().and_then(|it| it.purl.as_deref());
        identifier.or(self.reference.as_deref()).filter(|purl| purl.starts_with("pkg:"))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cvss<'a> {
    #[serde(borrow, rename = "V2Vector")]
    pub(super) v2: Option<Text<'a>>,
    #[serde(borrow, rename = "V3Vector")]
    pub(super) v3: Option<Text<'a>>,
    #[serde(borrow, rename = "V40Vector")]
    pub(super) v4: Option<Text<'a>>,
    #[serde(rename = "V2Score")]
    pub(super) v2_score: Option<f64>,
    #[serde(rename = "V3Score")]
    pub(super) v3_score: Option<f64>,
    #[serde(rename = "V40Score")]
    pub(super) v4_score: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Misconfiguration<'a> {
    #[serde(borrow, rename = "ID")]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, rename = "AVDID")]
    pub(super) avd_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) resolution: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) severity: Option<Text<'a>>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) primary_url: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) references: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) cause_metadata: Option<Cause<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Cause<'a> {
    #[serde(borrow)]
    pub(super) resource: Option<Text<'a>>,
}

/// A secret. Its text (`Match`, `Code`) is not even read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Secret<'a> {
    #[serde(borrow, rename = "RuleID")]
    pub(super) rule: Text<'a>,
    #[serde(borrow)]
    pub(super) category: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) severity: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) title: Option<Text<'a>>,
    pub(super) start_line: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Licence<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) category: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) severity: Option<Text<'a>>,
    #[serde(borrow, rename = "PkgName")]
    pub(super) package: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) file_path: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) link: Option<Text<'a>>,
}

/// What sort of finding was left out, and why.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ModifiedKind<'a> {
    #[serde(borrow, rename = "Type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Modified<T> {
    pub(super) finding: T,
}
