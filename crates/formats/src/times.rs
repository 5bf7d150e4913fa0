//! The times of one report, and a warning of those that do not say all.

use jiff::{Timestamp, tz::TimeZone};
use yagura_model::warning::{Warning, WarningCode};

use crate::{
    lenient::Moment,
    sink::{Sink, Stopped},
    time::{self, ReadTime},
};

/// Reads the times of a report in the caller's zone where they have none. The first of these, and
/// the first that cannot be read, are kept and told of when the report ends: one warning of each
/// is enough.
#[derive(Debug)]
pub(crate) struct Times<'z> {
    pub(crate) zone: &'z TimeZone,
    zoneless: Option<[String; 2]>,
    unreadable: Option<[String; 2]>,
}

impl<'z> Times<'z> {
    pub(crate) fn new(zone: &'z TimeZone) -> Self {
        Self { zone, zoneless: None, unreadable: None }
    }

    /// Reads a text; `at` says where it stands.
    pub(crate) fn read(&mut self, text: &str, at: impl FnOnce() -> String) -> Option<Timestamp> {
        if text.trim().is_empty() {
            return None;
        }
        self.note(time::read(text, self.zone), text, at)
    }

    /// Reads a time that may be a number; `at` says where it stands.
    pub(crate) fn moment(
        &mut self,
        moment: &Moment<'_>,
        at: impl FnOnce() -> String,
    ) -> Option<Timestamp> {
        match moment {
            Moment::Text(text) if !text.trim().is_empty() => {
                self.note(moment.read(self.zone), text, at)
            }
            _ => moment.at(self.zone),
        }
    }

    fn note(
        &mut self,
        read: Option<ReadTime>,
        text: &str,
        at: impl FnOnce() -> String,
    ) -> Option<Timestamp> {
        let kept = match read {
            Some(time) if time.zoned => return Some(time.at),
            Some(_) => &mut self.zoneless,
            None => &mut self.unreadable,
        };
        if kept.is_none() {
            *kept = Some([at(), text.chars().take(40).collect()]);
        }
        read.map(|time| time.at)
    }

    /// Tells of what was kept.
    pub(crate) fn tell(self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        let kept = [
            (WarningCode::TimeWithoutZone, self.zoneless),
            (WarningCode::UnreadableTime, self.unreadable),
        ];
        for (code, first) in kept {
            if let Some([at, detail]) = first {
                sink.warn(Warning { code, at, detail })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Times;
    use crate::{collect::Tally, lenient::Moment};
    use jiff::tz::TimeZone;

    #[test]
    fn the_first_of_each_sort_is_told_of_once() {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut times = Times::new(&zone);
        let at = |n: u32| move || format!("byte {n}");
        for (n, text) in ["", "2026-04-01T09:00:00Z", "2026-04-01 09:00", "soon", "2026-04-02", "?"]
            .into_iter()
            .enumerate()
        {
            times.read(text, at(n as u32));
        }
        let unix = times.moment(&Moment::Unix(1_775_001_600), at(7)).unwrap();
        assert_eq!(unix.to_string(), "2026-04-01T00:00:00Z");
        let mut tally = Tally::default();
        times.tell(&mut tally).unwrap();
        let told: Vec<String> =
            tally.warnings.iter().map(|w| format!("{} {} {}", w.code, w.at, w.detail)).collect();
        let expected = ["time_without_zone byte 2 2026-04-01 09:00", "unreadable_time byte 3 soon"];
        assert_eq!(told, expected);
    }
}
