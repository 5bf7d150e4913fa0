//! What every reader keeps to, whatever the bytes.

use std::collections::BTreeSet;
use std::io::Cursor;

use jiff::tz::TimeZone;
use yagura_formats::{Context, Format, ParseError, Sink, Stopped};
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::CoverageSeen,
    organisation::OrganisationSeen,
    record::{Account, Outcome, Place, Record},
    report::ReportHead,
    software::SoftwareSeen,
    warning::Warning,
};

/// Reads bytes and holds every event against the laws.
///
/// # Panics
/// If the reader breaks a law.
///
/// # Errors
/// What the reader has against the bytes.
pub fn read(format: &dyn Format, bytes: &[u8]) -> Result<Account, ParseError> {
    let mut watch = Watch { length: bytes.len() as u64, ..Watch::default() };
    let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
    format.parse(&mut Cursor::new(bytes), &context, &mut watch)?;
    assert!(watch.account.balances(), "the account does not balance: {:?}", watch.account);
    Ok(watch.account)
}

/// A sink that knows what may come.
#[derive(Debug, Default)]
struct Watch {
    length: u64,
    known: BTreeSet<LocalAsset>,
    /// Organisations whose row was not yet counted.
    organisations: u64,
    account: Account,
}

impl Watch {
    fn knows(&self, asset: LocalAsset, what: &str) {
        assert!(self.known.contains(&asset), "{what} of an asset that was not given: {asset:?}");
    }

    fn holds(&self, place: Place) {
        let inside = place.start <= place.end && place.end <= self.length;
        assert!(inside, "{place:?} is not within the {} bytes of the report", self.length);
    }
}

impl Sink for Watch {
    fn head(&mut self, _: ReportHead<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.organisations += 1;
        Ok(())
    }

    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        self.holds(asset.place);
        let known_by = asset.stable_id.is_some() || !asset.identifiers.is_empty();
        let first = self.known.insert(asset.local);
        assert!(known_by || !first, "an asset that nothing identifies: {asset:?}");
        Ok(())
    }

    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped> {
        self.knows(coverage.asset, "coverage");
        Ok(())
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.knows(software.asset, "software");
        Ok(())
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        self.holds(record.place);
        if let Some(asset) = record.asset {
            self.knows(asset, "a record");
        } else {
            let told = match record.outcome {
                Outcome::Dropped(_) => true,
                // The row of an organisation, which is no asset and was given apart.
                Outcome::Fact => self.organisations > 0,
                _ => false,
            };
            assert!(told, "a record without an asset is not dropped: {:?}", record.outcome);
            if matches!(record.outcome, Outcome::Fact) {
                self.organisations = self.organisations.saturating_sub(1);
            }
        }
        if let Outcome::Findings(statements) = &record.outcome {
            assert!(!statements.is_empty(), "findings without a statement");
        }
        self.account.add(&record.outcome);
        Ok(())
    }

    fn warn(&mut self, _: Warning) -> Result<(), Stopped> {
        Ok(())
    }
}
