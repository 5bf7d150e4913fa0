//! Which source's value stands: named cases, laws, and files that are refused.

use proptest::prelude::*;
use yagura_model::{
    Timestamp,
    asset::RelationKind,
    attribute::names,
    coverage::ObservationKind,
    id::{SourceKey, SubjectKey},
};

use crate::{
    master::{Candidate, Contest, Lost, Master, Network, Preference, Witness, choose},
    observation::Required,
};

const NOW: &str = "2026-11-01T00:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn network(class: &str) -> Network {
    Master::shipped().network(Some(class), None)
}

/// What a source of a format says, and how many days ago it last looked; the number of the source is
/// its place. `+` after the format is a look with credentials.
type Said<'s> = (&'s str, &'s str, i64);

fn candidates<'s>(said: &[Said<'s>]) -> Vec<Candidate<&'s str>> {
    let master = Master::shipped();
    let candidate = |(number, (format, values, days)): (i32, &Said<'s>)| {
        let (format, credentialed) = match format.strip_suffix('+') {
            Some(format) => (format, Some(true)),
            None => (*format, Some(false)),
        };
        Candidate {
            witness: Witness {
                kind: master.kind(format, "a source", credentialed),
                source: SourceKey(number),
                subject: SubjectKey(i64::from(number)),
                confirmed: time(NOW) - jiff::SignedDuration::from_hours(24 * days),
            },
            values: values.split(' ').filter(|value| !value.is_empty()).collect(),
        }
    };
    (1..).zip(said).map(candidate).collect()
}

/// What stands, whether it is out of date, and why the others do not.
fn check(
    name: &str,
    class: &str,
    said: &[Said<'_>],
    stands: &str,
    stale: bool,
    others: &[(&str, Lost)],
) {
    let candidates = candidates(said);
    let master = Master::shipped();
    let choice = choose(master, master.attribute(name), network(class), time(NOW), &candidates);
    let values = |place: usize| candidates[place].values.join(" ");
    let chosen: Vec<String> = choice.chosen.iter().map(|place| values(*place)).collect();
    assert_eq!((chosen.join(" ").as_str(), choice.stale), (stands, stale), "{name} {said:?}");
    let lost: Vec<(String, Lost)> =
        choice.others.iter().map(|(place, lost)| (values(*place), *lost)).collect();
    let expected: Vec<(String, Lost)> =
        others.iter().map(|(value, lost)| ((*value).to_owned(), *lost)).collect();
    assert_eq!(lost, expected, "{name} {said:?}");
}

#[test]
fn register_against_scanner() {
    let said = [("nessus", "windows", 1), ("inventory_csv", "debian", 20)];
    check("os", "connected", &said, "debian", false, &[("windows", Lost::LowerPrecedence)]);
    let said = [("nessus+", "debian-11", 1), ("inventory_csv", "debian", 20)];
    check("os", "connected", &said, "debian-11", false, &[("debian", Lost::LowerPrecedence)]);
    check("owner", "connected", &said, "debian", false, &[("debian-11", Lost::LowerPrecedence)]);
}

#[test]
fn an_agent_on_the_machine_before_all_others() {
    let said = [("inventory_csv", "11", 0), ("nessus+", "11.7", 0), ("osquery", "11.8", 6)];
    let others = [("11.7", Lost::LowerPrecedence), ("11", Lost::LowerPrecedence)];
    check("os.version", "connected", &said, "11.8", false, &others);
}

#[test]
fn a_preferred_source_that_fell_silent_loses() {
    let said = [("inventory_csv", "chief", 36), ("scim", "clerk", 1)];
    check("owner", "connected", &said, "clerk", false, &[("chief", Lost::Stale)]);
    let said = [("inventory_csv", "chief", 35), ("scim", "clerk", 1)];
    check("owner", "connected", &said, "chief", false, &[("clerk", Lost::LowerPrecedence)]);
    // Nobody looks any more: the order of precedence decides, and it is marked.
    let said = [("scim", "clerk", 30), ("inventory_csv", "chief", 90)];
    check("owner", "connected", &said, "chief", true, &[("clerk", Lost::LowerPrecedence)]);
}

#[test]
fn a_segment_carried_by_hand_is_in_date_for_a_month_and_not_for_ever() {
    let (agent, register) = (("osquery", "11", 30), ("inventory_csv", "10", 1));
    let lost = [("10", Lost::LowerPrecedence)];
    check("os.version", "carried", &[agent, register], "11", false, &lost);
    check("os.version", "connected", &[agent, register], "10", false, &[("11", Lost::Stale)]);
    let agent = ("osquery", "11", 50);
    check("os.version", "carried", &[agent, register], "10", false, &[("11", Lost::Stale)]);
    check("os.version", "carried", &[agent], "11", true, &[]);
}

#[test]
fn equal_ones_by_time_then_by_who_came_first() {
    let said = [("osquery", "a", 2), ("ocsf", "b", 1)];
    check("os", "connected", &said, "b", false, &[("a", Lost::ConfirmedEarlier)]);
    let said = [("osquery", "a", 1), ("ocsf", "b", 1)];
    check("os", "connected", &said, "a", false, &[("b", Lost::CameLater)]);
    // The latest is the truth of some attributes, whoever says it.
    let said = [("inventory_csv", "a", 3), ("nmap", "b", 2)];
    check("last_seen", "connected", &said, "b", false, &[("a", Lost::ConfirmedEarlier)]);
}

#[test]
fn what_adds_up_leaves_out_only_what_is_out_of_date() {
    let said =
        [("nmap", "22/tcp 80/tcp", 3), ("nessus", "80/tcp 443/tcp", 1), ("osquery", "25/tcp", 8)];
    let stands = "80/tcp 443/tcp 22/tcp 80/tcp";
    check("open_port", "connected", &said, stands, false, &[("25/tcp", Lost::Stale)]);
    check("open_port", "isolated", &said, &format!("{stands} 25/tcp"), false, &[]);
    let said = [("nmap", "22/tcp", 90), ("nessus", "80/tcp", 80)];
    check("open_port", "connected", &said, "80/tcp 22/tcp", true, &[]);
}

#[test]
fn what_says_the_network_never_expires() {
    let said = [("osquery", "office", 1), ("inventory_csv", "vault", 400)];
    check("zone", "connected", &said, "vault", false, &[("office", Lost::LowerPrecedence)]);
}

#[test]
fn who_says_nothing_counts_for_nothing() {
    check("os", "connected", &[], "", false, &[]);
    check("os", "connected", &[("osquery", "", 0), ("nmap", "linux", 1)], "linux", false, &[]);
}

#[test]
fn a_name_has_its_own_rule_or_that_of_its_beginning_or_that_of_all() {
    let master = Master::shipped();
    assert_eq!(master.attribute("os.version").prefer, master.attribute("os").prefer);
    assert!(master.attribute("os.version").prefer.contains(&"parts".to_owned()));
    assert_eq!(master.attribute("account.mfa").prefer[0], "directory");
    assert!(master.attribute("x.rack").prefer.is_empty());
    assert_eq!(master.attribute("never.heard.of"), &master.default);
    assert_eq!(master.relation(RelationKind::ManagedBy).prefer[0], "register");
    assert!(master.relation(RelationKind::PartOf).many);
    for kind in RelationKind::ALL {
        assert!(master.relations.contains_key(kind), "{kind}");
    }
}

#[test]
fn a_source_is_known_by_its_format_its_name_and_its_last_look() {
    let own = "[[source]]\nkind = \"register\"\ntitle_ja = \"台帳\"\ntitle_en = \"register\"\n\
               sources = [\"CMDB\"]\ndays = 90\nwhy = \"handed in quarterly\"\n\n[[source]]";
    let text = Master::SHIPPED_TEXT.replacen("[[source]]", own, 1);
    let master = Master::from_toml(&text).unwrap();
    let kind = |format: &str, source: &str, credentialed: Option<bool>| {
        let kind = master.kind(format, source, credentialed);
        (master.of_kind(kind).unwrap().name.as_str(), master.days(kind, Network::default()))
    };
    assert_eq!(kind("ocsf", "CMDB", None), ("register", 90));
    assert_eq!(kind("ocsf", "EDR", None), ("endpoint", 7));
    assert_eq!(kind("nessus", "CMDB2", Some(true)), ("signed_in", 35));
    assert_eq!(kind("nessus", "CMDB2", Some(false)), ("scanner", 35));
    assert_eq!(kind("nessus", "CMDB2", None), ("scanner", 35));
    assert_eq!(kind("xccdf", "", None), ("signed_in", 95));
    assert_eq!(kind("unheard_of", "", None), ("other", 7));
    assert_ne!(master.digest, Master::shipped().digest);
}

#[test]
fn a_network_is_known_by_its_word_or_by_a_zone() {
    let zones = Master::SHIPPED_TEXT.replacen(
        "\"オフライン\"]\nzones = []",
        "\"オフライン\"]\nzones = [\"Lab-*\", \"vault\"]",
        1,
    );
    let master = Master::from_toml(&zones).unwrap();
    let named = |class: Option<&str>, zone: Option<&str>| {
        master.of_network(master.network(class, zone)).unwrap().name.clone()
    };
    assert_eq!(named(None, None), "connected");
    assert_eq!(named(Some(" 媒体搬送 "), None), "carried");
    assert_eq!(named(Some("Isolated"), Some("vault")), "isolated");
    assert_eq!(named(Some("no such word"), Some("VAULT")), "carried");
    assert_eq!(named(None, Some("lab-3")), "carried");
    assert_eq!(named(None, Some("vaults")), "connected");
}

#[test]
fn what_the_score_requires_is_asked_for_as_often_as_the_network_allows() {
    let master = Master::shipped();
    let required =
        |days| Required { kind: ObservationKind::Vulnerability, days, credentialed: true };
    let days = |days, class| master.required(required(days), network(class)).days;
    assert_eq!([days(7, "connected"), days(7, "isolated"), days(7, "carried")], [7, 14, 45]);
    assert_eq!([days(90, "isolated"), days(90, "carried")], [90, 90]);
}

const FORMATS: &[&str] =
    &["inventory_csv", "scim", "osquery", "asff", "nessus+", "nessus", "xccdf", "grype", "other"];
const NAMES: &[&str] =
    &["os", "owner", "account.mfa", names::OPEN_PORT, names::ZONE, names::LAST_SEEN, "x.rack"];

fn said() -> impl Strategy<Value = Vec<Candidate<&'static str>>> {
    let one =
        (prop::sample::select(FORMATS), prop::sample::select(vec!["a", "b", "c d", ""]), 0..60_i64);
    proptest::collection::vec(one, 0..8).prop_map(|said| candidates(&said))
}

/// Values with the records that say them, and records that lost with the reason.
type Outcome = (Vec<(SubjectKey, &'static str)>, Vec<(SubjectKey, Lost)>);

/// What stands, as records, by the choice among all.
fn chosen(preference: &Preference, network: Network, said: &[Candidate<&'static str>]) -> Outcome {
    let choice = choose(Master::shipped(), preference, network, time(NOW), said);
    let values = |place: usize| {
        said[place].values.iter().map(move |value| (said[place].witness.subject, *value))
    };
    let chosen = choice.chosen.iter().flat_map(|place| values(*place)).collect();
    let lost = |(place, lost): &(usize, Lost)| (said[*place].witness.subject, *lost);
    (chosen, choice.others.iter().map(lost).collect())
}

proptest! {
    #[test]
    fn the_order_of_what_is_said_does_not_matter(
        (one, other) in said().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
        name in prop::sample::select(NAMES),
    ) {
        let preference = Master::shipped().attribute(name);
        for class in ["connected", "isolated", "carried"] {
            let network = network(class);
            prop_assert_eq!(
                chosen(preference, network, &one),
                chosen(preference, network, &other)
            );
        }
    }

    #[test]
    fn a_contest_ends_as_the_choice_among_all(
        (one, other) in said().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
        split in 0..8_usize,
        name in prop::sample::select(NAMES),
    ) {
        let master = Master::shipped();
        let preference = master.attribute(name);
        let contest = |said: &[Candidate<&'static str>]| {
            let mut contest: Option<Contest<(SubjectKey, &'static str)>> = None;
            for candidate in said {
                let standing = master.standing(preference, &candidate.witness, time(NOW));
                for value in &candidate.values {
                    let value = (candidate.witness.subject, *value);
                    match &mut contest {
                        Some(contest) => contest.add(preference.many, standing, value),
                        None => contest = Some(Contest::of(standing, value)),
                    }
                }
            }
            contest
        };
        let (left, right) = other.split_at(split.min(other.len()));
        let joined = match (contest(left), contest(right)) {
            (Some(mut left), Some(right)) => {
                left.join(preference.many, right);
                Some(left)
            }
            (left, right) => left.or(right),
        };
        for class in ["connected", "isolated", "carried"] {
            let network = network(class);
            let mut expected = chosen(preference, network, &one).0;
            expected.sort_unstable();
            let mut stands: Vec<_> = joined
                .iter()
                .flat_map(|contest| contest.values(preference.many, network).copied())
                .collect();
            stands.sort_unstable();
            prop_assert_eq!(stands, expected);
        }
    }
}

/// Replaces one text of the shipped file and expects it to be refused there.
fn refused(text: &str, broken: &str, column: usize, reason: &str) {
    let shipped = Master::SHIPPED_TEXT;
    let (before, _) = shipped.split_once(text).unwrap_or_else(|| panic!("`{text}` is not there"));
    let error = Master::from_toml(&shipped.replacen(text, broken, 1)).expect_err(broken);
    let line = before.matches('\n').count() + 1;
    assert_eq!((error.line, error.column), (line, column), "{error}");
    assert!(error.reason.contains(reason), "{error}");
}

#[test]
fn a_broken_file_is_refused_with_its_place() {
    refused("effective = \"2026-11-01\"", "effective = \"11/1\"", 13, "not a date");
    refused("at_least_days = 45", "at_least_days = 4500", 17, "not from 0 to 3650 days");
    refused("network = \"isolated\"", "network = \"connected\"", 11, "stands there already");
    refused("\"offline\"", "\"Closed\"", 21, "`closed` means another network already");
    refused("days = 35", "days = 0", 8, "not from 1 to 3650 days");
    refused("formats = [\"scim\"]", "formates = [\"scim\"]", 1, "unknown field `formates`");
    refused(
        "prefer = [\"endpoint\"",
        "prefer = [\"edr\"",
        11,
        "no [[source]] is of the kind `edr`",
    );
    refused("names = [\"exposure\"]", "names = [\"owner\"]", 10, "`owner` has a rule already");
    refused("names = [\"x.*\"]", "names = [\"os.*\"]", 10, "`os.*` has a rule already");
    refused(
        "kinds = [\"assigned_to\"]",
        "kinds = [\"used_by\"]",
        10,
        "`used_by` has a rule already",
    );
    let expires = Master::SHIPPED_TEXT.replace("expires = false", "expires = true");
    let error = Master::from_toml(&expires).unwrap_err();
    assert!(error.reason.contains("needs `expires = false`"), "{error}");
}

#[test]
fn a_truncated_file_is_refused_and_never_panics() {
    let text = Master::SHIPPED_TEXT;
    let needed = text.find("[[attribute]]").unwrap();
    let characters = text.get(..needed).unwrap().chars().count();
    for length in (0..characters - 200).step_by(97) {
        let start: String = text.chars().take(length).collect();
        assert!(Master::from_toml(&start).is_err(), "the first {length} characters");
    }
}
