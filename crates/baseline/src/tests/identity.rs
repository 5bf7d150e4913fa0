//! The shipped identity rules, rule by rule, and broken rule files.

use proptest::prelude::*;
use yagura_model::identifier::{Identifier, IdentifierKind};

use crate::identity::{Rules, Scope};

/// Values as readers give them: normalised first.
fn check(kind: IdentifierKind, usable: bool, values: &[&str]) {
    for value in values {
        let Some(identifier) = Identifier::new(kind, *value) else {
            assert!(!usable, "{kind} `{value}` is not even an identifier");
            continue;
        };
        assert_eq!(Rules::shipped().usable(kind, &identifier.value), usable, "{kind} `{value}`");
    }
}

#[test]
fn kinds_are_ordered_by_strength() {
    use IdentifierKind as Kind;
    let rules = Rules::shipped();
    let falling = |kinds: &[Kind]| {
        for pair in kinds.windows(2) {
            assert!(rules.strength(pair[0]) > rules.strength(pair[1]), "{pair:?}");
        }
    };
    falling(&[Kind::CloudInstance, Kind::AgentId, Kind::Serial, Kind::Mac]);
    falling(&[Kind::Mac, Kind::Fqdn, Kind::Hostname, Kind::Ip]);
    falling(&[Kind::StaffNumber, Kind::DirectoryId, Kind::AccountName, Kind::Mail]);
    falling(&[Kind::SystemNumber, Kind::Domain, Kind::CloudAccount]);
    falling(&[Kind::DataSetNumber, Kind::Store]);
    falling(&[Kind::Digest, Kind::Artefact]);
    assert_eq!(rules.strength(Kind::Serial), rules.strength(Kind::Uuid));
    for kind in Kind::ALL {
        assert!(rules.of(*kind).is_some_and(|rule| !rule.why.is_empty()), "{kind}");
    }
}

#[test]
fn scopes_and_contradictions() {
    use IdentifierKind as Kind;
    let rules = Rules::shipped();
    assert_eq!(rules.scope(Kind::AgentId), Scope::Source);
    assert_eq!(rules.scope(Kind::Ip), Scope::Zone);
    assert_eq!(rules.scope(Kind::CloudInstance), Scope::Global);
    assert_eq!(rules.scope(Kind::Hostname), Scope::Organisation);
    for kind in [Kind::Serial, Kind::Uuid, Kind::CloudInstance, Kind::StaffNumber] {
        assert!(rules.contradicts(kind), "{kind}");
    }
    for kind in [Kind::Mac, Kind::Ip, Kind::Fqdn, Kind::AgentId, Kind::Digest] {
        assert!(!rules.contradicts(kind), "{kind}");
    }
}

#[test]
fn what_moves_contradicts_nothing() {
    use IdentifierKind as Kind;
    let rules = Rules::shipped();
    for kind in [Kind::Mac, Kind::Fqdn, Kind::Hostname, Kind::Ip, Kind::AccountName, Kind::Domain] {
        assert!(rules.moves(kind), "{kind}");
    }
    for kind in Kind::ALL {
        assert!(!(rules.moves(*kind) && rules.contradicts(*kind)), "{kind}");
        assert!(rules.moves(*kind) || !rules.tells_apart(*kind), "{kind}");
    }
    assert!(rules.tells_apart(Kind::Mac) && !rules.tells_apart(Kind::Ip));
    assert_eq!((rules.valid_days(Kind::Ip), rules.valid_days(Kind::Serial)), (Some(7), None));
}

#[test]
fn two_spellings_are_one_value() {
    use IdentifierKind as Kind;
    let one = |kind: Kind, spellings: &[&str], expected: &str| {
        for spelling in spellings {
            let identifier = Identifier::new(kind, *spelling).unwrap();
            assert_eq!(Rules::shipped().normal(kind, &identifier.value), expected, "{spelling}");
        }
    };
    one(Kind::Mac, &["00-1B-21-3D-4E-5F", "001b.213d.4e5f"], "001b213d4e5f");
    one(
        Kind::Fqdn,
        &["Web01.Sakura.example.", "ｗｅｂ０１．ｓａｋｕｒａ．ｅｘａｍｐｌｅ"],
        "web01.sakura.example",
    );
    one(
        Kind::Uuid,
        &["{5A4B5200-0000-4000-8000-000000000010}", "5a4b520000004000 8000000000000010"],
        "5a4b5200000040008000000000000010",
    );
    one(Kind::AccountName, &["SAKURA\\U0001", "u0001", "Ｕ０００１"], "u0001");
    one(Kind::AccountName, &["U0001@Sakura.example"], "u0001@sakura.example");
    one(Kind::AccountName, &["髙橋", "高橋"], "高橋");
    one(Kind::Store, &["ﾒｲﾎﾞ共有", "メイボ共有"], "メイボ共有");
    one(Kind::AssetNumber, &["北－１０５", "北-105", "北‐１０５", "北 - 105"], "北-105");
    one(Kind::Serial, &["pf0 abcde", "PF0ABCDE"], "pf0abcde");
    one(Kind::Ip, &["2001:DB8:0::10", "2001:db8::10"], "2001:db8::10");
    one(Kind::Ip, &["::ffff:192.0.2.1", "192.0.2.1", "１９２．０．２．１"], "192.0.2.1");
    one(Kind::Artefact, &["Registry.example/App:1.0"], "Registry.example/App:1.0");
}

#[test]
fn words_for_a_missing_value_identify_nothing_of_any_kind() {
    for kind in IdentifierKind::ALL {
        check(*kind, false, &["N/A", "none", " None ", "unknown", "-", "不明", "該当なし", ""]);
    }
}

#[test]
fn firmware_placeholders() {
    let placeholders = [
        "To be filled by O.E.M.",
        "TO BE FILLED BY O.E.M",
        "Default string",
        "0",
        "None",
        "System Serial Number",
        "1234567890",
        "Not Specified",
    ];
    check(IdentifierKind::Serial, false, &placeholders);
    check(IdentifierKind::Serial, false, &["00000000", "xxxxxxxx", "........", "7", "12"]);
    check(IdentifierKind::Serial, true, &["5CG1234ABC", "VMware-56 4d 12", "100", "PF0ABCDE"]);
    check(IdentifierKind::AssetNumber, false, &["No Asset Tag", "000000", "NA"]);
    check(IdentifierKind::AssetNumber, true, &["1", "PC-2026-0001"]);
}

#[test]
fn uuids_built_into_many_mainboards() {
    check(
        IdentifierKind::Uuid,
        false,
        &[
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "ffffffffffffffffffffffffffffffff",
            "03000200-0400-0500-0006-000700080009",
            "{03000200-0400-0500-0006-000700080009}",
            "03000200040005000006000700080009",
            "00020003-0004-0005-0006-000700080009",
            "Not Settable",
        ],
    );
    check(IdentifierKind::Uuid, true, &["4c4c4544-0042-3510-8051-b7c04f4d3532"]);
}

#[test]
fn macs_that_belong_to_no_single_card() {
    let shared = [
        ("00:00:00:00:00:00", "nothing"),
        ("FF-FF-FF-FF-FF-FF", "everybody"),
        ("02:42:ac:11:00:02", "container"),
        ("52:54:00:12:34:56", "virtual machine"),
        ("da:a1:19:00:00:01", "phone with a private address"),
        ("01:00:5e:00:00:fb", "multicast"),
        ("00:00:5e:00:01:0a", "VRRP"),
        ("00:00:5e:00:02:0a", "VRRP for IPv6"),
        ("0000.0c07.ac01", "HSRP"),
        ("00:00:0c:9f:f0:01", "HSRP version 2"),
        ("00:07:b4:00:01:01", "GLBP"),
        ("00:50:56:c0:00:08", "host side of a virtual network"),
        ("00:05:9a:3c:7a:00", "VPN client"),
        ("00:e0:4c:68:01:02", "USB adapter"),
        ("00:50:b6:12:34:56", "dock"),
    ];
    for (mac, what) in shared {
        let identifier = Identifier::new(IdentifierKind::Mac, mac).unwrap();
        let why = Rules::shipped().why_never(IdentifierKind::Mac, &identifier.value);
        assert!(why.is_some(), "{mac}: {what}");
    }
    check(
        IdentifierKind::Mac,
        true,
        &["00:1b:21:3d:4e:5f", "00:50:56:9a:00:01", "00:00:0c:9f:e0:01", "3c:52:82:00:00:01"],
    );
}

#[test]
fn names_every_machine_has() {
    check(IdentifierKind::Hostname, false, &["localhost", "LOCALHOST", "ubuntu", "192.0.2.1"]);
    check(IdentifierKind::Hostname, true, &["web01", "ubuntu01", "localhost-01"]);
    check(
        IdentifierKind::Fqdn,
        false,
        &[
            "localhost.localdomain",
            "localhost.localdomain.",
            "web01.localdomain",
            "app.localhost",
            "1.2.0.192.in-addr.arpa",
            "192.0.2.1",
            "2001:db8::1",
        ],
    );
    check(IdentifierKind::Fqdn, true, &["web01.ministry.example", "localhost.ministry.example"]);
}

#[test]
fn addresses_without_a_place() {
    check(
        IdentifierKind::Ip,
        false,
        &[
            "127.0.0.1",
            "127.1.2.3",
            "::1",
            "0.0.0.0",
            "::",
            "169.254.10.20",
            "fe80::1",
            "fe80::1%eth0",
            "::ffff:127.0.0.1",
            "224.0.0.251",
            "ff02::fb",
            "255.255.255.255",
            "172.17.0.1",
            "not an address",
        ],
    );
    check(IdentifierKind::Ip, true, &["192.0.2.1", "198.51.100.255", "2001:db8::1", "172.17.0.2"]);
}

#[test]
fn users_systems_data_and_images() {
    check(IdentifierKind::AccountName, false, &["Administrator", "root", "NT AUTHORITY\\SYSTEM"]);
    check(IdentifierKind::AccountName, true, &["t.yamada", "na", "ministry\\administrator"]);
    check(IdentifierKind::DirectoryId, false, &["S-1-5-18", "S-1-5-32-544"]);
    check(IdentifierKind::DirectoryId, true, &["S-1-5-21-1-2-3-500"]);
    check(IdentifierKind::Mail, false, &["noreply@ministry.example", "root@localhost"]);
    check(IdentifierKind::Mail, true, &["yamada@ministry.example"]);
    check(IdentifierKind::StaffNumber, false, &["0", "000000"]);
    check(IdentifierKind::StaffNumber, true, &["11", "100200"]);
    check(IdentifierKind::SystemNumber, false, &["0000"]);
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    check(IdentifierKind::Digest, false, &[empty, "sha256:0000000000000000"]);
    check(IdentifierKind::Digest, true, &["sha256:0123456789abcdef0123456789abcdef"]);
    check(IdentifierKind::Artefact, false, &["<none>:<none>", "."]);
    check(IdentifierKind::Artefact, true, &["registry.example/app:1.0"]);
}

#[test]
fn a_reason_is_given_in_words() {
    let why = Rules::shipped().why_never(IdentifierKind::Ip, "169.254.1.1");
    assert_eq!(
        why,
        Some("unspecified, loopback, link-local or group address (RFC 6890, RFC 4291)")
    );
}

#[test]
fn broken_rules_are_refused_with_their_place() {
    let broken = Rules::SHIPPED_TEXT.replacen("kind = \"serial\"", "kind = \"serail\"", 1);
    let before = Rules::SHIPPED_TEXT.split_once("kind = \"serial\"").unwrap().0;
    let error = Rules::from_toml(&broken).unwrap_err();
    assert_eq!((error.line, error.column), (before.matches('\n').count() + 1, 8));
    assert!(error.reason.contains("unknown variant `serail`"), "{error}");
}

#[test]
fn each_kind_of_mistake_has_its_reason() {
    let reason = |line: &str, broken: &str| {
        let text = Rules::SHIPPED_TEXT;
        assert!(text.contains(line), "{line}");
        Rules::from_toml(&text.replacen(line, broken, 1)).expect_err(broken).reason
    };
    assert!(reason("kind = \"uuid\"", "kind = \"serial\"").contains("has a rule already"));
    let without = reason(
        "[[kind]]\nkind = \"artefact\"\nstrength = 50\nscope = \"organisation\"\nsingle = false\nmoves = true\nnormal = []\nwhy = \"a name and tag point to changing content\"\n",
        "",
    );
    assert!(without.contains("no rule for the kind `artefact`"));
    assert!(reason("strength = 100", "strength = 0").contains("from 1 to 100"));
    assert!(reason("strength = 100", "strenght = 100").contains("unknown field `strenght`"));
    assert!(reason("scope = \"global\"", "scope = \"world\"").contains("unknown variant `world`"));
    assert!(reason("\"::1/128\"", "\"::1/127\"").contains("not the first address"));
    assert!(reason("\"::1/128\"", "\"loopback\"").contains("not a range of addresses"));
    assert!(reason("prefix = [\"S-1-5-32-\"]", "prefix = [\" \"]").contains("empty text"));
    assert!(reason("effective = \"2026-11-01\"", "effective = \"soon\"").contains("not a date"));
    let moving = reason("single = true\nmoves = false", "single = true\nmoves = true");
    assert!(moving.contains("exclude each other"));
    let apart = reason("moves = false\nnormal", "moves = false\ntells_apart = true\nnormal");
    assert!(apart.contains("only values that move need"));
    let days = reason("moves = false\nnormal", "moves = false\nvalid_days = 3\nnormal");
    assert!(days.contains("lose their validity"));
    let twice = reason("normal = [\"case\"]", "normal = [\"case\", \"case\"]");
    assert!(twice.contains("stands there already"));
    let step = reason("normal = [\"case\"]", "normal = [\"upper\"]");
    assert!(step.contains("unknown variant `upper`"));
    assert!(reason("are = [\"髙\"]", "are = [\"櫻\"]").contains("has its place"));
    assert!(reason("are = [\"髙\"]", "are = [\"髙橋\"]").contains("character"));
    assert!(reason("simultaneous_hours = 12", "simultaneous_hours = 0").contains("limit of 0"));
    let nothing = "[[never]]\nwhy = \"\"\n\n[[never]]\nkinds = [\"ip\"]\nshape";
    assert!(reason("[[never]]\nkinds = [\"ip\"]\nshape", nothing).contains("say which values"));
}

proptest! {
    #[test]
    fn any_value_has_an_answer(value in ".{0,40}") {
        for kind in IdentifierKind::ALL {
            let rules = Rules::shipped();
            prop_assert!(!rules.usable(*kind, &value) || rules.why_never(*kind, &value).is_none());
        }
    }

    #[test]
    fn every_locally_administered_mac_is_refused(octets in any::<[u8; 6]>()) {
        let mac = octets.map(|octet| format!("{octet:02x}")).join(":");
        if octets[0] & 0b11 != 0 {
            prop_assert!(!Rules::shipped().usable(IdentifierKind::Mac, &mac));
        }
    }
}
