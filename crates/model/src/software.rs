//! Software as a source saw it installed or contained.

use std::borrow::Cow;

use crate::asset::LocalAsset;

/// One package, component or program on one asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SoftwareSeen<'a> {
    /// On which asset.
    pub asset: LocalAsset,
    /// Its name, as the package manager or vendor writes it.
    pub name: Cow<'a, str>,
    /// Its version, empty if the source does not say.
    pub version: Cow<'a, str>,
    /// Package URL (`pkg:deb/debian/openssl@3.0.2`), if known.
    pub purl: Option<Cow<'a, str>>,
    /// CPE 2.3 name, if known.
    pub cpe: Option<Cow<'a, str>>,
    /// Vendor or publisher, if known.
    pub vendor: Option<Cow<'a, str>>,
}
