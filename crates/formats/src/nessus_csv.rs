//! CSV exports of Nessus, Tenable Web App Scanning, Tenable Vulnerability Management and Tenable
//! Security Center.
//!
//! Specified by <https://docs.tenable.com/nessus/Content/CreateAScanReport.htm> (columns chosen by
//! the person who exports), read by the names of the columns.
//! Kept: plugin id, name, severity, CVE ids, CVSS vectors where there is a column, port, output,
//! solution, references, and what the row says of the host. Nessus writes one row a CVE id: such
//! rows are told as one finding each with the CVE ids of all. What is `FIXED` is a pass.
//! Dropped: scores without a vector, plugin dates, priority ratings, tags.
//! A table does not say which hosts were scanned to the end. The scan information of a host (plugin
//! 19506) does: with it all vulnerabilities Nessus knows are covered, with credentials or not as it
//! says. Without it only the checks that are named in the rows are.

mod row;
#[cfg(test)]
mod tests;

use csv::StringRecord;
use jiff::{SignedDuration, Timestamp};
use yagura_model::{
    asset::LocalAsset,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    excerpt,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    sink::Sink,
    table::{Columns, Fields, TableReader},
    time,
};

use row::{Field, Layout, NAMES};

/// See the module.
#[derive(Debug)]
pub struct NessusCsv;

/// Columns that tell the layouts of Nessus, Vulnerability Management and Security Center.
const TELLING: [&[&str]; 3] = [
    &["plugin id", "risk", "host", "name"],
    &["definition.id", "definition.name", "asset.name"],
    &["plugin", "plugin name", "severity", "ip address"],
];

impl Format for NessusCsv {
    fn name(&self) -> &'static str {
        "nessus_csv"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Nessus and Tenable CSV",
            url: "https://docs.tenable.com/nessus/Content/CreateAScanReport.htm",
            record: "row",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        TELLING.iter().any(|columns| head.has_columns(columns))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut table = TableReader::new(input)?;
        if !table.next_row()? {
            return Err(ParseError::at(ErrorCode::Invalid, "line 1", "there is no header row"));
        }
        let columns = Columns::of(table.row());
        if !TELLING.iter().any(|names| names.iter().all(|name| columns.has(name))) {
            let message = "the header names no columns of a Nessus export, such as `Plugin ID`";
            return Err(ParseError::at(ErrorCode::Invalid, "line 1", message));
        }
        let layout = Layout { fields: Fields::of(&columns, &NAMES), web: columns.has("cvssv3") };
        let mut rows = Rows {
            context,
            layout,
            numbers: LocalAssets::new(),
            hosts: Vec::new(),
            version: None,
            last: None,
            zone_told: false,
        };
        let mut group = Group::default();
        while table.next_row()? {
            let same = !group.members.is_empty()
                && group.members.len() < GROUP_LIMIT
                && rows.layout.same_finding(&group.first, table.row());
            if !same {
                rows.give(&mut group, sink)?;
                group.first.clone_from(table.row());
            }
            group.members.push((table.place(), table.line()));
            for id in rows.layout.cves(table.row()) {
                if !group.ids.contains(&id) {
                    group.ids.push(id);
                }
            }
        }
        rows.give(&mut group, sink)?;
        rows.finish(sink)
    }
}

/// Most rows told as one finding.
const GROUP_LIMIT: usize = 4096;

/// Rows that follow one another and tell one finding.
#[derive(Debug, Default)]
struct Group {
    first: StringRecord,
    members: Vec<(Place, u64)>,
    ids: Vec<String>,
}

/// What is remembered of a host.
#[derive(Debug, Default)]
struct Known {
    /// What its scan information says of credentials.
    scanned: Option<bool>,
    kinds: ObservationKinds,
    local: bool,
    last: Option<Timestamp>,
    name: String,
}

/// What is remembered from row to row.
struct Rows<'r> {
    context: &'r Context,
    layout: Layout,
    numbers: LocalAssets,
    hosts: Vec<Known>,
    version: Option<String>,
    last: Option<Timestamp>,
    zone_told: bool,
}

impl Rows<'_> {
    /// Gives the rows of one finding to the sink, and empties the group.
    fn give(&mut self, group: &mut Group, sink: &mut dyn Sink) -> Result<(), ParseError> {
        let Some((place, line)) = group.members.first().copied() else { return Ok(()) };
        let row = &group.first;
        let key = self.layout.asset_key(row);
        let missing = if key.is_empty() {
            Some((DropReason::NoAsset, "a row names no host"))
        } else if self.layout.get(row, Field::Plugin).is_empty() {
            Some((DropReason::NoCheck, "a row names no plugin"))
        } else {
            None
        };
        if let Some((reason, detail)) = missing {
            for (place, line) in group.members.drain(..) {
                let (at, detail) = (format!("line {line}"), detail.to_owned());
                sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
                let outcome = Outcome::Dropped(reason);
                sink.record(Record { place, asset: None, outcome })?;
            }
            group.ids.clear();
            return Ok(());
        }
        let (local, new) = self.numbers.number(key);
        if new {
            sink.asset(self.layout.asset(row, local, self.context, place))?;
            self.hosts.push(Known { name: key.to_owned(), ..Known::default() });
        }
        let severity = match self.layout.severity(row) {
            Some(severity) => severity,
            None => {
                let detail = self.layout.get(row, Field::Severity).to_owned();
                let at = format!("line {line}");
                sink.warn(Warning { code: WarningCode::UnknownSeverity, at, detail })?;
                Severity::Medium
            }
        };
        let information = self.layout.get(row, Field::Plugin) == "19506";
        let outcome = match information {
            true => Outcome::Fact,
            false => self.layout.outcome(row, severity, &group.ids, self.context),
        };
        self.learn(row, local, &outcome, information);
        for (place, _) in group.members.drain(..) {
            sink.record(Record { place, asset: Some(local), outcome: outcome.clone() })?;
        }
        drop(outcome);
        group.ids.clear();
        Ok(())
    }

    /// Keeps what a row tells of the look at its host.
    fn learn(
        &mut self,
        row: &StringRecord,
        local: LocalAsset,
        outcome: &Outcome<'_>,
        information: bool,
    ) {
        let Some(known) = self.hosts.get_mut(local.0 as usize) else { return };
        let check = match outcome {
            Outcome::Findings(findings) => findings.first().map(|finding| &finding.check),
            Outcome::Pass(check) => Some(check),
            _ => None,
        };
        if let Some(check) = check {
            known.kinds = known.kinds.with(check.kind);
            known.local |= check.remote == Some(false);
        }
        let seen = time::read(self.layout.get(row, Field::Last), &self.context.zone);
        known.last = known.last.max(seen.map(|time| time.at));
        if information {
            let output = self.layout.get(row, Field::Output);
            let checks = excerpt::line(output, "Credentialed checks");
            known.scanned = Some(checks.is_some_and(|checks| checks.starts_with("yes")));
            if excerpt::line(output, "Port scanner(s)").is_some() {
                known.kinds = known.kinds.with(ObservationKind::OpenPort);
            }
            let ended = ended(output, self.context);
            self.zone_told |= known.last.is_none() && ended.is_some();
            known.last = known.last.or(ended);
            if self.version.is_none() {
                self.version = excerpt::line(output, "Nessus version").map(str::to_owned);
            }
        }
        self.last = self.last.max(known.last);
    }

    fn finish(self, sink: &mut dyn Sink) -> Result<(), ParseError> {
        let main =
            if self.layout.web { ObservationKind::Code } else { ObservationKind::Vulnerability };
        for (number, known) in self.hosts.into_iter().enumerate() {
            let credentialed = known.scanned.unwrap_or(known.local);
            sink.coverage(CoverageSeen {
                asset: LocalAsset(number as u32),
                kinds: known.kinds.with(main),
                credentialed: (!self.layout.web).then_some(credentialed),
                checks: match known.scanned {
                    Some(_) => CheckSet::All,
                    None => CheckSet::Named(Vec::new()),
                },
                observed_at: known.last,
            })?;
            if known.scanned == Some(false) {
                let at = format!("host `{}`", known.name);
                let detail = "the host was scanned without credentials".to_owned();
                sink.warn(Warning { code: WarningCode::Uncredentialed, at, detail })?;
            }
        }
        if self.zone_told {
            let at = "plugin 19506".to_owned();
            let detail = "`Scan Start Date` was read in the zone given".to_owned();
            sink.warn(Warning { code: WarningCode::TimeWithoutZone, at, detail })?;
        }
        let tool = if self.layout.web { "tenable-was" } else { "nessus" };
        sink.head(ReportHead {
            tool: tool.into(),
            tool_version: self.version.map(Into::into),
            observed_at: self.last,
            title: None,
        })?;
        Ok(())
    }
}

/// When the scan of a host ended, by its start (`2026/4/1 9:00 JST`) and length (`388 sec`). The
/// letters of the zone stand for several zones, so the zone given counts.
fn ended(output: &str, context: &Context) -> Option<Timestamp> {
    let start = excerpt::line(output, "Scan Start Date")?;
    let mut parts = start.split_whitespace();
    let (date, clock) = (parts.next()?, parts.next()?);
    let date: Vec<i16> = date.split('/').map_while(|part| part.parse().ok()).collect();
    let [year, month, day] = date.as_slice() else { return None };
    let text = format!("{year:04}/{month:02}/{day:02} {clock:0>5}");
    let start = time::read(&text, &context.zone)?.at;
    let length = excerpt::line(output, "Scan duration")?;
    let seconds = length.split_whitespace().next()?.parse().ok()?;
    start.checked_add(SignedDuration::from_secs(seconds)).ok()
}
