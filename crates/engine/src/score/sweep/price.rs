//! The points of problems, each combination of what they depend on computed once.

use hashbrown::HashMap;
use yagura_baseline::{
    inputs::{Base, Exposure, Value},
    problem::problem,
};
use yagura_model::{Timestamp, points::MicroPoints};

use super::{Ground, sketch::Sketch};

/// Everything points depend on, with the clock in whole days: within a day nothing changes.
type Worth = (Base, Option<Exposure>, Value, i64);

/// What problems cost.
pub(super) struct Prices<'g> {
    ground: &'g Ground<'g>,
    known: HashMap<Worth, MicroPoints>,
}

impl<'g> Prices<'g> {
    pub(super) fn new(ground: &'g Ground<'g>) -> Self {
        Self { ground, known: HashMap::new() }
    }

    /// The points of a problem of an asset since a time.
    pub(super) fn of(&mut self, sketch: &Sketch, base: Base, since: Timestamp) -> MicroPoints {
        let Self { ground, known } = self;
        let (at, worth) = (ground.at, &sketch.worth);
        let start = since.max(worth.in_service_since.unwrap_or(sketch.first_seen));
        let days = (at.as_second() - start.as_second()).max(0) / 86_400;
        *known.entry((base, worth.exposure, worth.value, days)).or_insert_with(|| {
            problem(ground.model, &worth.inputs(base, sketch.first_seen, since, at)).points
        })
    }
}
