//! Ingest: reports into the lake.
//!
//! The way of a report: its bytes are hashed and, if the source gave them before, nothing happens;
//! they are parsed into a `stage` while another thread packs them as evidence (`reading`); `faces`
//! says what its assets are found by; then, with the right to write, the stage is compared with the state of the lake step by step (`compare`:
//! `subjects`, `identity`, `describe`, `checks`, `covering`, `findings`). One commit makes
//! all of it visible, of one report or of many.

mod ahead;
mod batch;
mod checks;
mod compare;
mod covering;
mod describe;
mod error;
mod faces;
mod findings;
mod group;
mod hash;
mod identity;
mod ingested;
mod known;
mod line;
mod looked;
mod looks;
pub(crate) mod organisations;
mod reading;
mod remembered;
mod request;
#[cfg(test)]
mod samples;
mod sees;
mod source;
pub(crate) mod stage;
mod statements;
mod subjects;
#[cfg(test)]
mod tests;
mod timeline;
mod work;

use yagura_baseline::identity::Rules;
use yagura_formats::sink::{Sink, Stopped};
use yagura_lake::{Lake, LakeError, Transaction, Writer};

pub use batch::{Batch, Taken};
pub use error::IngestError;
pub use group::Group;
pub(crate) use identity::{identity_in, in_force, is_within, joined, renamed};
pub use ingested::{Effects, Ingested};
pub use line::IngestLine;
pub use reading::Reading;
pub use remembered::Remembered;
pub use request::Request;
pub use sees::of_format;

use crate::{clock::Clock, intake::Member};

/// The use case.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Where to.
    pub lake: Lake,
    /// The rules of identity.
    pub rules: Rules,
    /// The time.
    pub clock: Clock,
}

impl Ingest {
    /// Takes in one member of what was received; `received_digest` is that of the whole.
    ///
    /// # Errors
    /// The report is refused, or the lake cannot be written: then nothing of it is visible.
    pub async fn ingest(
        &self,
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
    ) -> Result<Ingested, IngestError> {
        if let Some(known) = self.known(member, request).await? {
            return Ok(known);
        }
        let reading = self.read(member, received_digest, request).await?;
        let mut writer = self.lake.write(request.wait, self.clock.now()).await?;
        let mut taken = self.take(&mut writer, vec![reading]).await?;
        taken.pop().unwrap_or_else(|| Err(IngestError::Stopped("nothing was read".to_owned())))
    }

    /// What is said of a member whose bytes the same source gave before: then it need not be read.
    ///
    /// # Errors
    /// If the lake cannot be read.
    pub async fn known(
        &self,
        member: &Member,
        request: &Request,
    ) -> Result<Option<Ingested>, LakeError> {
        let present = Transaction::on(self.lake.latest().await?);
        source::known(&present, &hex::encode(member.digest), request, None).await
    }

    /// Reads a member, and begins to pack its bytes: what can be done without the right to write.
    ///
    /// # Errors
    /// The report is refused.
    pub async fn read(
        &self,
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
    ) -> Result<Reading, IngestError> {
        Reading::read(&self.lake, (&self.rules, self.clock), member, received_digest, request).await
    }

    /// Gathers a report that is given as events and not as the bytes of a format; the member is
    /// what is kept as its evidence.
    ///
    /// # Errors
    /// The report is refused.
    pub fn gather(
        &self,
        member: &Member,
        received_digest: [u8; 32],
        request: &Request,
        send: impl FnOnce(&mut dyn Sink) -> Result<(), Stopped>,
    ) -> Result<Reading, IngestError> {
        Reading::gather(
            &self.lake,
            (&self.rules, self.clock),
            member,
            received_digest,
            request,
            send,
        )
    }

    /// Takes in reports that were read, in their order, by one commit; gives what became of each.
    /// A report that is refused costs no other.
    ///
    /// # Errors
    /// If the lake cannot be written: then nothing of any of them is visible.
    pub async fn take(
        &self,
        writer: &mut Writer,
        readings: Vec<Reading>,
    ) -> Result<Vec<Result<Ingested, IngestError>>, LakeError> {
        self.take_next(&mut Remembered::default(), writer, readings).await
    }

    /// The same for one commit after the other: what is remembered of the last is not read again.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub async fn take_next(
        &self,
        remembered: &mut Remembered,
        writer: &mut Writer,
        group: impl Into<Group>,
    ) -> Result<Vec<Result<Ingested, IngestError>>, LakeError> {
        let Group { mut readings, ahead } = group.into();
        let mut transaction = match ahead {
            Some(ahead) => writer.begin_with(ahead)?,
            None => writer.begin(),
        };
        let mut known = remembered.recall(writer.snapshot());
        ahead::load(&mut transaction, &mut known, &self.rules, &mut readings).await?;
        let mut taken = Vec::with_capacity(readings.len());
        for reading in readings {
            taken.push(
                compare::take(writer, &mut transaction, &mut known, &self.rules, reading).await,
            );
        }
        if !transaction.is_empty() {
            writer.finish(transaction, self.clock.now()).await?;
        }
        remembered.keep(writer.snapshot(), known);
        Ok(taken)
    }
}
