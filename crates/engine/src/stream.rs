//! Streams of reports: one process that takes in what comes until there is no more.
//!
//! Reports come length-framed (`frame`) or as files that are renamed into a folder (`folder`). A
//! thread receives them (`receiving`), some are read at the same time, and what was read while the
//! last commit was made is the next one's (`group`). The right to write is held for a commit only.
//! A report is acknowledged when the commit that has it is durable, in the order in which reports
//! came. Nothing is kept beside the lake: who was not told sends again, and the same bytes change
//! nothing (`docs/streaming.md`).

mod acknowledgement;
mod folder;
mod frame;
mod group;
mod receiving;
mod terms;
#[cfg(test)]
mod tests;

use std::{
    io::BufRead,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::coop::unconstrained,
    time::Instant,
};
use yagura_lake::LakeError;

pub use acknowledgement::{Acknowledgement, Outcome};
pub use folder::FolderError;
pub use frame::FrameError;
pub use terms::Terms;

use crate::{
    ingest::{Ingest, Remembered},
    intake,
};
use folder::Folder;
use receiving::{Arrival, Inlet, Part, Pending, Receiving};

/// What a stream of reports is taken in with.
#[derive(Debug, Clone)]
pub struct Stream {
    /// The use case.
    pub ingest: Ingest,
    /// Where what must be unpacked is kept meanwhile.
    pub spool: PathBuf,
    /// What holds for all reports.
    pub terms: Terms,
    /// How much at once.
    pub pace: Pace,
}

/// How much is taken in at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long a commit waits for more reports after its first one came.
    pub window: Duration,
    /// From so many unpacked bytes on it waits no longer.
    pub group_bytes: u64,
    /// Unpacked bytes of reports on their way; one that has more comes alone.
    pub room: u64,
    /// Most bytes of one report as it comes.
    pub report_bytes: u64,
    /// How often a folder is looked at in which there was nothing.
    pub look: Duration,
}

impl Pace {
    /// As the program does it.
    pub const STANDARD: Self = Self {
        window: Duration::from_millis(250),
        group_bytes: 16 << 20,
        room: 64 << 20,
        report_bytes: 256 << 20,
        look: Duration::from_millis(100),
    };

    /// What a report counts for at least: what it costs beside its bytes, which also bounds how many
    /// are on their way.
    const LEAST: u64 = 128 << 10;

    /// How much room so many bytes take, in KiB; never more than there is.
    fn units(&self, bytes: u64) -> u32 {
        let bytes = bytes.max(Self::LEAST).min(self.room.max(Self::LEAST));
        u32::try_from(bytes >> 10).unwrap_or(u32::MAX)
    }

    /// How a report is unpacked: within four times what may come, and few enough to be one commit.
    fn limits(&self) -> intake::Limits {
        let total = self.report_bytes.saturating_mul(4);
        intake::Limits { total, entries: 256, ..intake::Limits::default() }
    }
}

/// Why a stream ended early. What was acknowledged is in the lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// What came cannot be told apart any more.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The folder of reports could not be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The work was stopped.
    #[error("the work was stopped: {0}")]
    Stopped(String),
}

/// A stream that is being taken in.
#[derive(Debug)]
pub struct Running {
    stream: Arc<Stream>,
    folder: Option<Arc<Folder>>,
    arriving: mpsc::Receiver<Arrival>,
    stop: Stop,
    /// What the last commit leaves to the next.
    remembered: Remembered,
    /// Came while the group before was waited for, and is still being read.
    next: Option<Pending>,
    /// Why it ends, to be told when what came before is acknowledged.
    broken: Option<StreamError>,
}

/// Ends a stream: no more is received, and what came is acknowledged first.
#[derive(Debug, Clone)]
pub struct Stop {
    stopped: watch::Sender<bool>,
    /// For bytes on their way.
    room: Arc<Semaphore>,
    /// For reports that are received and read.
    turns: Arc<Semaphore>,
}

impl Stop {
    fn new(pace: &Pace) -> Self {
        let parallel = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            stopped: watch::Sender::new(false),
            room: Arc::new(Semaphore::new(pace.units(pace.room) as usize)),
            // Two for each: one may wait for the disk.
            turns: Arc::new(Semaphore::new(parallel * 2)),
        }
    }

    /// Ends the stream.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
        self.room.close();
        self.turns.close();
    }

    fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }
}

impl Stream {
    /// Begins to take in length-framed reports. To be called within a runtime.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn frames(self, input: impl BufRead + Send + 'static) -> Result<Running, StreamError> {
        self.start(None, Inlet::Frames(Box::new(input)))
    }

    /// Begins to take in the reports that are renamed into a folder. To be called within a runtime.
    ///
    /// # Errors
    /// If the folder cannot be used, or another process takes reports from it.
    pub fn folder(self, path: &Path) -> Result<Running, StreamError> {
        let folder = Arc::new(Folder::open(path)?);
        self.start(Some(Arc::clone(&folder)), Inlet::Folder(folder))
    }

    fn start(self, folder: Option<Arc<Folder>>, inlet: Inlet) -> Result<Running, StreamError> {
        let stream = Arc::new(self);
        let stop = Stop::new(&stream.pace);
        // The room bounds how many there are.
        let (sender, arriving) = mpsc::channel(1024);
        let receiving = Receiving::new(Arc::clone(&stream), stop.clone(), sender);
        receiving.start(inlet).map_err(|error| StreamError::Stopped(error.to_string()))?;
        let remembered = Remembered::default();
        Ok(Running { stream, folder, arriving, stop, remembered, next: None, broken: None })
    }
}

impl Running {
    /// What ends it.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Waits for the next commit and gives what became of each of its reports, in the order in
    /// which they came; `None` when all that came was told.
    ///
    /// # Errors
    /// If the stream cannot go on; what was given before is durable.
    pub async fn next(&mut self) -> Result<Option<Vec<Acknowledgement>>, StreamError> {
        let group = self.gather().await?;
        if group.is_empty() {
            return self.broken.take().map_or(Ok(None), Err);
        }
        let (told, failed) =
            group::take(&self.stream, &mut self.remembered, self.folder.as_deref(), group).await?;
        if let Some(failed) = failed {
            // What came meanwhile would fail as well: it is not acknowledged.
            self.stop.stop();
            self.arriving.close();
            while self.arriving.try_recv().is_ok() {}
            self.next = None;
            self.broken = Some(failed);
        }
        Ok(Some(told))
    }

    /// What is to be one commit, read.
    async fn gather(&mut self) -> Result<Vec<(Pending, Vec<Part>)>, StreamError> {
        let mut group = Vec::new();
        let Some(mut first) = self.arrived().await else { return Ok(group) };
        let parts = first.read().await?;
        let pace = self.stream.pace;
        let until = first.arrived + pace.window;
        let mut bytes = first.bytes;
        group.push((first, parts));
        while bytes < pace.group_bytes {
            // Who finds no room comes after the commit: only what is there already comes with it.
            let until = if self.is_full() { Instant::now() } else { until };
            // What is there already also comes with it when the time is over.
            let arrived = tokio::time::timeout_at(until, unconstrained(self.arrived())).await;
            let Ok(Some(mut pending)) = arrived else { break };
            let read = tokio::time::timeout_at(until, unconstrained(pending.read())).await;
            let Ok(parts) = read else {
                // A long one keeps nobody waiting who came before it.
                self.next = Some(pending);
                break;
            };
            bytes += pending.bytes;
            group.push((pending, parts?));
        }
        Ok(group)
    }

    /// Whether little more can come before a commit gives room back to what waits.
    fn is_full(&self) -> bool {
        let room = self.stream.pace.units(self.stream.pace.room) as usize;
        self.stop.room.available_permits() < room / 8
    }

    /// The next report that came.
    async fn arrived(&mut self) -> Option<Pending> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        if self.broken.is_some() {
            return None;
        }
        let mut stopped = self.stop.stopped.subscribe();
        let arrival = tokio::select! {
            biased;
            () = async { drop(stopped.wait_for(|stopped| *stopped).await) } => None,
            arrival = self.arriving.recv() => Some(arrival),
        };
        let arrival = match arrival {
            Some(arrival) => arrival,
            None => {
                // What is there already still comes.
                self.arriving.close();
                self.arriving.recv().await
            }
        };
        match arrival? {
            Arrival::Report(pending) => Some(pending),
            Arrival::Broken(error) => {
                self.broken = Some(error);
                None
            }
        }
    }
}
