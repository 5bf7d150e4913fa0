//! The list and the record of assets say what the sources said.

use std::collections::BTreeSet;

use yagura_baseline::{
    identity::Rules, master::Master, model::Model, observation::ObservationState,
};
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    domain::{AssetClass, Domain},
    id::AssetKey,
    organisation::OrganisationCode,
    severity::Severity,
};

use super::{AssetRecord, Listed, Which, find, list};
use crate::{
    score::ScoreRun,
    testing::{House, grype},
};

async fn listed(house: &House, which: &Which, at: &str) -> Vec<Listed> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    list(&snapshot, Model::shipped(), Master::shipped(), which, time(at)).await.unwrap()
}

async fn shown(house: &House, key: i64, at: &str) -> Option<AssetRecord> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let (model, master, rules) = (Model::shipped(), Master::shipped(), Rules::shipped());
    find(&snapshot, AssetKey(key), time(at), model, master, rules).await.unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-01T00:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_told_as_it_was_at_a_time() {
    let house = House::new();
    let first = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&first, &House::request("a")).await.unwrap();
    let second = grype("2026-10-10T00:00:00Z", &["CVE-2026-0002"]);
    house.take(&second, &House::request("a")).await.unwrap();
    let third = grype("2026-10-11T00:00:00Z", &["CVE-2026-0002"]);
    house.take(&third, &House::request("b")).await.unwrap();

    assert_eq!(shown(&house, 2, NOW).await, None);
    assert_eq!(shown(&house, 1, "2026-09-30T00:00:00Z").await, None);
    assert!(listed(&house, &Which::default(), "2026-09-30T00:00:00Z").await.is_empty());

    let before = shown(&house, 1, "2026-10-05T00:00:00Z").await.unwrap();
    assert_eq!((before.counts.high, before.sources.len()), (2, 1));
    assert_eq!(before.observed_at, Some(time("2026-10-01T00:00:00Z")));
    let now = shown(&house, 1, NOW).await.unwrap();
    assert_eq!((now.counts.high, now.sources.len(), now.software), (2, 2, Some(1)));
    let checks: Vec<(&str, &str)> =
        now.findings.iter().map(|f| (f.check.as_str(), f.source.as_str())).collect();
    assert_eq!(checks, [("grype:CVE-2026-0002", "a"), ("grype:CVE-2026-0002", "b")]);
    assert_eq!(now.sources[1].decided_by, "rule:artefact");
    assert_eq!(now.identifiers[0].said_by.len(), 2);

    let lines = listed(&house, &Which::default(), NOW).await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((line.findings, line.sources, line.observed_at), (now.counts, 2, now.observed_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_found_is_not_nothing_looked_at() {
    let house = House::new();
    house.take(&grype("2026-08-01T00:00:00Z", &[]), &House::request("a")).await.unwrap();
    let asset = shown(&house, 1, NOW).await.unwrap();
    assert_eq!(asset.counts.open(), 0);
    let states: Vec<(&str, ObservationState)> =
        asset.required.iter().map(|look| (look.kind.as_str(), look.state)).collect();
    assert!(states.contains(&("vulnerability", ObservationState::Stale)), "{states:?}");
    let line = listed(&house, &Which::default(), NOW).await.pop().unwrap();
    let missing = states.iter().filter(|(_, state)| *state != ObservationState::Fresh).count();
    assert_eq!((line.looks_missing, line.looks_required), (missing as u64, states.len() as u64));
}

/// Reports of the example ministry, in the order they were made.
const MINISTRY: &[(&str, &str)] = &[
    ("2026-09/organisations.csv", "organisations"),
    ("2026-09/systems.csv", "systems"),
    ("2026-09/devices.csv", "register"),
    ("2026-09/users.csv", "staff"),
    ("2026-09/data-sets.csv", "data"),
    ("2026-09/edr.ocsf.jsonl", "endpoints"),
    ("2026-09/nessus-honsho.nessus", "scanner"),
    ("2026-09/xccdf-web01.xml", "benchmark"),
    ("2026-10/devices.csv", "register"),
];

async fn ministry() -> House {
    let house = House::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ministry");
    for (file, source) in MINISTRY {
        let text = std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
        let mut request = House::request(source);
        request.observed_at = Some(time("2026-09-30T00:00:00Z"));
        house.take(&text, &request).await.unwrap();
    }
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_the_records_and_the_score_agree() {
    let house = ministry().await;
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let at = time(NOW);
    let (run, _) = ScoreRun::all(&snapshot, Model::shipped(), Master::shipped(), at).await.unwrap();
    let lines = listed(&house, &Which::default(), NOW).await;
    assert!(lines.len() > 50, "{}", lines.len());
    let in_service = lines.iter().filter(|line| line.in_service).count();
    assert_eq!(in_service, run.assets.len());
    // Each record is read for itself: one in five stands for the others.
    for line in lines.into_iter().filter(|line| line.held || line.asset.0.0 % 5 == 4) {
        let asset = shown(&house, line.asset.0.0, NOW).await.unwrap();
        let told = (&asset.name, asset.class, &asset.organisation, asset.counts, &asset.known_as);
        let name = &line.name;
        let in_list = (name, Some(line.class), &line.organisation, line.findings, &line.known_as);
        assert_eq!(told, in_list);
        let sources: BTreeSet<&str> = asset.sources.iter().map(|s| s.source.as_str()).collect();
        assert_eq!((sources.len() as u64, asset.observed_at), (line.sources, line.observed_at));
        assert_eq!(asset.holds.iter().any(|hold| hold.here), line.held, "{name}");
        let missing = asset.required.iter().filter(|r| r.state != ObservationState::Fresh).count();
        assert_eq!(missing as u64, line.looks_missing, "{name}");
        let Some(score) = run.asset(line.asset.0) else { continue };
        let profile = &score.profile;
        let counted = (&profile.name, profile.class, &profile.organisation, &profile.systems);
        assert_eq!(counted, (name, line.class, &line.organisation, &line.systems));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_holds_what_was_asked_for() {
    let house = ministry().await;
    let names = async |which: Which| -> Vec<String> {
        let lines = listed(&house, &which, NOW).await;
        lines.into_iter().map(|line| line.known_as.first().cloned().unwrap_or(line.name)).collect()
    };
    let all = Which::default();
    let organisation = Some(OrganisationCode::new("sakura/tokei").unwrap());
    let below = names(Which { organisation, domain: Some(Domain::Device), ..all.clone() }).await;
    assert!(below.contains(&"SV-0101".to_owned()) && !below.contains(&"SV-0001".to_owned()));
    let by_number = names(Which { system: Some("s-002".to_owned()), ..all.clone() }).await;
    let by_name = Some("オンライン申請システム".to_owned());
    assert_eq!(by_number, names(Which { system: by_name, ..all.clone() }).await);
    assert!(by_number.contains(&"SV-0006".to_owned()), "{by_number:?}");
    let found = names(Which { search: Some("WEB01.sakura".to_owned()), ..all.clone() }).await;
    assert_eq!(found, ["SV-0001"]);
    let class = Some(AssetClass::Server);
    let servers = names(Which { class, search: Some("2019".to_owned()), ..all.clone() }).await;
    assert!(servers.contains(&"SV-0004".to_owned()), "{servers:?}");
    let held = listed(&house, &Which { held: true, ..all }, NOW).await;
    assert_eq!(held.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(), ["pc0008"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_says_who_says_what() {
    let house = ministry().await;
    let find = async |search: &str, class: AssetClass| {
        let which =
            Which { search: Some(search.to_owned()), class: Some(class), ..Which::default() };
        let lines = listed(&house, &which, NOW).await;
        shown(&house, lines.first().unwrap().asset.0.0, NOW).await.unwrap()
    };
    let web = find("web01.sakura.example", AssetClass::Server).await;
    let sources: Vec<&str> = web.sources.iter().map(|record| record.source.as_str()).collect();
    assert_eq!(sources.len(), 4, "{sources:?}");
    let part_of = web.relations.iter().find(|r| r.kind == RelationKind::PartOf).unwrap();
    assert_eq!((part_of.target.as_str(), part_of.in_force), ("S-001", true));
    assert_eq!(part_of.asset.as_ref().unwrap().name, "公式ウェブサイト");
    let os = web.attributes.iter().find(|said| said.name == "os").unwrap();
    assert!(!os.values.is_empty() && os.values.iter().all(|value| !value.said_by.is_empty()));
    let worst = web.findings.first().unwrap();
    assert_eq!(worst.severity, Severity::Critical);
    let severities: Vec<Severity> = web.findings.iter().map(|said| said.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");

    // The register and the endpoint tool give PC-0008 different serial numbers.
    let held = find("pc0008", AssetClass::Workstation).await;
    let told = |asset: &AssetRecord| {
        let hold = asset.holds.first().unwrap().clone();
        (hold.here, hold.source, hold.others[0].asset, hold.reason)
    };
    let (here, source, other, reason) = told(&held);
    let reason_other = reason.clone();
    let candidate = shown(&house, other.0.0, NOW).await.unwrap();
    let (both, other_source, back, _) = told(&candidate);
    let (own, theirs) = if here { (&held, &candidate) } else { (&candidate, &held) };
    assert_eq!((here, both), (own.asset == held.asset, own.asset == candidate.asset));
    assert_eq!((back, other), (held.asset, candidate.asset));
    assert_ne!(own.asset, theirs.asset);
    assert_eq!((source.as_str(), other_source.as_str()), ("endpoints", "endpoints"));
    assert_eq!(reason_other, "contradiction:serial");
}
