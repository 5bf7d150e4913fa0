//! Where the events of a report go.

use crate::{
    asset::AssetSeen, coverage::CoverageSeen, organisation::OrganisationSeen, record::Record,
    report::ReportHead, software::SoftwareSeen, warning::Warning,
};

/// The receiver cannot go on (a full disk, a limit reached); it keeps the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Receives the events of one report.
///
/// Order: an asset comes before anything that refers to it by its number. The head may come at any
/// time and more than once (a later one fills what an earlier one left empty), since some formats
/// say at the end when they ended. Every result element of the report is given as exactly one
/// [`Record`]: that is what the account stands on.
pub trait Sink {
    /// What the report says of itself.
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped>;
    /// An organisation of a register.
    fn organisation(&mut self, organisation: OrganisationSeen<'_>) -> Result<(), Stopped>;
    /// A thing the report is about. A number given before means: more of the same thing.
    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped>;
    /// What was looked at.
    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped>;
    /// A package or program on an asset.
    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped>;
    /// A result element.
    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped>;
    /// Something a person should know.
    fn warn(&mut self, warning: Warning) -> Result<(), Stopped>;
}
