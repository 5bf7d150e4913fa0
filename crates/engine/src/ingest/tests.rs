//! The re-ingest matrix: same, changed, withdrawn, older after newer, two sources, partial
//! coverage.

mod together;

use crate::testing::{House, grype};

const OPEN: &str = "SELECT check_id, first_seen FROM findings ORDER BY 1";
const HISTORY: &str = "SELECT check_id, first_seen, resolved_at FROM finding_history ORDER BY 1, 2";

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_changes_nothing() {
    let house = House::new();
    let request = House::request("grype");
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    let first = house.take(&report, &request).await.unwrap();
    assert_eq!((first.effects.opened, first.effects.assets_new, first.unchanged), (2, 1, false));
    assert_eq!(first.organisations_new, ["sakura"]);
    let commit = house.ingest.lake.snapshot().await.unwrap().commit();
    let again = house.take(&report, &request).await.unwrap();
    assert!(again.unchanged);
    assert_eq!(again.report, first.report);
    assert_eq!(house.ingest.lake.snapshot().await.unwrap().commit(), commit);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_open_go_on_close_and_come_back() {
    let house = House::new();
    let request = House::request("grype");
    house
        .take(&grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]), &request)
        .await
        .unwrap();
    let second = house
        .take(&grype("2026-10-02T00:00:00Z", &["CVE-2026-0002", "CVE-2026-0003"]), &request)
        .await
        .unwrap();
    let counts = (
        second.effects.opened,
        second.effects.resolved,
        second.effects.continuing,
        second.effects.assets_matched,
    );
    assert_eq!(counts, (1, 1, 1, 1));
    assert_eq!(
        house.ask(OPEN).await,
        ["CVE-2026-0002 2026-10-01T00:00:00Z", "CVE-2026-0003 2026-10-02T00:00:00Z"]
    );
    let third =
        house.take(&grype("2026-10-03T00:00:00Z", &["CVE-2026-0001"]), &request).await.unwrap();
    assert_eq!((third.effects.opened, third.effects.reopened, third.effects.resolved), (0, 1, 2));
    assert_eq!(
        house.ask(HISTORY).await,
        [
            "CVE-2026-0001 2026-10-01T00:00:00Z 2026-10-02T00:00:00Z",
            "CVE-2026-0001 2026-10-03T00:00:00Z -",
            "CVE-2026-0002 2026-10-01T00:00:00Z 2026-10-03T00:00:00Z",
            "CVE-2026-0003 2026-10-02T00:00:00Z 2026-10-03T00:00:00Z",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_changes_history_and_not_the_present() {
    let house = House::new();
    let request = House::request("grype");
    for (at, cves) in [
        ("2026-10-03T00:00:00Z", vec!["CVE-2026-0001"]),
        ("2026-10-01T00:00:00Z", vec!["CVE-2026-0001", "CVE-2026-0002"]),
        ("2026-10-02T00:00:00Z", vec![]),
    ] {
        house.take(&grype(at, &cves), &request).await.unwrap();
    }
    assert_eq!(
        house.ask(HISTORY).await,
        [
            "CVE-2026-0001 2026-10-01T00:00:00Z 2026-10-02T00:00:00Z",
            "CVE-2026-0001 2026-10-03T00:00:00Z -",
            "CVE-2026-0002 2026-10-01T00:00:00Z 2026-10-02T00:00:00Z",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_source_closes_nothing_of_another() {
    let house = House::new();
    let all = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001"]);
    house.take(&all, &House::request("grype-a")).await.unwrap();
    let none =
        house.take(&grype("2026-10-02T00:00:00Z", &[]), &House::request("grype-b")).await.unwrap();
    assert_eq!(
        (none.effects.resolved, none.effects.assets_new, none.effects.assets_matched),
        (0, 0, 1)
    );
    assert_eq!(house.ask(OPEN).await, ["CVE-2026-0001 2026-10-01T00:00:00Z"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_claims_too_much_or_comes_from_the_future_is_refused() {
    let house = House::new();
    let mut request = House::request("grype");
    request.sees = Some(yagura_model::coverage::ObservationKinds::of(&[
        yagura_model::coverage::ObservationKind::OpenPort,
    ]));
    let report = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001"]);
    let refused = house.take(&report, &request).await.unwrap_err();
    assert_eq!(refused.code(), "beyond");
    let future = grype("2027-10-01T00:00:00Z", &[]);
    let refused = house.take(&future, &House::request("grype")).await.unwrap_err();
    assert_eq!(refused.code(), "future");
    let mut request = House::request("grype");
    request.create_organisation = false;
    let refused = house.take(&report, &request).await.unwrap_err();
    assert_eq!(refused.code(), "unknown_organisation");
    assert_eq!(house.ingest.lake.snapshot().await.unwrap().commit().0, 0);
}

/// An Nmap scan of one host: the ports it looked at, and the CVE it found at some of them.
fn nmap(at: &str, scanned: &str, found: &[u16]) -> String {
    let ports: Vec<String> = found
        .iter()
        .map(|port| {
            format!(
                r#"<port protocol="tcp" portid="{port}"><state state="open"/>
<script id="vulners"><table key="cpe:/a:example:d:1"><table><elem key="id">CVE-2026-0001</elem>
<elem key="cvss">7.5</elem></table></table></script></port>"#
            )
        })
        .collect();
    let at: yagura_model::Timestamp = at.parse().unwrap();
    let at = at.as_second();
    format!(
        r#"<nmaprun scanner="nmap" args="nmap --script vulners 192.0.2.1">
<scaninfo type="syn" protocol="tcp" services="{scanned}"/><host endtime="{at}"><status state="up"/>
<address addr="192.0.2.1" addrtype="ipv4"/><ports>{}</ports></host>
<runstats><finished time="{at}" exit="success"/></runstats></nmaprun>"#,
        ports.join("")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_of_fewer_ports_closes_nothing_at_the_others() {
    let house = House::new();
    let request = House::request("ports");
    let open = "SELECT location, first_seen FROM findings ORDER BY 1";
    let first = nmap("2026-10-01T00:00:00Z", "1-1000,8443", &[22, 443, 8443]);
    assert_eq!(house.take(&first, &request).await.unwrap().effects.opened, 3);
    let fewer = nmap("2026-10-02T00:00:00Z", "1-1000", &[443]);
    assert_eq!(house.take(&fewer, &request).await.unwrap().effects.resolved, 1);
    assert_eq!(
        house.ask(open).await,
        ["443/tcp 2026-10-01T00:00:00Z", "8443/tcp 2026-10-01T00:00:00Z"]
    );
    // A scan of before, told late: what it did not look at is not gone in between.
    let late = nmap("2026-10-01T12:00:00Z", "22", &[]);
    assert_eq!(house.take(&late, &request).await.unwrap().effects.resolved, 0);
    let all = nmap("2026-10-03T00:00:00Z", "1-65535", &[22]);
    let all = house.take(&all, &request).await.unwrap();
    assert_eq!((all.effects.reopened, all.effects.resolved), (1, 2));
    assert_eq!(house.ask(open).await, ["22/tcp 2026-10-03T00:00:00Z"]);
}
