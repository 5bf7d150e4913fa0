//! The laws of a score on a small lake.

use yagura_baseline::{master::Master, model::Model};
use yagura_model::{organisation::OrganisationCode, points::MicroPoints};

use super::{By, ItemKind, Recalled, References, ScoreRun, Sweep, Total};
use crate::testing::{House, grype};

const ALL: [By; 7] =
    [By::Organisation, By::System, By::Asset, By::Class, By::Check, By::Domain, By::Remedy];

async fn run(house: &House) -> ScoreRun {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let at = house.ingest.clock.now();
    ScoreRun::all(&snapshot, Model::shipped(), Master::shipped(), at).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cve_seen_by_two_tools_is_one_problem_with_two_evidences() {
    let house = House::new();
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001"]);
    house.take(&report, &House::request("a")).await.unwrap();
    let once = run(&house).await;
    house.take(&report, &House::request("b")).await.unwrap();
    let twice = run(&house).await;
    assert_eq!(once.whole().open, twice.whole().open);
    let problems: Vec<_> = twice
        .assets
        .iter()
        .flat_map(|asset| &asset.remedies)
        .flat_map(|remedy| &remedy.items)
        .filter_map(|item| match &item.kind {
            ItemKind::Problem { problem, .. } => Some(problem),
            _ => None,
        })
        .collect();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.key.as_str(), problem.evidences.len()), ("CVE-2026-0001", 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_total_is_the_sum_of_its_parts() {
    let house = House::new();
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&report, &House::request("a")).await.unwrap();
    let run = run(&house).await;
    let whole = run.whole();
    for by in [By::Organisation, By::Asset, By::Class, By::Check, By::Domain, By::Remedy] {
        let sum: MicroPoints = run.totals(by).iter().map(|total| total.open).sum();
        assert_eq!(sum, whole.open, "{by:?}");
    }
    for asset in &run.assets {
        let remedies: MicroPoints = asset.remedies.iter().map(|remedy| remedy.points).sum();
        assert_eq!(remedies, asset.open + asset.accepted);
        for remedy in &asset.remedies {
            let shares: MicroPoints = remedy.items.iter().map(|item| item.share).sum();
            assert_eq!(shares, remedy.points);
        }
    }
    // Two CVEs of one package are one remedy; exposure and value are gaps; the software inventory
    // of an image was never made.
    let keys: Vec<&str> = run.assets[0].remedies.iter().map(|remedy| remedy.key.as_str()).collect();
    assert!(keys.contains(&"pkg:deb/debian/lib"), "{keys:?}");
    assert!(keys.contains(&"yagura.gap.exposure"), "{keys:?}");
    assert!(whole.unknown > MicroPoints::ZERO, "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_before_the_findings_has_none_of_them() {
    let house = House::new();
    house
        .take(&grype("2026-10-01T00:00:00Z", &["CVE-2026-0001"]), &House::request("a"))
        .await
        .unwrap();
    house.take(&grype("2026-10-10T00:00:00Z", &[]), &House::request("a")).await.unwrap();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let problems = async |at: &str| {
        let at = at.parse().unwrap();
        let (run, _) =
            ScoreRun::all(&snapshot, Model::shipped(), Master::shipped(), at).await.unwrap();
        let totals = run.totals(By::Check);
        totals.iter().any(|total| total.key == "CVE-2026-0001")
    };
    assert!(!problems("2026-09-30T00:00:00Z").await);
    assert!(problems("2026-10-05T00:00:00Z").await);
    assert!(!problems("2026-10-11T00:00:00Z").await);
}

/// A register of two systems, rated, and of servers that belong to them by number and by name.
const REGISTER: &str = r#"kind,name,system_number,device_number,part_of,fqdn,confidentiality,integrity,availability
system,Permits,S-001,,,,3,2,2
system,Payroll,S-002,,,,2,2,2
device,app1,,SV-001,S-001,app1.sakura.example,,,
device,app2,,SV-002,Payroll,app2.sakura.example,,,
device,app3,,SV-003,,app3.sakura.example,,,
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_scored_alone_has_the_points_it_has_among_all() {
    let house = House::new();
    house.take(REGISTER, &House::request("register")).await.unwrap();
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&report, &House::request("a")).await.unwrap();
    let other = report.replace("web:1", "web:2");
    house.take(&other, &House::request("b")).await.unwrap();
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let (at, model, master) = (house.ingest.clock.now(), Model::shipped(), Master::shipped());
    let (all, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
    assert_eq!(all.assets.len(), 7);
    for score in &all.assets {
        let asset = [score.profile.asset].into();
        let references = all.references.clone();
        let few = ScoreRun::few(references, &snapshot, model, master, at, &asset).await.unwrap().0;
        let [alone] = few.assets.as_slice() else { panic!("{:?}", few.assets) };
        assert_eq!(format!("{alone:?}"), format!("{score:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn references_are_left_for_a_day_and_one_model() {
    let house = House::new();
    let run = run(&house).await;
    let (lake, model) = (&house.ingest.lake, Model::shipped());
    let left = async |model: &Model, at: &str| {
        References::left(lake, model, Master::shipped(), at.parse().unwrap()).await.unwrap()
    };
    assert_eq!(left(model, "2026-11-01T00:00:00Z").await, None);
    run.references.leave(lake, model).await.unwrap();
    assert_eq!(left(model, "2026-11-01T12:00:00Z").await.as_ref(), Some(&run.references));
    assert_eq!(left(model, "2026-11-02T00:00:01Z").await, None);
    assert_eq!(left(model, "2026-10-31T23:59:59Z").await, None);
    let text = Model::SHIPPED_TEXT.replace("percentile = 75", "percentile = 90");
    let other = Model::from_toml(&text).unwrap();
    assert_eq!(left(&other, "2026-11-01T12:00:00Z").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_gives_the_sums_of_the_parts() {
    let house = House::new();
    house.take(REGISTER, &House::request("register")).await.unwrap();
    let both = ["CVE-2026-0001", "CVE-2026-0002"];
    for (source, image, at, cves) in [
        ("a", "web:1", "2026-05-01T00:00:00Z", &both[..]),
        ("a", "web:1", "2026-06-01T00:00:00Z", &both[1..]),
        ("b", "web:2", "2026-10-01T00:00:00Z", &both[..]),
        ("c", "web:1", "2026-10-02T00:00:00Z", &both[..1]),
    ] {
        let report = grype(at, cves).replace("web:1", image);
        house.take(&report, &House::request(source)).await.unwrap();
    }
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let (model, master) = (Model::shipped(), Master::shipped());
    for at in ["2026-05-15T00:00:00Z", "2026-06-15T00:00:00Z", "2026-11-01T00:00:00Z"] {
        let at = at.parse().unwrap();
        for within in [None, Some(OrganisationCode::new("sakura").unwrap())] {
            let (mut run, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
            let sweep = Sweep::run(&snapshot, model, master, at, within.as_ref()).await.unwrap();
            assert_eq!(sweep.references, run.references);
            if let Some(within) = &within {
                run = run.within(within);
            }
            assert_eq!(sweep.whole(), run.whole());
            for by in ALL {
                let mut lines = sweep.totals(by);
                sweep.name(&snapshot, by, &mut lines).await.unwrap();
                let mut expected = run.totals(by);
                // Who explains an asset names its remedies by their parts.
                for line in lines.iter_mut().chain(&mut expected).filter(|_| by == By::Remedy) {
                    line.name = String::new();
                }
                assert_eq!(lines, expected, "{by:?} at {at}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_score_says_what_the_sweep_said() {
    let house = House::new();
    house.take(REGISTER, &House::request("register")).await.unwrap();
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&report, &House::request("a")).await.unwrap();
    let lake = &house.ingest.lake;
    let snapshot = lake.snapshot().await.unwrap();
    let (model, master, now) = (Model::shipped(), Master::shipped(), house.ingest.clock.now());
    let sakura = OrganisationCode::new("sakura").unwrap();
    let recall = async |by: By, within: Option<&OrganisationCode>, at| {
        Recalled::newest(lake, &snapshot, at, by, within).await.unwrap()
    };
    assert!(recall(By::Class, None, now).await.is_none());

    let sweep = Sweep::run(&snapshot, model, master, now, None).await.unwrap();
    let stored = sweep.store(lake, &snapshot, now).await.unwrap();
    for by in ALL {
        let mut lines = sweep.totals(by);
        let recalled = recall(by, None, now).await.unwrap();
        assert_eq!((&recalled.score, &recalled.whole), (&stored, &sweep.whole()));
        assert_eq!(recalled.states, Some(sweep.states));
        for line in &mut lines {
            line.name = String::new();
        }
        let points = recalled.lines.into_iter().map(|line| Total { name: String::new(), ..line });
        assert_eq!(points.collect::<Vec<_>>(), lines, "{by:?}");
    }
    let within = Sweep::run(&snapshot, model, master, now, Some(&sakura)).await.unwrap();
    for by in [By::Organisation, By::Asset, By::Class, By::Domain] {
        let recalled = recall(by, Some(&sakura), now).await.unwrap();
        assert_eq!(recalled.whole, within.whole());
        assert_eq!(recalled.states, Some(within.states));
        let keys = |lines: &[Total]| {
            lines.iter().map(|line| (line.key.clone(), line.open)).collect::<Vec<_>>()
        };
        assert_eq!(keys(&recalled.lines), keys(&within.totals(by)), "{by:?}");
    }
    let titles = recall(By::Check, None, now).await.unwrap().lines;
    assert!(titles.iter().any(|line| line.key == "CVE-2026-0001" && !line.name.is_empty()));

    // SQL sees the same.
    let worst = "SELECT open_micro FROM asset_scores ORDER BY open_micro DESC LIMIT 1";
    let expected = sweep.totals(By::Asset)[0].open.0.to_string();
    assert_eq!(house.ask(worst).await, [expected]);
    let lines = "SELECT sum(open_micro) FROM score_lines WHERE level = 'remedy'";
    assert_eq!(house.ask(lines).await, [sweep.whole().open.0.to_string()]);
    assert_eq!(house.ask("SELECT assets FROM scores").await, ["6"]);

    // It is not known before its time, and what it does not know is said.
    assert!(recall(By::Class, None, "2026-10-31T00:00:00Z".parse().unwrap()).await.is_none());
    let before =
        lake.snapshot().await.unwrap().as_known_at("2026-10-01T00:00:00Z".parse().unwrap());
    let before = before.await.unwrap();
    assert!(Recalled::newest(lake, &before, now, By::Class, None).await.unwrap().is_none());
}
