//! Reading a report without keeping anything of it.

use std::{fmt::Display, io::Read, time::Duration};

use serde::Serialize;
use yagura_formats::{
    Context, ErrorCode, Format, Head, ParseError, ReadSeek, collect::Tally, head::HEAD_SIZE,
    registry,
};
use yagura_model::{
    Timestamp,
    record::Account,
    warning::{Warning, WarningCode},
};

use crate::{
    clock::Clock,
    intake::{IntakeCode, IntakeError, Member, Watch},
};

/// How far a source's clock may be ahead before a time counts as in the future.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// What a report holds, in numbers. Serialises to the stable line of `yagura inspect --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The member's name.
    pub file: String,
    /// The format's name.
    pub format: &'static str,
    /// The tool that wrote it; empty if the report does not say.
    pub tool: String,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// When the observation ended.
    pub observed_at: Option<Timestamp>,
    /// The account of the report's own result elements.
    #[serde(flatten)]
    pub account: Account,
    /// Different assets.
    pub assets: u64,
    /// Packages and components.
    pub software: u64,
    /// What a person should know; of many with the same code the last one counts the rest.
    pub warnings: Vec<WarningLine>,
}

/// One warning, or the count of those that are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WarningLine {
    /// What it is about.
    pub code: WarningCode,
    /// Where; `-` for a count.
    pub at: String,
    /// The value met.
    pub detail: String,
    /// How many more of this code there were, beyond those listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<u64>,
}

/// A refused file. Serialises to the stable line of `yagura inspect --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The member's name.
    pub file: String,
    /// Why.
    pub error: RefusalReason,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct RefusalReason {
    /// Who refused it: which texts for people belong to the code.
    #[serde(skip)]
    pub stage: Stage,
    /// The stable code.
    pub code: &'static str,
    /// What was met, for technicians, in English.
    pub message: String,
    /// Where in the file.
    pub at: String,
}

/// Who refused a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The intake, before a reader saw it.
    Intake,
    /// The reader.
    Parse,
    /// The comparison with what is kept, or the keeping itself.
    Ingest,
    /// The head of a frame in a stream of reports.
    Frame,
}

impl Stage {
    /// The first part of the ids of the texts for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Parse => "parse",
            Self::Ingest => "ingest",
            Self::Frame => "frame",
        }
    }
}

impl RefusalReason {
    /// Whether what was refused may be taken in later as it is: the lake or the disk was at fault.
    pub fn is_passing(&self) -> bool {
        match self.stage {
            Stage::Intake => self.code == IntakeCode::Spool.as_str(),
            Stage::Ingest => {
                matches!(
                    self.code,
                    "busy" | "full" | "overtaken" | "unsettled" | "lake" | "stopped"
                )
            }
            Stage::Parse | Stage::Frame => false,
        }
    }
}

impl From<&IntakeError> for RefusalReason {
    fn from(error: &IntakeError) -> Self {
        Self {
            stage: Stage::Intake,
            code: error.code.as_str(),
            message: error.message.clone(),
            at: error.at.clone(),
        }
    }
}

impl From<&ParseError> for RefusalReason {
    fn from(error: &ParseError) -> Self {
        Self {
            stage: Stage::Parse,
            code: error.code.as_str(),
            message: error.message.clone(),
            at: error.at.clone(),
        }
    }
}

/// Parses a member and counts what it holds. Without a format, the bytes decide.
///
/// # Errors
/// The reader's refusal: nothing of the file may be used.
pub fn inspect(
    member: &Member,
    format: Option<&'static dyn Format>,
    context: &Context,
    clock: Clock,
    watch: Option<Watch>,
) -> Result<Inspection, ParseError> {
    let mut input = match watch {
        Some(watch) => member.source.open_watched(watch),
        None => member.source.open(),
    };
    let format = match format {
        Some(format) => format,
        None => detect(member)?,
    };
    let mut tally = Tally::default();
    for warning in member.warnings() {
        tally.add_warning(warning);
    }
    format.parse(&mut input as &mut dyn ReadSeek, context, &mut tally)?;
    Ok(inspection(member.name.clone(), format.name(), tally, clock.now()))
}

/// The one format that claims a member.
///
/// # Errors
/// If none does or several do.
pub fn detect(member: &Member) -> Result<&'static dyn Format, ParseError> {
    let mut head = Vec::new();
    let most = u64::try_from(HEAD_SIZE).unwrap_or(u64::MAX);
    member.source.open().take(most).read_to_end(&mut head).map_err(|error| unread(&error))?;
    registry::detect(&Head::new(&head))
}

fn unread(error: &dyn Display) -> ParseError {
    ParseError::at_byte(ErrorCode::Read, 0, format!("cannot be read: {error}"))
}

pub(crate) fn inspection(
    file: String,
    format: &'static str,
    tally: Tally,
    now: Timestamp,
) -> Inspection {
    let mut tally = tally;
    if let Some(at) = tally.head.observed_at
        && now.checked_add(CLOCK_SKEW).is_ok_and(|latest| at > latest)
    {
        let detail = at.to_string();
        tally.add_warning(Warning { code: WarningCode::FutureTime, at: "head".into(), detail });
    }
    let mut warnings = Vec::with_capacity(tally.warnings.len());
    let mut counts = tally.warning_counts;
    for Warning { code, at, detail } in tally.warnings {
        if let Some(count) = counts.get_mut(&code) {
            *count = count.saturating_sub(1);
        }
        warnings.push(WarningLine { code, at, detail, more: None });
    }
    let unlisted = counts.into_iter().filter(|(_, count)| *count > 0);
    warnings.extend(unlisted.map(|(code, count)| WarningLine {
        code,
        at: "-".to_owned(),
        detail: format!("{count} more"),
        more: Some(count),
    }));
    Inspection {
        file,
        format,
        tool: tally.head.tool.into_owned(),
        tool_version: tally.head.tool_version.map(|version| version.into_owned()),
        observed_at: tally.head.observed_at,
        account: tally.account,
        assets: tally.assets,
        software: tally.software,
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::intake::{Intake, Limits};

    const REPORT: &str = r#"{
        "matches": [
            {"vulnerability": {"id": "CVE-2026-0001", "severity": "High"},
             "artifact": {"name": "libexample", "version": "1.2.3", "type": "deb"}},
            {"vulnerability": {}, "artifact": {"name": "libother", "version": "2"}}
        ],
        "source": {"type": "image", "target": {"userInput": "registry.example/app:1"}},
        "descriptor": {"name": "grype", "version": "0.90.0", "timestamp": "2026-04-01T12:00:00Z"}
    }"#;

    fn inspected(text: &str, now: &str) -> Result<Inspection, ParseError> {
        let intake = Intake::new(std::env::temp_dir(), Limits::default());
        let received = intake.receive("report.json", &mut text.as_bytes()).unwrap();
        let context = Context { zone: TimeZone::UTC, mapping: None, asset: None };
        let clock = Clock::Fixed(now.parse().unwrap());
        inspect(&received.members[0], None, &context, clock, None)
    }

    #[test]
    fn the_line_has_exactly_the_documented_fields() {
        let seen = inspected(REPORT, "2026-04-02T00:00:00Z").unwrap();
        let line = serde_json::to_value(&seen).unwrap();
        assert_eq!(
            line,
            json!({
                "file": "report.json", "format": "grype", "tool": "grype",
                "tool_version": "0.90.0", "observed_at": "2026-04-01T12:00:00Z",
                "records": 2, "findings": 1, "passes": 0, "not_assessed": 0, "facts": 0,
                "dropped": 1, "assets": 1, "software": line["software"],
                "warnings": [{
                    "code": "dropped_record", "at": line["warnings"][0]["at"],
                    "detail": line["warnings"][0]["detail"],
                }],
            })
        );
        let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 14);
    }

    #[test]
    fn a_report_from_the_future_says_so() {
        let seen = inspected(REPORT, "2026-04-01T11:54:00Z").unwrap();
        assert!(seen.warnings.iter().any(|w| w.code == WarningCode::FutureTime));
        let seen = inspected(REPORT, "2026-04-01T11:56:00Z").unwrap();
        assert!(seen.warnings.iter().all(|w| w.code != WarningCode::FutureTime));
    }

    #[test]
    fn warnings_beyond_the_list_are_counted() {
        let mut tally = Tally::default();
        for number in 0..130 {
            let detail = number.to_string();
            tally.add_warning(Warning { code: WarningCode::Cut, at: "byte 0".into(), detail });
        }
        let seen = inspection("f".into(), "grype", tally, Timestamp::UNIX_EPOCH);
        assert_eq!(seen.warnings.len(), 101);
        assert_eq!(seen.warnings.last().unwrap().more, Some(30));
    }

    #[test]
    fn a_refusal_names_code_message_and_place() {
        let error = inspected("{\"nothing\": 1}", "2026-04-02T00:00:00Z").unwrap_err();
        let refusal = Refusal { file: "f".into(), error: (&error).into() };
        assert_eq!(
            serde_json::to_value(&refusal).unwrap(),
            json!({"file": "f", "error": {
                "code": "unknown_format", "message": error.message, "at": "byte 0",
            }})
        );
    }
}
