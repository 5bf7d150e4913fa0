//! A sink that counts, for `inspect`, and one that keeps all, for tests.

use std::collections::BTreeMap;

use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::CoverageSeen,
    organisation::OrganisationSeen,
    record::{Account, Outcome, Record},
    report::ReportHead,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use crate::sink::{Sink, Stopped};

/// Most warnings kept one by one; the rest is counted by code.
pub const WARNING_LIMIT: usize = 100;

/// What a report holds, in numbers.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// The tool, its version, the report's time and title.
    pub head: ReportHead<'static>,
    /// The account of the records.
    pub account: Account,
    /// Different assets.
    pub assets: u64,
    /// Packages and components.
    pub software: u64,
    /// Organisations of a register.
    pub organisations: u64,
    /// The first warnings.
    pub warnings: Vec<Warning>,
    /// How many warnings there were, by code.
    pub warning_counts: BTreeMap<WarningCode, u64>,
    highest: Option<LocalAsset>,
}

impl Tally {
    /// Takes over what the head says and an earlier head did not.
    pub fn add_head(&mut self, head: ReportHead<'_>) {
        let mine = &mut self.head;
        if !head.tool.is_empty() {
            mine.tool = head.tool.into_owned().into();
        }
        if let Some(version) = head.tool_version {
            mine.tool_version = Some(version.into_owned().into());
        }
        if let Some(title) = head.title {
            mine.title = Some(title.into_owned().into());
        }
        mine.observed_at = mine.observed_at.max(head.observed_at);
    }

    /// Counts an asset.
    pub fn add_asset(&mut self, local: LocalAsset) {
        if self.highest.is_none_or(|highest| local > highest) {
            self.highest = Some(local);
            self.assets += 1;
        }
    }

    /// Counts a warning.
    pub fn add_warning(&mut self, warning: Warning) {
        *self.warning_counts.entry(warning.code).or_default() += 1;
        if self.warnings.len() < WARNING_LIMIT {
            self.warnings.push(warning);
        }
    }
}

impl Sink for Tally {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.add_head(head);
        Ok(())
    }

    fn organisation(&mut self, _: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.organisations += 1;
        Ok(())
    }

    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        self.add_asset(asset.local);
        Ok(())
    }

    fn coverage(&mut self, _: CoverageSeen<'_>) -> Result<(), Stopped> {
        Ok(())
    }

    fn software(&mut self, _: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.software += 1;
        Ok(())
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        self.account.add(&record.outcome);
        Ok(())
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.add_warning(warning);
        Ok(())
    }
}

/// All events of a report as text, one line each, for golden tests; and the tally.
#[derive(Debug, Default, Clone)]
pub struct Transcript {
    /// The numbers.
    pub tally: Tally,
    /// One line an event, in order.
    pub lines: Vec<String>,
    /// Where the records stand.
    pub places: Vec<yagura_model::record::Place>,
}

impl Sink for Transcript {
    fn head(&mut self, head: ReportHead<'_>) -> Result<(), Stopped> {
        self.lines.push(format!("head {head:?}"));
        self.tally.head(head)
    }

    fn organisation(&mut self, organisation: OrganisationSeen<'_>) -> Result<(), Stopped> {
        self.lines.push(format!("organisation {organisation:?}"));
        self.tally.organisation(organisation)
    }

    fn asset(&mut self, asset: AssetSeen<'_>) -> Result<(), Stopped> {
        let identifiers: Vec<String> =
            asset.identifiers.iter().map(|i| format!("{}={}", i.kind, i.value)).collect();
        let attributes: Vec<String> =
            asset.attributes.iter().map(|a| format!("{}={}", a.name, a.value)).collect();
        let relations: Vec<String> =
            asset.relations.iter().map(|r| format!("{}={}", r.kind, r.target)).collect();
        self.lines.push(format!(
            "asset {} {} `{}` stable={:?} [{}] {{{}}} <{}>",
            asset.local.0,
            asset.class,
            asset.name,
            asset.stable_id,
            identifiers.join(" "),
            attributes.join("; "),
            relations.join("; "),
        ));
        self.tally.asset(asset)
    }

    fn coverage(&mut self, coverage: CoverageSeen<'_>) -> Result<(), Stopped> {
        let kinds: Vec<&str> = coverage.kinds.iter().map(|kind| kind.as_str()).collect();
        self.lines.push(format!(
            "coverage {} [{}] credentialed={:?} {:?}",
            coverage.asset.0,
            kinds.join(" "),
            coverage.credentialed,
            coverage.checks,
        ));
        self.tally.coverage(coverage)
    }

    fn software(&mut self, software: SoftwareSeen<'_>) -> Result<(), Stopped> {
        self.lines.push(format!("software {software:?}"));
        self.tally.software(software)
    }

    fn record(&mut self, record: Record<'_>) -> Result<(), Stopped> {
        let asset = record.asset.map_or(-1, |asset| i64::from(asset.0));
        match &record.outcome {
            Outcome::Findings(findings) => {
                for finding in findings {
                    self.lines.push(format!("finding {asset} {finding:?}"));
                }
            }
            other => self.lines.push(format!("record {asset} {other:?}")),
        }
        self.places.push(record.place);
        self.tally.record(record)
    }

    fn warn(&mut self, warning: Warning) -> Result<(), Stopped> {
        self.lines.push(format!("warning {warning:?}"));
        self.tally.warn(warning)
    }
}
