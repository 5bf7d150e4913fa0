//! Whose record a subject is, and when its source last looked at it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use roaring::RoaringBitmap;
use yagura_baseline::master::{Kind, Master, Witness};
use yagura_lake::{
    LakeError, Snapshot,
    rows::{CoverageRow, ReportName, SourceRow, SubjectPoint, SubjectRow},
    scan::Filter,
};
use yagura_model::{
    Timestamp,
    id::{ReportKey, Shard, SourceKey, SubjectKey},
};

use super::{BySubject, looked::Looked};

/// The newest look that covered a record.
#[derive(Debug, Clone, Copy)]
struct Look {
    at: Timestamp,
    /// With credentials or not.
    credentialed: Option<bool>,
    /// No look covered the record: this is the report that showed it first.
    unlooked: bool,
}

impl Look {
    fn of((at, credentialed): (Timestamp, Option<bool>)) -> Self {
        Self { at, credentialed, unlooked: false }
    }
}

/// Of what kind a source is, by how its last look at an asset was done.
#[derive(Debug, Clone, Copy)]
struct Kinds {
    unasked: Kind,
    credentialed: Kind,
    without: Kind,
}

impl Kinds {
    fn of(master: &Master, row: &SourceRow) -> Self {
        let kind = |credentialed| master.kind(&row.tool, &row.name, credentialed);
        Self { unasked: kind(None), credentialed: kind(Some(true)), without: kind(Some(false)) }
    }

    fn by(self, credentialed: Option<bool>) -> Kind {
        match credentialed {
            None => self.unasked,
            Some(true) => self.credentialed,
            Some(false) => self.without,
        }
    }
}

/// Who may say something of assets at a time.
#[derive(Debug)]
pub(crate) struct Witnesses<'m> {
    pub(super) master: &'m Master,
    pub(super) at: Timestamp,
    sources: BTreeMap<SourceKey, Kinds>,
    /// The source of each subject and the place of its newest look.
    records: BySubject<(SourceKey, u32)>,
    looks: Vec<Look>,
}

/// Whether a look confirms what was said by a time. One that could carry out nothing does not.
fn confirms(look: &CoverageRow, at: Timestamp) -> bool {
    look.observed_at <= at && look.kinds != 0
}

impl<'m> Witnesses<'m> {
    /// The records of the subjects a filter wants, by rows of coverage that hold all looks at them.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) async fn load(
        snapshot: &Snapshot,
        master: &'m Master,
        at: Timestamp,
        subjects: Filter,
        coverage: &[CoverageRow],
    ) -> Result<Self, LakeError> {
        let all = Filter::all();
        let (sources, subjects) = tokio::try_join!(
            snapshot.rows::<SourceRow>(&all),
            snapshot.scan::<SubjectPoint>(&subjects)
        )?;
        let kinds = sources.into_iter().map(|row| (row.source, Kinds::of(master, &row)));
        let (records, looks) = (BySubject::default(), Vec::new());
        let mut witnesses = Self { master, at, sources: kinds.collect(), records, looks };
        let looked = witnesses.look(coverage)?;
        let unlooked = Mutex::new(Vec::new());
        let record = |row: SubjectPoint| match looked.get(row.subject) {
            Some(look) => Some((row.subject, (row.source, look))),
            None => {
                let row = (row.subject, row.source, row.report);
                unlooked.lock().unwrap_or_else(PoisonError::into_inner).push(row);
                None
            }
        };
        witnesses.records = tokio::task::block_in_place(|| BySubject::load(&subjects, record))?;
        let unlooked = unlooked.into_inner().unwrap_or_else(PoisonError::into_inner);
        witnesses.by_report(snapshot, unlooked).await?;
        Ok(witnesses)
    }

    /// The records of few assets, by the looks that covered each.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub(crate) async fn of_record(
        snapshot: &Snapshot,
        master: &'m Master,
        at: Timestamp,
        sources: impl IntoIterator<Item = SourceRow>,
        subjects: &[SubjectRow],
        looked: &[Looked],
    ) -> Result<Self, LakeError> {
        let kinds = sources.into_iter().map(|row| (row.source, Kinds::of(master, &row)));
        let sources = kinds.collect();
        let (records, looks) = (BySubject::default(), Vec::new());
        let mut witnesses = Self { master, at, sources, records, looks };
        let mut unlooked = Vec::new();
        let mut newest: BTreeMap<SubjectKey, (Timestamp, Option<bool>)> = BTreeMap::new();
        for (look, covered) in looked.iter().filter(|(look, _)| confirms(look, at)) {
            let look = (look.observed_at, look.credentialed);
            for subject in covered {
                let known = newest.entry(*subject).or_insert(look);
                *known = look.max(*known);
            }
        }
        for row in subjects {
            match newest.get(&row.subject) {
                Some(newest) => {
                    let place = u32::try_from(witnesses.looks.len()).unwrap_or(u32::MAX);
                    witnesses.looks.push(Look::of(*newest));
                    witnesses.records.set(row.subject, (row.source, place));
                }
                None => unlooked.push((row.subject, row.source, row.report)),
            }
        }
        witnesses.by_report(snapshot, unlooked).await?;
        Ok(witnesses)
    }

    /// The rules.
    pub(crate) fn master(&self) -> &'m Master {
        self.master
    }

    /// The time asked about.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// Gathers the newest look at each subject; gives its place.
    fn look(&mut self, coverage: &[CoverageRow]) -> Result<BySubject<u32>, LakeError> {
        let counts = |row: &&CoverageRow| confirms(row, self.at);
        let mut rows: Vec<&CoverageRow> = coverage.iter().filter(counts).collect();
        // Newest first, of equally new ones those with credentials: an older one says nothing new.
        rows.sort_by_key(|row| std::cmp::Reverse((row.observed_at, row.credentialed)));
        let mut met: BTreeMap<Shard, RoaringBitmap> = BTreeMap::new();
        let mut looked = BySubject::default();
        for row in rows {
            let seen = met.entry(row.of_shard).or_default();
            let subjects = row.numbers()?;
            let new = &subjects - &*seen;
            *seen |= subjects;
            let look = u32::try_from(self.looks.len()).unwrap_or(u32::MAX);
            self.looks.push(Look::of((row.observed_at, row.credentialed)));
            for number in new {
                looked.set(SubjectKey::new(row.of_shard, number), look);
            }
        }
        Ok(looked)
    }

    /// Records that no look ever covered are confirmed by the first report that showed them.
    async fn by_report(
        &mut self,
        snapshot: &Snapshot,
        unlooked: Vec<(SubjectKey, SourceKey, ReportKey)>,
    ) -> Result<(), LakeError> {
        if unlooked.is_empty() {
            return Ok(());
        }
        let wanted: BTreeSet<i64> = unlooked.iter().map(|(.., report)| report.0).collect();
        let filter = Filter::of("report", wanted);
        let reports: Vec<ReportName> = snapshot.rows(&filter).await?;
        let places: BTreeMap<ReportKey, u32> = reports
            .into_iter()
            .map(|row| {
                let place = u32::try_from(self.looks.len()).unwrap_or(u32::MAX);
                self.looks.push(Look { at: row.observed_at, credentialed: None, unlooked: true });
                (row.report, place)
            })
            .collect();
        for (subject, source, report) in unlooked {
            if let Some(place) = places.get(&report) {
                self.records.set(subject, (source, *place));
            }
        }
        Ok(())
    }

    /// Whether a subject's record was there at the time.
    pub(crate) fn was_there(&self, subject: SubjectKey) -> bool {
        let record = self.records.get(subject);
        let look = record.and_then(|(_, look)| self.looks.get(look as usize));
        look.is_some_and(|look| look.at <= self.at)
    }

    /// Who says what a subject's record says.
    pub(crate) fn of(&self, subject: SubjectKey) -> Option<Witness> {
        let (source, look) = self.records.get(subject)?;
        let look = self.looks.get(look as usize)?;
        let kind = self.sources.get(&source)?.by(look.credentialed);
        Some(Witness { kind, source, subject, confirmed: look.at })
    }

    /// Whether a look of a source is a sighting.
    pub(crate) fn observes(&self, source: SourceKey, credentialed: Option<bool>) -> bool {
        let kind = self.sources.get(&source).map(|kinds| kinds.by(credentialed));
        kind.and_then(|kind| self.master.of_kind(kind)).is_some_and(|kind| kind.observes)
    }

    /// All subjects that a source which observes has seen, with the last time it did.
    pub(crate) fn sightings(&self) -> impl Iterator<Item = (SubjectKey, Timestamp)> + '_ {
        // Subjects of one source follow each other: whether it observes is asked once a run.
        let mut last = None;
        self.records.all().filter_map(move |(subject, (source, look))| {
            let look = self.looks.get(look as usize)?;
            let asked = (source, look.credentialed);
            let observes = match last {
                Some((before, observes)) if before == asked => observes,
                _ => self.observes(source, look.credentialed),
            };
            last = Some((asked, observes));
            (observes && !look.unlooked).then_some((subject, look.at))
        })
    }
}
