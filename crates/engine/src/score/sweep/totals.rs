//! The lines of a sweep.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use yagura_baseline::master::Master;
use yagura_lake::{LakeError, Snapshot, rows::CheckScore, scan::Filter};
use yagura_model::{
    Timestamp,
    id::{AssetKey, CheckKey},
};

use super::{AssetSum, Sweep, sums::Sums};
use crate::{
    master::called,
    score::totals::{By, Place, Total, sort},
};

impl Total {
    fn add_sum(&mut self, of: &AssetSum) {
        self.open += of.open;
        self.accepted += of.accepted;
        self.unknown += of.unknown;
        self.assets += 1;
        self.items += of.items;
    }

    fn join(&mut self, of: &Self) {
        self.open += of.open;
        self.accepted += of.accepted;
        self.unknown += of.unknown;
        self.assets += of.assets;
        self.items += of.items;
    }
}

impl Sweep {
    /// All assets together.
    pub fn whole(&self) -> Total {
        let mut whole = Total::of("", "");
        self.assets.iter().for_each(|sum| whole.add_sum(sum));
        whole
    }

    /// The lines of a score, worst first, by their keys; [`name`](Self::name) adds what people call
    /// them.
    pub fn totals(&self, by: By) -> Vec<Total> {
        let mut lines: Vec<Total> = match by {
            By::Check => of_sums(&self.by_check),
            By::Remedy => of_sums(&self.by_remedy),
            By::Organisation => self.of_organisations(),
            _ => {
                let mut totals: HashMap<String, Total> = HashMap::new();
                for sum in &self.assets {
                    for key in self.keys(sum, by) {
                        let line = totals.entry(key);
                        line.or_insert_with_key(|key| Total::of(key, key)).add_sum(sum);
                    }
                }
                totals.into_values().collect()
            }
        };
        sort(&mut lines);
        lines
    }

    /// The lines an asset counts in, but those of organisations.
    fn keys(&self, sum: &AssetSum, by: By) -> Vec<String> {
        if by == By::System {
            return sum.systems.iter().map(|system| system.to_string()).collect();
        }
        let organisation = &sum.organisation;
        Place { asset: sum.asset, class: sum.class, organisation }.keys(by, &self.tree)
    }

    /// First what is an organisation's own, then what stands below each: the tree is asked once an
    /// organisation.
    fn of_organisations(&self) -> Vec<Total> {
        let mut own: HashMap<Arc<str>, Total> = HashMap::new();
        for sum in &self.assets {
            match own.get_mut(&*sum.organisation) {
                Some(line) => line.add_sum(sum),
                None => {
                    let mut line = Total::of(&sum.organisation, &sum.organisation);
                    line.add_sum(sum);
                    own.insert(Arc::clone(&sum.organisation), line);
                }
            }
        }
        let mut totals: BTreeMap<Arc<str>, Total> = BTreeMap::new();
        #[expect(clippy::iter_over_hash_type, reason = "sums are the same in any order")]
        for (organisation, line) in own {
            for code in self.tree.path(&organisation) {
                let above = totals.entry(Arc::clone(&code));
                above.or_insert_with(|| Total::of(&code, &code)).join(&line);
            }
        }
        totals.into_values().collect()
    }

    /// Gives lines their names: assets theirs, problems and what corrects
    /// one problem alone the title the problem has at the first asset.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub async fn name(
        &self,
        snapshot: &Snapshot,
        by: By,
        lines: &mut [Total],
    ) -> Result<(), LakeError> {
        match by {
            By::Asset => name_assets(snapshot, &self.rules, self.at, lines).await?,
            By::Check | By::Remedy => {
                let check = |line: &Total| self.by_check.titled(&line.key);
                let keys = lines.iter().filter_map(check).map(|check| i64::from(check.0));
                let rows: Vec<CheckScore> = snapshot.rows(&Filter::of("check", keys)).await?;
                let titles: BTreeMap<CheckKey, String> =
                    rows.into_iter().map(|row| (row.check, row.title)).collect();
                for line in lines {
                    line.name =
                        check(line).and_then(|key| titles.get(&key)).cloned().unwrap_or_default();
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Gives the lines of assets the names they had at a time.
///
/// # Errors
/// If the lake cannot be read.
pub async fn name_assets(
    snapshot: &Snapshot,
    master: &Master,
    at: Timestamp,
    lines: &mut [Total],
) -> Result<(), LakeError> {
    let key = |line: &Total| line.key.strip_prefix("A-")?.parse().ok().map(AssetKey);
    let names = called(snapshot, master, at, lines.iter().filter_map(key)).await?;
    for line in lines {
        line.name = key(line).and_then(|key| names.get(&key)).cloned().unwrap_or_default();
    }
    Ok(())
}

fn of_sums(sums: &Sums) -> Vec<Total> {
    let line = |(key, sum): (&std::sync::Arc<str>, &super::sums::Sum)| Total {
        key: key.to_string(),
        name: String::new(),
        open: sum.open,
        accepted: sum.accepted,
        unknown: sum.unknown,
        assets: sum.assets,
        items: sum.items,
    };
    sums.all().map(line).filter(|line| line.items > 0).collect()
}
