//! The reports of some files, read one after the other on the thread of a batch.

use std::{collections::VecDeque, path::PathBuf};

use tokio::runtime::Handle;
use yagura_engine::{
    ingest::{Ingest as UseCase, IngestError, Ingested, Reading, Request},
    inspect::{Refusal, RefusalReason},
    intake::{Intake, Member},
};

use crate::{arguments::files::FileArguments, output::progress::Progress};

/// What is not to be taken in.
#[derive(Debug)]
pub(super) enum Other {
    /// The source gave the same bytes before; under this name now.
    Known(String, Box<Ingested>),
    /// It cannot be read.
    Refused(Refusal),
}

/// What is still to be drawn of a file.
enum Part {
    Member(Box<Member>, [u8; 32]),
    Refused(Refusal),
}

/// The reports of some files.
pub(super) struct Reports {
    files: VecDeque<PathBuf>,
    of: usize,
    parts: VecDeque<Part>,
    intake: Intake,
    use_case: UseCase,
    request: Request,
    progress: Progress,
    runtime: Handle,
}

impl Reports {
    /// The reports of files, in their order. To be made within a runtime.
    pub(super) fn of(
        files: &[PathBuf],
        intake: Intake,
        (use_case, request): (&UseCase, Request),
        progress: &Progress,
    ) -> Self {
        Self {
            files: files.iter().cloned().collect(),
            of: files.len(),
            parts: VecDeque::new(),
            intake,
            use_case: use_case.clone(),
            request,
            progress: progress.clone(),
            runtime: Handle::current(),
        }
    }

    /// Receives the next file; `false` if there is none.
    fn receive(&mut self) -> bool {
        let number = self.of - self.files.len() + 1;
        let Some(file) = self.files.pop_front() else { return false };
        let name = file.to_string_lossy();
        self.progress.wait(&format!("{number}/{} {name}", self.of));
        let refused = |file: String, error| Part::Refused(Refusal { file, error });
        match FileArguments::receive(&self.intake, &file) {
            Ok(received) => {
                let digest = received.digest;
                let members = received.members.into_iter();
                self.parts.extend(members.map(|member| Part::Member(Box::new(member), digest)));
                let others = received.refused.into_iter();
                self.parts.extend(others.map(|other| refused(other.name, (&other.error).into())));
            }
            Err(error) => self.parts.push_back(refused(name.into_owned(), (&error).into())),
        }
        true
    }

    fn read(&self, member: &Member, received_digest: [u8; 32]) -> Result<Reading, Other> {
        self.progress.wait(&member.name);
        let read = async {
            if let Some(known) = self.use_case.known(member, &self.request).await? {
                return Ok(Err(Other::Known(member.name.clone(), Box::new(known))));
            }
            let reading = self.use_case.read(member, received_digest, &self.request).await?;
            Ok::<_, IngestError>(Ok(reading))
        };
        self.runtime.block_on(read).unwrap_or_else(|error| {
            let error = RefusalReason::from(&error);
            Err(Other::Refused(Refusal { file: member.name.clone(), error }))
        })
    }
}

impl Iterator for Reports {
    type Item = Result<Reading, Other>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.parts.pop_front() {
                Some(Part::Member(member, digest)) => return Some(self.read(&member, digest)),
                Some(Part::Refused(refusal)) => return Some(Err(Other::Refused(refusal))),
                None if self.receive() => {}
                None => return None,
            }
        }
    }
}
