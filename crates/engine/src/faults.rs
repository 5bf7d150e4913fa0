//! Faults against whole use cases: `kill -9`, loss of power, a full disk, races, a wrong clock.
//!
//! A lake is led through some [`steps`] undisturbed, and kept as it was before each. Then a step is
//! carried out on a copy and disturbed. What is left must be the lake before or after it, to the last
//! row and name, and `check` finds nothing broken; what was acknowledged is there; and the step
//! carried out again leads to the lake after it.
//!
//! Each point is chosen by a seed. A test that fails says which one to give as `YAGURA_FAULT_SEED`;
//! `YAGURA_FAULT_TIMES` tries so many times as many. The lake's own tests of faults try more points
//! of less.

mod clock;
mod full;
mod kill;
mod power;
mod race;
mod restored;
mod steps;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use yagura_baseline::identity::Rules;
use yagura_lake::{
    Lake, Snapshot,
    check::EvidenceDepth,
    compact::Limits,
    evidence::EvidenceReader,
    row::{Row, Stored},
    rows::{
        AssetRow, AttributeRow, CheckRow, CheckSetRow, CommitRow, CoverageRow, DecisionRow,
        FindingRow, HoldRow, IdentifierRow, LinkRow, OrganisationRow, PackageRow, RelationRow,
        ReportRow, SoftwareRow, SoftwareSetRow, SourceRow, SubjectRow,
    },
    scan::Filter,
    store::Store,
    table::Table,
};

use crate::{clock::Clock, ingest::Ingest};
use steps::{Step, carry_out, steps, texts};

/// The lake on a store, where files pile up until the step that compacts them.
fn lake(store: Store) -> Lake {
    let limits = Limits { small_files: usize::MAX, vacuum_every: u64::MAX, ..Limits::STANDARD };
    Lake::with_store(store).with_limits(limits)
}

/// The lake in a folder.
fn open(folder: &Path) -> Lake {
    lake(Store::open(&folder.join("data")).unwrap())
}

/// The use case, at a time: hours lie between two steps.
fn ingest(lake: Lake, number: usize) -> Ingest {
    let hours = i64::try_from(number * 3).unwrap();
    let at = "2026-11-01T00:00:00Z".parse::<yagura_model::Timestamp>().unwrap();
    let at = at + jiff::SignedDuration::from_hours(hours);
    Ingest { lake, rules: Rules::shipped().clone(), clock: Clock::Fixed(at) }
}

async fn rows<T: Row + std::fmt::Debug + Send + 'static>(snapshot: &Snapshot) -> String {
    let rows: Vec<Stored<T>> = snapshot.read(&Filter::all().with_superseded()).await.unwrap();
    format!("{rows:?}")
}

/// All that a lake holds.
#[derive(PartialEq)]
struct State {
    /// The rows of its tables, and what was counted.
    tables: Vec<String>,
    /// How many rows its files have.
    rows: u64,
}

/// Every report's bytes are read again.
async fn state(lake: &Lake) -> State {
    let snapshot = lake.snapshot().await.unwrap();
    let mut reports: Vec<ReportRow> = snapshot.rows(&Filter::all()).await.unwrap();
    for (report, text) in reports.iter_mut().zip(texts()) {
        let entry = report.evidence().unwrap();
        let reader = EvidenceReader::new(lake.store().clone());
        assert!(reader.read_range(&entry, 0..u64::MAX).unwrap() == text.as_bytes(), "{entry}");
        // Where the bytes lie may depend on what a crash left beside them.
        (report.evidence_pack, report.evidence_offset) = (None, None);
    }
    let tables = vec![
        format!("{reports:?}"),
        rows::<CommitRow>(&snapshot).await,
        rows::<OrganisationRow>(&snapshot).await,
        rows::<SourceRow>(&snapshot).await,
        rows::<SubjectRow>(&snapshot).await,
        rows::<IdentifierRow>(&snapshot).await,
        rows::<LinkRow>(&snapshot).await,
        rows::<AssetRow>(&snapshot).await,
        rows::<RelationRow>(&snapshot).await,
        rows::<AttributeRow>(&snapshot).await,
        rows::<CheckRow>(&snapshot).await,
        rows::<FindingRow>(&snapshot).await,
        rows::<CoverageRow>(&snapshot).await,
        rows::<CheckSetRow>(&snapshot).await,
        rows::<PackageRow>(&snapshot).await,
        rows::<SoftwareSetRow>(&snapshot).await,
        rows::<SoftwareRow>(&snapshot).await,
        rows::<HoldRow>(&snapshot).await,
        rows::<DecisionRow>(&snapshot).await,
        format!("{:?}", snapshot.manifest().counters),
    ];
    let mut rows = 0;
    for table in Table::ALL {
        rows += snapshot.files(*table).await.unwrap().iter().map(|file| file.rows).sum::<u64>();
    }
    State { tables, rows }
}

/// How many rows there are, if nothing that must hold is broken.
async fn sound(lake: &Lake) -> u64 {
    let checked = lake.check(EvidenceDepth::Full, Arc::new(|_, _| {})).await.unwrap();
    assert!(checked.broken.is_empty(), "{:?}", checked.broken);
    checked.rows
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// The lake as it was before each step and after the last.
struct Undisturbed {
    folder: tempfile::TempDir,
    states: Vec<State>,
}

impl Undisturbed {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |number: usize| -> PathBuf { folder.path().join(number.to_string()) };
        std::fs::create_dir_all(at(0).join("spool")).unwrap();
        let mut states = vec![state(&open(&at(0))).await];
        for number in 0..steps().len() {
            copy(&at(number), &at(number + 1));
            let done = carry_out(open(&at(number + 1)), &at(number + 1), number).await;
            done.unwrap_or_else(|error| panic!("step {number}: {error}"));
            states.push(state(&open(&at(number + 1))).await);
        }
        Self { folder, states }
    }

    /// The lake before a step, copied into a folder.
    fn before(&self, number: usize, to: &Path) {
        copy(&self.folder.path().join(number.to_string()), to);
    }

    /// Holds what a fault in a step left against what may be, and carries the step out again.
    ///
    /// What is there in the end is sound, with so many rows as without the fault; of every fourth
    /// seed each row is compared.
    async fn goes_on(
        &self,
        lake: &Lake,
        folder: &Path,
        number: usize,
        seed: u64,
        acknowledged: bool,
    ) {
        let left = state(lake).await;
        let (before, after) = (self.states.get(number), self.states.get(number + 1));
        let is_after = after == Some(&left);
        assert!(is_after || (before == Some(&left) && !acknowledged), "part of a step");
        let again = carry_out(lake.clone(), folder, number).await;
        match (steps().get(number).unwrap(), is_after && before != after) {
            (Step::Take(_), true) => assert_eq!(again.unwrap(), "unchanged"),
            // What was decided cannot be decided again.
            (Step::Merge | Step::Split | Step::Undo, true) => assert!(again.is_err()),
            _ => assert_eq!(again.unwrap(), "done"),
        }
        assert_eq!(Some(sound(lake).await), after.map(|state| state.rows), "other rows");
        if seed.is_multiple_of(4) {
            assert!(after == Some(&state(lake).await), "another state");
        }
    }
}

/// The steps that are disturbed, with how many points of each are tried.
fn disturbed(points: impl Fn(&Step) -> u64) -> Vec<(usize, u64)> {
    let steps = steps();
    let points = steps.iter().map(points).enumerate();
    points.filter(|(_, points)| *points > 0).collect()
}
