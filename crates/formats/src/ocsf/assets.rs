//! The assets met so far, and what was looked at of each.

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::{
    asset::LocalAsset,
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    record::Place,
};

use super::asset::Subject;
use crate::{
    records::Covered,
    sink::{Sink, Stopped},
};

/// The assets met so far.
#[derive(Debug)]
pub(super) struct Assets {
    covered: Covered,
    /// The events tell of changes, not of all there is.
    changes: bool,
}

/// How an event looked at its asset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) kind: ObservationKind,
    /// The event says the outcome of the checks it names, and nothing of others.
    pub(super) named: bool,
    /// Say what the event says of the asset although it is known.
    pub(super) again: bool,
    pub(super) at: Option<Timestamp>,
}

impl Assets {
    pub(super) fn new() -> Self {
        Self { covered: Covered::new(), changes: false }
    }

    /// Notes that the report is a stream of changes.
    pub(super) fn changes(&mut self) {
        self.changes = true;
    }

    /// Tells which assets were looked at for vulnerabilities: known only at the end.
    pub(super) fn cover(&self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        for asset in self.covered.with(ObservationKind::Vulnerability) {
            sink.coverage(CoverageSeen {
                asset,
                kinds: ObservationKinds::of(&[ObservationKind::Vulnerability]),
                credentialed: None,
                checks: if self.changes { CheckSet::Named(Vec::new()) } else { CheckSet::All },
                observed_at: None,
            })?;
        }
        Ok(())
    }

    /// Gives the sink the asset and its coverage where they are new.
    pub(super) fn meet(
        &mut self,
        subject: Subject<'_>,
        look: Look,
        place: Place,
        zone: &TimeZone,
        sink: &mut dyn Sink,
    ) -> Result<LocalAsset, Stopped> {
        let (asset, new) = self.covered.number(&subject.key());
        if new || look.again {
            let mut seen = subject.seen(asset, place, zone);
            seen.observed_at = look.at.filter(|_| look.again);
            sink.asset(seen)?;
        }
        if look.kind == ObservationKind::Vulnerability {
            self.covered.is_new(asset, look.kind);
        } else {
            let checks = if look.named { CheckSet::Named(Vec::new()) } else { CheckSet::All };
            self.covered.look(asset, look.kind, None, checks, sink)?;
        }
        Ok(asset)
    }
}
