//! What `docs/scoring.md`, `docs/identity.md` and `docs/master.md` say in numbers is what the program
//! computes.

use yagura_model::{
    Timestamp, asset::RelationKind, domain::AssetClass, identifier::IdentifierKind,
    points::MicroPoints,
};

use crate::{
    identity::Rules,
    inputs::{Base, Clock, Exposure, Probability, ProblemInputs, Threat, Value},
    master::{Master, Preference},
    model::Model,
    problem::{ProblemScore, problem},
    remedy::remedy,
    unknown::unknown,
    vector::base_score,
};

const SCORING: &str = include_str!("../../../../docs/scoring.md");
const IDENTITY: &str = include_str!("../../../../docs/identity.md");
const MASTER: &str = include_str!("../../../../docs/master.md");
const LIFE: &str = include_str!("../../../../docs/lifecycle.md");

#[track_caller]
fn check(document: &str, lines: &[String]) {
    let missing: Vec<&str> =
        lines.iter().filter(|line| !document.contains(*line)).map(String::as_str).collect();
    assert!(missing.is_empty(), "the document lacks these lines:\n{}", missing.join("\n"));
}

fn time(date: &str) -> Timestamp {
    format!("{date}T00:00:00Z").parse().unwrap()
}

/// The example's server: on the internet, 機密性2, in service since April, looked at in November.
fn example(vector: Option<&str>, published: &str, threat: Threat) -> ProblemScore {
    let inputs = ProblemInputs {
        base: Base::Vulnerability(vector.map(|vector| base_score(vector).unwrap())),
        threat: Threat { feeds: true, ..threat },
        exposure: Some(Exposure::Internet),
        value: Value { confidentiality: Some(2), ..Value::default() },
        clock: Clock {
            published: Some(time(published)),
            in_service: Some(time("2026-04-01")),
            asset_first_seen: time("2026-04-03"),
            problem_first_seen: time("2026-11-20"),
        },
        due: None,
        now: time("2026-11-21"),
    };
    problem(Model::shipped(), &inputs)
}

fn decimal(points: MicroPoints) -> String {
    format!("{}.{:06}", points.0 / 1_000_000, points.0 % 1_000_000)
}

fn row(name: &str, cells: impl IntoIterator<Item = String>) -> String {
    format!("| {name} | {} |", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

#[test]
fn the_worked_example_is_what_the_program_computes() {
    let epss = Some(Probability::parse("0.01297").unwrap());
    let scores = [
        example(
            Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            "2026-08-01",
            Threat { known_exploited: true, ..Threat::default() },
        ),
        example(
            Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"),
            "2026-11-01",
            Threat { epss, ..Threat::default() },
        ),
        example(None, "2026-10-10", Threat::default()),
    ];
    let names = ["基礎点 base", "脅威 threat", "公開範囲 exposure", "重要度 value", "経過 age"];
    let mut lines: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(place, name)| row(name, scores.map(|s| s.factors[place].value.to_string())))
        .collect();
    lines.push(row("リスク点 points", scores.map(|s| decimal(s.points))));
    let sum = remedy(Model::shipped(), &scores.map(|s| s.points));
    lines.push(row("対処策での配分 share", sum.shares.iter().copied().map(decimal)));
    lines.push(format!("= **{}**", decimal(sum.points)));
    let confidential = Value { confidentiality: Some(2), ..Value::default() };
    let observed = Some(MicroPoints(31_500_000));
    let never = unknown(Model::shipped(), Some(Exposure::Internet), &confidential, observed);
    lines.push(format!("max(7 × 3 × 2, 31.5) = **{}**", decimal(never.points)));
    lines.push(format!("**{}**", decimal(sum.points + never.points)));
    check(SCORING, &lines);
}

#[test]
fn the_table_of_required_observations_is_that_of_the_model() {
    let model = Model::shipped();
    let mut lines: Vec<String> = Vec::new();
    for class in AssetClass::ALL {
        let required = model.required(*class).iter().map(|required| {
            let mark = if required.credentialed { "†" } else { "" };
            format!("{} {}{mark}", required.kind, required.days)
        });
        lines.push(format!("| `{class}` | {} |", required.collect::<Vec<_>>().join(", ")));
    }
    check(SCORING, &lines);
}

#[test]
fn the_table_of_identifiers_is_that_of_the_rules() {
    let rules = Rules::shipped();
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let line = |kind: &IdentifierKind| {
        let rule = rules.of(*kind).unwrap();
        let scope = serde_json::to_value(rule.scope).unwrap();
        let days = rule.valid_days.map(|days| days.to_string()).unwrap_or_default();
        let steps: Vec<String> =
            rule.normal.iter().map(|step| format!("{step:?}").to_lowercase()).collect();
        format!(
            "| `{kind}` | {} | {} | {} | {} | {} | {days} | {} |",
            rule.strength,
            scope.as_str().unwrap(),
            yes(rule.single),
            yes(rule.moves),
            yes(rule.tells_apart),
            steps.join(" ").replace("finaldot", "final_dot"),
        )
    };
    check(IDENTITY, &IdentifierKind::ALL.iter().map(line).collect::<Vec<_>>());
}

#[test]
fn the_tables_of_master_records_are_those_of_the_rules() {
    let master = Master::shipped();
    let mut lines = Vec::new();
    for network in master.networks() {
        lines.push(format!(
            "| `{}` | {} | {} | {} |",
            network.name,
            network.title_ja,
            network.words.join(", "),
            network.at_least_days,
        ));
    }
    for kind in master.kinds() {
        let formats = kind.formats.as_ref().map(|formats| formats.join(", ")).unwrap_or_default();
        let credentialed = kind.credentialed.map_or("", |yes| if yes { "yes" } else { "no" });
        lines.push(format!(
            "| `{}` | {} | {formats} | {credentialed} | {} |",
            kind.name, kind.title_ja, kind.days
        ));
    }
    let line = |names: &str, preference: &Preference| {
        let how = match (preference.many, preference.expires) {
            (true, _) => "多 many",
            (false, true) => "",
            (false, false) => "期限なし never stale",
        };
        format!("| {names} | {} | {how} |", preference.prefer.join(" › "))
    };
    lines.push(line("他のすべて all others", &master.default));
    for (name, preference) in &master.exact {
        lines.push(line(&format!("`{name}`"), preference));
    }
    for (prefix, preference) in &master.prefixes {
        lines.push(line(&format!("`{prefix}*`"), preference));
    }
    for kind in RelationKind::ALL {
        lines.push(line(&format!("関係 relation `{kind}`"), master.relation(*kind)));
    }
    check(MASTER, &lines);
}

#[test]
fn the_table_of_silence_is_that_of_the_rules() {
    let life = &Master::shipped().life;
    let line = |class: &AssetClass| {
        let days = life.silence(*class).unwrap().days;
        let days = days.map_or("期限なし never".to_owned(), |days| days.to_string());
        format!("| `{class}` | {days} |")
    };
    check(LIFE, &AssetClass::ALL.iter().map(line).collect::<Vec<_>>());
    assert!(LIFE.contains(&format!("from {} day after it", life.grace_days)));
}
