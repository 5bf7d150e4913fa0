//! All that is kept of one asset, for people.

use yagura_engine::{
    baseline::master::Master,
    browse::assets::{AssetRecord, Hold, RelationSaid},
    score::Names,
};
use yagura_model::{
    asset::RelationKind,
    domain::{AssetClass, Domain},
    identifier::IdentifierKind,
};

use super::{Found, life, reasons};
use crate::{
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone, plain},
        table::Table,
    },
    session::Session,
    words,
};

mod findings;
mod looks;
mod said;

/// Writes what it is, what stands against it, what was looked at, and who says what of it.
pub(super) fn show(
    session: &mut Session,
    found: &Found<AssetRecord>,
    top: usize,
) -> Result<(), Failure> {
    let asset = &found.what;
    heading(session, found)?;
    if let Some(text) = life::contradiction(session, &asset.life) {
        writeln!(session.console.out())?;
        words::paragraph(session, Tone::Caution, "", &text)?;
    }
    for hold in &asset.holds {
        held(session, hold)?;
    }
    findings::show(session, asset, top)?;
    looks::show(session, asset)?;
    said::sources(session, asset)?;
    said::identifiers(session, asset)?;
    said::attributes(session, asset)?;
    writeln!(session.console.out())?;
    let key = asset.asset.to_string();
    let life_hint = life::hint(&session.texts, &asset.life, &key);
    let hint = session.texts.say_with("asset-hint-explain", &[("asset", key.into())]);
    words::paragraph(session, Tone::Quiet, "", &hint)?;
    if let Some(hint) = life_hint {
        words::paragraph(session, Tone::Quiet, "", &hint)?;
    }
    if asset.class == Some(AssetClass::System) {
        let number = asset.identifiers.iter().find(|i| i.kind == IdentifierKind::SystemNumber);
        let system = number.map_or(asset.name.as_str(), |number| number.value.as_str());
        let hint = session.texts.say_with("asset-hint-system", &[("system", plain(system).into())]);
        words::paragraph(session, Tone::Quiet, "", &hint)?;
    }
    Ok(())
}

/// Writes a title with a table under it.
fn section(session: &mut Session, title: &str, table: &Table) -> Result<(), Failure> {
    let title = session.console.paint(Tone::Strong, title);
    writeln!(session.console.out(), "\n{title}")?;
    session.show(table)
}

fn heading(session: &mut Session, found: &Found<AssetRecord>) -> Result<(), Failure> {
    let asset = &found.what;
    let called: Vec<String> = asset.known_as.iter().map(|name| plain(name)).collect();
    let mut title = format!("{}  {}", asset.asset, plain(&asset.name));
    if !called.is_empty() {
        title.push_str(&format!("  ({})", called.join(", ")));
    }
    let title = session.console.paint(Tone::Strong, &title);
    writeln!(session.console.out(), "{title}")?;
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let none = || texts.say("explain-not-recorded");
    let class = asset.class.map(|class| {
        let class_word = texts.say(&format!("class-{class}"));
        let domain = texts.say(&format!("domain-{}", class.domain()));
        if class_word == domain {
            return class_word;
        }
        texts.say_with("asset-class", &[("class", class_word.into()), ("domain", domain.into())])
    });
    let mut lines = vec![(texts.say("column-class"), class.unwrap_or_default())];
    let label = texts.say("asset-life");
    lines.extend(life::lines(session, &asset.life).into_iter().map(|line| (label.clone(), line)));
    for kind in RelationKind::ALL {
        let stated: Vec<&RelationSaid> =
            asset.relations.iter().filter(|r| r.kind == *kind && !is_itself(asset, r)).collect();
        let label = texts.say(&format!("relation-{kind}"));
        if *kind == RelationKind::ManagedBy && !stated.iter().any(|relation| relation.in_force) {
            // Nobody says who answers for it: it counts where it was born.
            let code = organisation(texts, &found.names, &asset.organisation);
            let text = texts.say_with("asset-organisation-assumed", &[("code", code.into())]);
            lines.push((label.clone(), text));
        }
        let systemless =
            asset.class == Some(AssetClass::System) || asset.domain == Some(Domain::User);
        if *kind == RelationKind::PartOf && stated.is_empty() && !systemless {
            lines.push((label.clone(), none()));
        }
        for relation in stated {
            lines.push((label.clone(), relation_text(session, &found.names, relation)));
        }
    }
    lines.extend(network(texts, &asset.network));
    let time = |at| Cell::time(at).shown(zone);
    lines.push((texts.say("column-first-seen"), time(Some(asset.first_seen))));
    let newest = asset.observed_at.map_or_else(none, |at| time(Some(at)));
    lines.push((texts.say("column-last-observed"), newest));
    if let Some(count) = asset.software {
        let count = texts.say_with("asset-software", &[("count", count.into())]);
        lines.push((texts.say("column-software"), count));
    }
    lines.push((texts.say("asset-as-of"), time(Some(found.at))));
    if let Some(known_at) = asset.known_at {
        lines.push((texts.say("asset-known-at"), time(Some(known_at))));
    }
    // A label stands once where several lines say the same of it.
    let mut before = String::new();
    for (label, _) in &mut lines {
        if *label == before {
            label.clear();
        } else {
            before.clone_from(label);
        }
    }
    words::pairs(session, "  ", &lines)
}

/// The network an asset stands in, where that decides how long anything is in date.
fn network(texts: &Texts, name: &str) -> Option<(String, String)> {
    let mut others = Master::shipped().networks().iter().skip(1);
    let network = others.find(|network| network.name == name)?;
    let title = if texts.is_japanese() { &network.title_ja } else { &network.title_en };
    let days = [("network", title.as_str().into()), ("days", network.at_least_days.into())];
    Some((texts.say("attribute-network-class"), texts.say_with("asset-network", &days)))
}

/// A report given for a system says of the system too that it belongs there.
fn is_itself(asset: &AssetRecord, relation: &RelationSaid) -> bool {
    relation.asset.as_ref().is_some_and(|other| other.asset == asset.asset)
}

/// An organisation by code and name.
fn organisation(texts: &Texts, names: &Names, code: &str) -> String {
    let name = words::organisation(texts, names, code);
    if name == code { name } else { format!("{code} {name}") }
}

fn relation_text(session: &Session, names: &Names, relation: &RelationSaid) -> String {
    let texts = &session.texts;
    let zone = &session.console.look().zone;
    let target = match relation.kind {
        RelationKind::ManagedBy | RelationKind::UsedBy | RelationKind::OperatedBy => {
            organisation(texts, names, &relation.target)
        }
        RelationKind::PartOf
        | RelationKind::HostedOn
        | RelationKind::AssignedTo
        | RelationKind::MemberOf => match &relation.asset {
            Some(other) if other.name == relation.target => {
                format!("{} ({})", other.name, other.asset)
            }
            Some(other) => format!("{} {} ({})", relation.target, other.name, other.asset),
            None => relation.target.clone(),
        },
    };
    let day = |at| Cell::day(Some(at)).shown(zone);
    let from = relation.valid_from.map(day);
    // The end is exclusive: the last day is the one that holds the moment before.
    let before = |to: jiff::Timestamp| to - jiff::SignedDuration::from_nanos(1);
    let to = relation.valid_to.map(before).map(day);
    let dates = match (from, to) {
        (Some(from), Some(to)) => {
            texts.say_with("asset-from-to", &[("from", from.into()), ("to", to.into())])
        }
        (Some(from), None) => texts.say_with("asset-from", &[("from", from.into())]),
        (None, Some(to)) => texts.say_with("asset-to", &[("to", to.into())]),
        (None, None) => String::new(),
    };
    let state = match (relation.in_force, relation.stands) {
        (true, true) => String::new(),
        (true, false) => texts.say("asset-not-standing"),
        (false, _) => texts.say("asset-not-in-force"),
    };
    format!("{target}{dates}{state}")
}

/// A record that may be this asset, or another one.
fn held(session: &mut Session, hold: &Hold) -> Result<(), Failure> {
    let texts = &session.texts;
    let others: Vec<String> =
        hold.others.iter().map(|other| format!("{} {}", other.asset, plain(&other.name))).collect();
    let reason = reasons::held(texts, &hold.reason);
    let said = [
        ("source", plain(&hold.source).into()),
        ("name", plain(&hold.name).into()),
        ("reason", reason.into()),
        ("others", others.join(&texts.say("list-separator")).into()),
    ];
    let text = match hold.here {
        true => texts.say_with("asset-held-here", &said),
        false => texts.say_with("asset-held-elsewhere", &said),
    };
    writeln!(session.console.out())?;
    words::paragraph(session, Tone::Caution, "", &text)
}
