//! What joined records turns out to identify nothing, or to have gone from one thing to another.

use super::{by_asset, check, endpoint, give, groups, held, take, time};
use crate::testing::House;

const UUID: &str = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;

/// A clone as its agent shows it.
fn agent(number: u8) -> String {
    format!(
        r#""kind":"device","agent_id":"a-{number}","name":"vm{number}","hostname":"vm{number}","mac":"00:50:56:9a:00:0{number}",{UUID}"#
    )
}

/// Takes in some reports of one source each, in some order of days.
async fn in_order(reports: &[(&str, &str, Vec<String>)], order: &[usize]) -> House {
    let house = House::new();
    for report in order {
        let (source, day, rows) = &reports[*report];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        take(&house, source, day, &rows).await;
    }
    house
}

const ORDERS_OF_THREE: [[usize; 3]; 6] =
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// A scan with credentials by Nessus of some clones: name and last octet of the card.
async fn scan(house: &House, day: &str, hosts: &[(&str, &str)]) {
    let hosts: Vec<String> = hosts
        .iter()
        .map(|(name, octet)| {
            let uuid = "5a4b5200-0000-4000-8000-000000000001";
            format!(
                r#"<ReportHost name="{name}.sakura.example"><HostProperties>
<tag name="HOST_END">{at}</tag><tag name="Credentialed_Scan">true</tag>
<tag name="host-fqdn">{name}.sakura.example</tag><tag name="bios-uuid">{uuid}</tag>
<tag name="mac-address">00:50:56:9a:00:{octet}</tag></HostProperties>
<ReportItem pluginID="1" pluginName="old" severity="3" port="0" protocol="tcp"></ReportItem>
</ReportHost>"#,
                at = time(day),
            )
        })
        .collect();
    let hosts = hosts.join("\n");
    let text =
        format!("<NessusClientData_v2><Report name=\"r\">{hosts}</Report></NessusClientData_v2>");
    give(house, "sakura", "scanner", day, &text).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_that_a_scanner_knows_by_their_uuid_are_told_by_card_and_name() {
    let (one, two, three) = (("vm1", "01"), ("vm2", "02"), ("vm3", "03"));
    let reports = [("10-01", vec![one]), ("10-03", vec![two]), ("10-05", vec![one, two, three])];
    let name = |name: &str| format!("scanner/{name}.sakura.example");
    let expected = [name("vm1"), name("vm2"), name("vm3")];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    for order in ORDERS_OF_THREE {
        let house = House::new();
        for report in order {
            let (day, hosts) = &reports[report];
            scan(&house, day, hosts).await;
        }
        check(&groups(&house).await, &held(&house).await, &expected);
        // What was found stays with each, since when it was.
        let found = "SELECT first_seen FROM findings ORDER BY first_seen";
        let since = ["2026-10-01T00:00:00Z", "2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z"];
        assert_eq!(house.ask(found).await, since);
        // One of them is given another name, another a new card.
        scan(&house, "10-07", &[("db1", "01"), ("vm2", "22")]).await;
        check(&groups(&house).await, &held(&house).await, &expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_a_scanner_knows_by_its_uuid_stays_itself_under_another_name() {
    let house = House::new();
    let seen = |name: &str, mac: &str| {
        format!(r#""kind":"device","name":"vm","hostname":"{name}","mac":"{mac}",{UUID}"#)
    };
    let (one, other) = ("00:50:56:9a:00:01", "00:50:56:9a:00:02");
    take(&house, "scanner", "10-01", &[&seen("vm1", one)]).await;
    take(&house, "scanner", "10-02", &[&seen("db1", one)]).await;
    take(&house, "scanner", "10-03", &[&seen("db1", other)]).await;
    take(&house, "scanner", "10-04", &[&format!(r#""kind":"device","name":"vm",{UUID}"#)]).await;
    check(&groups(&house).await, &held(&house).await, &["scanner/vm"]);
    // With another name and another card it may be another: a record of its own, and one asset as
    // long as nobody shows both.
    take(&house, "scanner", "10-05", &[&seen("web1", "00:50:56:9a:00:03")]).await;
    assert_eq!(by_asset(&house).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_uuid_joined_parts_when_it_turns_out_to_be_shared() {
    let register = r#""device_number":"VM-2","name":"vm2","mac":"00:50:56:9a:00:02""#;
    let reports = [
        ("agents", "10-01", vec![agent(1)]),
        // As far as anybody knows the machine that the agent is on.
        ("register", "10-02", vec![format!("{register},{UUID}")]),
        ("agents", "10-03", vec![agent(1), agent(2)]),
    ];
    for order in ORDERS_OF_THREE {
        let house = in_order(&reports, &order).await;
        let expected = ["agents/vm1", "agents/vm2 register/vm2"];
        check(&groups(&house).await, &held(&house).await, &expected);
        assert_eq!(house.ask("SELECT name FROM devices ORDER BY name").await, ["vm1", "vm2"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_that_seemed_one_machine_set_up_again_part_when_both_are_shown() {
    let reports = [
        ("agents", "10-01", vec![agent(1)]),
        ("agents", "10-03", vec![agent(2)]),
        ("names", "10-04", vec![r#""kind":"device","name":"vm2","hostname":"vm2""#.to_owned()]),
    ];
    for order in ORDERS_OF_THREE {
        let house = in_order(&reports, &order).await;
        let one = "agents/vm1 agents/vm2 names/vm2";
        check(&groups(&house).await, &held(&house).await, &[one]);
        take(&house, "agents", "10-05", &[&agent(1), &agent(2)]).await;
        let expected = ["agents/vm1", "agents/vm2 names/vm2"];
        check(&groups(&house).await, &held(&house).await, &expected);
        let before = by_asset(&house).await;
        // It is decided once.
        let links = "SELECT count(*) FROM identifier_values";
        let count = house.ask(links).await;
        take(&house, "agents", "10-06", &[&agent(1), &agent(2)]).await;
        assert_eq!((by_asset(&house).await, house.ask(links).await), (before, count));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disposed_machines_name_is_free_for_its_successor() {
    let old = r#""device_number":"PC-1","name":"old","serial":"SN-0001","hostname":"pc1""#;
    let new = r#""device_number":"PC-2","name":"new","serial":"SN-0002""#;
    let named = |id: &str| {
        format!(r#""kind":"device","name":"{id}","hostname":"pc1","directory_id":"{id}""#)
    };
    let house = House::new();
    take(&house, "register", "10-01", &[old, new]).await;
    take(&house, "directory", "10-01", &[&named("d1")]).await;
    let gone = format!(r#"{old},"life_cycle":"disposed""#);
    let named_so = format!(r#"{new},"hostname":"pc1""#);
    take(&house, "register", "10-08", &[&gone, &named_so]).await;
    take(&house, "directory", "10-08", &[&named("d2")]).await;
    let expected = ["directory/d1 register/old", "directory/d2 register/new"];
    check(&groups(&house).await, &held(&house).await, &expected);
    // Both still say their name.
    let names = "SELECT count(DISTINCT asset) FROM identifier_values WHERE value = 'pc1'";
    assert_eq!(house.ask(names).await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_by_a_name_alone_is_the_machine_that_had_the_name_then() {
    let old = endpoint("e-1", "pc1", "SN-0001", &["00:1b:21:00:00:01"], "10-01");
    let new = endpoint("e-2", "pc1", "SN-0002", &["00:1b:21:00:00:02"], "10-10");
    let named = |id: &str| {
        format!(
            r#""kind":"device","name":"{id}","fqdn":"pc1.sakura.example","directory_id":"{id}""#
        )
    };
    let expected = ["directory/d1 edr/pc1", "directory/d2 edr/pc1"];
    for order in [[0, 1, 2, 3], [0, 1, 3, 2], [1, 3, 0, 2], [2, 3, 1, 0], [0, 2, 1, 3]] {
        let house = House::new();
        for step in order {
            match step {
                0 => drop(give(&house, "sakura", "edr", "10-01", &old).await),
                1 => drop(take(&house, "directory", "10-02", &[&named("d1")]).await),
                2 => drop(take(&house, "directory", "10-09", &[&named("d2")]).await),
                _ => drop(give(&house, "sakura", "edr", "10-10", &new).await),
            }
        }
        check(&groups(&house).await, &held(&house).await, &expected);
        let alike = "SELECT count(*) FROM identifier_values WHERE kind IN ('serial', 'directory_id') GROUP BY asset";
        assert_eq!(house.ask(alike).await, ["2", "2"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_passes_from_instance_to_instance_is_that_of_the_nearest() {
    let house = House::new();
    for (day, id) in [("10-01", "i-1"), ("10-04", "i-2"), ("10-07", "i-3")] {
        let row =
            format!(r#""kind":"device","cloud_instance":"{id}","name":"{id}","hostname":"web-1""#);
        take(&house, "agents", day, &[&row]).await;
    }
    let seen = r#""kind":"device","name":"web-1","hostname":"web-1""#;
    take(&house, "scanner", "10-05", &[seen]).await;
    let expected = ["agents/i-1", "agents/i-2 scanner/web-1", "agents/i-3"];
    check(&groups(&house).await, &held(&house).await, &expected);
}
