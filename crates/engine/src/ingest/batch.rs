//! A batch: many reports, taken in by one commit after the other, each while the next are read.

use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use yagura_lake::{LakeError, Snapshot};

use super::{Group, Ingest, IngestError, Ingested, Reading, Remembered};
use crate::inspect::RefusalReason;

/// Findings that are taken in by one commit, about: more is hardly faster, and a group is held
/// twice, once being taken in and once being read.
const TOGETHER: u64 = 500_000;

/// As much as so many findings counts an asset of a report: registers state none.
const ASSET: u64 = 10;

/// And most reports.
const REPORTS: usize = 1_024;

/// After so long a group goes as it is to a commit that waits for one.
const PATIENCE: Duration = Duration::from_secs(1);

/// What became of a report that was read.
#[derive(Debug)]
pub struct Taken {
    /// The name it was given under.
    pub name: String,
    /// What it changed, or why it is refused.
    pub result: Result<Ingested, RefusalReason>,
}

/// Reports that are taken in one commit after the other.
#[derive(Debug)]
pub struct Batch<E> {
    ingest: Ingest,
    wait: Duration,
    /// What was read, and who reads it; `None` while it is waited for, and at the end.
    groups: Option<(Receiver<Waiting<E>>, JoinHandle<()>)>,
    /// What the last commit builds on.
    state: State,
    remembered: Remembered,
}

type State = Arc<Mutex<Option<Arc<Snapshot>>>>;

/// Some reports in their order.
#[derive(Debug)]
struct Waiting<E> {
    /// For each report its name if it is one of the group, or what it is instead.
    reports: Vec<Result<String, E>>,
    group: Group,
}

impl Ingest {
    /// Begins to take in reports, which a thread of its own draws, and so reads; what is not to be taken
    /// in is passed on in its place. Who writes to the lake beside it is waited for so long. To be called
    /// within a runtime.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn batch<E: Send + 'static>(
        &self,
        wait: Duration,
        reports: impl Iterator<Item = Result<Reading, E>> + Send + 'static,
    ) -> std::io::Result<Batch<E>> {
        // No group waits while one is taken in and the next is read.
        let (send, groups) = sync_channel(0);
        let state = State::default();
        let reader = Reader {
            ingest: self.clone(),
            state: Arc::clone(&state),
            runtime: Handle::current(),
            send,
        };
        let thread = thread::Builder::new().name("reports".to_owned());
        let reading = thread.spawn(move || reader.read(reports))?;
        let (ingest, remembered) = (self.clone(), Remembered::default());
        Ok(Batch { ingest, wait, groups: Some((groups, reading)), state, remembered })
    }
}

impl<E: Send + 'static> Batch<E> {
    /// Makes the next commit and gives what became of each of its reports, in their order; `None` when
    /// all was told. What was taken in is durable; if the lake cannot be written, every report of the
    /// commit is refused for that, and nothing of them is visible.
    ///
    /// # Errors
    /// `Stopped` if the thread that reads ended before all was read: of what was not told nothing was
    /// taken in.
    pub async fn next(&mut self) -> Result<Option<Vec<Result<Taken, E>>>, IngestError> {
        let Some((groups, reading)) = self.groups.take() else { return Ok(None) };
        let receive = tokio::task::spawn_blocking(move || match groups.recv() {
            Ok(waiting) => Ok(Some((waiting, (groups, reading)))),
            Err(_) => reading.join().map(|()| None),
        });
        let received = receive.await.map_err(|error| IngestError::Stopped(error.to_string()))?;
        let stopped = |_| IngestError::Stopped("not all reports could be read".to_owned());
        let Some((Waiting { reports, group }, groups)) = received.map_err(stopped)? else {
            return Ok(None);
        };
        self.groups = Some(groups);
        let (results, failed) = match self.commit(group).await {
            Ok(results) => (results, None),
            Err(error) => (Vec::new(), Some(RefusalReason::from(&IngestError::Lake(error)))),
        };
        let mut results = results.into_iter();
        let nothing = || Err(IngestError::Stopped("nothing was read".to_owned()));
        let mut result = || match &failed {
            Some(reason) => Err(reason.clone()),
            None => results.next().unwrap_or_else(nothing).map_err(|error| (&error).into()),
        };
        let mut taken = |name| Taken { name, result: result() };
        Ok(Some(reports.into_iter().map(|report| report.map(&mut taken)).collect()))
    }

    async fn commit(
        &mut self,
        group: Group,
    ) -> Result<Vec<Result<Ingested, IngestError>>, LakeError> {
        if group.readings.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = self.ingest.lake.write(self.wait, self.ingest.clock.now()).await?;
        if let Ok(mut state) = self.state.lock() {
            *state = Some(Arc::clone(writer.snapshot()));
        }
        self.ingest.take_next(&mut self.remembered, &mut writer, group).await
    }
}

/// Reads ahead of the commits.
struct Reader<E> {
    ingest: Ingest,
    state: State,
    runtime: Handle,
    send: SyncSender<Waiting<E>>,
}

impl<E> Reader<E> {
    /// Reads until all is read, or nobody takes it in any more.
    fn read(self, reports: impl Iterator<Item = Result<Reading, E>>) {
        let mut next = Gathering::default();
        for report in reports {
            next.add(report);
            if next.is_full() {
                if self.send.send(self.with_ahead(std::mem::take(&mut next))).is_err() {
                    return;
                }
            } else if next.since.is_some_and(|since| since.elapsed() >= PATIENCE) {
                match self.send.try_send(std::mem::take(&mut next).waiting()) {
                    Ok(()) => {}
                    Err(TrySendError::Full(waiting)) => next = Gathering::again(waiting),
                    Err(TrySendError::Disconnected(_)) => return,
                }
            }
        }
        // Nobody may be there to take it.
        drop(self.send.send(self.with_ahead(next)));
    }

    /// A group with what the lake knows of it so far.
    fn with_ahead(&self, next: Gathering<E>) -> Waiting<E> {
        let mut waiting = next.waiting();
        let state = self.state.lock().ok().and_then(|state| state.clone());
        if let Some(state) = state {
            let read = self.ingest.read_ahead(state, &mut waiting.group.readings);
            // What cannot be read now, the commit cannot read either, and says so.
            waiting.group.ahead = self.runtime.block_on(read).ok().flatten();
        }
        waiting
    }
}

/// What is to be one commit.
struct Gathering<E> {
    reports: Vec<Result<String, E>>,
    readings: Vec<Reading>,
    weight: u64,
    /// When the first report came, or the last try to send them was made.
    since: Option<Instant>,
}

impl<E> Default for Gathering<E> {
    fn default() -> Self {
        Self { reports: Vec::new(), readings: Vec::new(), weight: 0, since: None }
    }
}

impl<E> Gathering<E> {
    /// One that nobody waited for.
    fn again(waiting: Waiting<E>) -> Self {
        let mut next = Self { reports: waiting.reports, ..Self::default() };
        next.since = Some(Instant::now());
        for reading in waiting.group.readings {
            next.hold(reading);
        }
        next
    }

    fn add(&mut self, report: Result<Reading, E>) {
        self.since.get_or_insert_with(Instant::now);
        let report = report.map(|reading| self.hold(reading));
        self.reports.push(report);
    }

    /// Holds what was read; gives its name.
    fn hold(&mut self, reading: Reading) -> String {
        let tally = reading.tally();
        self.weight += tally.account.findings + tally.assets * ASSET;
        let name = reading.name.clone();
        self.readings.push(reading);
        name
    }

    fn is_full(&self) -> bool {
        self.weight >= TOGETHER || self.reports.len() >= REPORTS
    }

    fn waiting(self) -> Waiting<E> {
        Waiting { reports: self.reports, group: self.readings.into() }
    }
}
