//! Nessus reports (`.nessus`), of Nessus itself, Tenable Security Center, Tenable Vulnerability
//! Management and Tenable Web App Scanning.
//!
//! Specified by <https://static.tenable.com/documentation/nessus_v2_file_format.pdf>, root
//! `NessusClientData_v2`.
//! Kept: every item of every severity with plugin id, name, CVSS vectors of versions 2 to 4 as the
//! file gives them, CVE ids, references, solution, port and the beginning of its output; rules of
//! compliance audits with their verdicts; host names, addresses, system, cloud instance; the CPE
//! names of a host as software.
//! Dropped: the policy (it may hold passwords), plugin family and dates, scores without a vector,
//! temporal vectors, patch summaries, traces of the way to the host.
//! A host's report covers the vulnerabilities Nessus knows if the host's scan ended (`HOST_END`),
//! open ports if a port scanner ran, and of compliance audits the rules it names. A host that was
//! dead, or whose scan did not end, is not covered at all. Without credentials it says so.

mod host;
mod item;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use yagura_model::{
    asset::LocalAsset,
    record::{Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    excerpt,
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    sink::Sink,
    xml::{Node, XmlReader},
};

use host::Host;
use item::Item;

/// See the module.
#[derive(Debug)]
pub struct Nessus;

impl Format for Nessus {
    fn name(&self) -> &'static str {
        "nessus"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Nessus XML (NessusClientData_v2)",
            url: "https://static.tenable.com/documentation/nessus_v2_file_format.pdf",
            record: "ReportItem",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        matches!(head.xml_root(), Some("NessusClientData_v2" | "NessusClientData"))
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut xml = XmlReader::new(input)?;
        xml.step()?;
        match xml.name() {
            "NessusClientData_v2" => {}
            "NessusClientData" => {
                let message = "version 1 of the format is not read, export the scan as `.nessus` of version 2";
                return Err(xml.refused(ErrorCode::Version, message));
            }
            other => {
                let message = format!("the root is `{other}`, not `NessusClientData_v2`");
                return Err(xml.refused(ErrorCode::Invalid, message));
            }
        }
        let depth = xml.depth();
        let mut walk = Walk {
            context,
            sink,
            hosts: LocalAssets::new(),
            item: Item::default(),
            web: false,
            version: None,
            last: None,
            zone_told: false,
        };
        let mut title = None;
        while xml.next_child(depth)? {
            if xml.name() == "Report" {
                title = title.or(xml.attribute("name").map(std::borrow::Cow::into_owned));
                walk.web = xml.attribute("type").as_deref() == Some("was");
                walk.report(&mut xml)?;
            } else {
                xml.skip()?;
            }
        }
        while xml.step()? != Node::Eof {}
        let tool = if walk.web { "tenable-was" } else { "nessus" };
        walk.sink.head(ReportHead {
            tool: tool.into(),
            tool_version: walk.version.map(Into::into),
            observed_at: walk.last,
            title: title.filter(|title| !title.is_empty()).map(Into::into),
        })?;
        Ok(())
    }
}

/// What is remembered from host to host.
struct Walk<'w> {
    context: &'w Context,
    sink: &'w mut dyn Sink,
    hosts: LocalAssets,
    item: Item,
    web: bool,
    version: Option<String>,
    last: Option<Timestamp>,
    zone_told: bool,
}

impl Walk<'_> {
    fn report(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            if xml.name() == "ReportHost" {
                self.host(xml)?;
            } else {
                xml.skip()?;
            }
        }
        Ok(())
    }

    fn host(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let place = Place { start: xml.started_at(), end: xml.position() };
        let mut host = Host::new(xml.attribute("name").unwrap_or_default().trim().to_owned());
        let depth = xml.depth();
        let (local, _) = self.hosts.number(&host.name);
        while xml.next_child(depth)? {
            match xml.name() {
                "HostProperties" => {
                    host.properties(xml, &self.context.zone)?;
                    self.give(&mut host, local, Place { end: xml.position(), ..place })?;
                }
                "ReportItem" => {
                    if !host.given {
                        self.give(&mut host, local, place)?;
                    }
                    self.item(xml, &mut host, local)?;
                }
                _ => xml.skip()?,
            }
        }
        if !host.given {
            self.give(&mut host, local, place)?;
        }
        self.finish(&host, local)
    }

    /// Gives the host to the sink as an asset with its software.
    fn give(&mut self, host: &mut Host, local: LocalAsset, place: Place) -> Result<(), ParseError> {
        host.given = true;
        if host.name.is_empty() {
            host.name = format!("host {}", local.0 + 1);
        }
        self.sink.asset(host.asset(local, self.web, place))?;
        for software in host.software(local) {
            self.sink.software(software)?;
        }
        Ok(())
    }

    fn item(
        &mut self,
        xml: &mut XmlReader<'_>,
        host: &mut Host,
        local: LocalAsset,
    ) -> Result<(), ParseError> {
        let start = xml.started_at();
        self.item.read(xml)?;
        let place = Place { start, end: xml.position() };
        let item = &self.item;
        host.learn(item, item.kind(self.web));
        // Scan information tells of the scan, not of the host: it is in the head and the coverage.
        let outcome = if item.plugin == "19506" {
            if self.version.is_none() {
                self.version = excerpt::line(&item.output, "Nessus version").map(str::to_owned);
            }
            Outcome::Fact
        } else {
            match item.outcome(self.web) {
                Ok(outcome) => outcome,
                Err((reason, detail)) => {
                    let at = format!("byte {start}");
                    self.sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
                    Outcome::Dropped(reason)
                }
            }
        };
        self.sink.record(Record { place, asset: Some(local), outcome })?;
        Ok(())
    }

    /// Says what was covered of the host, and what was not.
    fn finish(&mut self, host: &Host, local: LocalAsset) -> Result<(), ParseError> {
        for coverage in host.coverage(local, self.web).into_iter().flatten() {
            self.sink.coverage(coverage)?;
        }
        self.last = self.last.max(host.ended);
        let warning = if host.silent() {
            Some((WarningCode::AssetDown, "the host did not answer, nothing of it was observed"))
        } else if !host.finished() {
            Some((WarningCode::IncompleteScan, "no end of the scan is given, it covers nothing"))
        } else if !self.web && !host.credentialed() {
            Some((WarningCode::Uncredentialed, "the host was scanned without credentials"))
        } else {
            None
        };
        if let Some((code, detail)) = warning {
            let at = format!("host `{}`", host.name);
            self.sink.warn(Warning { code, at, detail: detail.to_owned() })?;
        }
        if host.zoneless && !self.zone_told {
            self.zone_told = true;
            let at = format!("host `{}`", host.name);
            let detail = "`HOST_END` has no zone".to_owned();
            self.sink.warn(Warning { code: WarningCode::TimeWithoutZone, at, detail })?;
        }
        Ok(())
    }
}
