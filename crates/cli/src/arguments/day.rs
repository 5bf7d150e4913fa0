//! Days of an administration: they begin at midnight in Japan, wherever the program runs.

use jiff::{Timestamp, tz::TimeZone};

use super::moment::Moment;
use crate::{failure::Failure, session::Session};

/// The zone in which such days begin.
pub(crate) fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(9))
}

/// When a day begins that was given on the command line.
pub(crate) fn begins(session: &Session, moment: Moment) -> Result<Timestamp, Failure> {
    let at = moment.at(&zone());
    at.map_err(|error| session.failure_with("error-moment", &error))
}
