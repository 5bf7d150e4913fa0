//! Everybody who needs one value of several gets the same one.

mod called;

use std::collections::BTreeMap;

use yagura_baseline::{
    identity::Rules,
    inputs::Exposure,
    master::{Lost, Master},
    model::Model,
    observation::ObservationState,
};
use yagura_model::{Timestamp, asset::RelationKind, id::AssetKey};

use crate::{
    browse::assets::{AssetRecord, Listed, Which, find, list},
    score::{By, ScoreRun, Sweep},
    testing::{House, Times},
};

const NOW: &str = "2026-11-01T00:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The shipped rules, with endpoint tools and a scanner known by the names of their sources.
fn master() -> Master {
    let own = |kind: &str, name: &str, days: u32| {
        format!(
            "[[source]]\nkind = \"{kind}\"\ntitle_ja = \"\"\ntitle_en = \"\"\n\
             sources = [\"{name}\"]\ndays = {days}\nwhy = \"a test\"\n\n"
        )
    };
    let first = own("endpoint", "edr", 7) + &own("scanner", "scanner", 35) + "[[source]]";
    Master::from_toml(&Master::SHIPPED_TEXT.replacen("[[source]]", &first, 1)).unwrap()
}

const HEADER: &str =
    "kind,device_number,os,owner,exposure,life_cycle,network_class,managed_by,used_by,part_of\n";

/// What the sources say, by when they looked.
const REPORTS: &[(&str, &str, &str)] = &[
    (
        "register",
        "2026-10-20T00:00:00Z",
        "device,SV-1,Linux,chief,internal,in_service,,sakura/kanri,sakura,S-1\n\
         device,SV-2,Linux,chief,internal,in_service,,sakura/kanri,sakura,S-1\n\
         device,SV-3,Linux,chief,internal,in_service,carried,sakura/kanri,sakura,S-1\n\
         device,SV-4,Linux,chief,,disposed,,sakura/kanri,,\n",
    ),
    (
        "edr",
        "2026-10-01T00:00:00Z",
        "device,SV-2,Debian 11,root,internet,,,sakura/old,ume,S-2\n\
         device,SV-3,Debian 11,root,internet,,,sakura/old,ume,S-2\n",
    ),
    ("edr", "2026-10-30T00:00:00Z", "device,SV-1,Debian 12,root,internet,,,sakura/old,ume,S-2\n"),
    ("scanner", "2026-10-31T00:00:00Z", "device,SV-1,embedded,,other_organisation,,,,,\n"),
];

async fn house() -> House {
    let house = House::new();
    for (source, at, rows) in REPORTS {
        let mut request = House::request(source);
        request.observed_at = Some(time(at));
        house.take(&format!("{HEADER}{rows}"), &request).await.unwrap();
    }
    house
}

/// Assets by their numbers, as the list and the record have them.
async fn assets(house: &House, at: &str) -> BTreeMap<String, (Listed, AssetRecord)> {
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let (model, rules, master) = (Model::shipped(), Rules::shipped(), master());
    let listed = list(&snapshot, model, &master, &Which::default(), time(at)).await.unwrap();
    let mut assets = BTreeMap::new();
    for line in listed {
        let key = line.asset.0;
        let record = find(&snapshot, key, time(at), model, &master, rules).await.unwrap().unwrap();
        assets.insert(line.name.clone(), (line, record));
    }
    assets
}

fn value<'r>(record: &'r AssetRecord, name: &str) -> (&'r str, &'r str, bool) {
    let said = record.attributes.iter().find(|said| said.name == name).unwrap();
    (said.values[0].value.as_str(), said.source.as_str(), said.stale)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_tells_what_stands_and_why_the_others_do_not() {
    let house = house().await;
    let assets = assets(&house, NOW).await;
    let of = |name: &str| &assets[name].1;
    // Who runs on the machine before the register, and neither before the other's own matters.
    assert_eq!(value(of("SV-1"), "os"), ("Debian 12", "edr", false));
    assert_eq!(value(of("SV-1"), "owner"), ("chief", "register", false));
    assert_eq!(value(of("SV-1"), "exposure"), ("internal", "register", false));
    let os = of("SV-1").attributes.iter().find(|said| said.name == "os").unwrap();
    let others: Vec<(&str, Lost)> =
        os.others.iter().map(|other| (other.value.as_str(), other.why)).collect();
    assert_eq!(others, [("Linux", Lost::LowerPrecedence), ("embedded", Lost::LowerPrecedence)]);
    assert_eq!((os.since, os.confirmed), (time(REPORTS[2].1), time(REPORTS[2].1)));
    // A month old: out of date where tools reach it, in date where results are carried by hand.
    assert_eq!(value(of("SV-2"), "os"), ("Linux", "register", false));
    assert_eq!(value(of("SV-3"), "os"), ("Debian 11", "edr", false));
    assert_eq!([&of("SV-2").network, &of("SV-3").network], ["connected", "carried"]);
    let inventory = |name: &str| &of(name).required[0];
    assert_eq!((inventory("SV-2").days, inventory("SV-2").state), (7, ObservationState::Stale));
    assert_eq!((inventory("SV-3").days, inventory("SV-3").state), (45, ObservationState::Fresh));

    let stands = |record: &AssetRecord, kind: RelationKind| -> Vec<String> {
        let stands = record.relations.iter().filter(|one| one.kind == kind && one.stands);
        stands.map(|one| one.target.clone()).collect()
    };
    assert_eq!(stands(of("SV-1"), RelationKind::ManagedBy), ["sakura/kanri"]);
    assert_eq!(stands(of("SV-1"), RelationKind::UsedBy), ["sakura"]);
    // Systems add up while their sources look.
    assert_eq!(stands(of("SV-1"), RelationKind::PartOf), ["S-1", "S-2"]);
    assert_eq!(stands(of("SV-2"), RelationKind::PartOf), ["S-1"]);
    assert_eq!(stands(of("SV-3"), RelationKind::PartOf), ["S-1", "S-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_the_record_and_both_scores_choose_alike() {
    let house = house().await;
    let snapshot = house.ingest.lake.snapshot().await.unwrap();
    let (model, master) = (Model::shipped(), master());
    for at in [NOW, "2026-10-05T00:00:00Z", "2026-12-01T00:00:00Z", "2027-02-01T00:00:00Z"] {
        let (run, _) = ScoreRun::all(&snapshot, model, &master, time(at)).await.unwrap();
        let sweep = Sweep::run(&snapshot, model, &master, time(at), None).await.unwrap();
        assert_eq!(sweep.whole(), run.whole(), "{at}");
        for by in [By::Organisation, By::System, By::Asset, By::Check] {
            let keys = |lines: Vec<crate::score::Total>| -> Vec<_> {
                lines.into_iter().map(|line| (line.key, line.open, line.unknown)).collect()
            };
            assert_eq!(keys(sweep.totals(by)), keys(run.totals(by)), "{by:?} at {at}");
        }
        for (name, (line, record)) in assets(&house, at).await {
            assert_eq!(line.organisation, record.organisation, "{name} at {at}");
            for (attribute, listed) in &line.attributes {
                assert_eq!(value(&record, attribute).0, listed, "{name} {attribute} at {at}");
            }
            let key: AssetKey = line.asset.0;
            let Some(score) = run.asset(key) else {
                assert!(!line.in_service, "{name} at {at}");
                continue;
            };
            let profile = &score.profile;
            assert_eq!(
                (&profile.organisation, &profile.systems),
                (&line.organisation, &line.systems),
                "{name} at {at}"
            );
            let exposure = line.attributes.get("exposure");
            let said = exposure.and_then(|text| Exposure::from_attribute(text));
            assert_eq!(profile.worth.exposure, said, "{name} at {at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_views_choose_what_the_records_tell() {
    let house = house().await;
    let master = master();
    let sql = "SELECT name, organisation, os, owner, exposure, life_cycle FROM devices ORDER BY 1";
    for at in [NOW, "2026-10-05T00:00:00Z", "2026-12-01T00:00:00Z"] {
        let times = Times { as_of: Some(time(at)), known_at: None };
        let answers = house.ask_by(&master, sql, times).await;
        let records = assets(&house, at).await;
        let told = records.into_iter().map(|(name, (_, record))| {
            let value = |name: &str| {
                let said = record.attributes.iter().find(|said| said.name == name);
                said.map_or("-".to_owned(), |said| said.values[0].value.clone())
            };
            let values = ["os", "owner", "exposure", "life_cycle"].map(value).join(" ");
            format!("{name} {} {values}", record.organisation)
        });
        assert_eq!(answers, told.collect::<Vec<_>>(), "{at}");
    }
    let inventory = "SELECT name, organisation, used_by, system FROM inventory ORDER BY 1";
    let present = house.ask_by(&master, inventory, Times::default()).await;
    assert_eq!(present[0], "SV-1 sakura/kanri sakura S-1");
    assert_eq!(present[3], "SV-4 sakura/kanri - -");
    // What nobody had said by then does not stand.
    let known_at = Some(time("2026-10-31T00:00:00Z"));
    let before = Times { as_of: None, known_at };
    assert!(house.ask_by(&master, sql, before).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_what_order_reports_come_makes_no_difference() {
    let chosen = async |order: &[usize]| {
        let house = House::new();
        for (source, at, rows) in order.iter().map(|place| REPORTS[*place]) {
            let mut request = House::request(source);
            request.observed_at = Some(time(at));
            house.take(&format!("{HEADER}{rows}"), &request).await.unwrap();
        }
        let mut chosen = Vec::new();
        for (name, (line, record)) in assets(&house, NOW).await {
            let values = record.attributes.into_iter().map(|said| {
                let values: Vec<String> = said.values.into_iter().map(|one| one.value).collect();
                (said.name, values, said.source, said.stale)
            });
            chosen.push((name, line.organisation, line.systems, values.collect::<Vec<_>>()));
        }
        chosen
    };
    let one = chosen(&[0, 1, 2, 3]).await;
    assert_eq!(one, chosen(&[3, 2, 1, 0]).await);
    assert_eq!(one, chosen(&[2, 0, 3, 1]).await);
}
