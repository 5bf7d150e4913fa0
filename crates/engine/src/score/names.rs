//! What people call the organisations and systems of a score.

use std::collections::BTreeMap;
use std::sync::Arc;

use yagura_lake::{LakeError, Snapshot};
use yagura_model::{Timestamp, domain::AssetClass, identifier::IdentifierKind};

use crate::tree::{Name, Tree};

use super::{
    facts::{Facts, number},
    sweep::Sweep,
};

/// Names by the keys a score has.
#[derive(Debug, Clone, Default)]
pub struct Names {
    tree: Arc<Tree>,
    systems: BTreeMap<String, String>,
}

impl Names {
    /// The names of what facts tell of.
    pub fn of_facts(facts: &Facts) -> Self {
        let mut names = Self { tree: Arc::clone(&facts.tree), ..Self::default() };
        for (key, asset) in &facts.assets {
            if facts.class(asset) != Some(AssetClass::System) {
                continue;
            }
            for row in facts.identifiers.get(key).into_iter().flatten() {
                let kind = number(row.kind, IdentifierKind::from_number);
                if kind == Some(IdentifierKind::SystemNumber) {
                    names.systems.insert(row.value.to_string(), facts.name(asset).to_owned());
                }
            }
        }
        names
    }

    /// The names of what a sweep has lines for.
    pub fn of_sweep(sweep: &Sweep) -> Self {
        Self { tree: Arc::clone(&sweep.tree), systems: sweep.systems.clone() }
    }

    /// The names of organisations at a time, and of nothing else.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn of_organisations(snapshot: &Snapshot, at: Timestamp) -> Result<Self, LakeError> {
        Ok(Self::of_tree(Tree::load(snapshot, at).await?))
    }

    /// The names of the organisations of a tree, and of nothing else.
    pub fn of_tree(tree: Tree) -> Self {
        Self { tree: Arc::new(tree), ..Self::default() }
    }

    /// An organisation by its code.
    pub fn organisation(&self, code: &str) -> Option<&Name> {
        self.tree.name(code)
    }

    /// A system by its number.
    pub fn system(&self, number: &str) -> Option<&str> {
        self.systems.get(number).map(String::as_str)
    }

    /// The tree of the organisations.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }
}
