//! What a report says of its scan: whether it ended, and whether all its results are shown.

use jiff::Timestamp;

use crate::{error::ParseError, times::Times, xml::XmlReader};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Scan {
    status: String,
    pub(super) ended: Option<Timestamp>,
    pub(super) created: Option<Timestamp>,
    pub(super) task: String,
    pub(super) version: String,
    filter: String,
    filtered: Option<u64>,
    /// Results met in the second pass.
    pub(super) shown: u64,
}

impl Scan {
    /// Reads the child of a `report` that was just started and is about the scan as a whole.
    pub(super) fn child(
        &mut self,
        xml: &mut XmlReader<'_>,
        times: &mut Times<'_>,
    ) -> Result<(), ParseError> {
        let mut text = String::new();
        match xml.name() {
            "scan_run_status" => return xml.text_into(&mut self.status, 64),
            "scan_end" => {
                xml.text_into(&mut text, 64)?;
                self.ended = times.read(&text, || "scan_end".to_owned());
                return Ok(());
            }
            "timestamp" => {
                xml.text_into(&mut text, 64)?;
                self.created = times.read(&text, || "timestamp".to_owned());
                return Ok(());
            }
            _ => {}
        }
        let wanted = match xml.name() {
            "task" => "name",
            "gmp" | "omp" => "version",
            "filters" => "term",
            "result_count" => "filtered",
            _ => return xml.skip(),
        };
        let depth = xml.depth();
        while xml.next_child(depth)? {
            if xml.name() != wanted {
                xml.skip()?;
                continue;
            }
            match wanted {
                "name" => xml.text_into(&mut self.task, 1024)?,
                "version" => xml.text_into(&mut self.version, 64)?,
                "term" => xml.text_into(&mut self.filter, 4096)?,
                _ => {
                    xml.text_into(&mut text, 64)?;
                    self.filtered = text.trim().parse().ok();
                }
            }
        }
        Ok(())
    }

    /// Whether this is a scan at all, not a shell around one.
    pub(super) fn says_something(&self) -> bool {
        self.shown > 0 || self.ended.is_some() || !self.status.trim().is_empty()
    }

    /// Why the report covers nothing of what it does not name, if so.
    pub(super) fn gap(&self) -> Option<String> {
        let status = self.status.trim();
        if status.is_empty() && self.ended.is_none() {
            return Some("the report does not say that the scan ended".to_owned());
        }
        if !status.is_empty() && status != "Done" {
            return Some(format!("the scan is `{status}`, not `Done`"));
        }
        if let Some(filtered) = self.filtered.filter(|filtered| *filtered > self.shown) {
            return Some(format!("the report shows {} of {filtered} results", self.shown));
        }
        narrowing(&self.filter)
            .map(|term| format!("the results are filtered by `{term}`, others may be hidden"))
    }
}

/// The term of a filter that hides results a scan with the same outcome would show.
fn narrowing(filter: &str) -> Option<&str> {
    const HARMLESS: &[&str] = &[
        "apply_overrides",
        "autofp",
        "delta_states",
        "first",
        "min_qod",
        "notes",
        "overrides",
        "result_hosts_only",
        "rows",
        "sort",
        "sort-reverse",
        "timezone",
    ];
    filter.split_whitespace().find(|term| {
        let (name, value) = term.split_once('=').unwrap_or((term, ""));
        match name {
            "levels" => !['h', 'm', 'l'].iter().all(|level| value.contains(*level)),
            _ => !HARMLESS.contains(&name),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::narrowing;

    #[test]
    fn a_filter_that_hides_results_is_found() {
        assert_eq!(narrowing("apply_overrides=0 levels=chml rows=-1 min_qod=70 first=1"), None);
        assert_eq!(narrowing("rows=10 levels=hm"), Some("levels=hm"));
        assert_eq!(narrowing("rows=10 host=192.0.2.1"), Some("host=192.0.2.1"));
        assert_eq!(narrowing("severity>6.9"), Some("severity>6.9"));
    }
}
