//! OpenVAS and Greenbone reports in XML.
//!
//! Specified by the Greenbone Management Protocol, <https://docs.greenbone.net/API/GMP/gmp-22.6.html>,
//! element `report` of `get_reports_response`; also read bare, nested in one another, and as written
//! by older versions (OMP 7, GMP 9).
//! Kept: each result with the OID of its test, CVSS vectors, CVE ids and other references, solution,
//! port and the beginning of its description; log messages as facts; overrides as dispositions; hosts
//! with names, addresses, system and programs.
//! Dropped: notes, EPSS figures of the day, insight, impact and affected versions, the list of ports.
//! A report covers the vulnerabilities of a host if the scan is done, the host has not been dead, and
//! no filter hides results; with credentials if a log-in worked or a test that needs one found
//! something. A test that timed out on a host is a warning.
//!
//! Hosts stand behind the results, so the file is read twice.

mod host;
pub(crate) mod result;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jiff::Timestamp;
use yagura_model::{
    asset::LocalAsset,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    sink::Sink,
    times::Times,
    xml::{Node, XmlReader},
};

use host::Host;
use result::Item;
use scan::Scan;

/// See the module.
#[derive(Debug)]
pub struct OpenVas;

impl Format for OpenVas {
    fn name(&self) -> &'static str {
        "openvas"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "OpenVAS / Greenbone report XML",
            url: "https://docs.greenbone.net/API/GMP/gmp-22.6.html",
            record: "result",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        match head.xml_root() {
            Some("get_reports_response" | "get_results_response") => true,
            Some("report") => ["gmp", "omp", "nvt", "scan_run_status"]
                .into_iter()
                .any(|element| head.has_xml(element)),
            _ => false,
        }
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut walk = Walk {
            times: Times::new(&context.zone),
            sink,
            numbers: LocalAssets::new(),
            hosts: Vec::new(),
            scans: Vec::new(),
            item: Item::default(),
            next: 0,
        };
        {
            let mut xml = XmlReader::new(input)?;
            xml.step()?;
            refuse_errors(&xml)?;
            walk.report(&mut xml, Pass::Hosts)?;
            while xml.step()? != Node::Eof {}
        }
        let mut xml = XmlReader::new(input)?;
        xml.step()?;
        walk.report(&mut xml, Pass::Results)?;
        walk.finish()
    }
}

/// Refuses another root, and an answer that says why there is no report.
fn refuse_errors(xml: &XmlReader<'_>) -> Result<(), ParseError> {
    if !matches!(xml.name(), "report" | "get_reports_response" | "get_results_response") {
        let message = format!("the root is `{}`, not `report`", xml.name());
        return Err(xml.refused(ErrorCode::Invalid, message));
    }
    let status = xml.attribute("status").unwrap_or_default();
    if !status.is_empty() && !status.starts_with('2') {
        let text = xml.attribute("status_text").unwrap_or_default();
        let message = format!("the answer is an error: `{status} {text}`");
        return Err(xml.refused(ErrorCode::ToolError, message));
    }
    Ok(())
}

/// What is read on the way through the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Hosts, errors, and what is said of the scans.
    Hosts,
    /// The results.
    Results,
}

/// What is remembered of a host.
#[derive(Debug, Default)]
struct Known {
    address: String,
    scan: usize,
    named: bool,
    listed: bool,
    dead: bool,
    signed_in: Option<bool>,
    ended: Option<Timestamp>,
    /// A test that needs credentials found something.
    local: bool,
}

/// What is remembered from report to report.
struct Walk<'w> {
    times: Times<'w>,
    sink: &'w mut dyn Sink,
    numbers: LocalAssets,
    /// By the number of the asset.
    hosts: Vec<Known>,
    /// In the order the reports begin.
    scans: Vec<Scan>,
    item: Item,
    next: usize,
}

impl Walk<'_> {
    /// Reads a `report`, or the root around one, whose start was just met.
    fn report(&mut self, xml: &mut XmlReader<'_>, pass: Pass) -> Result<(), ParseError> {
        let own = self.next;
        self.next += 1;
        if pass == Pass::Hosts {
            self.scans.push(Scan::default());
        }
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match (xml.name(), pass) {
                ("report", _) => self.report(xml, pass)?,
                ("results", Pass::Results) => {
                    let inside = xml.depth();
                    while xml.next_child(inside)? {
                        match xml.name() {
                            "result" => self.result(xml, own)?,
                            _ => xml.skip()?,
                        }
                    }
                }
                ("result", Pass::Results) => self.result(xml, own)?,
                ("host", Pass::Hosts) => self.host(xml, own)?,
                ("errors", Pass::Hosts) => self.errors(xml)?,
                ("results" | "result", Pass::Hosts) | (_, Pass::Results) => xml.skip()?,
                (_, Pass::Hosts) => match self.scans.get_mut(own) {
                    Some(scan) => scan.child(xml, &mut self.times)?,
                    None => xml.skip()?,
                },
            }
        }
        if own == 0 {
            self.next = 0;
        }
        Ok(())
    }

    fn known(&mut self, local: LocalAsset) -> Option<&mut Known> {
        self.hosts.get_mut(local.0 as usize)
    }

    fn host(&mut self, xml: &mut XmlReader<'_>, scan: usize) -> Result<(), ParseError> {
        let start = xml.started_at();
        let mut host = Host::read(xml, &mut self.times)?;
        host.address = host.address.trim().to_owned();
        if host.address.is_empty() {
            return Ok(());
        }
        let (local, new) = self.numbers.number(&host.address);
        let place = Place { start, end: xml.position() };
        self.sink.asset(host.asset(local, place))?;
        for software in host.software(local) {
            self.sink.software(software)?;
        }
        if new {
            self.hosts.push(Known { address: host.address.clone(), ..Known::default() });
        }
        if let Some(known) = self.known(local) {
            known.scan = scan;
            known.listed = true;
            known.named |= !host.names.is_empty();
            known.dead = host.dead;
            known.signed_in = host.signed_in.or(known.signed_in);
            known.ended = known.ended.max(host.ended);
        }
        Ok(())
    }

    /// Tests that broke, each a warning.
    fn errors(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        let (mut host, mut text) = (String::new(), String::new());
        while xml.next_child(depth)? {
            if xml.name() != "error" {
                xml.skip()?;
                continue;
            }
            host.clear();
            text.clear();
            let mut test = String::new();
            let inside = xml.depth();
            while xml.next_child(inside)? {
                match xml.name() {
                    "host" => xml.text_into(&mut host, 256)?,
                    "description" => xml.text_into(&mut text, 256)?,
                    "nvt" => {
                        test = xml.attribute("oid").unwrap_or_default().into_owned();
                        xml.skip()?;
                    }
                    _ => xml.skip()?,
                }
            }
            let at = format!("host `{}`", host.trim());
            let detail = format!("test `{test}` broke: {}", text.trim());
            self.sink.warn(Warning { code: WarningCode::IncompleteScan, at, detail })?;
        }
        Ok(())
    }

    fn result(&mut self, xml: &mut XmlReader<'_>, scan: usize) -> Result<(), ParseError> {
        let start = xml.started_at();
        let mut item = std::mem::take(&mut self.item);
        item.read(xml)?;
        let place = Place { start, end: xml.position() };
        if let Some(scan) = self.scans.get_mut(scan) {
            scan.shown += 1;
        }
        let asset = self.asset_of(&item, scan, place)?;
        let outcome = match asset {
            Some(_) => item.outcome(),
            None => Err((DropReason::NoAsset, "a result names no host".to_owned())),
        };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err((reason, detail)) => {
                let at = format!("byte {start}");
                self.sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
                Outcome::Dropped(reason)
            }
        };
        self.sink.record(Record { place, asset, outcome })?;
        self.item = item;
        Ok(())
    }

    /// The host of a result; given to the sink if the report has no host element that names it.
    fn asset_of(
        &mut self,
        item: &Item,
        scan: usize,
        place: Place,
    ) -> Result<Option<LocalAsset>, ParseError> {
        let address = item.host.trim();
        if address.is_empty() {
            return Ok(None);
        }
        let (local, new) = self.numbers.number(address);
        if new {
            let address = address.to_owned();
            self.hosts.push(Known { address, scan, ..Known::default() });
        }
        let name = item.hostname.trim();
        let (named, ended) = match self.known(local) {
            Some(known) => {
                known.local |= item.remote() == Some(false);
                let before = known.named;
                known.named |= !name.is_empty();
                (before, known.ended)
            }
            None => (true, None),
        };
        if new || (!named && !name.is_empty()) {
            let host = Host::of(address, name, &item.asset_id, ended);
            self.sink.asset(host.asset(local, place))?;
        }
        Ok(Some(local))
    }

    /// Says what was covered, and what the reports say of themselves.
    fn finish(mut self) -> Result<(), ParseError> {
        let gaps: Vec<Option<String>> = self.scans.iter().map(Scan::gap).collect();
        for (number, known) in std::mem::take(&mut self.hosts).into_iter().enumerate() {
            let asset = LocalAsset(number as u32);
            let gap = gaps.get(known.scan).is_none_or(Option::is_some);
            let finished = !gap && !known.dead && (!known.listed || known.ended.is_some());
            let credentialed = known.signed_in.unwrap_or(known.local);
            let kinds = match finished {
                true => ObservationKinds::of(&[ObservationKind::Vulnerability]),
                false => ObservationKinds::NONE,
            };
            self.sink.coverage(CoverageSeen {
                asset,
                kinds,
                credentialed: Some(credentialed),
                checks: CheckSet::All,
                observed_at: known.ended,
            })?;
            let warning = if known.dead {
                Some((WarningCode::AssetDown, "the host was dead, nothing of it was observed"))
            } else if !gap && !finished {
                Some((
                    WarningCode::IncompleteScan,
                    "the host's scan did not end, it covers nothing",
                ))
            } else if finished && !credentialed {
                Some((WarningCode::Uncredentialed, "the host was scanned without credentials"))
            } else {
                None
            };
            if let Some((code, detail)) = warning {
                let at = format!("host `{}`", known.address);
                self.sink.warn(Warning { code, at, detail: detail.to_owned() })?;
            }
        }
        for (scan, gap) in self.scans.iter().zip(gaps).filter(|(scan, _)| scan.says_something()) {
            if let Some(detail) = gap {
                let at = format!("report `{}`", scan.task);
                let detail = format!("{detail}: what it does not name stays as it was");
                self.sink.warn(Warning { code: WarningCode::IncompleteScan, at, detail })?;
            }
        }
        let last = self.scans.iter().filter_map(|scan| scan.ended.or(scan.created)).max();
        let said = |field: fn(&Scan) -> &String| {
            let texts = self.scans.iter().rev().map(field).map(|text| text.trim());
            texts.filter(|text| !text.is_empty()).map(|text| Cow::Owned(text.to_owned())).next()
        };
        self.sink.head(ReportHead {
            tool: "openvas".into(),
            tool_version: said(|scan| &scan.version).map(|version| format!("GMP {version}").into()),
            observed_at: last,
            title: said(|scan| &scan.task),
        })?;
        self.times.tell(self.sink)?;
        Ok(())
    }
}
