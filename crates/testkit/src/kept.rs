//! All events of a report as text, but for places: to hold two reports against each other.

use std::io::Cursor;

use jiff::tz::TimeZone;
use yagura_formats::{Context, Head, ParseError, registry};
use yagura_model::{
    asset::AssetSeen,
    coverage::CoverageSeen,
    organisation::OrganisationSeen,
    record::{Account, Place, Record},
    report::ReportHead,
    sink::{Sink, Stopped},
    software::SoftwareSeen,
    warning::Warning,
};

/// A sink that keeps all events. Local assets must be numbered from 0 without a gap, and each must
/// be given before anything refers to it.
#[derive(Debug, Default, Clone)]
pub struct Kept {
    /// One an event, in order.
    pub lines: Vec<String>,
    /// The account of the records.
    pub account: Account,
    /// How many assets there are.
    pub assets: u32,
}

impl Kept {
    /// Reads a report with the one reader that claims it, and says which.
    ///
    /// # Errors
    /// If none or several claim it, or it is refused.
    pub fn read(bytes: &[u8]) -> Result<(&'static str, Self), ParseError> {
        let mut kept = Self::default();
        let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
        let format = registry::detect(&Head::new(bytes))?;
        format.parse(&mut Cursor::new(bytes), &context, &mut kept)?;
        Ok((format.name(), kept))
    }
}

impl Sink for Kept {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.lines.push(format!("{head:?}"));
        Ok(())
    }

    fn organisation(&mut self, organisation: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.lines.push(format!("{organisation:?}"));
        Ok(())
    }

    fn asset(&mut self, mut asset: AssetSeen<'_>) -> Result<(), Stopped> {
        asset.place = Place::default();
        assert!(asset.local.0 <= self.assets);
        self.assets = self.assets.max(asset.local.0 + 1);
        self.lines.push(format!("{asset:?}"));
        Ok(())
    }

    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped> {
        assert!(coverage.asset.0 < self.assets);
        self.lines.push(format!("{coverage:?}"));
        Ok(())
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        assert!(software.asset.0 < self.assets);
        self.lines.push(format!("{software:?}"));
        Ok(())
    }

    fn record(&mut self, mut record: Record<'_>) -> Result<(), Stopped> {
        record.place = Place::default();
        assert!(record.asset.is_none_or(|asset| asset.0 < self.assets));
        self.account.add(&record.outcome);
        self.lines.push(format!("{record:?}"));
        Ok(())
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.lines.push(format!("{warning:?}"));
        Ok(())
    }
}
