//! What a report gave, what it should have given, and the table of what does not hold.

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use jiff::tz::TimeZone;
use yagura_formats::{
    Context, Format, Head, ParseError, Sink, Stopped, collect::Tally, head::HEAD_SIZE, registry,
};
use yagura_model::{
    asset::AssetSeen,
    coverage::CoverageSeen,
    organisation::OrganisationSeen,
    record::{NotAssessed, Outcome, Record},
    report::ReportHead,
    severity::Severity,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};
use yagura_testkit::laws;

use super::samples::say;

/// What a report holds, in more detail than a [`Tally`].
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) tally: Tally,
    pub(crate) not_assessed: BTreeMap<NotAssessed, u64>,
    /// Records with findings, by the severity of their first statement.
    pub(crate) severities: BTreeMap<Severity, u64>,
}

impl Seen {
    /// How many warnings of a code there were.
    pub(crate) fn warned(&self, code: WarningCode) -> u64 {
        self.tally.warning_counts.get(&code).copied().unwrap_or_default()
    }

    /// The account without its zeros, as the table shows it.
    pub(crate) fn account(&self) -> String {
        let account = &self.tally.account;
        let mut text = format!("{} records", account.records);
        for (count, name) in [
            (account.findings, "findings"),
            (account.passes, "passes"),
            (account.facts, "facts"),
            (account.dropped, "dropped"),
        ] {
            if count > 0 {
                text.push_str(&format!(", {name} {count}"));
            }
        }
        for (reason, count) in &self.not_assessed {
            text.push_str(&format!(", {reason} {count}"));
        }
        text
    }
}

impl Sink for Seen {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.tally.head(head)
    }

    fn organisation(&mut self, organisation: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.tally.organisation(organisation)
    }

    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        self.tally.asset(asset)
    }

    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped> {
        self.tally.coverage(coverage)
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.tally.software(software)
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        match &record.outcome {
            Outcome::Findings(statements) => {
                let severity = statements.first().map(|first| first.severity);
                *self.severities.entry(severity.unwrap_or(Severity::Info)).or_default() += 1;
            }
            Outcome::NotAssessed(_, reason) => {
                *self.not_assessed.entry(*reason).or_default() += 1;
            }
            Outcome::Pass(_) | Outcome::Fact | Outcome::Dropped(_) => {}
        }
        self.tally.record(record)
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.tally.warn(warning)
    }
}

/// Reads with a format, and names the asset of what does not say which it is about; a broken law is a text, so that the other files are still looked at.
pub(crate) fn read(
    format: &'static dyn Format,
    bytes: &[u8],
) -> Result<Result<Seen, ParseError>, String> {
    let reading = AssertUnwindSafe(|| {
        let mut seen = Seen::default();
        let asset = Some("host.example".to_owned());
        let context = Context { zone: TimeZone::UTC, mapping: None, asset };
        laws::read_into(format, bytes, &context, &mut seen).map(|_| seen)
    });
    catch_unwind(reading)
        .map_err(|thrown| format!("{} broke a law: {}", format.name(), text(&*thrown)))
}

fn text(thrown: &(dyn Any + Send)) -> String {
    let owned = thrown.downcast_ref::<String>().cloned();
    let text = owned.or_else(|| thrown.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_default().chars().take(300).collect()
}

/// The format that claims a document, as [`registry::detect`] finds it from its first bytes.
pub(crate) fn detect(bytes: &[u8]) -> Result<&'static dyn Format, ParseError> {
    registry::detect(&Head::new(bytes.get(..HEAD_SIZE).unwrap_or(bytes)))
}

/// Detects and reads, for what must be read.
pub(crate) fn must_read(bytes: &[u8]) -> Result<(&'static str, Seen), String> {
    must_read_as(detect(bytes).map_err(|error| refused(&error))?, bytes)
}

/// Reads with a format, for what must be read.
pub(crate) fn must_read_as(
    format: &'static dyn Format,
    bytes: &[u8],
) -> Result<(&'static str, Seen), String> {
    let seen = read(format, bytes)?.map_err(|error| refused(&error))?;
    Ok((format.name(), seen))
}

/// A refusal in the words of the table.
pub(crate) fn refused(error: &ParseError) -> String {
    format!("refused as {}: {error}", error.code.as_str())
}

/// What does not hold, and what was read.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    broken: Vec<[String; 3]>,
    read: BTreeMap<String, [u64; 2]>,
    cuts: u64,
}

impl Findings {
    /// Counts a report that was read.
    pub(crate) fn count(&mut self, format: &str, records: u64) {
        let [files, sum] = self.read.entry(format.to_owned()).or_default();
        *files += 1;
        *sum += records;
    }

    /// Counts a report read up to a cut.
    pub(crate) fn count_cut(&mut self) {
        self.cuts += 1;
    }

    /// Takes down what became of a file: `Err` holds what was expected and what came.
    pub(crate) fn judge(&mut self, file: &str, result: Result<(), [String; 2]>) {
        if let Err([expected, got]) = result {
            self.broken.push([file.to_owned(), expected, got]);
        }
    }

    /// Says what was read, and fails with the table of what does not hold.
    pub(crate) fn close(self, what: &str) {
        let [mut files, mut records] = [0, 0];
        for (format, [of_files, of_records]) in &self.read {
            say(&format!("{what}: {format:<16} {of_files:>4} files {of_records:>7} records"));
            files += of_files;
            records += of_records;
        }
        let cuts = self.cuts;
        say(&format!("{what}: {files} files, {records} records, {cuts} cuts"));
        let rows: Vec<String> = self
            .broken
            .iter()
            .map(|[file, expected, got]| {
                format!("{file}\n  expected: {expected}\n  got:      {got}")
            })
            .collect();
        assert!(rows.is_empty(), "{} rows do not hold\n{}", rows.len(), rows.join("\n"));
    }
}
