//! The thirteen accidents that identities have.

use super::{by_asset, check, endpoint, give, groups, held, scan, take, take_for, time};
use crate::testing::{House, Times};

const REGISTER: &str =
    r#""device_number":"PC-1","name":"pc","serial":"SN-0001","mac":"00-1B-21-00-00-01""#;
const DIRECTORY: &str = r#""kind":"device","name":"pc0001","fqdn":"PC0001.sakura.example","directory_id":"S-1-5-21-1-2-3-1001""#;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_laptop_seen_by_scanner_edr_directory_and_asset_register() {
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]];
    for order in orders {
        let house = House::new();
        for step in order {
            match step {
                0 => drop(take(&house, "register", "10-01", &[REGISTER]).await),
                1 => drop(take(&house, "directory", "10-02", &[DIRECTORY]).await),
                2 => {
                    let host = ("192.0.2.10", "00:1b:21:00:00:01", "pc0001.sakura.example");
                    give(&house, "sakura", "scanner", "10-03", &scan("10-03", &[host])).await;
                }
                _ => {
                    let macs = ["00:1B:21:00:00:01", "00:1B:21:00:00:02"];
                    let text = endpoint("e-1", "pc0001", "SN-0001", &macs, "10-03");
                    give(&house, "sakura", "edr", "10-03", &text).await;
                }
            }
        }
        let all = "directory/pc0001 edr/pc0001 register/pc scanner/pc0001.sakura.example";
        check(&groups(&house).await, &held(&house).await, &[all]);
        assert_eq!(by_asset(&house).await.into_keys().collect::<Vec<_>>(), [1], "the oldest");
        assert_eq!(house.ask("SELECT count(*) FROM devices").await, ["1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dhcp_hands_an_address_to_another_machine() {
    let house = House::new();
    let one = |ip: &str| {
        format!(
            r#""device_number":"PC-1","name":"pc1","hostname":"pc1","zone":"office","ip":"{ip}""#
        )
    };
    let two = |ip: &str| {
        format!(
            r#""device_number":"PC-2","name":"pc2","hostname":"pc2","zone":"office","ip":"{ip}""#
        )
    };
    let probe = r#""kind":"device","name":"probe","zone":"office","ip":"192.0.2.10""#;
    take(&house, "agents", "10-01", &[&one("192.0.2.10"), &two("192.0.2.20")]).await;
    take(&house, "probe", "10-01", &[probe]).await;
    check(&groups(&house).await, &held(&house).await, &["agents/pc1 probe/probe", "agents/pc2"]);
    let before = by_asset(&house).await;
    // The address goes to the other machine, and back.
    take(&house, "agents", "10-03", &[&one("192.0.2.20"), &two("192.0.2.10")]).await;
    take(&house, "probe", "10-03", &[probe]).await;
    let both = ["agents/pc1 probe/probe", "agents/pc2 probe/probe"];
    check(&groups(&house).await, &held(&house).await, &both);
    assert!(by_asset(&house).await.iter().all(|(asset, now)| now.is_superset(&before[asset])));
    take(&house, "agents", "10-05", &[&one("192.0.2.10"), &two("192.0.2.20")]).await;
    take(&house, "probe", "10-05", &[probe]).await;
    check(&groups(&house).await, &held(&house).await, &both);
    // To a machine that shows itself nowhere else.
    take(&house, "agents", "10-07", &[&one("192.0.2.30"), &two("192.0.2.20")]).await;
    take(&house, "probe", "10-07", &[probe]).await;
    let all = ["agents/pc1 probe/probe", "agents/pc2 probe/probe", "probe/probe"];
    check(&groups(&house).await, &held(&house).await, &all);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_stay_with_the_machine_that_had_the_name_or_card() {
    let house = House::new();
    let first = scan("10-01", &[("192.0.2.10", "00:1b:21:00:00:01", "pc1.sakura.example")]);
    give(&house, "sakura", "scanner", "10-01", &first).await;
    let second = scan("10-02", &[("192.0.2.10", "00:1b:21:00:00:01", "pc2.sakura.example")]);
    let taken = give(&house, "sakura", "scanner", "10-02", &second).await;
    assert_eq!(
        (taken.effects.opened, taken.effects.continuing, taken.effects.assets_new),
        (1, 0, 1)
    );
    let open = house.ask("SELECT count(*), count(DISTINCT asset) FROM findings").await;
    assert_eq!(open, ["2 2"]);
    // Back again: the first machine is known.
    let third = scan("10-03", &[("192.0.2.10", "00:1b:21:00:00:01", "pc1.sakura.example")]);
    let taken = give(&house, "sakura", "scanner", "10-03", &third).await;
    assert_eq!(
        (taken.effects.opened, taken.effects.continuing, taken.effects.assets_new),
        (0, 1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_of_cloned_vms_with_one_uuid() {
    let house = House::new();
    let uuid = r#""uuid":"5a4b5200-0000-4000-8000-000000000001""#;
    let vm = |n: u8| {
        format!(
            r#""kind":"device","agent_id":"a-{n}","name":"vm{n}","hostname":"vm{n}","mac":"00:50:56:9a:00:0{n}",{uuid}"#
        )
    };
    let (one, two, three) = (vm(1), vm(2), vm(3));
    take(&house, "agents", "10-01", &[&one, &two]).await;
    // The third reports a little later; then all again.
    take(&house, "agents", "10-01T01:00", &[&three]).await;
    take(&house, "agents", "10-02", &[&one, &two, &three]).await;
    let hypervisor: Vec<String> = (1..4)
        .map(|n| {
            format!(r#""device_number":"VM-{n}","name":"vm{n}","mac":"00:50:56:9a:00:0{n}",{uuid}"#)
        })
        .collect();
    let rows: Vec<&str> = hypervisor.iter().map(String::as_str).collect();
    take(&house, "hypervisor", "10-02", &rows).await;
    let expected =
        ["agents/vm1 hypervisor/vm1", "agents/vm2 hypervisor/vm2", "agents/vm3 hypervisor/vm3"];
    check(&groups(&house).await, &held(&house).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_docks_mac_moves_between_laptops() {
    let house = House::new();
    let dock = "3c:52:82:00:00:99";
    let day = |at: &str, first: &[&str], second: &[&str]| {
        endpoint("e-1", "pc1", "SN-0001", first, at)
            + &endpoint("e-2", "pc2", "SN-0002", second, at)
    };
    let (own, other) = ("00:1b:21:00:00:01", "00:1b:21:00:00:02");
    give(&house, "sakura", "edr", "10-01", &day("10-01", &[own, dock], &[other])).await;
    let monday = scan("10-01", &[("192.0.2.10", dock, "pc1.sakura.example")]);
    give(&house, "sakura", "scanner", "10-01", &monday).await;
    give(&house, "sakura", "edr", "10-02", &day("10-02", &[own], &[other, dock])).await;
    let tuesday = scan("10-02", &[("192.0.2.10", dock, "pc2.sakura.example")]);
    give(&house, "sakura", "scanner", "10-02", &tuesday).await;
    let expected = ["edr/pc1 scanner/pc1.sakura.example", "edr/pc2 scanner/pc2.sakura.example"];
    check(&groups(&house).await, &held(&house).await, &expected);
    // A third laptop, new, has it now.
    let third = endpoint("e-3", "pc3", "SN-0003", &["00:1b:21:00:00:03", dock], "10-03");
    give(&house, "sakura", "edr", "10-03", &third).await;
    assert_eq!(groups(&house).await.len(), 3);
    assert!(held(&house).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_behind_nat_shows_many_hosts_as_one_address() {
    let house = House::new();
    let host = |n: u8| {
        format!(
            r#""kind":"device","name":"br{n}","hostname":"br{n}","zone":"wan","ip":"198.51.100.7""#
        )
    };
    let (one, two, three) = (host(1), host(2), host(3));
    take(&house, "branch", "10-01", &[&one, &two]).await;
    take(&house, "branch", "10-02", &[&one, &two, &three]).await;
    let probe = r#""kind":"device","name":"gate","zone":"wan","ip":"198.51.100.7""#;
    take(&house, "probe", "10-02", &[probe]).await;
    let expected = ["branch/br1", "branch/br2", "branch/br3", "probe/gate"];
    check(&groups(&house).await, &held(&house).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_re_imaged_host() {
    let house = House::new();
    take(&house, "register", "09-01", &[REGISTER]).await;
    let mac = ["00:1b:21:00:00:01"];
    give(&house, "sakura", "edr", "10-01", &endpoint("e-1", "pc0001", "SN-0001", &mac, "10-01"))
        .await;
    // The old agent is silent from now on; a new one reports days later, under another name.
    give(&house, "sakura", "edr", "10-05", &endpoint("e-7", "pc0777", "SN-0001", &mac, "10-05"))
        .await;
    // And again the same afternoon.
    let again = endpoint("e-8", "pc0778", "SN-0001", &mac, "10-05T03:00");
    give(&house, "sakura", "edr", "10-05T03:00", &again).await;
    let expected = ["edr/pc0001 edr/pc0777 edr/pc0778 register/pc"];
    check(&groups(&house).await, &held(&house).await, &expected);
    let age = house.ask("SELECT first_seen FROM devices").await;
    assert_eq!(age, ["2026-09-01T00:00:00Z"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_host() {
    let house = House::new();
    take(&house, "register", "09-01", &[REGISTER]).await;
    let mac = ["00:1b:21:00:00:01"];
    give(&house, "sakura", "edr", "10-01", &endpoint("e-1", "old", "SN-0001", &mac, "10-01")).await;
    let before = scan("10-01", &[("192.0.2.10", mac[0], "old.sakura.example")]);
    give(&house, "sakura", "scanner", "10-01", &before).await;
    give(&house, "sakura", "edr", "10-02", &endpoint("e-1", "new", "SN-0001", &mac, "10-02")).await;
    let after = scan("10-02", &[("192.0.2.10", mac[0], "new.sakura.example")]);
    give(&house, "sakura", "scanner", "10-02", &after).await;
    take(
        &house,
        "directory",
        "10-02",
        &[r#""kind":"device","name":"new","fqdn":"new.sakura.example""#],
    )
    .await;
    let expected =
        ["directory/new edr/old register/pc scanner/new.sakura.example scanner/old.sakura.example"];
    check(&groups(&house).await, &held(&house).await, &expected);
    // It is called what it calls itself, and was what it did.
    let name = "SELECT name FROM devices";
    let before = Times { as_of: Some(time("10-01T12:00")), known_at: None };
    let then = Times { as_of: Some(time("10-02T12:00")), known_at: None };
    assert_eq!(house.ask_at(name, before).await, ["old"]);
    assert_eq!(house.ask_at(name, then).await, ["new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spare_machine_with_a_dead_ones_host_name() {
    let house = House::new();
    let dead = endpoint("e-1", "pc0001", "SN-0001", &["00:1b:21:00:00:01"], "10-01");
    give(&house, "sakura", "edr", "10-01", &dead).await;
    let before = scan("10-01", &[("192.0.2.10", "00:1b:21:00:00:01", "pc0001.sakura.example")]);
    give(&house, "sakura", "scanner", "10-01", &before).await;
    // The scanner sees the spare before the endpoint tool does, which knows better.
    let after = scan("10-03", &[("192.0.2.10", "00:1b:21:00:00:02", "pc0001.sakura.example")]);
    give(&house, "sakura", "scanner", "10-03", &after).await;
    let spare = endpoint("e-2", "pc0001", "SN-0002", &["00:1b:21:00:00:02"], "10-03");
    give(&house, "sakura", "edr", "10-03", &spare).await;
    let each = "edr/pc0001 scanner/pc0001.sakura.example";
    check(&groups(&house).await, &held(&house).await, &[each, each]);
    let told = "SELECT count(DISTINCT kind || value) FROM identifier_values WHERE kind IN ('serial', 'mac') GROUP BY asset";
    assert_eq!(house.ask(told).await, ["2", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_scaled_cloud_instances() {
    let house = House::new();
    let instance = |id: &str| {
        format!(
            r#""kind":"device","cloud_instance":"{id}","name":"{id}","hostname":"web-1","zone":"vpc","ip":"10.0.0.5","mac":"00:1b:21:00:00:07""#
        )
    };
    for (day, id) in [("10-01", "i-1"), ("10-02", "i-2"), ("10-03", "i-3")] {
        take(&house, "cloud", day, &[&instance(id)]).await;
        take(&house, "agents", day, &[&instance(id)]).await;
    }
    let expected = ["agents/i-1 cloud/i-1", "agents/i-2 cloud/i-2", "agents/i-3 cloud/i-3"];
    check(&groups(&house).await, &held(&house).await, &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_organisations_use_the_same_private_addresses() {
    let house = House::new();
    let host = r#""kind":"device","name":"pc1","hostname":"pc1","zone":"office","ip":"10.0.0.5","serial":"SN-0001""#;
    let probe = r#""kind":"device","name":"probe","zone":"office","ip":"10.0.0.5""#;
    for organisation in ["sakura", "ume"] {
        take_for(&house, organisation, &format!("agents-{organisation}"), "10-01", &[host]).await;
        take_for(&house, organisation, &format!("probe-{organisation}"), "10-01", &[probe]).await;
    }
    let expected = ["agents-sakura/pc1 probe-sakura/probe", "agents-ume/pc1 probe-ume/probe"];
    check(&groups(&house).await, &held(&house).await, &expected);
}

fn scim(number: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"Resources":[{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"d-1","userName":"Hanako@sakura.example","name":{{"formatted":"hanako"}},"displayName":"hanako","emails":[{{"value":"hanako@sakura.example"}}],"active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{"employeeNumber":"{number}"}}}}]}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_by_staff_number_sid_upn_and_mail_who_changes_ministry() {
    let house = House::new();
    let staff = r#""staff_number":"U-1001","name":"hanako","mail":"hanako@sakura.example""#;
    let logon = r#""kind":"user","name":"u1001","directory_id":"S-1-5-21-1-2-3-1001","account":"SAKURA\\u1001;HANAKO@sakura.example""#;
    let device = r#""kind":"user","name":"here","account":"u1001""#;
    take(&house, "staff", "09-01", &[staff]).await;
    take(&house, "logons", "09-02", &[logon]).await;
    give(&house, "sakura", "directory", "09-03", &scim("U-1001")).await;
    take(&house, "devices", "09-04", &[device]).await;
    let all = "devices/here directory/hanako logons/u1001 staff/hanako";
    check(&groups(&house).await, &held(&house).await, &[all]);
    // She goes to another ministry: her records here stay, there she is a person of her own.
    take_for(&house, "ume", "staff-ume", "10-01", &[staff]).await;
    let both = [all, "staff-ume/hanako"];
    check(&groups(&house).await, &held(&house).await, &both);
    // Years later somebody else gets the account.
    let next = r#""staff_number":"U-2002","name":"jiro","account":"u1001""#;
    take(&house, "staff", "10-02", &[next]).await;
    let mut three = both.to_vec();
    three.push("staff/jiro");
    check(&groups(&house).await, &held(&house).await, &three);
    assert_eq!(house.ask("SELECT count(*) FROM users WHERE organisation = 'ume'").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_by_register_number_domain_and_cloud_account() {
    let house = House::new();
    take(
        &house,
        "sites",
        "10-01",
        &[r#""kind":"system","name":"site","domain":"Shinsei.sakura.example.""#],
    )
    .await;
    take(
        &house,
        "cloud",
        "10-01",
        &[r#""kind":"system","name":"account","cloud_account":"123456789012""#],
    )
    .await;
    assert_eq!(groups(&house).await.len(), 2);
    let register = r#""system_number":"S-001","name":"申請","domain":"shinsei.sakura.example","cloud_account":"123456789012""#;
    take(&house, "register", "10-02", &[register]).await;
    check(&groups(&house).await, &held(&house).await, &["cloud/account register/申請 sites/site"]);
    // Its successor takes the domain over under a number of its own.
    let successor = r#""system_number":"S-002","name":"新申請","domain":"shinsei.sakura.example""#;
    take(&house, "register", "10-03", &[successor]).await;
    let expected = ["cloud/account register/申請 sites/site", "register/新申請"];
    check(&groups(&house).await, &held(&house).await, &expected);
    assert!(time("10-03") > time("10-02"));
}
