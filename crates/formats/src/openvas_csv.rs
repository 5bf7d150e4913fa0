//! CSV exports of OpenVAS and Greenbone (report format "CSV Results").
//!
//! Specified by the report format of <https://github.com/greenbone/gvmd>
//! (`report_formats/CSV_Results`), read by the names of the columns, with and without `QoD`.
//! Kept: each row with the OID of its test, severity, CVE ids and other references, solution, port
//! and the beginning of its specific result; the host's address and name.
//! Dropped: impact, insight, affected versions, how the test works, EPSS figures of the day.
//! A table names neither hosts without results nor whether the scan ended, and a filter may hide
//! results: of each host only the tests that are named in its rows are covered. The XML report says
//! more.

use std::borrow::Cow;

use csv::StringRecord;
use jiff::Timestamp;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    check::CheckSeen,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    finding::{FindingSeen, FindingState},
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, NotAssessed, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    excerpt::{fixed_version, short},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    openvas::result::Standing,
    reference::{cves, is_cve},
    sink::Sink,
    table::{Columns, Fields, TableReader},
    times::Times,
};

/// See the module.
#[derive(Debug)]
pub struct OpenVasCsv;

/// Columns every layout has.
const TELLING: &[&str] = &["ip", "nvt name", "nvt oid", "specific result"];

impl Format for OpenVasCsv {
    fn name(&self) -> &'static str {
        "openvas_csv"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "OpenVAS / Greenbone CSV results",
            url: "https://github.com/greenbone/gvmd",
            record: "row",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_columns(TELLING)
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
        if let Some(missing) = TELLING.iter().find(|name| !columns.has(name)) {
            let message = format!("the header has no column `{missing}`");
            return Err(ParseError::at(ErrorCode::Invalid, "line 1", message));
        }
        let layout = Layout(Fields::of(&columns, &NAMES));
        let mut numbers = LocalAssets::new();
        let mut seen: Vec<Option<Timestamp>> = Vec::new();
        let mut times = Times::new(&context.zone);
        let mut task = String::new();
        while table.next_row()? {
            let (row, place) = (table.row(), table.place());
            let key = layout.host(row);
            let outcome = match layout.outcome(row) {
                Ok(_) if key.is_empty() => Err((DropReason::NoAsset, "a row names no host")),
                other => other,
            };
            let outcome = match outcome {
                Ok(outcome) => outcome,
                Err((reason, detail)) => {
                    let (at, detail) = (format!("line {}", table.line()), detail.to_owned());
                    sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
                    let outcome = Outcome::Dropped(reason);
                    sink.record(Record { place, asset: None, outcome })?;
                    continue;
                }
            };
            let (local, new) = numbers.number(key);
            if new {
                sink.asset(layout.asset(row, local, place))?;
                seen.push(None);
            }
            let written = layout.get(row, Field::Timestamp);
            let at = times.read(written, || format!("line {}", table.line()));
            if let Some(last) = seen.get_mut(local.0 as usize) {
                *last = (*last).max(at);
            }
            if task.is_empty() {
                task.push_str(layout.get(row, Field::Task));
            }
            sink.record(Record { place, asset: Some(local), outcome })?;
        }
        let last = seen.iter().copied().max().flatten();
        for (number, observed_at) in seen.into_iter().enumerate() {
            sink.coverage(CoverageSeen {
                asset: LocalAsset(number as u32),
                kinds: ObservationKinds::of(&[ObservationKind::Vulnerability]),
                credentialed: Some(false),
                checks: CheckSet::Named(Vec::new()),
                observed_at,
            })?;
        }
        times.tell(sink)?;
        sink.head(ReportHead {
            tool: "openvas".into(),
            tool_version: None,
            observed_at: last,
            title: (!task.is_empty()).then_some(task.into()),
        })?;
        Ok(())
    }
}

/// The fields, in the order of [`NAMES`].
#[derive(Debug, Clone, Copy)]
enum Field {
    Ip,
    Hostname,
    Port,
    Protocol,
    Cvss,
    Severity,
    Name,
    Summary,
    Result,
    Oid,
    Cves,
    Task,
    Timestamp,
    Solution,
    Bids,
    Certs,
    Others,
}

const NAMES: [&[&str]; 17] = [
    &["ip"],
    &["hostname"],
    &["port"],
    &["port protocol"],
    &["cvss"],
    &["severity"],
    &["nvt name"],
    &["summary"],
    &["specific result"],
    &["nvt oid"],
    &["cves"],
    &["task name"],
    &["timestamp"],
    &["solution"],
    &["bids"],
    &["certs"],
    &["other references"],
];

/// Where the fields stand.
#[derive(Debug)]
struct Layout(Fields<17>);

impl Layout {
    fn get<'row>(&self, row: &'row StringRecord, field: Field) -> &'row str {
        self.0.get(row, field as usize)
    }

    /// The address of the host, or its name.
    fn host<'row>(&self, row: &'row StringRecord) -> &'row str {
        match self.get(row, Field::Ip) {
            "" => self.get(row, Field::Hostname),
            ip => ip,
        }
    }

    fn asset<'row>(
        &self,
        row: &'row StringRecord,
        local: LocalAsset,
        place: Place,
    ) -> AssetSeen<'row> {
        let name = self.get(row, Field::Hostname);
        let identifiers = [
            Identifier::of_host(name),
            Identifier::new(IdentifierKind::Ip, self.get(row, Field::Ip)),
        ];
        AssetSeen {
            local,
            class: AssetClass::Device,
            name: Cow::Borrowed(if name.is_empty() { self.host(row) } else { name }),
            stable_id: None,
            identifiers: identifiers.into_iter().flatten().collect(),
            attributes: Vec::new(),
            relations: Vec::new(),
            observed_at: None,
            place,
        }
    }

    fn outcome<'row>(
        &self,
        row: &'row StringRecord,
    ) -> Result<Outcome<'row>, (DropReason, &'static str)> {
        let get = |field| self.get(row, field);
        let name = get(Field::Name);
        let id = match get(Field::Oid) {
            "" | "0" => name,
            oid => oid,
        };
        if id.is_empty() {
            return Err((DropReason::NoCheck, "a row names no test"));
        }
        let title = if name.is_empty() { id } else { name };
        let mut check = CheckSeen::new(id, ObservationKind::Vulnerability, title);
        let named = get(Field::Cves).split(',').take(4096);
        check.cves = cves(named.chain(is_cve(id).then_some(id))).map(Cow::Owned).collect();
        check.description = some(get(Field::Summary));
        check.remediation = some(get(Field::Solution));
        let bids = list(get(Field::Bids)).map(|bid| Cow::Owned(format!("BID:{bid}")));
        let certs = list(get(Field::Certs)).map(Cow::Borrowed);
        let others = list(get(Field::Others)).map(Cow::Borrowed);
        check.references = bids.chain(certs).chain(others).collect();

        let (severity, disposition) = match Standing::of(get(Field::Severity), get(Field::Cvss), "")
        {
            Standing::Fails(severity) => (severity, None),
            Standing::Overridden(severity, disposition) => (severity, Some(disposition)),
            Standing::Informs => (Severity::Info, None),
            Standing::Broke => return Ok(Outcome::NotAssessed(check, NotAssessed::Error)),
        };
        check.severity = (severity > Severity::Info).then_some(severity);
        let result = get(Field::Result);
        let mut finding = FindingSeen::fail(check, severity);
        if severity == Severity::Info {
            finding.state = FindingState::Info;
        }
        finding.disposition = disposition.unwrap_or(finding.disposition);
        finding.evidence = some(short(result));
        finding.fixed_version = fixed_version(result).map(Cow::Borrowed);
        finding.location = match get(Field::Port) {
            "" | "0" => Cow::Borrowed(""),
            port => Cow::Owned(format!("{port}/{}", get(Field::Protocol).to_ascii_lowercase())),
        };
        Ok(Outcome::Findings(vec![finding]))
    }
}

/// The parts of a list: `CB-K21/0001, DFN-CERT-2021-0001`.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

fn some(text: &str) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::OpenVasCsv;
    use crate::{error::ErrorCode, testing};

    const REPORT: &str = "IP,Hostname,Port,Port Protocol,CVSS,Severity,QoD,Solution Type,NVT Name,Summary,Specific Result,NVT OID,CVEs,Task ID,Task Name,Timestamp,Result ID,Impact,Solution,Affected Software/OS,BIDs,CERTs,Other References
192.0.2.1,web01.branch.example,443,tcp,9.8,High,80,\"VendorFix\",\"Old library\",\"A library
is old.\",\"Installed version: 1.0
Fixed version: 1.2\",1.3.6.1.4.1.25623.1.0.900001,\"CVE-2026-0001,CVE-2026-0002\",t,\"Branch network\",2026-04-01T09:00:00+09:00,r1,\"\",\"Update it.\",\"\",\"12\",\"CB-K26/0001, DFN-CERT-2026-0001\",\"https://advisory.example/1\"
192.0.2.1,,,,0.0,Log,80,,Services,Tells services.,,1.3.6.1.4.1.25623.1.0.900002,,t,Branch network,2026-04-01T08:00:00+09:00,r2,,,,,,
192.0.2.2,,,,5.0,Medium,75,,CVE-2026-0003,,,CVE-2026-0003,,t,Branch network,2026-04-01T08:00:00+09:00,r3,,,,,,
192.0.2.2,,,,-1.0,False Positive,75,,Wrong,,,1.3.6.1.4.1.25623.1.0.900004,,t,Branch network,,r4,,,,,,
,,,,5.0,Medium,75,,No host,,,1.3.6.1.4.1.25623.1.0.900005,,t,,,r5,,,,,,
192.0.2.2,,,,5.0,Medium,75,,,,,,,t,,,r6,,,,,,
";

    #[test]
    fn rows_become_findings_and_cover_what_they_name() {
        let seen = testing::parse(&OpenVasCsv, REPORT.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.facts), (6, 3, 1));
        assert_eq!((account.dropped, seen.tally.assets), (2, 2));
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 device `web01.branch.example` stable=None [fqdn=web01.branch.example ip=192.0.2.1]",
            "id: \"1.3.6.1.4.1.25623.1.0.900001\", kind: Vulnerability, title: \"Old library\", severity: Some(Critical), \
             cves: [\"CVE-2026-0001\", \"CVE-2026-0002\"]",
            "remediation: Some(\"Update it.\"), references: [\"BID:12\", \"CB-K26/0001\", \"DFN-CERT-2026-0001\", \"https://advisory.example/1\"]",
            "location: \"443/tcp\"",
            "fixed_version: Some(\"1.2\")",
            "state: Info, severity: Info, location: \"\"",
            "id: \"CVE-2026-0003\", kind: Vulnerability, title: \"CVE-2026-0003\", severity: Some(Medium), cves: [\"CVE-2026-0003\"]",
            "disposition: NotAffected",
            "Dropped(NoAsset)",
            "Dropped(NoCheck)",
            "coverage 1 [vulnerability] credentialed=Some(false) Named([])",
            "observed_at: Some(2026-04-01T00:00:00Z), title: Some(\"Branch network\")",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        assert!(testing::places(REPORT, &seen)[1].starts_with("192.0.2.1,,"));
    }

    #[test]
    fn a_table_without_rows_or_of_something_else() {
        let header = REPORT.lines().next().unwrap();
        let empty = testing::parse(&OpenVasCsv, header.as_bytes()).unwrap();
        assert_eq!(empty.tally.account.records, 0);
        let other = testing::parse_unclaimed(&OpenVasCsv, b"a,b\n1,2\n").unwrap_err();
        assert_eq!(other.code, ErrorCode::Invalid);
    }

    #[test]
    fn every_prefix_is_refused_or_read() {
        testing::check_prefixes(&OpenVasCsv, REPORT.as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut text = b"IP,NVT Name,NVT OID,Specific Result\n".to_vec();
            text.extend(bytes);
            testing::parse_unclaimed(&OpenVasCsv, &text).ok();
        }
    }
}
