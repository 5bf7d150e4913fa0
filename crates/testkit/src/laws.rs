//! What every reader keeps to, whatever the bytes.

use std::collections::BTreeSet;
use std::io::Cursor;

use jiff::tz::TimeZone;
use yagura_formats::{Context, Format, ParseError, Sink, Stopped, collect::Tally};
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::CoverageSeen,
    organisation::OrganisationSeen,
    record::{Account, Outcome, Place, Record},
    report::ReportHead,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

/// Reads bytes and holds every event against the laws.
///
/// # Panics
/// If the reader breaks a law.
///
/// # Errors
/// What the reader has against the bytes.
pub fn read(format: &dyn Format, bytes: &[u8]) -> Result<Account, ParseError> {
    let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
    read_into(format, bytes, &context, &mut Tally::default())
}

/// As [`read`], under a context, and hands every event on.
///
/// # Panics
/// If the reader breaks a law.
///
/// # Errors
/// What the reader has against the bytes.
pub fn read_into(
    format: &dyn Format,
    bytes: &[u8],
    context: &Context,
    then: &mut dyn Sink,
) -> Result<Account, ParseError> {
    let length = bytes.len() as u64;
    let (known, account) = (BTreeSet::new(), Account::default());
    let mut watch = Watch { then, length, known, organisations: 0, told: false, account };
    format.parse(&mut Cursor::new(bytes), context, &mut watch)?;
    let account = watch.account;
    assert!(account.balances(), "the account does not balance: {account:?}");
    assert!(account.dropped == 0 || watch.told, "dropped without a word: {account:?}");
    Ok(account)
}

/// A sink that knows what may come.
struct Watch<'s> {
    then: &'s mut dyn Sink,
    length: u64,
    known: BTreeSet<LocalAsset>,
    /// Organisations whose row was not yet counted.
    organisations: u64,
    /// Whether a warning said that records were dropped.
    told: bool,
    account: Account,
}

impl Watch<'_> {
    fn knows(&self, asset: LocalAsset, what: &str) {
        assert!(self.known.contains(&asset), "{what} of an asset that was not given: {asset:?}");
    }

    fn holds(&self, place: Place) {
        let inside = place.start <= place.end && place.end <= self.length;
        assert!(inside, "{place:?} is not within the {} bytes of the report", self.length);
    }
}

impl Sink for Watch<'_> {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.then.head(head)
    }

    fn organisation(&mut self, organisation: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.organisations += 1;
        self.then.organisation(organisation)
    }

    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        self.holds(asset.place);
        let known_by = asset.stable_id.is_some() || !asset.identifiers.is_empty();
        let first = self.known.insert(asset.local);
        assert!(known_by || !first, "an asset that nothing identifies: {asset:?}");
        self.then.asset(asset)
    }

    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped> {
        self.knows(coverage.asset, "coverage");
        self.then.coverage(coverage)
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.knows(software.asset, "software");
        self.then.software(software)
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        self.holds(record.place);
        assert!(record.place.start < record.place.end, "a record of no bytes: {:?}", record.place);
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
        self.then.record(record)
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.told |= warning.code == WarningCode::DroppedRecord;
        self.then.warn(warning)
    }
}
