//! Subjects: what a source saw before is found again, what is new is born.

use std::collections::HashMap;

use yagura_baseline::identity::Rules;
use yagura_lake::{LakeError, rows::SubjectRow, scan::Filter};
use yagura_model::id::{Shard, SubjectKey};

use super::{
    hash,
    stage::Asset,
    work::{SHARD_SUBJECTS, Subjects, Work},
};

/// Finds or makes the subject of every asset of the report.
pub(super) async fn find_or_make(work: &mut Work<'_>) -> Result<Subjects, LakeError> {
    let source = work.source.source;
    let keys: Vec<Option<(i64, String)>> = work
        .stage
        .assets
        .iter()
        .map(|asset| asset.as_ref().map(|asset| stable_key(asset, work.rules)))
        .map(|key| key.map(|key| (hash::short(&[&source.0.to_le_bytes(), key.as_bytes()]), key)))
        .collect();
    let hashes = keys.iter().flatten().map(|(hash, _)| *hash);
    let known: Vec<SubjectRow> = work.snapshot.rows(&Filter::of("key_hash", hashes)).await?;
    let mut by_key: HashMap<String, SubjectKey> = known
        .into_iter()
        .filter(|row| row.source == source)
        .map(|row| (row.stable_key, row.subject))
        .collect();

    let mut subjects = Subjects::default();
    for (local, key) in keys.into_iter().enumerate() {
        let Some((key_hash, stable_key)) = key else {
            subjects.by_local.push(None);
            continue;
        };
        let subject = match by_key.get(&stable_key) {
            Some(known) => *known,
            None => {
                let subject = born(work);
                if let Some(Some(asset)) = work.stage.assets.get(local) {
                    work.changes.subjects.push(SubjectRow {
                        subject,
                        source,
                        key_hash,
                        stable_key: stable_key.clone(),
                        organisation: work.organisation.to_owned(),
                        class: asset.class.number() as i8,
                        name: asset.name.clone(),
                        report: work.report,
                    });
                }
                by_key.insert(stable_key, subject);
                subjects.new.insert(subject, local);
                subject
            }
        };
        subjects.by_local.push(Some(subject));
    }
    Ok(subjects)
}

/// What a source knows a thing by: its own stable id, else the values of the strongest kind of
/// identifier that can identify, else its name.
fn stable_key(asset: &Asset, rules: &Rules) -> String {
    if let Some(id) = asset.stable_id.as_deref().filter(|id| !id.is_empty()) {
        return format!("id:{id}");
    }
    let usable = asset.identifiers.iter().filter(|i| rules.usable(i.kind, &i.value));
    match usable.max_by_key(|identifier| rules.strength(identifier.kind)) {
        Some(strongest) => {
            let values: Vec<&str> = asset
                .identifiers
                .iter()
                .filter(|i| i.kind == strongest.kind && rules.usable(i.kind, &i.value))
                .map(|i| i.value.as_ref())
                .collect();
            format!("{}:{}", strongest.kind, values.join(" "))
        }
        None => match asset.identifiers.first() {
            Some(weak) => format!("{}:{}", weak.kind, weak.value),
            None => format!("name:{}", asset.name),
        },
    }
}

/// A new subject, in the shard its organisation is filling or, when that is full, in the newest
/// one, or in another.
fn born(work: &mut Work<'_>) -> SubjectKey {
    let placement = format!("placement.{}", work.organisation);
    let full = |work: &Work<'_>, shard: i64| {
        work.counter(&format!("shard.{shard}.subjects")) >= SHARD_SUBJECTS
    };
    let mut shard = work.counter(&placement);
    if shard == 0 || full(work, shard) {
        shard = work.counter("shards");
        if shard == 0 || full(work, shard) {
            shard = work.count("shards");
        }
        work.set_counter(placement, shard);
    }
    let number = work.count(&format!("shard.{shard}.subjects"));
    SubjectKey::new(Shard(shard as i32), number as u32)
}
