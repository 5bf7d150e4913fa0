//! What a reorganisation changes: organisations, assets, systems, points of every level.
//!
//! The same assets with the same points are added up in the tree before and in the tree after, both at
//! the instant the reorganisation begins, so that nothing but the reorganisation differs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use yagura_baseline::{master::Master, model::Model};
use yagura_lake::{LakeError, Snapshot, rows::SourceRow, scan::Filter};
use yagura_model::{
    Timestamp, domain::AssetClass, organisation::OrganisationCode, points::MicroPoints,
};

use super::{Reorganisation, draft::Draft};
use crate::{
    score::{By, Sweep, Total},
    tree::Tree,
};

/// What a reorganisation changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// The organisations that change themselves, in order of code.
    pub organisations: Vec<OrganisationChange>,
    /// The assets that stand elsewhere, by class.
    pub assets: Vec<ClassCount>,
    /// The systems those assets belong to, by number or name.
    pub systems: BTreeSet<String>,
    /// Sources of organisations whose assets pass to another: they go on.
    pub sources: Vec<SourceGoesOn>,
    /// The levels whose sums change, in order of code.
    pub lines: Vec<LineChange>,
    /// The whole before.
    pub total_before: Sum,
    /// The whole after: the same.
    pub total_after: Sum,
    /// The time the points are of.
    pub scored_at: Timestamp,
}

/// What changes of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganisationChange {
    /// Its code.
    pub code: String,
    /// How it was; `None` if it was not there.
    pub before: Option<Side>,
    /// How it is; `None` if it is no more.
    pub after: Option<Side>,
    /// Who answers for its assets.
    pub successor: Option<String>,
}

/// An organisation at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English.
    pub name_en: String,
    /// The organisation above.
    pub parent: Option<String>,
}

/// How many assets of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// The class.
    pub class: AssetClass,
    /// Those that another organisation answers for.
    pub passed: u64,
    /// Those whose organisation stands elsewhere.
    pub moved: u64,
}

/// A source that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceGoesOn {
    /// Its name.
    pub name: String,
    /// Of which organisation.
    pub organisation: String,
    /// Who answers for what it sees.
    pub successor: String,
}

/// A level whose sums change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineChange {
    /// The organisation.
    pub code: String,
    /// Before.
    pub before: Sum,
    /// After.
    pub after: Sum,
}

/// Assets and points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Sum {
    /// How many assets.
    pub assets: u64,
    /// Their open points.
    pub open_micro: MicroPoints,
    /// Their accepted points.
    pub accepted_micro: MicroPoints,
}

impl From<&Total> for Sum {
    fn from(total: &Total) -> Self {
        let Total { assets, open, accepted, .. } = total;
        Self { assets: *assets, open_micro: *open, accepted_micro: *accepted }
    }
}

/// Adds up before and after; of the future by what is known of the present.
pub(super) async fn effects(
    snapshot: &Snapshot,
    model: &Model,
    master: &Master,
    draft: &Draft,
    now: Timestamp,
) -> Result<Effects, LakeError> {
    let at = draft.from.min(now);
    let sweep = |tree: Tree| Sweep::run_in(tree, snapshot, model, master, at, None);
    // One after the other: each fills the memory a score may fill.
    let before = sweep(draft.tree_before()).await?;
    let after = sweep(draft.tree_after()).await?;
    let (assets, systems) = elsewhere(&before, &after);
    let organisations = organisations(draft, &before.tree, &after.tree);
    Ok(Effects {
        sources: sources(snapshot, &organisations).await?,
        organisations,
        assets,
        systems,
        lines: lines(&before, &after),
        total_before: Sum::from(&before.whole()),
        total_after: Sum::from(&after.whole()),
        scored_at: at,
    })
}

/// How many assets an organisation answers for, if any.
pub(super) async fn answers_for(
    snapshot: &Snapshot,
    of: &Reorganisation,
    draft: &Draft,
    organisation: &OrganisationCode,
    now: Timestamp,
) -> Result<Option<u64>, LakeError> {
    let at = draft.from.min(now);
    let tree = draft.tree_before();
    let sweep = Sweep::run_in(tree, snapshot, &of.model, &of.master, at, None).await?;
    let own = sweep.assets.iter().filter(|sum| *sum.organisation == *organisation.as_str());
    Ok(Some(own.count() as u64).filter(|assets| *assets > 0))
}

/// The assets that stand elsewhere, by class, and their systems.
fn elsewhere(before: &Sweep, after: &Sweep) -> (Vec<ClassCount>, BTreeSet<String>) {
    let mut same: BTreeMap<Arc<str>, bool> = BTreeMap::new();
    let mut by_class: BTreeMap<AssetClass, ClassCount> = BTreeMap::new();
    let mut systems = BTreeSet::new();
    for (was, is) in before.assets.iter().zip(&after.assets) {
        let passed = was.organisation != is.organisation;
        let mut stays = || {
            let code = &was.organisation;
            let stays = || before.tree.path(code) == after.tree.path(code);
            *same.entry(Arc::clone(code)).or_insert_with(stays)
        };
        if !passed && stays() {
            continue;
        }
        let none = || ClassCount { class: was.class, passed: 0, moved: 0 };
        let count = by_class.entry(was.class).or_insert_with(none);
        count.passed += u64::from(passed);
        count.moved += u64::from(!passed);
        systems.extend(was.systems.iter().map(|system| system.to_string()));
    }
    (by_class.into_values().collect(), systems)
}

fn lines(before: &Sweep, after: &Sweep) -> Vec<LineChange> {
    let sums = |sweep: &Sweep| -> BTreeMap<String, Sum> {
        let lines = sweep.totals(By::Organisation);
        lines.iter().map(|line| (line.key.clone(), Sum::from(line))).collect()
    };
    let (before, after) = (sums(before), sums(after));
    let codes: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let of =
        |sums: &BTreeMap<String, Sum>, code: &String| sums.get(code).copied().unwrap_or_default();
    let line = |code: &String| LineChange {
        code: code.clone(),
        before: of(&before, code),
        after: of(&after, code),
    };
    codes.into_iter().map(line).filter(|line| line.before != line.after).collect()
}

fn organisations(draft: &Draft, before: &Tree, after: &Tree) -> Vec<OrganisationChange> {
    let side = |tree: &Tree, code: &str| {
        let name = tree.name(code).filter(|_| tree.is_there(code))?;
        let parent = tree.parent(code).map(str::to_owned);
        Some(Side { name_ja: name.ja.clone(), name_en: name.en.clone(), parent })
    };
    let successor = |code: &str| {
        let mut new = draft.passes.new_rows();
        new.find(|row| row.organisation == code).map(|row| row.successor.clone())
    };
    let change = |code: String| OrganisationChange {
        before: side(before, &code),
        after: side(after, &code),
        successor: successor(&code),
        code,
    };
    draft.touched().into_iter().map(change).collect()
}

async fn sources(
    snapshot: &Snapshot,
    organisations: &[OrganisationChange],
) -> Result<Vec<SourceGoesOn>, LakeError> {
    let rows: Vec<SourceRow> = snapshot.rows(&Filter::all()).await?;
    let goes_on = |row: SourceRow| {
        let of = organisations.iter().find(|change| change.code == row.organisation)?;
        let successor = of.successor.clone()?;
        Some(SourceGoesOn { name: row.name, organisation: row.organisation, successor })
    };
    let mut sources: Vec<SourceGoesOn> = rows.into_iter().filter_map(goes_on).collect();
    sources.sort_by(|a, b| (&a.organisation, &a.name).cmp(&(&b.organisation, &b.name)));
    Ok(sources)
}
