//! Names near one that does not exist.

use std::collections::BTreeSet;

use yagura_lake::{
    LakeError, Snapshot,
    rows::{AssetRow, IdentifierRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{AssetKey, SubjectKey},
};

use super::held_at;
use crate::links::links;

/// How near a name must be, from 0 to 1, to be worth showing.
const NEAR: f64 = 0.8;

/// At most five names that a person may have meant, the nearest first.
pub fn near<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let different: BTreeSet<&str> = names.collect();
    let mut found: Vec<(f64, &str)> = different
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let part = text.chars().count() >= 3 && lower.contains(&text);
            let nearness = strsim::jaro_winkler(&text, &lower).max(if part { 0.9 } else { 0.0 });
            (nearness >= NEAR).then_some((nearness, name))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    found.into_iter().take(5).map(|(_, name)| name.to_owned()).collect()
}

/// What a person may have meant of the names of assets, the values of their identifiers at a time, and
/// some other names; of the assets that may be told of, if not all may.
///
/// # Errors
/// If the lake cannot be read.
pub async fn near_assets(
    snapshot: &Snapshot,
    (text, at): (&str, Timestamp),
    visible: Option<&BTreeSet<AssetKey>>,
    others: &[&str],
) -> Result<Vec<String>, LakeError> {
    let all = Filter::all();
    let may = |asset: &AssetKey| visible.is_none_or(|visible| visible.contains(asset));
    let (assets, links, identifiers) = tokio::try_join!(
        snapshot.rows::<AssetRow>(&all),
        links(snapshot, &all, at),
        snapshot.rows::<IdentifierRow>(&all),
    )?;
    let subjects: BTreeSet<SubjectKey> =
        links.iter().filter(|link| may(&link.asset)).map(|link| link.subject).collect();
    let seen = assets.iter().filter(|row| row.first_seen <= at);
    let names = seen.filter(|row| may(&row.asset)).map(|row| row.name.as_str());
    let values = identifiers
        .iter()
        .filter(|row| held_at(at, row) && subjects.contains(&row.subject))
        .map(|row| &*row.value);
    Ok(near(text, names.chain(values).chain(others.iter().copied())))
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn what_was_meant_is_near() {
        let names = ["web-01.example", "web-02.example", "db.example", "会計システム"];
        let of = |text| near(text, names.into_iter());
        assert_eq!(of("web-1.example").first().map(String::as_str), Some("web-01.example"));
        assert_eq!(of("会計システン"), ["会計システム"]);
        assert!(of("printer").is_empty());
    }
}
