//! The list of assets, for people and for spreadsheets.

use std::collections::BTreeMap;

use yagura_engine::{
    browse::assets::{Counts, Listed},
    life::StateCounts,
};
use yagura_model::{domain::Domain, life_cycle::LifeCycle};

use super::{Found, life, values};
use crate::{
    arguments::times::Times,
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
    words,
};

/// Attributes that have a column of their own in spreadsheets.
const ATTRIBUTES: &[&str] = &[
    "os",
    "os.version",
    "exposure",
    "life_cycle",
    "post",
    "employment",
    "account.enabled",
    "account.privileged",
    "account.mfa",
    "confidentiality",
    "integrity",
    "availability",
    "important",
    "personal_data",
    "encrypted",
];

/// The columns of spreadsheets, named like the fields of `--json`.
pub(super) const COLUMNS: &[(&str, u16)] = &[
    ("asset", 8),
    ("name", 30),
    ("known_as", 30),
    ("domain", 10),
    ("class", 14),
    ("organisation", 24),
    ("used_by", 24),
    ("operated_by", 24),
    ("systems", 14),
    ("state", 12),
    ("contradicted", 12),
    ("in_service", 10),
    ("held", 8),
    ("sources", 8),
    ("first_seen", 24),
    ("observed_at", 24),
    ("seen_at", 24),
    ("critical", 8),
    ("high", 8),
    ("medium", 8),
    ("low", 8),
    ("accepted", 10),
    ("undetermined", 12),
    ("detections", 10),
    ("looks_missing", 12),
    ("looks_required", 12),
    ("os", 24),
    ("os.version", 12),
    ("exposure", 18),
    ("life_cycle", 12),
    ("post", 16),
    ("employment", 12),
    ("account.enabled", 14),
    ("account.privileged", 16),
    ("account.mfa", 16),
    ("confidentiality", 14),
    ("integrity", 10),
    ("availability", 10),
    ("important", 10),
    ("personal_data", 12),
    ("encrypted", 10),
];

/// The cells for [`COLUMNS`].
pub(super) fn row(asset: &Listed) -> Vec<Cell> {
    let joined = |values: &mut dyn Iterator<Item = &String>| {
        let values: Vec<&str> = values.map(String::as_str).collect();
        if values.is_empty() { Cell::empty() } else { Cell::text(values.join("; ")) }
    };
    let yes = |yes: bool| Cell::text(if yes { "true" } else { "false" });
    let counts = &asset.findings;
    let mut cells = vec![
        Cell::text(asset.asset.to_string()),
        Cell::text(&asset.name),
        joined(&mut asset.known_as.iter()),
        Cell::text(asset.domain.as_str()),
        Cell::text(asset.class.as_str()),
        Cell::text(&asset.organisation),
        joined(&mut asset.used_by.iter()),
        joined(&mut asset.operated_by.iter()),
        joined(&mut asset.systems.iter()),
        Cell::text(asset.state.as_str()),
        yes(asset.contradicted),
        yes(asset.in_service),
        yes(asset.held),
        Cell::count(asset.sources),
        Cell::time(Some(asset.first_seen)),
        Cell::time(asset.observed_at),
        Cell::time(asset.seen_at),
        Cell::count(counts.critical),
        Cell::count(counts.high),
        Cell::count(counts.medium),
        Cell::count(counts.low),
        Cell::count(counts.accepted),
        Cell::count(counts.undetermined),
        Cell::count(counts.detections),
        Cell::count(asset.looks_missing),
        Cell::count(asset.looks_required),
    ];
    let attribute = |name: &&str| asset.attributes.get(*name).map_or_else(Cell::empty, Cell::text);
    cells.extend(ATTRIBUTES.iter().map(attribute));
    cells
}

/// Writes the heading, the table and what must be said of it.
pub(super) fn show(
    session: &mut Session,
    times: &Times,
    found: &Found<Vec<Listed>>,
    shown: &[Listed],
) -> Result<(), Failure> {
    words::times(session, times)?;
    let mut left_out = Vec::new();
    if !shown.is_empty() {
        let table = table(session, found, shown);
        let look = session.console.look().clone();
        left_out = table.write(session.console.out(), &look)?;
        writeln!(session.console.out())?;
    }
    summary(session, &found.what, shown.len())?;
    if !left_out.is_empty() {
        let columns = left_out.join(&session.texts.say("list-separator"));
        let note = session.texts.say_with("table-left-out", &[("columns", columns.into())]);
        words::paragraph(session, Tone::Quiet, "", &note)?;
    }
    Ok(())
}

fn table(session: &Session, found: &Found<Vec<Listed>>, shown: &[Listed]) -> Table {
    let texts = &session.texts;
    let all = found.what.iter().map(|a| a.findings).fold(Counts::default(), Counts::and);
    let missing = in_service(&found.what).map(|asset| asset.looks_missing).sum();
    let mut footer = vec![Cell::text(texts.say("total")), Cell::empty(), Cell::empty()];
    footer.extend([Cell::empty(), Cell::empty(), Cell::empty()]);
    footer.extend(all.by_severity().map(Cell::count));
    footer.extend([Cell::count(missing), Cell::empty(), Cell::empty(), Cell::empty()]);
    Table {
        columns: vec![
            Column::whole(texts.say("column-key")),
            Column::cut(texts.say("column-known-as"), 7, Keep::Start),
            Column::cut(texts.say("column-name"), 12, Keep::Start),
            Column::cut(texts.say("column-class"), 8, Keep::Start).optional(4),
            Column::cut(texts.say("column-organisation"), 12, Keep::Start),
            Column::cut(texts.say("column-system"), 8, Keep::Start).optional(2),
            Column::number(texts.say("column-critical")),
            Column::number(texts.say("column-high")),
            Column::number(texts.say("column-medium")),
            Column::number(texts.say("column-low")).optional(5),
            Column::number(texts.say("column-unknown-looks")),
            Column::number(texts.say("column-sources")).optional(1),
            Column::whole(texts.say("column-last-observed")),
            Column::cut(texts.say("column-about"), 16, Keep::Start).optional(3),
        ],
        rows: shown.iter().map(|asset| line(session, found, asset)).collect(),
        footer: Some(footer),
    }
}

fn line(session: &Session, found: &Found<Vec<Listed>>, asset: &Listed) -> Vec<Cell> {
    let texts = &session.texts;
    let tone = if asset.in_service { Tone::Plain } else { Tone::Quiet };
    let quiet = |cell: Cell| cell.tone(tone);
    let systems: Vec<&str> = asset.systems.iter().map(String::as_str).collect();
    let [critical, high, medium, low] = asset.findings.by_severity().map(Cell::count);
    let alarm = |cell: Cell, alarm: Tone| {
        if asset.in_service { cell.tone_if_any(alarm) } else { cell.tone(Tone::Quiet) }
    };
    vec![
        quiet(Cell::text(asset.asset.to_string())),
        quiet(Cell::text(asset.known_as.first().cloned().unwrap_or_default())),
        quiet(Cell::text(&asset.name)),
        quiet(Cell::text(texts.say(&format!("class-{}", asset.class)))),
        quiet(Cell::text(words::organisation(texts, &found.names, &asset.organisation))),
        quiet(Cell::text(systems.join(" "))),
        alarm(critical, Tone::Bad),
        alarm(high, Tone::Caution),
        quiet(medium),
        quiet(low),
        looks(asset.looks_missing, asset.looks_required).tone(match asset.looks_missing {
            1.. if asset.in_service => Tone::Caution,
            _ => Tone::Quiet,
        }),
        quiet(Cell::count(asset.sources)),
        quiet(Cell::day(asset.observed_at)),
        quiet(Cell::text(about(texts, asset))),
    ]
}

/// The assets that are in service: of the others nothing is required.
fn in_service(all: &[Listed]) -> impl Iterator<Item = &Listed> {
    all.iter().filter(|asset| asset.in_service)
}

/// Required looks that are missing, of how many.
fn looks(missing: u64, required: u64) -> Cell {
    if required == 0 { Cell::empty() } else { Cell::text(format!("{missing}/{required}")) }
}

/// The operating system with its version, once: many tools write the version into the name too.
fn operating_system(name: Option<&str>, version: Option<&str>) -> Option<String> {
    let (Some(name), Some(version)) = (name, version) else {
        return name.or(version).map(str::to_owned);
    };
    let said = format!(" {name} ").contains(&format!(" {version} "));
    Some(if said { name.to_owned() } else { format!("{name} {version}") })
}

/// What matters of an asset of this domain, in a few words.
fn about(texts: &Texts, asset: &Listed) -> String {
    let value = |name: &str| asset.attributes.get(name).map(String::as_str);
    let mut parts: Vec<String> = Vec::new();
    if asset.held {
        parts.push(texts.say("column-assets-held"));
    }
    if asset.state != LifeCycle::InService {
        parts.push(life::word(texts, asset.state));
    }
    if asset.contradicted {
        parts.push(texts.say("asset-mark-contradicted"));
    }
    match asset.domain {
        Domain::Device => {
            parts.extend(operating_system(value("os"), value("os.version")));
        }
        Domain::User => {
            if let Some(state @ ("left" | "leave" | "contractor")) = value("employment") {
                parts.extend(values::word(texts, "employment", state));
            }
            if value("account.enabled") == Some("false") {
                parts.push(texts.say("asset-disabled"));
            }
            if value("account.privileged") == Some("true") {
                parts.push(texts.say("asset-privileged"));
            }
            if let Some(factor @ ("none" | "sms")) = value("account.mfa") {
                let factor = values::word(texts, "account.mfa", factor).unwrap_or_default();
                parts.push(texts.say_with("asset-factor", &[("factor", factor.into())]));
            }
            parts.extend(value("post").map(str::to_owned));
        }
        Domain::System | Domain::Data => {
            parts.extend(ratings(texts, &asset.attributes));
            if value("important") == Some("true") {
                parts.push(texts.say("asset-important"));
            }
            if value("personal_data") == Some("true") {
                parts.push(texts.say("asset-personal-data"));
            }
            if value("encrypted") == Some("false") {
                parts.push(texts.say("asset-plain-text"));
            }
        }
    }
    if value("exposure") == Some("internet") {
        parts.push(texts.say("asset-on-the-internet"));
    }
    parts.join(&texts.say("list-separator"))
}

fn ratings(texts: &Texts, attributes: &BTreeMap<String, String>) -> Option<String> {
    let rating = |name: &str| attributes.get(name).map(String::as_str);
    let [confidentiality, integrity, availability] =
        ["confidentiality", "integrity", "availability"].map(rating);
    if [confidentiality, integrity, availability].iter().all(Option::is_none) {
        return None;
    }
    let shown = |rating: Option<&str>| rating.unwrap_or("-").to_owned();
    Some(texts.say_with(
        "asset-ratings",
        &[
            ("confidentiality", shown(confidentiality).into()),
            ("integrity", shown(integrity).into()),
            ("availability", shown(availability).into()),
        ],
    ))
}

/// How many assets there are of what, and what to know of the figures.
fn summary(session: &mut Session, all: &[Listed], shown: usize) -> Result<(), Failure> {
    let texts = &session.texts;
    if all.is_empty() {
        let none = texts.say("asset-none");
        return words::paragraph(session, Tone::Plain, "", &none);
    }
    let count = |wanted: &dyn Fn(&Listed) -> bool| all.iter().filter(|a| wanted(a)).count();
    let domains: Vec<String> = Domain::ALL
        .iter()
        .map(|domain| (domain, count(&|asset| asset.domain == *domain)))
        .filter(|(_, count)| *count > 0)
        .map(|(domain, count)| {
            let domain = texts.say(&format!("domain-{domain}"));
            texts.say_with("asset-of-domain", &[("domain", domain.into()), ("count", count.into())])
        })
        .collect();
    let domains = domains.join(&texts.say("list-separator"));
    let whole = [("count", all.len().into()), ("domains", domains.into())];
    let mut lines = vec![(Tone::Strong, texts.say_with("asset-count", &whole))];
    if shown < all.len() {
        let shown = [("shown", shown.into())];
        lines.push((Tone::Plain, texts.say_with("asset-top", &shown)));
    }
    let unlooked = count(&|asset| {
        asset.in_service && asset.looks_required > 0 && asset.looks_missing == asset.looks_required
    });
    let held = count(&|asset| asset.held);
    let mut states = StateCounts::default();
    all.iter().for_each(|asset| states.add(asset.state, asset.contradicted));
    for (tone, id, count) in [
        (Tone::Caution, "asset-unlooked", unlooked),
        (Tone::Caution, "asset-held", held),
        (Tone::Caution, "asset-missing", count(&|asset| asset.state == LifeCycle::Missing)),
        (Tone::Caution, "asset-contradicted", count(&|asset| asset.contradicted)),
    ] {
        if count > 0 {
            lines.push((tone, texts.say_with(id, &[("count", count.into())])));
        }
    }
    if states.left_out() > 0 {
        let left_out = life::counted(texts, &states, |state| !state.counts());
        let said = [("states", left_out.into())];
        lines.push((Tone::Plain, texts.say_with("asset-left-out", &said)));
    }
    lines.push((Tone::Quiet, texts.say("asset-note-findings")));
    let required: u64 = in_service(all).map(|asset| asset.looks_required).sum();
    let required = [("required", required.into())];
    lines.push((Tone::Quiet, texts.say_with("asset-note-unknown", &required)));
    for (tone, line) in lines {
        words::paragraph(session, tone, "", &line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::operating_system;

    #[test]
    fn the_version_of_a_system_is_said_once() {
        let check = |name, version, expected| {
            assert_eq!(operating_system(name, version).as_deref(), expected);
        };
        check(Some("Debian"), Some("11"), Some("Debian 11"));
        check(Some("Debian 11"), Some("11"), Some("Debian 11"));
        check(Some("Debian 11"), Some("1"), Some("Debian 11 1"));
        check(Some("Ubuntu 22.04 LTS"), Some("22.04"), Some("Ubuntu 22.04 LTS"));
        check(Some("Debian"), None, Some("Debian"));
        check(None, Some("11"), Some("11"));
        check(None, None, None);
    }
}
