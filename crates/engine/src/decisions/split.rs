//! A person says that records of an asset are another thing.

use std::collections::{BTreeMap, BTreeSet};

use yagura_lake::{
    LakeError, Snapshot,
    row::Stored,
    rows::{AssetRow, HoldRow, IdentifierRow, LinkRow, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    domain::AssetClass,
    id::{AssetKey, SubjectKey},
    identifier::IdentifierKind,
};

use super::{DecisionError, Split, draft::Draft, records::born};
use crate::ingest::{is_within, joined};

/// Puts records of an asset on another one, or on one of their own.
///
/// Records that wait for a person may also be said to be right where they stand: all records of an
/// asset are then told apart from those they might have been.
pub(super) async fn plan(draft: &mut Draft<'_>, split: &Split) -> Result<(), DecisionError> {
    if split.records.is_empty() {
        return Err(DecisionError::NoRecord);
    }
    let wanted: BTreeSet<AssetKey> = [split.asset].into_iter().chain(split.into).collect();
    let rows = draft.alike(&wanted).await?;
    let row = |key: AssetKey| rows.iter().find(|stored| stored.row.asset == key);
    let unknown = || DecisionError::UnknownAsset { asset: split.asset };
    let from = row(split.asset).ok_or_else(unknown)?;
    let links = links(draft.snapshot, split).await?;
    let named = |link: &&Stored<LinkRow>| split.records.contains(&link.row.subject);
    let staying: BTreeSet<SubjectKey> =
        links.iter().filter(|link| !named(link)).map(|link| link.row.subject).collect();
    let holds: Vec<Stored<HoldRow>> = draft.snapshot.read(&Filter::all()).await?;
    let held: Vec<&Stored<HoldRow>> =
        holds.iter().filter(|hold| split.records.contains(&hold.row.subject)).collect();
    let to = match split.into {
        Some(into) if into == split.asset && held.is_empty() => {
            return Err(DecisionError::NothingHeld { asset: into });
        }
        Some(into) if into != split.asset && staying.is_empty() => {
            return Err(DecisionError::AllRecords { asset: split.asset });
        }
        Some(into) => into,
        None if !staying.is_empty() => new_asset(draft),
        None if held.is_empty() => return Err(DecisionError::AllRecords { asset: split.asset }),
        None => split.asset,
    };
    for link in links.iter().filter(named) {
        draft.place(link, to);
    }
    let others: BTreeSet<i64> = held
        .iter()
        .flat_map(|hold| hold.row.candidates.iter().copied())
        .filter(|key| ![to, split.asset].contains(&AssetKey(*key)))
        .collect();
    if !others.is_empty() {
        let links: Vec<LinkRow> = draft.snapshot.rows(&Filter::of("asset", others)).await?;
        draft.apart.extend(links.into_iter().map(|link| link.subject));
    }
    for hold in held {
        draft.rehold(hold, None);
    }
    if to == split.asset {
        return Ok(());
    }
    draft.apart.extend(&staying);
    let said = Said::load(draft.snapshot, &split.records, &staying).await?;
    assets(draft, from, row(to), to, &said, (&split.records, &staying));
    let within = holds.iter().filter(|hold| staying.contains(&hold.row.subject));
    for hold in within.filter(|hold| is_within(&hold.row)) {
        if !said.contradicts(draft, &hold.row, &staying) {
            draft.rehold(hold, None);
        }
    }
    Ok(())
}

/// The links of the asset, if all records named stand there.
async fn links(snapshot: &Snapshot, split: &Split) -> Result<Vec<Stored<LinkRow>>, DecisionError> {
    let asset = split.asset;
    let links: Vec<Stored<LinkRow>> = snapshot.read(&Filter::of("asset", [asset.0])).await?;
    let there: BTreeSet<SubjectKey> = links.iter().map(|link| link.row.subject).collect();
    if let Some(record) = split.records.difference(&there).next().copied() {
        let elsewhere: Vec<LinkRow> = snapshot.rows(&Filter::of("subject", [record.0])).await?;
        let stands_on = elsewhere.first().map(|link| link.asset);
        return Err(DecisionError::NotThere { record, asset, stands_on });
    }
    Ok(links)
}

fn new_asset(draft: &mut Draft<'_>) -> AssetKey {
    const COUNTER: &str = "assets";
    let key = AssetKey(draft.snapshot.counter(COUNTER) + 1);
    draft.changes.counters.insert(COUNTER.to_owned(), key.0);
    draft.assets.insert(key);
    draft.made.insert(key);
    key
}

/// The rows of the asset the records leave and of the one they go to.
fn assets(
    draft: &mut Draft<'_>,
    from: &Stored<AssetRow>,
    into: Option<&Stored<AssetRow>>,
    to: AssetKey,
    said: &Said,
    (named, staying): (&BTreeSet<SubjectKey>, &BTreeSet<SubjectKey>),
) {
    let first = said.first_seen(named);
    match into {
        Some(into) => {
            let first = first.map(|first| first.min(into.row.first_seen));
            draft.restate(into, joined(&into.row, first, said.class(named)));
        }
        None => {
            let class = said.class(named).map_or(from.row.class, |class| class.number() as i8);
            let row = AssetRow {
                asset: to,
                class,
                name: said.name(named).unwrap_or(&from.row.name).to_owned(),
                first_seen: first.unwrap_or(from.row.first_seen),
                ..from.row.clone()
            };
            draft.changes.assets.push(row);
        }
    }
    // What only the records said that leave is not said of it any more.
    let mut row = from.row.clone();
    let rest = said.rows(staying);
    if !rest.clone().any(|subject| subject.name == row.name) {
        row.name = said.name(staying).map_or(row.name, str::to_owned);
    }
    if !rest.clone().any(|subject| subject.class == row.class) {
        row.class = said.class(staying).map_or(row.class, |class| class.number() as i8);
    }
    if let Some(first) = said.first_seen(staying) {
        row.first_seen = row.first_seen.max(first);
    }
    draft.restate(from, row);
}

/// What the records of an asset say of it.
struct Said {
    subjects: Vec<SubjectRow>,
    /// When each first said anything.
    born: BTreeMap<SubjectKey, Timestamp>,
    identifiers: Vec<IdentifierRow>,
}

impl Said {
    async fn load(
        snapshot: &Snapshot,
        named: &BTreeSet<SubjectKey>,
        staying: &BTreeSet<SubjectKey>,
    ) -> Result<Self, LakeError> {
        let filter = Filter::of("subject", named.iter().chain(staying).map(|subject| subject.0));
        let all = named.union(staying).copied().collect();
        let (mut subjects, identifiers, born) = tokio::try_join!(
            snapshot.rows::<SubjectRow>(&filter),
            snapshot.rows::<IdentifierRow>(&filter),
            born(snapshot, &all),
        )?;
        subjects.sort_by_key(|row| (row.report, row.subject));
        Ok(Self { subjects, born, identifiers })
    }

    /// Some of the records, the one that came first first.
    fn rows<'s>(
        &'s self,
        of: &'s BTreeSet<SubjectKey>,
    ) -> impl Iterator<Item = &'s SubjectRow> + Clone {
        self.subjects.iter().filter(|row| of.contains(&row.subject))
    }

    fn name(&self, of: &BTreeSet<SubjectKey>) -> Option<&str> {
        self.subjects.iter().find(|row| of.contains(&row.subject)).map(|row| row.name.as_str())
    }

    /// The sort the first source says that knows more than that it is a device.
    fn class(&self, of: &BTreeSet<SubjectKey>) -> Option<AssetClass> {
        let class =
            |row: &SubjectRow| u8::try_from(row.class).ok().and_then(AssetClass::from_number);
        let mut classes = self.rows(of).filter_map(class);
        let first = classes.clone().next();
        classes.find(|class| *class != AssetClass::Device).or(first)
    }

    fn first_seen(&self, of: &BTreeSet<SubjectKey>) -> Option<Timestamp> {
        of.iter().filter_map(|subject| self.born.get(subject)).min().copied()
    }

    /// Whether a record still contradicts the others that stay in what it waits for.
    fn contradicts(&self, draft: &Draft<'_>, hold: &HoldRow, of: &BTreeSet<SubjectKey>) -> bool {
        let kind = hold.reason.rsplit(':').next().and_then(|kind| kind.parse().ok());
        let Some(kind) = kind else { return true };
        let values = |wanted: &dyn Fn(SubjectKey) -> bool| -> BTreeSet<String> {
            let shown = self.identifiers.iter().filter(|row| {
                let own = u8::try_from(row.kind).ok().and_then(IdentifierKind::from_number);
                own == Some(kind) && row.resolved_at.is_none() && row.hash.is_some()
            });
            let shown = shown.filter(|row| of.contains(&row.subject) && wanted(row.subject));
            shown.map(|row| draft.rules.normal(kind, &row.value).into_owned()).collect()
        };
        let own = values(&|subject| subject == hold.subject);
        let others = values(&|subject| subject != hold.subject);
        !own.is_empty() && !others.is_empty() && own.is_disjoint(&others)
    }
}
