//! Subjects: what a source saw before is found again; what it did not is drafted, to be born once it
//! is known which asset it is.
//!
//! A source's own id, a serial number, an agent stay with a thing. A source that knows a thing only
//! by a value that moves (a name, a card, an address) shows the same thing under it as long as what
//! it shows does not contradict what it showed before; after that another *generation* of the
//! subject begins under the same key, and the facts of the old one stay where they are. One that
//! knows things by a number it was shown (a scanner by the UUID of the firmware) sees clones under
//! one key: what has no card and no name in common is another generation there too.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use yagura_baseline::identity::{Rules, Scope};
use yagura_lake::{
    LakeError,
    row::Stored,
    rows::{IdentifierRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    id::{Shard, SourceKey, SubjectKey},
    identifier::IdentifierKind,
};

use super::{
    faces::Face,
    hash,
    stage::{Asset, Shown},
    work::{SHARD_SUBJECTS, Work},
};

/// How far over its size a shard may grow so that all records of an asset lie together.
const TOGETHER: i64 = 4;

/// The assets of a report by what the lake knows of them.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// By local number of the asset.
    pub(super) by_local: Vec<Option<Spot>>,
    /// The subjects to be born.
    pub(super) drafts: Vec<Draft>,
    /// The row of every subject that was found by its key.
    pub(super) rows: Vec<SubjectRow>,
    /// The identifiers in force of every subject that was found by its key, those of older
    /// generations among them.
    pub(super) identifiers: Vec<Stored<IdentifierRow>>,
    /// Known subjects that show nothing but a place, which another thing may have taken.
    pub(super) places: Vec<Place>,
}

impl Found {
    /// The identifiers of a subject that was found.
    pub(super) fn shown_by(
        &self,
        subject: SubjectKey,
    ) -> impl Iterator<Item = &IdentifierRow> + Clone {
        let from = self.identifiers.partition_point(|stored| stored.row.subject < subject);
        let rest = self.identifiers.get(from..).unwrap_or_default();
        rest.iter().map(|stored| &stored.row).take_while(move |row| row.subject == subject)
    }
}

/// A known subject its source knows by a place in a network and by nothing else.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its asset in the report.
    pub(super) local: usize,
    /// Which subject it is if the place is still its own.
    pub(super) subject: SubjectKey,
    /// All generations of the key.
    pub(super) generations: Vec<SubjectKey>,
    /// What is born if another thing has the place now that was never seen there.
    pub(super) draft: Draft,
}

/// Which subject an asset of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// One the lake knows.
    Known(SubjectKey),
    /// A draft, by its number.
    New(usize),
}

/// A subject to be born.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The first asset of the report that is it.
    pub(super) local: usize,
    pub(super) key_hash: i64,
    pub(super) stable_key: String,
    /// The kind of identifier its key is, if its values move.
    pub(super) moving: Option<IdentifierKind>,
}

/// What a source knows a thing by.
#[derive(Debug)]
pub(super) struct Key {
    text: String,
    pub(super) hash: i64,
    /// The kind of identifier it is, if its values move; `None` if it stays with the thing.
    moving: Option<IdentifierKind>,
    /// Whether it is a number that clones and copies share.
    copied: bool,
}

impl Key {
    pub(super) fn of(rules: &Rules, source: SourceKey, asset: &Asset) -> Self {
        let (text, moving) = stable_key(asset, rules);
        let copied = moving.is_none() && is_copied(rules, &text);
        Self { hash: key_hash(source, &text), text, moving, copied }
    }

    /// Whether it is a place in a network, which another thing may take.
    pub(super) fn is_place(&self, rules: &Rules) -> bool {
        self.moving.is_some_and(|kind| rules.scope(kind) == Scope::Zone)
    }

    /// The subject that begins a generation.
    fn draft(&self, local: usize, number: u32) -> Draft {
        let stable_key = match number {
            1 => self.text.clone(),
            _ => format!("{}~{number}", self.text),
        };
        Draft { local, key_hash: self.hash, stable_key, moving: self.moving }
    }
}

/// A subject of a key.
#[derive(Clone, Copy)]
struct Generation {
    number: u32,
    spot: Spot,
    /// The asset of this report that is it, if one is.
    local: Option<usize>,
}

/// Finds the subject of every asset of the report, or drafts it.
pub(super) async fn find(work: &Work<'_>) -> Result<Found, LakeError> {
    let source = work.source.source;
    let hashes = work.faces.all().map(|face| face.key.hash);
    let mut rows: Vec<SubjectRow> = work.transaction.rows(&Filter::of("key_hash", hashes)).await?;
    rows.retain(|row| row.source == source);
    let mut found = Found::default();
    if !rows.is_empty() {
        let of_subjects = Filter::of("subject", rows.iter().map(|row| row.subject.0));
        found.identifiers = work.transaction.read(&of_subjects).await?;
    }
    let mut by_hash: HashMap<i64, Vec<&SubjectRow>> = HashMap::new();
    for row in &rows {
        by_hash.entry(row.key_hash).or_default().push(row);
    }
    let mut generations: HashMap<String, Vec<Generation>> = HashMap::new();
    for (local, asset) in work.stage.assets.iter().enumerate() {
        let (Some(asset), Some(Face { key, .. })) = (asset, work.faces.get(local)) else {
            found.by_local.push(None);
            continue;
        };
        let all = generations.entry(key.text.clone()).or_insert_with(|| {
            let rows = by_hash.get(&key.hash).into_iter().flatten();
            let mut known: Vec<Generation> = rows
                .filter_map(|row| {
                    let number = generation(&key.text, &row.stable_key)?;
                    Some(Generation { number, spot: Spot::Known(row.subject), local: None })
                })
                .collect();
            known.sort_by_key(|generation| generation.number);
            known
        });
        let before = |spot| match spot {
            Spot::Known(subject) => shown(work.rules, found.shown_by(subject)),
            Spot::New(draft) => shown_here(work, found.drafts.get(draft).map(|draft| draft.local)),
        };
        let spot = match key.moving {
            Some(kind) => same(work, asset, kind, all, before),
            None if key.copied => clone(work, asset, all, before),
            None => all.last().map(|generation| generation.spot),
        };
        let number = all.last().map_or(1, |newest| newest.number + 1);
        let draft = || key.draft(local, number);
        let spot = match spot {
            Some(Spot::Known(subject)) => {
                if key.is_place(work.rules) {
                    let generations = all.iter().filter_map(|generation| match generation.spot {
                        Spot::Known(subject) => Some(subject),
                        Spot::New(_) => None,
                    });
                    let generations = generations.collect();
                    found.places.push(Place { local, subject, generations, draft: draft() });
                }
                Spot::Known(subject)
            }
            Some(draft) => draft,
            None => {
                let spot = Spot::New(found.drafts.len());
                found.drafts.push(draft());
                all.push(Generation { number, spot, local: None });
                spot
            }
        };
        if let Some(generation) = all.iter_mut().find(|generation| generation.spot == spot) {
            generation.local.get_or_insert(local);
        }
        found.by_local.push(Some(spot));
    }
    found.rows = rows;
    Ok(found)
}

/// Normalised values by kind.
type Values = BTreeMap<IdentifierKind, Vec<Arc<str>>>;

/// What an asset of the report shows.
fn shown_here(work: &Work<'_>, local: Option<usize>) -> Values {
    let asset = local.and_then(|local| work.stage.assets.get(local)?.as_ref());
    asset.map(values).unwrap_or_default()
}

fn values(asset: &Asset) -> Values {
    let mut values = Values::new();
    for shown in &asset.shown {
        if let Some(normal) = &shown.normal {
            values.entry(shown.kind).or_default().push(Arc::clone(normal));
        }
    }
    values
}

/// What a subject showed last.
fn shown<'r>(rules: &Rules, rows: impl Iterator<Item = &'r IdentifierRow>) -> Values {
    let mut values = Values::new();
    for row in rows.filter(|row| row.resolved_at.is_none()) {
        let kind = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number);
        if let Some(kind) = kind.filter(|kind| rules.usable(*kind, &row.value)) {
            let value = Arc::from(rules.normal(kind, &row.value).as_ref());
            values.entry(kind).or_default().push(value);
        }
    }
    values
}

/// The generation an asset of a key that moves is; `None` if it is another thing than all of them.
///
/// One that shows what the asset shows, the newest first; else the newest, if it shows nothing that
/// differs.
fn same(
    work: &Work<'_>,
    asset: &Asset,
    key: IdentifierKind,
    generations: &[Generation],
    before: impl Fn(Spot) -> Values,
) -> Option<Spot> {
    let now = if generations.is_empty() { Values::new() } else { values(asset) };
    let mut newest = None;
    for generation in generations.iter().rev() {
        let agrees = agrees(work.rules, key, &now, &before(generation.spot));
        if agrees == Some(true) {
            return Some(generation.spot);
        }
        newest = newest.or(Some((generation.spot, agrees)));
    }
    newest.filter(|(_, agrees)| agrees.is_none()).map(|(spot, _)| spot)
}

/// Whether two statements under one key that moves are of one thing, by the strongest kind of
/// identifier that tells things apart and that both show; `None` if there is none.
fn agrees(rules: &Rules, key: IdentifierKind, now: &Values, before: &Values) -> Option<bool> {
    let mut kinds: Vec<IdentifierKind> = now.keys().copied().collect();
    kinds.sort_by_key(|kind| (std::cmp::Reverse(rules.strength(*kind)), *kind));
    kinds
        .into_iter()
        .filter(|kind| *kind != key && rules.scope(*kind) != Scope::Source)
        .filter(|kind| rules.contradicts(*kind) || rules.tells_apart(*kind))
        .find_map(|kind| {
            let (now, before) = (now.get(&kind)?, before.get(&kind)?);
            Some(now.iter().any(|value| before.contains(value)))
        })
}

/// The generation an asset of a key that clones share is; `None` if it is another clone.
///
/// One that shows a card or a name the asset shows, the newest first; else the newest that does not
/// differ. A machine may be given another name, or another card: it is another machine if both are
/// others. Where clones are known, and within one report, either is enough.
fn clone(
    work: &Work<'_>,
    asset: &Asset,
    generations: &[Generation],
    before: impl Fn(Spot) -> Values,
) -> Option<Spot> {
    let rules = work.rules;
    let now = if generations.is_empty() { Values::new() } else { values(asset) };
    let cards = |kind: IdentifierKind| rules.valid_days(kind).is_none();
    let mut newest = None;
    for generation in generations.iter().rev() {
        let (common, apart) = compared(rules, &now, &before(generation.spot));
        if common {
            return Some(generation.spot);
        }
        let here = generation.local.map(|local| shown_here(work, Some(local)));
        let here = here.is_some_and(|here| !compared(rules, &now, &here).1.is_empty());
        let differs = match generations.len() {
            1 => apart.iter().any(|kind| cards(*kind)),
            _ => !apart.is_empty(),
        };
        if !here && !differs {
            newest = newest.or(Some(generation.spot));
        }
    }
    newest
}

/// Whether two statements have a card or a name in common, and the kinds of those in which they
/// differ.
fn compared(rules: &Rules, now: &Values, before: &Values) -> (bool, Vec<IdentifierKind>) {
    let (mut common, mut apart) = (false, Vec::new());
    for (kind, values) in now.iter().filter(|(kind, _)| rules.tells_apart(**kind)) {
        let Some(before) = before.get(kind) else { continue };
        match values.iter().any(|value| before.contains(value)) {
            true => common = true,
            false => apart.push(*kind),
        }
    }
    (common, apart)
}

/// The number of the generation a stable key is of; `None` if it is another key.
fn generation(key: &str, stable_key: &str) -> Option<u32> {
    match stable_key.strip_prefix(key)? {
        "" => Some(1),
        rest => rest.strip_prefix('~')?.parse().ok(),
    }
}

/// The hash of a key of a source.
pub(super) fn key_hash(source: SourceKey, text: &str) -> i64 {
    hash::short(&[&source.0.to_le_bytes(), text.as_bytes()])
}

/// Whether a key is the value of a kind of identifier that stays with a thing, of which a thing has
/// one, and which clones and copies nevertheless share.
pub(super) fn is_copied(rules: &Rules, key: &str) -> bool {
    let kind = key.split_once(':').and_then(|(kind, _)| kind.parse().ok());
    kind.is_some_and(|kind| {
        rules.contradicts(kind) && !rules.moves(kind) && rules.scope(kind) != Scope::Source
    })
}

/// What a source knows a thing by: its own stable id, else the values of the strongest kind of
/// identifier that can identify, else its name. And the kind of identifier that is, if it moves.
fn stable_key(asset: &Asset, rules: &Rules) -> (String, Option<IdentifierKind>) {
    if let Some(id) = asset.stable_id.as_deref().filter(|id| !id.is_empty()) {
        // Some tools call a thing by a name it happens to have.
        let named = |shown: &&Shown| shown.value.eq_ignore_ascii_case(id);
        let mut names = asset.shown.iter().filter(named).map(|shown| shown.kind);
        let first = names.next();
        let moves = first.is_some_and(|kind| rules.moves(kind)) && names.all(|k| rules.moves(k));
        return (format!("id:{id}"), first.filter(|_| moves));
    }
    let usable = asset.shown.iter().filter(|shown| shown.normal.is_some());
    match usable.clone().max_by_key(|shown| rules.strength(shown.kind)) {
        Some(strongest) => {
            let values = usable.filter(|shown| shown.kind == strongest.kind);
            let values: Vec<&str> = values.map(|shown| &*shown.value).collect();
            let moving = Some(strongest.kind).filter(|kind| rules.moves(*kind));
            (format!("{}:{}", strongest.kind, values.join(" ")), moving)
        }
        None => match asset.shown.first() {
            Some(weak) => (format!("{}:{}", weak.kind, weak.value), None),
            None => (format!("name:{}", asset.name), None),
        },
    }
}

/// The key of a new subject: in the shard of its asset's first record, or else in the shard its
/// organisation is filling or, when that is full, in the newest one, or in another.
pub(super) fn born(work: &mut Work<'_>, beside: Option<Shard>) -> SubjectKey {
    let size = |work: &Work<'_>, shard: i64| work.counter(&format!("shard.{shard}.subjects"));
    let beside = beside.map(|shard| i64::from(shard.0));
    let shard = match beside.filter(|shard| size(work, *shard) < SHARD_SUBJECTS * TOGETHER) {
        Some(shard) => shard,
        None => {
            let placement = format!("placement.{}", work.organisation());
            let mut shard = work.counter(&placement);
            if shard == 0 || size(work, shard) >= SHARD_SUBJECTS {
                shard = work.counter("shards");
                if shard == 0 || size(work, shard) >= SHARD_SUBJECTS {
                    shard = work.count("shards");
                }
                work.set_counter(placement, shard);
            }
            shard
        }
    };
    let number = work.count(&format!("shard.{shard}.subjects"));
    SubjectKey::new(Shard(shard as i32), number as u32)
}
