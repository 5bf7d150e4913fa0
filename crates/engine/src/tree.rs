//! The tree of organisations at a time: which organisation stands under which.
//!
//! This is the one place that says so. An organisation's code is a name and stays when it moves; what
//! it stands under is dated, and read from its rows at the time asked about and by what the snapshot
//! knows. Only of organisations nobody ever stated is the code read as a path.
//!
//! It also says who answers for what an organisation answered for, once that passed to another: a
//! reorganisation writes rows of organisations, and never one of an asset.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use yagura_lake::{
    LakeError, Snapshot,
    rows::{OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::links::hold_at;

#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod tests;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Japanese.
    pub ja: String,
    /// English; empty if nobody gave one.
    pub en: String,
}

/// The tree at a time.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<Arc<str>, Node>,
    /// To whom passed what an organisation answered for, in order of time.
    passes: HashMap<Arc<str>, Vec<Pass>>,
    /// Organisations by where they stand, where that is not what their code says: a bureau `a/b` that
    /// stands under `c` now is also called `c/b`.
    meant: HashMap<String, Arc<str>>,
}

/// An organisation answers for what another answered for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pass {
    from: Timestamp,
    to: Arc<str>,
}

/// An organisation somebody stated.
#[derive(Debug, Clone)]
struct Node {
    name: Name,
    /// The organisation above; `None` at the top.
    parent: Option<Arc<str>>,
    /// Itself and all above it, the topmost last.
    path: Vec<Arc<str>>,
    /// Whether it is there at the time.
    there: bool,
}

impl Tree {
    /// The tree as it was at a time, by what a snapshot knows.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn load(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        let all = Filter::all();
        let (rows, passes) = tokio::try_join!(
            snapshot.rows::<OrganisationRow>(&all),
            snapshot.rows::<SuccessionRow>(&all)
        )?;
        Ok(Self::of(&rows, &passes, at))
    }

    /// The tree that some rows make at a time.
    ///
    /// Of several rows of an organisation that hold the one that began last counts; where none holds,
    /// the one that ended last, else the one that begins first: what is still said of an organisation
    /// that is no more is better than nothing.
    pub(crate) fn of(rows: &[OrganisationRow], passed: &[SuccessionRow], at: Timestamp) -> Self {
        let mut chosen: BTreeMap<&str, &OrganisationRow> = BTreeMap::new();
        for row in rows {
            let place = chosen.entry(&row.code).or_insert(row);
            if nearness(row, at) > nearness(place, at) {
                *place = row;
            }
        }
        let node = |(code, row): (&&str, &&OrganisationRow)| {
            let node = Node {
                name: Name { ja: row.name_ja.clone(), en: row.name_en.clone() },
                parent: above(&chosen, code).map(Arc::from),
                path: climb(code, |code| above(&chosen, code)),
                there: hold_at(at, row.valid_from, row.valid_to),
            };
            (Arc::from(*code), node)
        };
        let nodes: BTreeMap<Arc<str>, Node> = chosen.iter().map(node).collect();
        let meant = spelled(&nodes);
        Self { nodes, passes: passes(passed, at), meant }
    }

    /// Who answers at the time for what an organisation answers for since some time, as somebody
    /// said: what it answered for before it passed went on, what came to it since is its own while it
    /// is there.
    pub fn answering(&self, code: &Arc<str>, since: Timestamp) -> Arc<str> {
        if self.passes.is_empty() && self.meant.is_empty() {
            return Arc::clone(code);
        }
        let (mut code, mut since) = (self.meant.get(&**code).unwrap_or(code), since);
        // Each pass is gone through once at most, but in circles of organisations that ended.
        for _ in 0..=self.passes.len() {
            let Some(passes) = self.passes.get(&**code) else { break };
            let ended = || passes.last().filter(|_| !self.is_there(code));
            let Some(pass) = passes.iter().find(|pass| pass.from > since).or_else(ended) else {
                break;
            };
            (code, since) = (&pass.to, since.max(pass.from));
        }
        Arc::clone(code)
    }

    /// Whether an organisation is there at the time.
    pub fn is_there(&self, code: &str) -> bool {
        self.nodes.get(code).is_some_and(|node| node.there)
    }

    /// The organisation that is meant by where it stands.
    pub fn meant(&self, said: &OrganisationCode) -> Option<OrganisationCode> {
        self.meant.get(said.as_str()).and_then(|code| OrganisationCode::new(code).ok())
    }

    /// The other organisations that an organisation's assets came from or went to.
    pub(crate) fn kin(&self, code: &str) -> BTreeSet<String> {
        let mut kin = BTreeSet::from([code.to_owned()]);
        loop {
            let before = kin.len();
            #[expect(clippy::iter_over_hash_type, reason = "gone through until nothing is added")]
            for (from, passes) in &self.passes {
                for pass in passes {
                    if kin.contains(&**from) || kin.contains(&*pass.to) {
                        kin.extend([from.to_string(), pass.to.to_string()]);
                    }
                }
            }
            if kin.len() == before {
                kin.remove(code);
                return kin;
            }
        }
    }

    /// The organisations that stand right under another one.
    pub(crate) fn right_below<'t>(&'t self, code: &'t str) -> impl Iterator<Item = &'t str> {
        let below = move |(_, node): &(&Arc<str>, &Node)| {
            node.there && node.parent.as_deref() == Some(code)
        };
        self.nodes.iter().filter(below).map(|(code, _)| &**code)
    }

    /// What stands right above an organisation.
    pub fn parent(&self, code: &str) -> Option<&str> {
        self.nodes.get(code).and_then(|node| node.parent.as_deref())
    }

    /// Whether an organisation stands above itself.
    pub(crate) fn is_circular(&self, code: &str) -> bool {
        let path = self.path(code);
        let last = path.last().and_then(|last| self.parent(last));
        last.is_some()
    }

    /// An organisation and all above it, the topmost last.
    pub fn path(&self, code: &str) -> Vec<Arc<str>> {
        match self.nodes.get(code) {
            Some(node) => node.path.clone(),
            None => climb(code, |code| match self.nodes.get(code) {
                Some(node) => node.parent.as_deref(),
                None => above_in(code),
            }),
        }
    }

    /// Whether an organisation is another one or stands below it.
    pub fn is_within(&self, code: &str, other: &OrganisationCode) -> bool {
        let other = self.meant.get(other.as_str()).map_or(other.as_str(), |code| &**code);
        match self.nodes.get(code) {
            Some(node) => node.path.iter().any(|above| **above == *other),
            None => self.path(code).iter().any(|above| **above == *other),
        }
    }

    /// Whether anybody stated an organisation, or one below it.
    pub fn knows(&self, organisation: &OrganisationCode) -> bool {
        self.nodes.keys().any(|code| self.is_within(code, organisation))
    }

    /// What an organisation is called.
    pub fn name(&self, code: &str) -> Option<&Name> {
        self.nodes.get(code).map(|node| &node.name)
    }

    /// The codes of all organisations that were ever stated.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.nodes.keys().map(|code| &**code)
    }
}

/// The passes that had taken place by a time.
fn passes(rows: &[SuccessionRow], at: Timestamp) -> HashMap<Arc<str>, Vec<Pass>> {
    let mut sorted: Vec<&SuccessionRow> = rows.iter().filter(|row| row.passed_at <= at).collect();
    sorted.sort_by(|a, b| (a.passed_at, &a.successor).cmp(&(b.passed_at, &b.successor)));
    let mut passes: HashMap<Arc<str>, Vec<Pass>> = HashMap::new();
    for row in sorted {
        let to = Arc::from(row.successor.as_str());
        let of_one = passes.entry(Arc::from(row.organisation.as_str())).or_default();
        of_one.push(Pass { from: row.passed_at, to });
    }
    passes
}

/// Organisations by where they stand, where that is no code and means one only.
fn spelled(nodes: &BTreeMap<Arc<str>, Node>) -> HashMap<String, Arc<str>> {
    let mut spelled: BTreeMap<String, Option<Arc<str>>> = BTreeMap::new();
    for (code, node) in nodes {
        let mut levels = node.path.iter().rev();
        let Some(mut text) = levels.next().map(|top| top.to_string()) else { continue };
        for level in levels {
            text.push('/');
            text.push_str(level.rsplit('/').next().unwrap_or_default());
        }
        if text != **code && !nodes.contains_key(text.as_str()) {
            let only = |meant: &mut Option<Arc<str>>| *meant = None;
            spelled.entry(text).and_modify(only).or_insert_with(|| Some(Arc::clone(code)));
        }
    }
    spelled.into_iter().filter_map(|(text, code)| Some((text, code?))).collect()
}

/// Between the times at which rows of organisations begin and end, the tree stands still.
#[derive(Debug)]
pub(crate) struct Ages {
    rows: Vec<OrganisationRow>,
    passes: Vec<SuccessionRow>,
    /// When it changes, ascending.
    changes: BTreeSet<Timestamp>,
    trees: BTreeMap<Option<Timestamp>, Tree>,
}

impl Ages {
    /// The tree at every time, by what a snapshot knows.
    pub(crate) async fn load(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let all = Filter::all();
        let rows: Vec<OrganisationRow> = snapshot.rows(&all).await?;
        let passes: Vec<SuccessionRow> = snapshot.rows(&all).await?;
        let dates = rows.iter().flat_map(|row| [row.valid_from, row.valid_to]).flatten();
        let changes = dates.chain(passes.iter().map(|pass| pass.passed_at)).collect();
        Ok(Self { rows, passes, changes, trees: BTreeMap::new() })
    }

    /// The tree at a time.
    pub(crate) fn at(&mut self, at: Timestamp) -> &Tree {
        let age = self.changes.range(..=at).next_back().copied();
        let (rows, passes) = (&self.rows, &self.passes);
        self.trees.entry(age).or_insert_with(|| Tree::of(rows, passes, at))
    }
}

/// How well a row tells of a time: the more, the better.
fn nearness(row: &OrganisationRow, at: Timestamp) -> (u8, Timestamp) {
    let from = row.valid_from.unwrap_or(Timestamp::MIN);
    match (hold_at(at, row.valid_from, row.valid_to), row.valid_to) {
        (true, _) => (2, from),
        (false, Some(to)) if to <= at => (1, to),
        // The earlier it begins, the better.
        (false, _) => (0, Timestamp::from_nanosecond(-from.as_nanosecond()).unwrap_or(from)),
    }
}

/// What stands above an organisation by its row, else by its code.
fn above<'c>(chosen: &BTreeMap<&str, &'c OrganisationRow>, code: &'c str) -> Option<&'c str> {
    match chosen.get(code) {
        Some(row) => Some(row.parent.as_str()).filter(|parent| !parent.is_empty()),
        None => above_in(code),
    }
}

/// What stands above an organisation of which only the code is known.
fn above_in(code: &str) -> Option<&str> {
    code.rsplit_once('/').map(|(above, _)| above)
}

/// An organisation and all above it; one that stands above itself is met once.
fn climb<'c>(code: &'c str, above: impl Fn(&'c str) -> Option<&'c str>) -> Vec<Arc<str>> {
    let mut path = vec![Arc::from(code)];
    let mut next = above(code);
    while let Some(code) = next.filter(|code| !path.iter().any(|met: &Arc<str>| **met == **code)) {
        path.push(Arc::from(code));
        next = above(code);
    }
    path
}
