//! Real reports, where they are at hand: each is taken in once and, given again, changes nothing.
//!
//! The folder is that of `YAGURA_SAMPLES`, else `../shared/samples` beside the repository.

#![expect(clippy::print_stdout, reason = "a test says whether it had anything to try")]

use std::path::{Path, PathBuf};

use super::IngestError;
use crate::{
    inspect::detect,
    intake::{Intake, Limits},
    testing::House,
};

fn folder() -> PathBuf {
    let told = std::env::var_os("YAGURA_SAMPLES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    told.unwrap_or(beside)
}

/// The files of a list, by the first column of a CSV whose fields hold no line breaks.
fn listed(list: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(list).unwrap();
    text.lines().skip(1).filter_map(|line| Some(line.split(',').next()?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_given_twice_changes_nothing() {
    let folder = folder();
    let list = folder.join("EXPECTED.csv");
    if !list.exists() {
        println!("no samples at {}: nothing to try", folder.display());
        return;
    }
    let mut house = House::new();
    let mut taken = 0;
    for (number, file) in listed(&list).into_iter().enumerate() {
        // Small commits pile up small files: a lake for every few samples keeps the test short.
        if number % 12 == 0 {
            house = House::new();
        }
        let intake = Intake::new(house.folder.path(), Limits::default());
        let Ok(received) = intake.receive_file(&folder.join(&file)) else { continue };
        for member in &received.members {
            let Ok(format) = detect(member) else { continue };
            let mut request = House::request(&file);
            request.observed_at = Some("2026-10-01T00:00:00Z".parse().unwrap());
            let first = match house.ingest.ingest(member, received.digest, &request).await {
                Ok(first) => first,
                // Refused with its reason: another test holds which these are. A sample whose
                // findings lie in the year 2200 is refused for that.
                Err(IngestError::Parse(_) | IngestError::Future { .. }) => continue,
                Err(error) => panic!("{file}: {error:?}"),
            };
            let account = first.tally.account;
            assert!(account.balances(), "{file}");
            assert_eq!(first.format, format.name(), "{file}");
            let commit = house.ingest.lake.snapshot().await.unwrap().commit();
            let again = house.ingest.ingest(member, received.digest, &request).await.unwrap();
            assert!(again.unchanged, "{file}");
            assert_eq!(house.ingest.lake.snapshot().await.unwrap().commit(), commit, "{file}");
            taken += 1;
        }
    }
    println!("{taken} samples taken in twice");
    assert!(taken > 50);
}
