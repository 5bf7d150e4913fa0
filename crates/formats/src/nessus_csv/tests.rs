use proptest::prelude::*;

use super::NessusCsv;
use crate::{error::ErrorCode, testing};

const NESSUS: &str = "\u{feff}Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output\r
\"900001\",\"CVE-2026-0001\",\"7.5\",\"High\",\"192.0.2.1\",\"tcp\",\"443\",\"Old web server\",\"Old.\",\"A long story.\",\"Update it.\",\"https://advisory.example/1\nhttps://advisory.example/2\",\"\n  Installed version : 1.0\n  Fixed version : 1.2\n\"\r
\"900001\",\"CVE-2026-0002\",\"7.5\",\"High\",\"192.0.2.1\",\"tcp\",\"443\",\"Old web server\",\"Old.\",\"A long story.\",\"Update it.\",\"https://advisory.example/1\nhttps://advisory.example/2\",\"\n  Installed version : 1.0\n  Fixed version : 1.2\n\"\r
\"19506\",\"\",\"\",\"None\",\"192.0.2.1\",\"tcp\",\"0\",\"Nessus Scan Information\",\"\",\"\",\"n/a\",\"\",\"Nessus version : 10.8.0\nCredentialed checks : yes\nPort scanner(s) : nessus_syn_scanner\nScan Start Date : 2026/4/1 8:50 JST\nScan duration : 600 sec\"\r
\"900002\",\"\",\"\",\"None\",\"files.branch.example\",\"udp\",\"0\",\"Names\",\"Tells names.\",\"\",\"n/a\",\"\",\"\"\r
\"900003\",\"\",\"\",\"Dreadful\",\"files.branch.example\",\"tcp\",\"22\",\"Odd\",\"\",\"\",\"\",\"\",\"\"\r
\"\",\"\",\"\",\"High\",\"192.0.2.1\",\"tcp\",\"0\",\"\",\"\",\"\",\"\",\"\",\"\"\r
\"900004\",\"\",\"\",\"High\",\"\",\"tcp\",\"0\",\"\",\"\",\"\",\"\",\"\",\"\"\r
";

const CLOUD: &str = "asset.display_fqdn;asset.display_ipv4_address;asset.display_mac_address;asset.host_name;asset.id;asset.name;asset.network.name;asset.operating_system;asset.system_type;definition.cve;definition.cvss3.base_vector;definition.cvss2.base_vector;definition.cwe;definition.id;definition.name;definition.type;first_observed;last_seen;output;port;protocol;risk_modified;severity;state
db1.branch.example;192.0.2.5;00:00:5e:00:53:05;db1;aa-5;db1;Head office;Example Linux 9;aws-instance;CVE-2026-0001, CVE-2026-0002;CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H;CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P;79, 80;900001;Old library;LOCAL;2026-03-01T00:00:00Z;2026-04-01T00:00:00Z;'Should be : lib-1.2;0;TCP;ACCEPTED;High;ACTIVE
db1.branch.example;192.0.2.5;;db1;aa-5;db1;Head office;;;;;;;900002;Gone;REMOTE;2026-03-01T00:00:00Z;2026-03-31T00:00:00Z;;443;TCP;NONE;Low;FIXED
";

const WEB: &str = "Plugin ID,CVE,CVSS,CVSSv3,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output
98104,,7.5,7.1,high,shop.example,http,,XSS,XSS,Text,Escape it.,,Found on 'https://shop.example/a?b=1'.
";

const CENTER: &str = "Plugin,Plugin Name,Family,Severity,IP Address,Protocol,Port,MAC Address,DNS Name,NetBIOS Name,Plugin Output,CVSS V3 Vector,CVE,Cross References
900001,Old,Web Servers,Critical,192.0.2.7,TCP,443,00:00:5e:00:53:07,web7.branch.example,BRANCH\\WEB7,Text,AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H,CVE-2026-0003,\"CWE:79,IAVA:2026-A-0001\"
";

fn expect(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn rows_of_one_finding_share_their_cve_ids() {
    let seen = testing::parse(&NessusCsv, NESSUS.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.facts), (7, 3, 2));
    assert_eq!((account.dropped, seen.tally.assets), (2, 2));
    let text = seen.lines.join("\n");
    assert_eq!(text.matches("cves: [\"CVE-2026-0001\", \"CVE-2026-0002\"]").count(), 2);
    expect(
        &text,
        &[
            "id: \"900001\", kind: Vulnerability, title: \"Old web server\", severity: Some(High)",
            "references: [\"https://advisory.example/1\", \"https://advisory.example/2\"]",
            "location: \"443/tcp\"",
            "fixed_version: Some(\"1.2\")",
            "UnknownSeverity, at: \"line ",
            "Dropped(NoCheck)",
            "Dropped(NoAsset)",
            "coverage 0 [vulnerability open_port] credentialed=Some(true) All",
            "coverage 1 [vulnerability] credentialed=Some(false) Named([])",
            "tool_version: Some(\"10.8.0\"), observed_at: Some(2026-04-01T00:00:00Z)",
            "TimeWithoutZone",
        ],
    );
    assert!(testing::places(NESSUS, &seen)[1].trim().starts_with("\"900001\",\"CVE-2026-0002\""));
}

#[test]
fn an_export_of_the_cloud_names_states_and_assets() {
    let seen = testing::parse(&NessusCsv, CLOUD.as_bytes()).unwrap();
    let account = seen.tally.account;
    assert_eq!((account.records, account.findings, account.passes), (2, 1, 1));
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 server `db1` stable=Some(\"aa-5\") [mac=00:00:5e:00:53:05 fqdn=db1.branch.example \
             hostname=db1 ip=192.0.2.5] {os=Example Linux 9; zone=Head office}",
            "cves: [\"CVE-2026-0001\", \"CVE-2026-0002\"], vectors: [\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\", \
             \"AV:N/AC:L/Au:N/C:P/I:P/A:P\"]",
            "references: [\"CWE-79\", \"CWE-80\"], remote: Some(false)",
            "fixed_version: Some(\"lib-1.2\"), disposition: Accepted, first_seen: Some(2026-03-01T00:00:00Z)",
            "Pass(CheckSeen { id: \"900002\"",
            "coverage 0 [vulnerability] credentialed=Some(true) Named([])",
            "observed_at: Some(2026-04-01T00:00:00Z)",
        ],
    );
}

#[test]
fn the_other_layouts_are_read() {
    let seen = testing::parse(&NessusCsv, WEB.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 web_site `shop.example` stable=None [domain=shop.example]",
            "kind: Code",
            "location: \"https://shop.example/a\"",
            "coverage 0 [code] credentialed=None Named([])",
        ],
    );
    let seen = testing::parse(&NessusCsv, CENTER.as_bytes()).unwrap();
    expect(
        &seen.lines.join("\n"),
        &[
            "asset 0 device `192.0.2.7` stable=None [mac=00:00:5e:00:53:07 fqdn=web7.branch.example \
             hostname=web7 ip=192.0.2.7]",
            "vectors: [\"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"]",
            "references: [\"CWE:79\", \"IAVA:2026-A-0001\"]",
            "severity: Critical",
        ],
    );
    let empty = testing::parse(&NessusCsv, WEB.lines().next().unwrap().as_bytes()).unwrap();
    assert_eq!(empty.tally.account.records, 0);
    let other = testing::parse_unclaimed(&NessusCsv, b"a,b\n1,2\n").unwrap_err();
    assert_eq!(other.code, ErrorCode::Invalid);
}

#[test]
fn every_prefix_is_refused_or_read() {
    for text in [NESSUS, CLOUD, WEB, CENTER] {
        testing::check_prefixes(&NessusCsv, text.as_bytes());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut text = b"Plugin ID,Risk,Host,Name\n".to_vec();
        text.extend(bytes);
        testing::parse_unclaimed(&NessusCsv, &text).ok();
    }
}
