//! osquery: result logs, status logs, what its TLS plugins send, and rows as `osqueryi --json`
//! prints them.
//!
//! Specified by <https://osquery.readthedocs.io/en/stable/deployment/logging/>, osquery 2 to 5, and
//! <https://osquery.readthedocs.io/en/stable/deployment/remote/> for the exchanges of the TLS
//! plugins, one object a line with `path`, `request` and `response`.
//! Kept: the host, and of the rows of snapshots, differential and event results: packages and
//! programs, operating system, hardware, accounts of the host, listening ports. Which table a row
//! is of shows in its columns and in the name of the query.
//! Dropped: the content of rows of other tables and of status lines, which count as facts; rows
//! that a differential result reports as removed.
//! Bare rows do not say which device they are of unless they are of `system_info`: the caller names
//! it, or they are refused.
//! A report covers what its snapshots hold whole; differential results cover nothing.

mod row;

use std::{borrow::Cow, collections::BTreeMap};

use jiff::Timestamp;
use serde::Deserialize;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    coverage::{CheckSet, ObservationKind},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
};

use self::row::Row;
use crate::{
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    lenient::{Many, Moment, Text},
    records::{Covered, dropped},
    sink::{Sink, Stopped},
    times::Times,
};

/// See the module.
#[derive(Debug)]
pub struct Osquery;

impl Format for Osquery {
    fn name(&self) -> &'static str {
        "osquery"
    }

    fn specification(&self) -> Specification {
        Specification {
            title: "osquery results, TLS exchanges and table rows",
            url: "https://osquery.readthedocs.io/en/stable/deployment/logging/",
            record: "log line, exchange or row",
        }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        let has = |names: &[&str]| names.iter().all(|name| head.has_json(name));
        let rows = |names: &[&str]| names.iter().all(|name| head.has_json(&format!("[].{name}")));
        has(&["hostIdentifier", "unixTime"])
            || rows(&["hostIdentifier", "unixTime"])
            || has(&["path", "request.node_key"])
            || has(&["path", "request.enroll_secret"])
            || rows(&["name", "version", "arch", "source", "status"])
            || rows(&["arguments", "version"])
            || rows(&["address", "family", "port", "protocol"])
            || rows(&["major", "minor", "platform", "platform_like"])
            || rows(&["uid", "gid", "username"])
            || rows(&["cpu_brand", "hostname"])
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::default();
        let mut reading = Reading {
            times: Times::new(&context.zone),
            assets: Covered::new(),
            keys: BTreeMap::new(),
            observed_at: None,
        };
        sink.head(ReportHead { tool: Cow::Borrowed("osquery"), ..ReportHead::default() })?;
        while let Some(raw) = records.next(&mut json)? {
            let line: Line<'_> = match raw.read()? {
                Ok(line) => line,
                Err(message) => {
                    dropped(DropReason::Malformed, message, raw.place, sink)?;
                    continue;
                }
            };
            if line.host_identifier.get().is_some() {
                let asset = reading.line(&line, raw.place, sink)?;
                sink.record(fact(raw.place, asset))?;
            } else if line.path.get().is_some() {
                reading.exchange(&line, raw.place, sink)?;
            } else {
                let row: Row<'_> = match raw.read()? {
                    Ok(row) => row,
                    Err(message) => {
                        dropped(DropReason::Malformed, message, raw.place, sink)?;
                        continue;
                    }
                };
                let named = context.asset.as_deref().or_else(|| row.host());
                let Some(host) = named else {
                    let message = "the rows do not say which device they are of: it must be named";
                    return Err(ParseError::at_byte(ErrorCode::Invalid, raw.place.start, message));
                };
                let asset = reading.host(host, raw.place, sink)?;
                let kind = row.give(asset, host, "", true, raw.place, sink)?;
                reading.cover(asset, kind, sink)?;
                sink.record(fact(raw.place, asset))?;
            }
        }
        json.finish()?;
        sink.head(ReportHead {
            tool: Cow::Borrowed("osquery"),
            observed_at: reading.observed_at,
            ..ReportHead::default()
        })?;
        reading.times.tell(sink)?;
        Ok(())
    }
}

/// A line of a result or status log, or an exchange of a TLS plugin.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct Line<'a> {
    name: Text<'a>,
    host_identifier: Text<'a>,
    unix_time: Moment<'a>,
    action: Text<'a>,
    columns: Option<Row<'a>>,
    snapshot: Option<Many<Row<'a>>>,
    diff_results: Option<Difference<'a>>,
    decorations: Option<Row<'a>>,
    path: Text<'a>,
    request: Option<Request<'a>>,
    response: Option<Response<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Difference<'a> {
    added: Many<Row<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Request<'a> {
    node_key: Text<'a>,
    host_identifier: Text<'a>,
    host_details: Option<HostDetails<'a>>,
    data: Many<LogLine<'a>>,
}

/// What a host says of itself when it enrols.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct HostDetails<'a> {
    os_version: Option<Row<'a>>,
    system_info: Option<Row<'a>>,
}

/// A log line inside an exchange; the same fields as [`Line`] without its exchanges.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct LogLine<'a> {
    name: Text<'a>,
    host_identifier: Text<'a>,
    unix_time: Moment<'a>,
    action: Text<'a>,
    columns: Option<Row<'a>>,
    snapshot: Option<Many<Row<'a>>>,
    diff_results: Option<Difference<'a>>,
    decorations: Option<Row<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Response<'a> {
    node_key: Text<'a>,
}

/// Yagura's record of a line or exchange whose content was given apart.
fn fact(place: Place, asset: LocalAsset) -> Record<'static> {
    Record { place, asset: Some(asset), outcome: Outcome::Fact }
}

#[derive(Debug)]
struct Reading<'c> {
    times: Times<'c>,
    assets: Covered,
    /// Which host a node key was given to: one entry a host.
    keys: BTreeMap<String, LocalAsset>,
    observed_at: Option<Timestamp>,
}

impl Reading<'_> {
    /// The number of a host, which is given to the sink when it is new.
    fn host(
        &mut self,
        host: &str,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<LocalAsset, Stopped> {
        let (asset, new) = self.assets.number(host);
        if new {
            let mut seen = blank(AssetClass::Device, asset, place);
            seen.name = Cow::Borrowed(host);
            seen.stable_id = Some(Cow::Borrowed(host));
            seen.identifiers.extend(if row::is_uuid(host) {
                Identifier::new(IdentifierKind::Uuid, host)
            } else {
                Identifier::of_host(host)
            });
            sink.asset(seen)?;
        }
        Ok(asset)
    }

    fn cover(
        &mut self,
        asset: LocalAsset,
        kind: Option<ObservationKind>,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        match kind {
            Some(kind) => self.assets.look(asset, kind, Some(true), CheckSet::All, sink),
            None => Ok(()),
        }
    }

    fn line(
        &mut self,
        line: &Line<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<LocalAsset, Stopped> {
        let results = Results {
            host: line.host_identifier.as_str(),
            query: line.name.as_str(),
            time: &line.unix_time,
            added: line.columns.as_ref().filter(|_| line.action.as_str() != "removed"),
            snapshot: line.snapshot.as_ref(),
            difference: line.diff_results.as_ref(),
            decorations: line.decorations.as_ref(),
        };
        self.results(&results, place, sink)
    }

    fn exchange(
        &mut self,
        line: &Line<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stopped> {
        let none = Request::default();
        let request = line.request.as_ref().unwrap_or(&none);
        let mut asset = self.keys.get(request.node_key.as_str()).copied();
        if let Some(host) = request.host_identifier.get() {
            let enrolled = self.host(host, place, sink)?;
            asset = Some(enrolled);
            let details = request.host_details.iter();
            for row in details.flat_map(|d| d.os_version.iter().chain(&d.system_info)) {
                row.give(enrolled, host, "", false, place, sink)?;
            }
        }
        for inner in &request.data {
            if inner.host_identifier.get().is_none() {
                continue;
            }
            let results = Results {
                host: inner.host_identifier.as_str(),
                query: inner.name.as_str(),
                time: &inner.unix_time,
                added: inner.columns.as_ref().filter(|_| inner.action.as_str() != "removed"),
                snapshot: inner.snapshot.as_ref(),
                difference: inner.diff_results.as_ref(),
                decorations: inner.decorations.as_ref(),
            };
            asset = Some(self.results(&results, place, sink)?);
        }
        let given = line.response.as_ref().and_then(|response| response.node_key.get());
        if let (Some(key), Some(asset)) = (given.or(request.node_key.get()), asset) {
            self.keys.insert(key.to_owned(), asset);
        }
        match asset {
            Some(asset) => sink.record(fact(place, asset)),
            None => dropped(DropReason::NoAsset, "no host has this node key", place, sink),
        }
    }

    fn results(
        &mut self,
        results: &Results<'_>,
        place: Place,
        sink: &mut dyn Sink,
    ) -> Result<LocalAsset, Stopped> {
        let at = self.times.moment(results.time, || format!("byte {}", place.start));
        self.observed_at = self.observed_at.max(at);
        let host = results.host;
        let asset = self.host(host, place, sink)?;
        if let Some(decorations) = results.decorations {
            decorations.decorate(asset, host, place, sink)?;
        }
        for row in results.snapshot.into_iter().flatten() {
            let kind = row.give(asset, host, results.query, false, place, sink)?;
            self.cover(asset, kind, sink)?;
        }
        let added = results.difference.into_iter().flat_map(|difference| &difference.added);
        for row in results.added.into_iter().chain(added) {
            row.give(asset, host, results.query, false, place, sink)?;
        }
        Ok(asset)
    }
}

/// The results of one query on one host.
#[derive(Debug)]
struct Results<'r> {
    host: &'r str,
    query: &'r str,
    time: &'r Moment<'r>,
    added: Option<&'r Row<'r>>,
    snapshot: Option<&'r Many<Row<'r>>>,
    difference: Option<&'r Difference<'r>>,
    decorations: Option<&'r Row<'r>>,
}

fn blank<'a>(class: AssetClass, local: LocalAsset, place: Place) -> AssetSeen<'a> {
    AssetSeen {
        local,
        class,
        name: Cow::Borrowed(""),
        stable_id: None,
        identifiers: Vec::new(),
        attributes: Vec::new(),
        relations: Vec::new(),
        observed_at: None,
        place,
    }
}

#[cfg(test)]
mod tests;
