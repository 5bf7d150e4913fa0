//! A reorganisation on its way into the lake: rows of organisations, cut where it begins.

use std::collections::BTreeSet;

use yagura_lake::{
    Changes, LakeError, Snapshot,
    row::{self, Row, RowId, Stored},
    rows::{OrganisationRow, SuccessionRow},
    scan::Filter,
};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use super::{ReorganisationError, What};
use crate::{links::hold_at, tree::Tree};

/// The rows before and after.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// Since when it holds.
    pub(super) from: Timestamp,
    pub(super) organisations: Rows<OrganisationRow>,
    pub(super) passes: Rows<SuccessionRow>,
}

/// The rows of a table before and after.
#[derive(Debug, Clone)]
pub(super) struct Rows<T> {
    before: Vec<Stored<T>>,
    after: Vec<Version<T>>,
}

/// A row as it will stand.
#[derive(Debug, Clone)]
struct Version<T> {
    /// Its name if it stands in the lake already.
    id: Option<RowId>,
    row: T,
}

impl<T: Row + Clone + PartialEq> Rows<T> {
    /// Nothing changed yet.
    fn new(before: Vec<Stored<T>>) -> Self {
        let version = |stored: &Stored<T>| Version { id: Some(stored.id), row: stored.row.clone() };
        Self { after: before.iter().map(version).collect(), before }
    }

    /// Other rows; what stands as it is to be is left alone.
    pub(super) fn restored(before: Vec<Stored<T>>, after: Vec<T>) -> Self {
        let mut left: Vec<&Stored<T>> = before.iter().collect();
        let version = |row: T| {
            let same = left.iter().position(|stored| stored.row == row);
            Version { id: same.map(|place| left.swap_remove(place).id), row }
        };
        Self { after: after.into_iter().map(version).collect(), before }
    }

    /// The rows there are.
    pub(super) fn before(&self) -> Vec<T> {
        self.before.iter().map(|stored| stored.row.clone()).collect()
    }

    /// The rows there will be.
    pub(super) fn after(&self) -> Vec<T> {
        self.after.iter().map(|version| version.row.clone()).collect()
    }

    fn gone(&self) -> impl Iterator<Item = &Stored<T>> {
        let kept: BTreeSet<RowId> = self.after.iter().filter_map(|version| version.id).collect();
        self.before.iter().filter(move |stored| !kept.contains(&stored.id))
    }

    /// The rows that are new.
    pub(super) fn new_rows(&self) -> impl Iterator<Item = &T> {
        self.after.iter().filter(|version| version.id.is_none()).map(|version| &version.row)
    }

    fn write(&self, superseded: &mut Vec<row::Version>) -> Vec<T> {
        superseded.extend(self.gone().map(Stored::version));
        self.new_rows().cloned().collect()
    }
}

impl Draft {
    /// Nothing changed yet.
    pub(super) async fn load(snapshot: &Snapshot) -> Result<Self, LakeError> {
        let all = Filter::all();
        let (organisations, passes) = tokio::try_join!(snapshot.read(&all), snapshot.read(&all))?;
        let (organisations, passes) = (Rows::new(organisations), Rows::new(passes));
        Ok(Self { from: Timestamp::MIN, organisations, passes })
    }

    /// The tree there is, at the time.
    pub(super) fn tree_before(&self) -> Tree {
        Tree::of(&self.organisations.before(), &self.passes.before(), self.from)
    }

    /// The tree there will be.
    pub(super) fn tree_after(&self) -> Tree {
        Tree::of(&self.organisations.after(), &self.passes.after(), self.from)
    }

    /// The organisations something is said of that was not said before.
    pub(super) fn touched(&self) -> BTreeSet<String> {
        let gone = self.organisations.gone().map(|stored| &stored.row.code);
        let new = self.organisations.new_rows().map(|row| &row.code);
        let ended = self.passes.gone().map(|stored| &stored.row.organisation);
        let passed = self.passes.new_rows().map(|row| &row.organisation);
        gone.chain(new).chain(ended).chain(passed).cloned().collect()
    }

    /// Adds what changes.
    pub(super) fn write(self, changes: &mut Changes) {
        changes.organisations.extend(self.organisations.write(&mut changes.superseded));
        changes.successions.extend(self.passes.write(&mut changes.superseded));
    }

    /// Carries out what is asked.
    pub(super) fn planned(mut self, what: &What) -> Result<Self, ReorganisationError> {
        match what {
            What::Move { organisation, under, from } => {
                self.from = *from;
                self.move_under(organisation, under.as_ref())?;
            }
            What::Merge { organisations, into, from } => {
                self.from = *from;
                let into = self.there(into)?;
                let mut named = BTreeSet::from([into.clone()]);
                for organisation in organisations {
                    let organisation = self.there(organisation)?;
                    if !named.insert(organisation.clone()) {
                        return Err(ReorganisationError::Same(organisation));
                    }
                    self.merge(&organisation, &into)?;
                }
            }
            What::Pass { organisation, to, from } => {
                self.from = *from;
                let (organisation, to) = (self.there(organisation)?, self.there(to)?);
                if organisation == to {
                    return Err(ReorganisationError::Same(to));
                }
                self.pass(&organisation, &to)?;
            }
            What::Rename { organisation, name_ja, name_en, from } => {
                self.from = *from;
                let organisation = self.there(organisation)?;
                let (place, before) = self.held(&organisation)?;
                let name_ja = name_ja.clone().unwrap_or_else(|| before.name_ja.clone());
                let name_en = name_en.clone().unwrap_or_else(|| before.name_en.clone());
                let row = OrganisationRow { name_ja, name_en, ..before.clone() };
                if row == before {
                    return Err(ReorganisationError::Nothing(organisation));
                }
                self.cut(place);
                self.add(row);
            }
            What::Abolish { organisation, from } => {
                self.from = *from;
                let organisation = self.there(organisation)?;
                let tree = self.tree_after();
                let below = tree.right_below(organisation.as_str()).next().map(str::to_owned);
                if let Some(below) = below {
                    return Err(ReorganisationError::StillAbove { organisation, below });
                }
                self.end(&organisation)?;
            }
            What::Undo(_) => {}
        }
        Ok(self)
    }

    fn move_under(
        &mut self,
        organisation: &OrganisationCode,
        under: Option<&OrganisationCode>,
    ) -> Result<(), ReorganisationError> {
        let organisation = self.there(organisation)?;
        let under = under.map(|under| self.there(under)).transpose()?;
        if under.as_ref() == Some(&organisation) {
            return Err(ReorganisationError::Same(organisation));
        }
        let (place, before) = self.held(&organisation)?;
        let parent = under.map(|under| under.as_str().to_owned()).unwrap_or_default();
        if parent == before.parent {
            return Err(ReorganisationError::Nothing(organisation));
        }
        self.cut(place);
        self.add(OrganisationRow { parent, ..before });
        Ok(())
    }

    /// Ends an organisation in another.
    fn merge(
        &mut self,
        organisation: &OrganisationCode,
        into: &OrganisationCode,
    ) -> Result<(), ReorganisationError> {
        let tree = self.tree_after();
        let above = tree.parent(organisation.as_str()).unwrap_or_default().to_owned();
        let below: Vec<String> =
            tree.right_below(organisation.as_str()).map(str::to_owned).collect();
        self.pass(organisation, into)?;
        self.end(organisation)?;
        for code in below {
            let Ok(child) = OrganisationCode::new(&code) else { continue };
            let (place, before) = self.held(&child)?;
            let parent = if child == *into { above.clone() } else { into.as_str().to_owned() };
            self.cut(place);
            self.add(OrganisationRow { parent, ..before });
        }
        // Whatever was going to stand there later does so too.
        let from = self.from;
        for version in &mut self.organisations.after {
            let row = &mut version.row;
            let later = row.valid_from.is_some_and(|begins| begins > from);
            if later && row.parent == organisation.as_str() && row.code != into.as_str() {
                into.as_str().clone_into(&mut row.parent);
                version.id = None;
            }
        }
        Ok(())
    }

    /// Ends an organisation of which nothing is planned for later.
    fn end(&mut self, organisation: &OrganisationCode) -> Result<(), ReorganisationError> {
        self.was_there(organisation)?;
        let from = self.from;
        let of_it = |version: &Version<OrganisationRow>| version.row.code == organisation.as_str();
        let begins = self.organisations.after.iter().filter(|version| of_it(version));
        let later = begins.filter_map(|version| version.row.valid_from).filter(|at| *at > from);
        if let Some(at) = later.min() {
            return Err(ReorganisationError::Later { organisation: organisation.clone(), at });
        }
        let holds = |version: &Version<OrganisationRow>| {
            of_it(version) && hold_at(from, version.row.valid_from, version.row.valid_to)
        };
        while let Some(place) = self.organisations.after.iter().position(holds) {
            self.cut(place);
        }
        Ok(())
    }

    /// Passes on what an organisation answers for.
    fn pass(
        &mut self,
        organisation: &OrganisationCode,
        to: &OrganisationCode,
    ) -> Result<(), ReorganisationError> {
        self.was_there(organisation)?;
        let row = SuccessionRow {
            organisation: organisation.as_str().to_owned(),
            successor: to.as_str().to_owned(),
            passed_at: self.from,
        };
        let there = self.passes.after.iter().map(|version| &version.row);
        let mut then = there.filter(|other| {
            other.organisation == row.organisation && other.passed_at == row.passed_at
        });
        if then.next().is_some() {
            return Err(ReorganisationError::PassesThen { organisation: organisation.clone() });
        }
        self.passes.after.push(Version { id: None, row });
        Ok(())
    }

    /// An organisation that begins when the reorganisation does cannot end then.
    fn was_there(&self, organisation: &OrganisationCode) -> Result<(), ReorganisationError> {
        let before = |row: &OrganisationRow| {
            row.code == organisation.as_str()
                && row.valid_from.is_none_or(|from| from < self.from)
                && row.valid_to.is_none_or(|to| to >= self.from)
        };
        let mut rows = self.organisations.after.iter().map(|version| &version.row);
        if rows.any(before) {
            return Ok(());
        }
        let (organisation, at) = (organisation.clone(), self.from);
        Err(ReorganisationError::BeginsThen { organisation, at })
    }

    /// Ends a row when the reorganisation begins; one that begins then is no more.
    fn cut(&mut self, place: usize) {
        let from = self.from;
        let rows = &mut self.organisations.after;
        if rows.get(place).is_some_and(|version| version.row.valid_from == Some(from)) {
            rows.remove(place);
        } else if let Some(version) = rows.get_mut(place) {
            version.id = None;
            version.row.valid_to = Some(from);
        }
    }

    /// Adds how an organisation is from then on, until what ends the row it comes from.
    fn add(&mut self, row: OrganisationRow) {
        let row = OrganisationRow { valid_from: Some(self.from), ..row };
        self.organisations.after.push(Version { id: None, row });
    }

    /// The row of an organisation that holds: of several the one that began last.
    fn held(
        &self,
        organisation: &OrganisationCode,
    ) -> Result<(usize, OrganisationRow), ReorganisationError> {
        let at = self.from;
        let holds = |row: &OrganisationRow| {
            row.code == organisation.as_str() && hold_at(at, row.valid_from, row.valid_to)
        };
        let rows =
            self.organisations.after.iter().enumerate().filter(|(_, version)| holds(&version.row));
        let held = rows.max_by_key(|(_, version)| version.row.valid_from);
        let held = held.map(|(place, version)| (place, version.row.clone()));
        let organisation = organisation.clone();
        held.ok_or(ReorganisationError::NotThere { organisation, at })
    }

    /// The organisation that is meant, by its code or by where it stands.
    pub(super) fn meant(
        &self,
        said: &OrganisationCode,
    ) -> Result<OrganisationCode, ReorganisationError> {
        if self.organisations.after.iter().any(|version| version.row.code == said.as_str()) {
            return Ok(said.clone());
        }
        let meant = self.tree_after().meant(said);
        meant.ok_or_else(|| ReorganisationError::Unknown(said.clone()))
    }

    /// The organisation that is meant, which must be there.
    fn there(&self, said: &OrganisationCode) -> Result<OrganisationCode, ReorganisationError> {
        let organisation = self.meant(said)?;
        self.held(&organisation)?;
        Ok(organisation)
    }

    /// Refuses what would set an organisation above itself, whenever.
    pub(super) fn check(&self) -> Result<(), ReorganisationError> {
        let (rows, passes) = (self.organisations.after(), self.passes.after());
        let touched = self.touched();
        let dates = rows.iter().flat_map(|row| [row.valid_from, row.valid_to]).flatten();
        let mut times: BTreeSet<Timestamp> = dates.filter(|at| *at > self.from).collect();
        times.insert(self.from);
        for at in times {
            let tree = Tree::of(&rows, &passes, at);
            let circular =
                touched.iter().find(|code| tree.is_there(code) && tree.is_circular(code));
            if let Some(organisation) = circular.and_then(|code| OrganisationCode::new(code).ok()) {
                return Err(ReorganisationError::Circle { organisation, at });
            }
        }
        Ok(())
    }
}
