//! Nmap XML output (`nmap -oX`).
//!
//! Specified by <https://nmap.org/book/app-nmap-dtd.html>, `xmloutputversion` 1.04 and 1.05.
//! Kept: each host that was up with its addresses, names and system (below 95 % accuracy as a
//! guess); each open port with its service as attributes, and as software where a CPE is given; the
//! CVE ids `vulners` finds, and the vulnerabilities of scripts that use the `vulns` library, as
//! findings of the port. What a host script finds is told with an open port (the one of SMB for
//! `smb-` scripts), since open ports are the records.
//! Dropped: ports that are closed or filtered, other script results, exploits that `vulners` lists,
//! traces, timing.
//! If the run ended well a report covers the open ports of the hosts that were up, and their
//! vulnerabilities if a script looked for some. Hosts that were down or timed out are not covered.
//! The run says which ports it looked at (`scaninfo`): what was found at another port before stays
//! as it was. A run that does not say so in a way that can be read covers no ports.

mod host;
mod script;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use yagura_model::{
    asset::LocalAsset,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    ports::Ports,
    record::{Outcome, Place, Record},
    report::ReportHead,
    warning::{Warning, WarningCode},
};

use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    local::LocalAssets,
    sink::Sink,
    time,
    xml::{Node, XmlReader},
};

use host::{Host, PORTS_HELD};

/// See the module.
#[derive(Debug)]
pub struct Nmap;

impl Format for Nmap {
    fn name(&self) -> &'static str {
        "nmap"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "Nmap XML",
            url: "https://nmap.org/book/app-nmap-dtd.html",
            record: "open port",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.xml_root() == Some("nmaprun")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        _: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut xml = XmlReader::new(input)?;
        xml.step()?;
        if xml.name() != "nmaprun" {
            let message = format!("the root is `{}`, not `nmaprun`", xml.name());
            return Err(xml.refused(ErrorCode::Invalid, message));
        }
        let text = |name| xml.attribute(name).map(|value| value.into_owned());
        let (scanner, version, command) = (text("scanner"), text("version"), text("args"));
        let looked = command.as_deref().is_some_and(asks_for_vulnerabilities);
        let mut run = Run { sink, hosts: LocalAssets::new(), covered: Vec::new(), looked };
        let mut ended = Ended::default();
        let mut ports = Ports::default();
        let depth = xml.depth();
        while xml.next_child(depth)? {
            match xml.name() {
                "host" => run.host(&mut xml)?,
                "runstats" => ended.read(&mut xml)?,
                "scaninfo" => {
                    let protocol = xml.attribute("protocol").unwrap_or_default();
                    let list = xml.attribute("services").unwrap_or_default();
                    if let Err(error) = ports.add(&protocol, &list) {
                        let at = format!("byte {}, scaninfo", xml.started_at());
                        let code = WarningCode::UnreadableValue;
                        run.sink.warn(Warning { code, at, detail: error.to_string() })?;
                    }
                    xml.skip()?;
                }
                _ => xml.skip()?,
            }
        }
        while xml.step()? != Node::Eof {}
        run.cover(&ports, &ended)?;
        run.sink.head(ReportHead {
            tool: scanner.filter(|name| !name.is_empty()).unwrap_or_else(|| "nmap".into()).into(),
            tool_version: version.map(Into::into),
            observed_at: ended.at,
            title: command.map(Into::into),
        })?;
        Ok(())
    }
}

/// Whether the command line asks for scripts that look for vulnerabilities.
fn asks_for_vulnerabilities(command: &str) -> bool {
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        let scripts = match word.strip_prefix("--script") {
            Some("") => words.next().unwrap_or_default(),
            Some(rest) => rest.strip_prefix('=').unwrap_or_default(),
            None => continue,
        };
        if scripts.contains("vuln") {
            return true;
        }
    }
    false
}

/// How the run ended.
#[derive(Debug, Default)]
struct Ended {
    at: Option<Timestamp>,
    well: bool,
    message: String,
}

impl Ended {
    fn read(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let depth = xml.depth();
        while xml.next_child(depth)? {
            if xml.name() == "finished" {
                let at = xml.attribute("time").and_then(|text| text.parse().ok());
                self.at = at.and_then(time::from_unix);
                self.well = xml.attribute("exit").as_deref() != Some("error");
                self.message = xml.attribute("errormsg").unwrap_or_default().into_owned();
            }
            xml.skip()?;
        }
        Ok(())
    }
}

/// What is remembered from host to host.
struct Run<'r> {
    sink: &'r mut dyn Sink,
    hosts: LocalAssets,
    /// Hosts that were up; whether they are covered shows at the end of the run.
    covered: Vec<(LocalAsset, Option<Timestamp>)>,
    looked: bool,
}

impl Run<'_> {
    fn host(&mut self, xml: &mut XmlReader<'_>) -> Result<(), ParseError> {
        let start = xml.started_at();
        let mut host = Host::start(xml);
        let mut local = None;
        let depth = xml.depth();
        while xml.next_child(depth)? {
            if xml.name() != "ports" {
                host.child(xml)?;
                continue;
            }
            let number = self.number(&host, start);
            local = Some(number);
            let inside = xml.depth();
            while xml.next_child(inside)? {
                if xml.name() == "port" {
                    host.port(xml, number)?;
                    if host.ports.len() >= PORTS_HELD {
                        let place = Place { start, end: xml.position() };
                        self.give(&mut host, number, place)?;
                    }
                } else {
                    xml.skip()?;
                }
            }
        }
        let at = format!("host `{}`", host.address);
        if !host.up && host.ports.is_empty() {
            let detail = "the host was down, nothing of it was observed".to_owned();
            self.sink.warn(Warning { code: WarningCode::AssetDown, at, detail })?;
            return Ok(());
        }
        let local = local.unwrap_or_else(|| self.number(&host, start));
        self.give(&mut host, local, Place { start, end: xml.position() })?;
        self.looked |= host.looked;
        if host.timed_out {
            let detail = "the host timed out, it is not covered".to_owned();
            self.sink.warn(Warning { code: WarningCode::IncompleteScan, at, detail })?;
            let none = (ObservationKinds::NONE, Ports::default());
            self.sink.coverage(coverage(local, none.0, &none.1, host.ended))?;
        } else {
            self.covered.push((local, host.ended));
        }
        Ok(())
    }

    fn number(&mut self, host: &Host, start: u64) -> LocalAsset {
        if host.address.is_empty() && host.name.is_empty() {
            self.hosts.number(&format!("at byte {start}")).0
        } else {
            self.hosts.number(&format!("{} {}", host.address, host.name)).0
        }
    }

    /// Gives the host and the ports read so far.
    fn give(&mut self, host: &mut Host, local: LocalAsset, place: Place) -> Result<(), ParseError> {
        if host.address.is_empty() && host.name.is_empty() {
            host.name = format!("host {}", local.0 + 1);
        }
        self.sink.asset(host.asset(local, place))?;
        for software in host.software() {
            self.sink.software(software)?;
        }
        let mut ports = std::mem::take(&mut host.ports);
        for finding in std::mem::take(&mut host.whole) {
            let about_files = finding.check.id.starts_with("smb-")
                || finding.check.title.to_ascii_lowercase().contains("smb");
            let file_port = |number: &str| matches!(number, "139" | "445");
            let index = ports.iter().position(|port| about_files && file_port(&port.number));
            match ports.get_mut(index.unwrap_or(0)) {
                Some(port) => port.findings.push(finding),
                None => {
                    let at = format!("host `{}`", host.address);
                    let detail = format!("`{}` was found, but no open port", finding.check.id);
                    self.sink.warn(Warning { code: WarningCode::DanglingReference, at, detail })?;
                }
            }
        }
        for port in ports {
            let outcome = match port.findings {
                none if none.is_empty() => Outcome::Fact,
                findings => Outcome::Findings(findings),
            };
            self.sink.record(Record { place: port.place, asset: Some(local), outcome })?;
        }
        Ok(())
    }

    /// Says what was covered of the hosts that were up.
    fn cover(&mut self, ports: &Ports, ended: &Ended) -> Result<(), ParseError> {
        let mut kinds = ObservationKinds::NONE;
        if ended.well && !ports.is_empty() {
            kinds = kinds.with(ObservationKind::OpenPort);
            if self.looked {
                kinds = kinds.with(ObservationKind::Vulnerability);
            }
        }
        for (local, at) in std::mem::take(&mut self.covered) {
            self.sink.coverage(coverage(local, kinds, ports, at))?;
        }
        if !ended.well {
            let detail = match ended.message.as_str() {
                "" => "the run did not end, it covers nothing".to_owned(),
                message => format!("the run broke off: `{message}`, it covers nothing"),
            };
            let at = "runstats".to_owned();
            self.sink.warn(Warning { code: WarningCode::IncompleteScan, at, detail })?;
        }
        Ok(())
    }
}

fn coverage(
    asset: LocalAsset,
    kinds: ObservationKinds,
    ports: &Ports,
    observed_at: Option<Timestamp>,
) -> CoverageSeen<'static> {
    let checks = CheckSet::At(ports.clone());
    CoverageSeen { asset, kinds, credentialed: Some(false), checks, observed_at }
}
