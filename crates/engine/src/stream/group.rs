//! One commit of a stream.

use yagura_lake::LakeError;
use yagura_model::id::Commit;

use super::{
    Acknowledgement, Outcome, Stream, StreamError,
    folder::Folder,
    receiving::{Part, Pending},
};
use crate::{
    ingest::{IngestError, IngestLine, Ingested, Reading, Remembered},
    inspect::{Refusal, RefusalReason},
};

/// What became of some reports, in their order, and why the stream cannot go on, if so.
type Told = (Vec<Acknowledgement>, Option<StreamError>);

/// Takes some reports in by one commit and says what became of each.
pub(super) async fn take(
    stream: &Stream,
    remembered: &mut Remembered,
    folder: Option<&Folder>,
    group: Vec<(Pending, Vec<Part>)>,
) -> Result<Told, StreamError> {
    let mut readings = Vec::new();
    let mut waiting = Vec::with_capacity(group.len());
    for (pending, parts) in group {
        let mut of_one = Vec::with_capacity(parts.len());
        for part in parts {
            of_one.push(match part {
                Part::Read { name, reading } => {
                    readings.push(*reading);
                    Ok(name)
                }
                Part::Refused(refusal) => Err(refusal),
            });
        }
        waiting.push((pending, of_one));
    }
    let mut failed = None;
    let mut taken = match commit(stream, remembered, readings).await {
        Ok((taken, commit)) => Taken::Committed(taken.into_iter(), commit),
        Err(error) => {
            let error = IngestError::Lake(error);
            let reason = RefusalReason::from(&error);
            if let IngestError::Lake(error) = error
                && reason.code != "busy"
            {
                failed = Some(StreamError::Lake(error));
            }
            Taken::Failed(reason)
        }
    };
    let mut told = Vec::with_capacity(waiting.len());
    for (pending, parts) in waiting {
        let of = parts.len();
        let from = told.len();
        for (number, part) in parts.into_iter().enumerate() {
            let outcome = match part {
                Ok(name) => taken.next(stream, name).await?,
                Err(refusal) => Outcome::Refused(refusal),
            };
            let (sequence, part) = (pending.sequence, number + 1);
            told.push(Acknowledgement { sequence, part, parts: of, outcome });
        }
        if let (Some(folder), Some(own)) = (folder, told.get(from..)) {
            let moved = put_away(folder, &pending, own);
            failed = failed.or(moved.err().map(StreamError::Folder));
        }
    }
    Ok((told, failed))
}

/// What one commit made of the reports, one after the other.
enum Taken {
    Committed(std::vec::IntoIter<Result<Ingested, IngestError>>, Commit),
    Failed(RefusalReason),
}

impl Taken {
    async fn next(&mut self, stream: &Stream, file: String) -> Result<Outcome, StreamError> {
        let refused = |file, error| Ok(Outcome::Refused(Refusal { file, error }));
        let (taken, commit) = match self {
            Self::Failed(reason) => return refused(file, reason.clone()),
            Self::Committed(taken, commit) => (taken.next(), *commit),
        };
        let nothing = || Err(IngestError::Stopped("nothing was read".to_owned()));
        match taken.unwrap_or_else(nothing) {
            Err(error) => refused(file, (&error).into()),
            Ok(mut ingested) => {
                let organisations_new = std::mem::take(&mut ingested.organisations_new);
                let line = IngestLine::read(ingested, &file, stream.ingest.clock);
                Ok(Outcome::Taken { commit, line: Box::new(line), organisations_new })
            }
        }
    }
}

/// The commit; nothing is written if there is nothing to write.
async fn commit(
    stream: &Stream,
    remembered: &mut Remembered,
    readings: Vec<Reading>,
) -> Result<(Vec<Result<Ingested, IngestError>>, Commit), LakeError> {
    if readings.is_empty() {
        return Ok((Vec::new(), Commit(0)));
    }
    let ingest = &stream.ingest;
    let mut writer = ingest.lake.write(stream.terms.wait, ingest.clock.now()).await?;
    let taken = ingest.take_next(remembered, &mut writer, readings).await?;
    Ok((taken, writer.snapshot().commit()))
}

/// Moves the file of a report to where what became of it belongs.
fn put_away(
    folder: &Folder,
    pending: &Pending,
    told: &[Acknowledgement],
) -> Result<(), super::FolderError> {
    let Some(claimed) = &pending.claimed else { return Ok(()) };
    let refusals: Vec<&Refusal> = told.iter().filter_map(|told| told.outcome.refusal()).collect();
    if refusals.iter().any(|refusal| refusal.error.is_passing()) {
        folder.keep(claimed);
        return Ok(());
    }
    if refusals.is_empty() { folder.done(claimed) } else { folder.refuse(claimed, &refusals) }
}
