//! What Security Hub and Amazon Inspector write alike: the one names members `FixedInVersion`, the
//! other `fixedInVersion`.

use std::borrow::Cow;

use serde::Deserialize;
use yagura_model::{asset::LocalAsset, software::SoftwareSeen};

use crate::lenient::Text;

/// A package with a vulnerability.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Package<'a> {
    #[serde(alias = "name")]
    pub(crate) name: Text<'a>,
    #[serde(alias = "version")]
    version: Text<'a>,
    #[serde(alias = "release")]
    release: Text<'a>,
    #[serde(alias = "filePath")]
    pub(crate) file_path: Text<'a>,
    #[serde(alias = "fixedInVersion")]
    pub(crate) fixed_in_version: Text<'a>,
    #[serde(alias = "remediation")]
    pub(crate) remediation: Text<'a>,
}

impl Package<'_> {
    /// The version with its release.
    pub(crate) fn whole(&self) -> Cow<'_, str> {
        match (self.version.as_str(), self.release.get()) {
            (version, Some(release)) => Cow::Owned(format!("{version}-{release}")),
            (version, None) => Cow::Borrowed(version),
        }
    }

    /// The package as software of an asset.
    pub(crate) fn seen(&self, asset: LocalAsset) -> SoftwareSeen<'_> {
        SoftwareSeen {
            asset,
            name: Cow::Borrowed(self.name.as_str()),
            version: self.whole(),
            purl: None,
            cpe: None,
            vendor: None,
        }
    }
}

/// What is advised against a finding.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Remediation<'a> {
    #[serde(alias = "recommendation")]
    pub(crate) recommendation: Recommendation<'a>,
}

/// The advice itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Recommendation<'a> {
    #[serde(alias = "text")]
    pub(crate) text: Text<'a>,
    #[serde(alias = "url")]
    pub(crate) url: Text<'a>,
}

/// The tags of a resource: its name alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct Tags<'a> {
    pub(crate) name: Text<'a>,
}
