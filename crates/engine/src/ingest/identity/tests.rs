//! Who is who: each case of the field by its name, through real reports.

mod cases;
mod connected;
mod gone;
mod laws;
mod reopened;

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    rows::{HoldRow, LinkRow, SourceRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{Timestamp, id::SourceKey, organisation::OrganisationCode};

use crate::{
    ingest::{Ingested, Request},
    testing::House,
};

/// A row of a register, all but the brace it begins with and the time it was true.
type Row<'a> = &'a str;

/// Takes in rows of the inventory as a source showed them on a day of 2026, `10-03` or
/// `10-03T12:00`.
async fn take(house: &House, source: &str, day: &str, rows: &[Row<'_>]) -> Ingested {
    take_for(house, "sakura", source, day, rows).await
}

async fn take_for(
    house: &House,
    organisation: &str,
    source: &str,
    day: &str,
    rows: &[Row<'_>],
) -> Ingested {
    house.take_rows(organisation, source, time(day), rows).await
}

/// Takes in a report of any format.
async fn give(house: &House, organisation: &str, source: &str, day: &str, text: &str) -> Ingested {
    house.take(text, &request(organisation, source, day)).await.unwrap()
}

fn request(organisation: &str, source: &str, day: &str) -> Request {
    let organisation = OrganisationCode::new(organisation).unwrap();
    Request { organisation, observed_at: Some(time(day)), ..House::request(source) }
}

fn time(day: &str) -> Timestamp {
    let text =
        if day.contains('T') { format!("2026-{day}:00Z") } else { format!("2026-{day}T00:00:00Z") };
    text.parse().unwrap()
}

/// The records of each asset as `source/name`, by the number of the asset.
async fn by_asset(house: &House) -> BTreeMap<i64, BTreeSet<String>> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let sources: Vec<SourceRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let sources: BTreeMap<SourceKey, String> =
        sources.into_iter().map(|row| (row.source, row.name)).collect();
    let subjects: Vec<SubjectRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let links: Vec<LinkRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let mut assets: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for link in &links {
        let subject = subjects.iter().find(|row| row.subject == link.subject).unwrap();
        let name = format!("{}/{}", sources[&subject.source], subject.name);
        assets.entry(link.asset.0).or_default().insert(name);
    }
    assert_eq!(subjects.len(), links.len(), "every record has one asset");
    assets
}

/// The records of each asset.
async fn groups(house: &House) -> Vec<String> {
    let assets = by_asset(house).await.into_values();
    let mut groups: Vec<String> =
        assets.map(|records| records.into_iter().collect::<Vec<_>>().join(" ")).collect();
    groups.sort();
    groups
}

/// The reasons of what waits for a person.
async fn held(house: &House) -> Vec<String> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let rows: Vec<HoldRow> = snapshot.rows(&Filter::all()).await.unwrap();
    let mut reasons: Vec<String> = rows.into_iter().map(|row| row.reason).collect();
    reasons.sort();
    reasons
}

/// Asserts who is with whom, and that nobody is asked.
#[track_caller]
fn check(groups: &[String], held: &[String], expected: &[&str]) {
    assert_eq!(groups, expected);
    assert!(held.is_empty(), "{held:?}");
}

/// One device of an endpoint tool, as OCSF inventory information.
fn endpoint(agent: &str, name: &str, serial: &str, macs: &[&str], at: &str) -> String {
    let at = time(at).as_millisecond();
    let cards: Vec<String> = macs.iter().map(|mac| format!(r#"{{"mac":"{mac}"}}"#)).collect();
    format!(
        r#"{{"class_uid":5001,"category_uid":5,"activity_id":2,"type_uid":500102,"severity_id":1,"time":{at},"metadata":{{"version":"1.5.0","product":{{"name":"endpoints","vendor_name":"example","version":"1"}}}},"device":{{"uid":"{agent}","hostname":"{name}","domain":"sakura.example","type_id":2,"network_interfaces":[{}],"hw_info":{{"serial_number":"{serial}"}},"agent_list":[{{"uid":"{agent}","name":"endpoints","type":"EDR"}}]}}}}"#,
        cards.join(",")
    ) + "\n"
}

/// A scan of some hosts by Nmap: address, MAC and name, either of which may be empty, and a finding.
fn scan(at: &str, hosts: &[(&str, &str, &str)]) -> String {
    let seconds = time(at).as_second();
    let host = |(ip, mac, name): &(&str, &str, &str)| {
        let mac = match *mac {
            "" => String::new(),
            mac => format!(r#"<address addr="{mac}" addrtype="mac"/>"#),
        };
        let name = match *name {
            "" => String::new(),
            name => format!(r#"<hostnames><hostname name="{name}" type="PTR"/></hostnames>"#),
        };
        format!(
            r#"<host endtime="{seconds}"><status state="up"/><address addr="{ip}" addrtype="ipv4"/>{mac}{name}
<ports><port protocol="tcp" portid="443"><state state="open"/>
<script id="vulners"><table key="cpe:/a:example:d:1"><table><elem key="id">CVE-2026-0001</elem>
<elem key="cvss">7.5</elem></table></table></script></port></ports></host>"#
        )
    };
    let hosts: Vec<String> = hosts.iter().map(host).collect();
    format!(
        r#"<nmaprun scanner="nmap" args="nmap --script vulners 192.0.2.0/24">
<scaninfo type="syn" protocol="tcp" services="443"/>{}
<runstats><finished time="{seconds}" exit="success"/></runstats></nmaprun>"#,
        hosts.join("\n")
    )
}
