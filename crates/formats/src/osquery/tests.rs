//! Logs, exchanges and tables become facts of devices.

use super::Osquery;
use crate::{error::ErrorCode, format::Format, testing};

const LOG: &str = r#"{"name":"pack_it_deb_packages","hostIdentifier":"PC1","unixTime":1775001600,"action":"snapshot","snapshot":[{"name":"curl","version":"8.1","arch":"amd64","source":"","status":"install ok installed"},{"name":"gone","version":"1","arch":"all","source":"","status":"deinstall ok config-files"}],"decorations":{"host_uuid":"4c4c4544-0000-1111-2222-333344445555"}}
{"name":"os","hostIdentifier":"PC1","unixTime":1775001601,"action":"snapshot","snapshot":[{"name":"Debian","version":"13"}]}
{"name":"users","hostIdentifier":"PC1","unixTime":1775001602,"action":"added","columns":{"uid":"1000","gid":"1000","username":"taro","shell":"/bin/bash"}}
{"name":"ports","hostIdentifier":"PC1","unixTime":1775001602,"diffResults":{"added":[{"address":"0.0.0.0","family":"2","port":"443","protocol":"6"},{"address":"127.0.0.1","family":"2","port":"631","protocol":"6"}],"removed":[]}}
{"name":"deb_packages","hostIdentifier":"PC1","unixTime":1775001603,"action":"removed","columns":{"name":"old","version":"1","arch":"a","source":"","status":"x"}}
{"hostIdentifier":"PC1","unixTime":1775001604,"severity":0,"filename":"a.cpp","line":1,"message":"m"}
"#;

#[test]
fn logs_tell_software_system_accounts_and_ports() {
    let seen = testing::parse(&Osquery, LOG.as_bytes()).unwrap();
    assert_eq!((seen.tally.account.records, seen.tally.account.facts), (6, 6));
    assert_eq!((seen.tally.software, seen.tally.assets), (1, 1));
    let text = seen.lines.join("\n");
    for expected in [
        "asset 0 device `PC1` stable=Some(\"PC1\") [hostname=pc1]",
        "[uuid=4c4c4544-0000-1111-2222-333344445555]",
        "{os=Debian; os.version=13}",
        "name: \"curl\"",
        "{x.account=taro}",
        "{open_port=443/tcp}",
        "coverage 0 [software_inventory] credentialed=Some(true) All",
        "observed_at: Some(2026-04-01T00:00:04Z)",
    ] {
        assert!(text.contains(expected), "{expected} in\n{text}");
    }
    assert!(!text.contains("631/tcp") && !text.contains("\"old\"") && !text.contains("gone"));
    testing::check_prefixes(&Osquery, LOG.as_bytes());
}

#[test]
fn exchanges_are_joined_by_the_node_key() {
    let text = r#"{"path":"/enroll","request":{"enroll_secret":"s","host_identifier":"h1","host_details":{"system_info":{"hostname":"h1","cpu_brand":"CPU\u0000\u0000","uuid":"4c4c4544-0000-1111-2222-333344445555"}}},"response":{"node_key":"k"}}
{"path":"/config","request":{"node_key":"k"},"response":{}}
{"path":"/log","request":{"node_key":"k","log_type":"result","data":[{"name":"os","hostIdentifier":"h1","unixTime":1775001600,"action":"snapshot","snapshot":[{"name":"Debian","version":"13"}]}]},"response":{}}
{"path":"/config","request":{"node_key":"other"},"response":{}}
"#;
    let seen = testing::parse(&Osquery, text.as_bytes()).unwrap();
    assert_eq!((seen.tally.account.facts, seen.tally.account.dropped), (3, 1));
    let lines = seen.lines.join("\n");
    assert!(lines.contains("hardware.cpu=CPU}") && lines.contains("os=Debian"), "{lines}");
}

#[test]
fn bare_rows_need_a_device() {
    let rows = br#"[{"uid":"0","gid":"0","username":"root","shell":"/bin/sh"}]"#;
    assert_eq!(testing::parse(&Osquery, rows).unwrap_err().code, ErrorCode::Invalid);
    let mut named = testing::context();
    named.asset = Some("pc9.city.example".to_owned());
    let mut seen = crate::collect::Transcript::default();
    Osquery.parse(&mut std::io::Cursor::new(rows), &named, &mut seen).unwrap();
    assert!(seen.lines.join("\n").contains("[fqdn=pc9.city.example]"));
    let info =
        br#"[{"cpu_brand":"c","hostname":"vm","uuid":"4c4c4544-0000-1111-2222-333344445555"}]"#;
    assert_eq!(testing::parse(&Osquery, info).unwrap().tally.account.facts, 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
        testing::parse_unclaimed(&Osquery, &bytes).ok();
    }
}
