//! The manifests: readable, without a gap, and the highest is the state.

use object_store::path::Path;

use super::breach::{At, Breaches, Invariant, told};
use crate::{
    error::LakeError,
    manifest::{HINT, Manifest, ManifestError, ManifestStore, path_of},
    store::Store,
};

/// Gives the newest manifest that can be read.
pub(super) async fn check(
    store: &Store,
    manifests: &ManifestStore,
    found: &mut Breaches,
) -> Result<Manifest, LakeError> {
    let numbers = manifests.numbers().await?;
    if numbers.is_empty() && store.exists(&Path::from(HINT)).await? {
        found.add(Invariant::ManifestChain, At::path(HINT), "there is no manifest at all");
    }
    for (before, next) in numbers.iter().zip(numbers.iter().skip(1)) {
        for missing in (before + 1..*next).take(20) {
            found.add(Invariant::ManifestChain, At::path(path_of(missing)), "it is missing");
        }
    }
    let mut newest = Manifest::default();
    for number in &numbers {
        match manifests.get(*number).await {
            Ok(manifest) => {
                if manifest.time <= newest.time && newest.number > 0 {
                    let detail = format!("its time {} is not later than before", manifest.time);
                    found.add(Invariant::ManifestChain, At::path(path_of(*number)), detail);
                }
                newest = manifest;
            }
            Err(error @ ManifestError::Newer { .. }) => return Err(error.into()),
            Err(error) => {
                found.add(Invariant::ManifestReadable, At::path(path_of(*number)), told(&error));
            }
        }
    }
    if let Ok(latest) = manifests.latest().await
        && latest.number < newest.number
    {
        let detail = format!("readers take manifest {} for the newest", latest.number);
        found.add(Invariant::ManifestChain, At::path(path_of(newest.number)), detail);
    }
    Ok(newest)
}
