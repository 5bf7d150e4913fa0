//! Receiving reports on a thread of its own, and reading some at the same time.

use std::{
    io::{self, BufRead, Read as _},
    sync::Arc,
    thread,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinHandle,
    time::Instant,
};

use super::{
    FrameError, Stop, Stream, StreamError,
    folder::{Claimed, Folder},
    frame::{self, Frame, Head},
};
use crate::{
    ingest::{Reading, Request},
    inspect::{Refusal, RefusalReason, Stage},
    intake::{Intake, IntakeError, Received},
};

/// Where reports come from.
pub(super) enum Inlet {
    Frames(Box<dyn BufRead + Send>),
    Folder(Arc<Folder>),
}

/// What the thread says.
#[derive(Debug)]
pub(super) enum Arrival {
    Report(Pending),
    Broken(StreamError),
}

/// A report that came and is being read.
#[derive(Debug)]
pub(super) struct Pending {
    /// Which, from 1.
    pub(super) sequence: u64,
    /// Its file in the folder.
    pub(super) claimed: Option<Claimed>,
    /// When all of it had come.
    pub(super) arrived: Instant,
    /// How many unpacked bytes it has.
    pub(super) bytes: u64,
    parts: JoinHandle<Vec<Part>>,
    _room: Vec<OwnedSemaphorePermit>,
}

/// A report, or an entry of a container.
#[derive(Debug)]
pub(super) enum Part {
    Read { name: String, reading: Box<Reading> },
    Refused(Refusal),
}

impl Pending {
    /// Waits until it is read, once.
    pub(super) async fn read(&mut self) -> Result<Vec<Part>, StreamError> {
        (&mut self.parts).await.map_err(|error| StreamError::Stopped(error.to_string()))
    }
}

/// See the module.
pub(super) struct Receiving {
    stream: Arc<Stream>,
    intake: Intake,
    stop: Stop,
    sender: mpsc::Sender<Arrival>,
    runtime: Handle,
    sequence: u64,
}

/// What may be received and read now.
struct Turn {
    turn: OwnedSemaphorePermit,
    room: OwnedSemaphorePermit,
}

/// A report that was received, or why not.
type Came = Result<(Received, Request), Refusal>;

impl Receiving {
    pub(super) fn new(stream: Arc<Stream>, stop: Stop, sender: mpsc::Sender<Arrival>) -> Self {
        let intake = Intake::new(&stream.spool, stream.pace.limits());
        Self { stream, intake, stop, sender, runtime: Handle::current(), sequence: 0 }
    }

    /// Begins. The thread ends with the input, or soon after the stop unless the input keeps it.
    pub(super) fn start(mut self, inlet: Inlet) -> io::Result<()> {
        let receive = move || {
            let ended = match inlet {
                Inlet::Frames(mut input) => self.frames(&mut *input),
                Inlet::Folder(folder) => self.folder(&folder),
            };
            if let Err(error) = ended {
                // Nobody listens after the stop.
                drop(self.sender.blocking_send(Arrival::Broken(error)));
            }
        };
        thread::Builder::new().name("receiving".to_owned()).spawn(receive).map(drop)
    }

    fn frames(&mut self, input: &mut dyn BufRead) -> Result<(), StreamError> {
        while let Some(frame) = frame::next(input, self.sequence + 1)? {
            let Some(turn) = self.turn(frame.length) else { break };
            let sequence = self.sequence + 1;
            let name = frame.head.as_ref().ok().and_then(|head| head.name.clone());
            let name = name.unwrap_or_else(|| format!("frame-{sequence}"));
            let mut body = (&mut *input).take(frame.length);
            let came = self.frame(frame, &name, &mut body);
            // Of a report that is refused the rest is passed over.
            io::copy(&mut body, &mut io::sink())
                .map_err(|source| FrameError::Read { sequence, source })?;
            if body.limit() > 0 {
                return Err(FrameError::Cut { sequence, missing: body.limit() }.into());
            }
            if !self.deliver(turn, None, came) {
                break;
            }
        }
        Ok(())
    }

    fn frame(&self, frame: Frame, name: &str, body: &mut dyn io::Read) -> Came {
        let refuse = |code, message| {
            let error = RefusalReason { stage: Stage::Frame, code, message, at: "-".to_owned() };
            Refusal { file: name.to_owned(), error }
        };
        let most = self.stream.pace.report_bytes;
        if frame.length > most {
            let message = format!("it has {} bytes, and {most} are accepted", frame.length);
            return Err(refuse("too_large", message));
        }
        let request = frame.head.and_then(|head| self.stream.terms.request(head));
        let request = request.map_err(|message| refuse("invalid", message))?;
        let received = self.intake.receive(name, body);
        Ok((received.map_err(|error| refused(name, &error))?, request))
    }

    fn folder(&mut self, folder: &Folder) -> Result<(), StreamError> {
        while !self.stop.is_stopped() {
            let mut any = false;
            for name in folder.waiting()? {
                let Some(turn) = self.turn(0) else { return Ok(()) };
                let Some(mut claimed) = folder.claim(&name)? else { continue };
                any = true;
                let came = self.file(folder, &claimed);
                if let Ok((received, _)) = &came {
                    let digest = hex::encode(received.digest);
                    claimed.digest = digest.get(..12).map(str::to_owned);
                }
                if !self.deliver(turn, Some(claimed), came) {
                    return Ok(());
                }
            }
            if !any {
                thread::sleep(self.stream.pace.look);
            }
        }
        Ok(())
    }

    fn file(&self, folder: &Folder, claimed: &Claimed) -> Came {
        let (path, name) = (folder.taking(&claimed.name), claimed.shown());
        let refuse = |code, message| {
            let error = RefusalReason { stage: Stage::Frame, code, message, at: "-".to_owned() };
            Refusal { file: name.clone(), error }
        };
        let most = self.stream.pace.report_bytes;
        if let Some(length) = path.metadata().ok().map(|about| about.len()).filter(|l| *l > most) {
            let message = format!("it has {length} bytes, and {most} are accepted");
            return Err(refuse("too_large", message));
        }
        let request = self.stream.terms.request(Head::default());
        let request = request.map_err(|message| refuse("invalid", message))?;
        let received = self.intake.receive_file_as(&name, &path);
        Ok((received.map_err(|error| refused(&name, &error))?, request))
    }

    /// Waits until a report of so many bytes may come; `None` after the stop.
    fn turn(&self, bytes: u64) -> Option<Turn> {
        let turn = self.acquire(&self.stop.turns, 1)?;
        let room = self.acquire(&self.stop.room, self.stream.pace.units(bytes))?;
        Some(Turn { turn, room })
    }

    fn acquire(&self, of: &Arc<Semaphore>, many: u32) -> Option<OwnedSemaphorePermit> {
        match Arc::clone(of).try_acquire_many_owned(many) {
            Ok(permit) => Some(permit),
            // The runtime may be gone when it was stopped.
            Err(_) if self.stop.is_stopped() => None,
            Err(_) => self.runtime.block_on(Arc::clone(of).acquire_many_owned(many)).ok(),
        }
    }

    /// Lets a report be read and hands it on; whether somebody listens.
    fn deliver(&mut self, turn: Turn, claimed: Option<Claimed>, came: Came) -> bool {
        self.sequence += 1;
        let arrived = Instant::now();
        let Turn { turn, room } = turn;
        let bytes = came.as_ref().map_or(0, |(received, _)| {
            received.members.iter().map(|member| member.length).sum::<u64>()
        });
        // What it unpacks to takes room too.
        let more = self.stream.pace.units(bytes).saturating_sub(room.num_permits() as u32);
        let mut rooms = vec![room];
        if more > 0 {
            let Some(room) = self.acquire(&self.stop.room, more) else { return false };
            rooms.push(room);
        }
        let stream = Arc::clone(&self.stream);
        let parts = self.runtime.spawn(async move {
            let parts = read(&stream, came).await;
            drop(turn);
            parts
        });
        let sequence = self.sequence;
        let pending = Pending { sequence, claimed, arrived, bytes, parts, _room: rooms };
        self.sender.blocking_send(Arrival::Report(pending)).is_ok()
    }
}

fn refused(name: &str, error: &IntakeError) -> Refusal {
    Refusal { file: name.to_owned(), error: error.into() }
}

/// Reads every member of what came.
async fn read(stream: &Stream, came: Came) -> Vec<Part> {
    let (received, request) = match came {
        Ok(came) => came,
        Err(refusal) => return vec![Part::Refused(refusal)],
    };
    let mut parts = Vec::with_capacity(received.members.len() + received.refused.len());
    for member in &received.members {
        let read = stream.ingest.read(member, received.digest, &request).await;
        let name = member.name.clone();
        parts.push(match read {
            Ok(reading) => Part::Read { name, reading: Box::new(reading) },
            Err(error) => Part::Refused(Refusal { file: name, error: (&error).into() }),
        });
    }
    parts.extend(received.refused.iter().map(|refused| {
        Part::Refused(Refusal { file: refused.name.clone(), error: (&refused.error).into() })
    }));
    parts
}
