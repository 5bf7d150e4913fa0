//! Whatever nests organisations does so by the tree of the time asked about.

use yagura_baseline::{master::Master, model::Model};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::{
    browse::{
        assets::{Which, list},
        reports,
    },
    score::{
        By, ScoreRun, Sweep,
        trend::{Asked, Trend, TrendBy},
    },
    testing::{House, Times},
};

/// The statistics bureau goes from one ministry to another; its codes stay.
const TREE: [&str; 5] = [
    r#""kind":"organisation","organisation_code":"sakura","name":"櫻省""#,
    r#""kind":"organisation","organisation_code":"ume","name":"梅省""#,
    r#""kind":"organisation","organisation_code":"sakura/tokei","name":"統計局","parent":"sakura","to":"2026-10-01T00:00:00+09:00""#,
    r#""kind":"organisation","organisation_code":"sakura/tokei","name":"統計局","parent":"ume","from":"2026-10-01T00:00:00+09:00""#,
    r#""kind":"organisation","organisation_code":"sakura/tokei/chosa","name":"調査課","parent":"sakura/tokei""#,
];

/// The day before, and the day.
const TIMES: [&str; 2] = ["2026-10-01T00:00:00+09:00", "2026-09-30T23:59:59.999999+09:00"];

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_stands_where_it_stood_at_the_time_asked_about() {
    let house = House::new();
    let at = time("2026-09-01T00:00:00Z");
    house.take_rows("sakura", "organisations", at, &TREE).await;
    let device = |number: u8, code: &str| {
        format!(r#""device_number":"PC-{number}","managed_by":"{code}","exposure":"internal""#)
    };
    let devices = [device(1, "sakura"), device(2, "sakura/tokei"), device(3, "sakura/tokei/chosa")];
    house.take_rows("sakura/tokei", "register", at, &devices).await;
    let snapshot = house.snapshot(None).await;
    let (model, master) = (Model::shipped(), Master::shipped());
    let [sakura, ume] = ["sakura", "ume"].map(|code| OrganisationCode::new(code).unwrap());
    let mut whole = Vec::new();
    for (at, places) in TIMES.into_iter().zip([[1, 2], [3, 0]]) {
        let at = time(at);
        let sweep = Sweep::run(&snapshot, model, master, at, None).await.unwrap();
        let (run, _) = ScoreRun::all(&snapshot, model, master, at).await.unwrap();
        whole.push(sweep.whole());
        for (code, count) in [&sakura, &ume].into_iter().zip(places) {
            let keys = |lines: &[crate::score::Total]| {
                let line = lines.iter().find(|line| line.key == code.as_str());
                line.map_or(0, |line| line.assets)
            };
            assert_eq!(keys(&sweep.totals(By::Organisation)), count, "{code} at {at}");
            assert_eq!(keys(&run.totals(By::Organisation)), count, "{code} at {at}");
            let within = Sweep::run(&snapshot, model, master, at, Some(code)).await.unwrap();
            assert_eq!(within.whole().assets, count);
            assert_eq!(run.clone().within(code).whole(), within.whole());
            let which = Which { organisation: Some(code.clone()), ..Which::default() };
            let listed = list(&snapshot, model, master, &which, at).await.unwrap();
            assert_eq!(listed.len() as u64, count, "{code} at {at}");
            let asked = format!(
                "SELECT count(*) FROM inventory i JOIN organisation_tree t \
                 ON i.organisation = t.organisation WHERE t.above = '{code}'"
            );
            let times = Times { as_of: Some(at), known_at: None };
            assert_eq!(house.ask_at(&asked, times).await, [count.to_string()]);
        }
    }
    // Everything is somewhere.
    let sums = whole.iter().map(|total| (total.open, total.assets)).collect::<Vec<_>>();
    assert_eq!(sums[0], sums[1]);
    // Of a trend each end is counted by the tree it had.
    let ends = TIMES.into_iter().rev().map(time);
    let ends = [time("2026-09-20T00:00:00Z")].into_iter().chain(ends).collect();
    let asked = Asked { ends, by: TrendBy::Organisation, within: Some(ume.clone()), points: true };
    let trend = Trend::run(&snapshot, model, master, &asked).await.unwrap();
    let keys = |lines: &[crate::score::trend::Line]| -> Vec<(String, u64)> {
        lines.iter().map(|line| (line.key.clone(), line.assets)).collect()
    };
    let told: Vec<_> = trend.periods.iter().map(|period| keys(&period.lines)).collect();
    let of = |counts: [u64; 3]| -> Vec<(String, u64)> {
        let codes = ["sakura/tokei", "sakura/tokei/chosa", "ume"];
        codes.into_iter().map(str::to_owned).zip(counts).collect()
    };
    assert_eq!(told, [Vec::new(), of([2, 1, 2])]);
    // A report was given for who stood there when it was observed.
    let of = async |code: &OrganisationCode| {
        let which = reports::Which { organisation: Some(code.clone()), source: None };
        reports::list(&snapshot, &which).await.unwrap().len()
    };
    assert_eq!((of(&sakura).await, of(&ume).await), (2, 0));
}
