//! Prowler's own CSV and JSON: rules evaluated on the resources of cloud accounts.
//!
//! Specified by <https://docs.prowler.com/projects/prowler-open-source/en/latest/tutorials/reporting/>,
//! the CSV of versions 3 to 5 and the JSON of version 3 (later versions write OCSF, see
//! [`ocsf`](crate::ocsf)).
//! Kept: each row's rule, verdict, severity, resource, account, region, remediation, links, time.
//! Dropped: tags, compliance mappings, code samples.
//! A report covers, on each resource it names, the rules it lists for it.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use yagura_model::{
    check::CheckSeen,
    coverage::{CheckSet, ObservationKind},
    finding::{Disposition, FindingSeen},
    record::{DropReason, NotAssessed, Outcome, Place, Record},
    report::ReportHead,
    severity::Severity,
    warning::{Warning, WarningCode},
};

use crate::{
    cloud::Resource,
    error::{ErrorCode, ParseError},
    format::{Context, Format, ReadSeek, Specification},
    head::Head,
    json::JsonReader,
    json_records::JsonRecords,
    lenient::{Many, Text},
    records::{Covered, dropped},
    sink::{Sink, Stopped},
    table::{Columns, TableReader},
    times::Times,
};

const URL: &str =
    "https://docs.prowler.com/projects/prowler-open-source/en/latest/tutorials/reporting/";

/// The CSV; see the module.
#[derive(Debug)]
pub struct ProwlerCsv;

/// The JSON of version 3; see the module.
#[derive(Debug)]
pub struct ProwlerJson;

impl Format for ProwlerCsv {
    fn name(&self) -> &'static str {
        "prowler_csv"
    }

    fn specification(&self) -> Specification {
        Specification { title: "Prowler CSV", url: URL, record: "row" }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_columns(&["check_id", "check_title", "status", "status_extended"])
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut table = TableReader::new(input)?;
        if !table.next_row()? {
            return Err(ParseError::at_byte(ErrorCode::Empty, 0, "there is no header row"));
        }
        let columns = Columns::of(table.row());
        if !columns.has("check_id") || !columns.has("status") {
            let message = "the header has no `CHECK_ID` and `STATUS`";
            return Err(ParseError::at(ErrorCode::Invalid, "line 1", message));
        }
        let mut reading = Reading::new(context);
        while table.next_row()? {
            let row = table.row();
            let get = |names: &[&str]| {
                names.iter().find_map(|name| columns.get(row, name)).unwrap_or_default()
            };
            let result = Row {
                check: get(&["check_id"]),
                title: get(&["check_title"]),
                status: get(&["status"]),
                detail: get(&["status_extended"]),
                muted: get(&["muted"]).eq_ignore_ascii_case("true"),
                severity: get(&["severity"]),
                resource: Resource {
                    uid: get(&["resource_uid", "resource_arn", "resource_id"]),
                    kind: get(&["resource_type"]),
                    name: get(&["resource_name", "resource_id"]),
                    account: get(&["account_uid", "account_id", "subscription", "project_id"]),
                    region: get(&["region", "location"]),
                    provider: get(&["provider"]),
                },
                description: get(&["description"]),
                remediation: get(&["remediation_recommendation_text"]),
                links: vec![get(&["remediation_recommendation_url"]), get(&["related_url"])],
                time: get(&["timestamp", "assessment_start_time"]),
                version: get(&["prowler_version"]),
            };
            reading.row(&result, table.place(), sink)?;
        }
        reading.end(sink)?;
        Ok(())
    }
}

impl Format for ProwlerJson {
    fn name(&self) -> &'static str {
        "prowler_json"
    }

    fn specification(&self) -> Specification {
        Specification { title: "Prowler 3 JSON", url: URL, record: "finding" }
    }

    fn probe(&self, head: &Head<'_>) -> bool {
        head.has_json("[].CheckID") && head.has_json("[].StatusExtended")
    }

    fn parse(
        &self,
        input: &mut dyn ReadSeek,
        context: &Context,
        sink: &mut dyn Sink,
    ) -> Result<(), ParseError> {
        let mut json = JsonReader::new(input)?;
        let mut records = JsonRecords::default();
        let mut reading = Reading::new(context);
        while let Some(raw) = records.next(&mut json)? {
            match raw.read::<Finding<'_>>()? {
                Ok(finding) => reading.row(&finding.row(), raw.place, sink)?,
                Err(message) => {
                    dropped(DropReason::Malformed, message, raw.place, sink)?;
                }
            }
        }
        json.finish()?;
        reading.end(sink)?;
        Ok(())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
struct Finding<'a> {
    assessment_start_time: Text<'a>,
    provider: Text<'a>,
    #[serde(rename = "CheckID")]
    check_id: Text<'a>,
    check_title: Text<'a>,
    status: Text<'a>,
    status_extended: Text<'a>,
    severity: Text<'a>,
    resource_type: Text<'a>,
    resource_id: Text<'a>,
    resource_arn: Text<'a>,
    description: Text<'a>,
    related_url: Text<'a>,
    remediation: Remediation<'a>,
    #[serde(alias = "SubscriptionId", alias = "ProjectId")]
    account_id: Text<'a>,
    #[serde(alias = "Location")]
    region: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
struct Remediation<'a> {
    recommendation: Many<Recommendation<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", bound(deserialize = "'de: 'a"))]
struct Recommendation<'a> {
    text: Text<'a>,
    url: Text<'a>,
}

impl Finding<'_> {
    fn row(&self) -> Row<'_> {
        let advice = self.remediation.recommendation.first();
        Row {
            check: self.check_id.as_str(),
            title: self.check_title.as_str(),
            status: self.status.as_str(),
            detail: self.status_extended.as_str(),
            muted: false,
            severity: self.severity.as_str(),
            resource: Resource {
                uid: self.resource_arn.get().unwrap_or(self.resource_id.as_str()),
                kind: self.resource_type.as_str(),
                name: self.resource_id.as_str(),
                account: self.account_id.as_str(),
                region: self.region.as_str(),
                provider: self.provider.as_str(),
            },
            description: self.description.as_str(),
            remediation: advice.map_or("", |advice| advice.text.as_str()),
            links: vec![advice.map_or("", |advice| advice.url.as_str()), self.related_url.as_str()],
            time: self.assessment_start_time.as_str(),
            version: "3",
        }
    }
}

/// One rule on one resource, however it was written.
#[derive(Debug)]
struct Row<'a> {
    check: &'a str,
    title: &'a str,
    status: &'a str,
    detail: &'a str,
    muted: bool,
    severity: &'a str,
    resource: Resource<'a>,
    description: &'a str,
    remediation: &'a str,
    links: Vec<&'a str>,
    time: &'a str,
    version: &'a str,
}

#[derive(Debug)]
struct Reading<'c> {
    assets: Covered,
    times: Times<'c>,
    started: bool,
    /// The last time text and what it means: one run writes the same one on every row.
    last_time: Option<(String, Option<Timestamp>)>,
    observed_at: Option<Timestamp>,
}

impl<'c> Reading<'c> {
    fn new(context: &'c Context) -> Self {
        Self {
            assets: Covered::new(),
            times: Times::new(&context.zone),
            started: false,
            last_time: None,
            observed_at: None,
        }
    }

    fn row(&mut self, row: &Row<'_>, place: Place, sink: &mut dyn Sink) -> Result<(), Stopped> {
        if !self.started {
            self.started = true;
            sink.head(ReportHead {
                tool: Cow::Borrowed("Prowler"),
                tool_version: Some(row.version).filter(|v| !v.is_empty()).map(Cow::Borrowed),
                observed_at: None,
                title: None,
            })?;
        }
        self.time(row.time, place);
        let Some(key) = row.resource.key() else {
            let detail = "the row names neither a resource nor an account";
            return dropped(DropReason::NoAsset, detail, place, sink);
        };
        if row.check.is_empty() {
            return dropped(DropReason::NoCheck, "the row names no check", place, sink);
        }
        let (asset, new) = self.assets.number(&key);
        if new {
            sink.asset(row.resource.asset(asset, place))?;
        }
        let (kind, checks) = (ObservationKind::Configuration, CheckSet::Named(Vec::new()));
        self.assets.look(asset, kind, None, checks, sink)?;
        let outcome = row.outcome(place, sink)?;
        sink.record(Record { place, asset: Some(asset), outcome })
    }

    fn time(&mut self, text: &str, place: Place) {
        if text.is_empty() || self.last_time.as_ref().is_some_and(|(last, _)| last == text) {
            return;
        }
        let at = self.times.read(text, || format!("byte {}", place.start));
        self.observed_at = self.observed_at.max(at);
        self.last_time = Some((text.to_owned(), at));
    }

    fn end(self, sink: &mut dyn Sink) -> Result<(), Stopped> {
        self.times.tell(sink)?;
        sink.head(ReportHead {
            tool: Cow::Borrowed("Prowler"),
            observed_at: self.observed_at,
            ..ReportHead::default()
        })
    }
}

impl<'a> Row<'a> {
    fn outcome(&self, place: Place, sink: &mut dyn Sink) -> Result<Outcome<'a>, Stopped> {
        let kind = ObservationKind::Configuration;
        let title = if self.title.is_empty() { self.check } else { self.title };
        let mut check = CheckSeen::new(self.check, kind, title);
        let some = |text: &'a str| Some(text).filter(|t| !t.is_empty()).map(Cow::Borrowed);
        check.severity = Severity::from_word(self.severity);
        check.description = some(self.description);
        check.remediation = some(self.remediation);
        check.references = self.links.iter().filter_map(|link| some(link)).collect();
        let status = self.status.to_ascii_uppercase();
        Ok(match status.as_str() {
            "PASS" => Outcome::Pass(check),
            "MANUAL" | "INFO" => Outcome::NotAssessed(check, NotAssessed::Manual),
            "FAIL" | "MUTED" | "WARNING" => {
                let severity = check.severity.unwrap_or(Severity::Medium);
                let mut finding = FindingSeen::fail(check, severity);
                finding.location = Cow::Borrowed(self.resource.location());
                finding.evidence = some(self.detail);
                if self.muted || status == "MUTED" {
                    finding.disposition = Disposition::Accepted;
                }
                Outcome::Findings(vec![finding])
            }
            _ => {
                let at = format!("byte {}", place.start);
                let detail: String = self.status.chars().take(40).collect();
                let detail = format!("status `{detail}`");
                sink.warn(Warning { code: WarningCode::UnreadableValue, at, detail })?;
                Outcome::NotAssessed(check, NotAssessed::Unknown)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ProwlerCsv, ProwlerJson};
    use crate::testing;

    const CSV: &str = "\
TIMESTAMP;ACCOUNT_UID;PROVIDER;CHECK_ID;CHECK_TITLE;STATUS;STATUS_EXTENDED;MUTED;SEVERITY;RESOURCE_TYPE;RESOURCE_UID;RESOURCE_NAME;REGION;REMEDIATION_RECOMMENDATION_TEXT;PROWLER_VERSION
2026-04-01 09:00:00;111122223333;aws;bucket_encrypted;Buckets are encrypted;FAIL;plain;False;high;AwsS3Bucket;arn:aws:s3:::papers;papers;ap-northeast-1;encrypt;5.4.0
2026-04-01 09:00:00;111122223333;aws;trail_on;Trails are on;FAIL;\"none; at all\";True;medium;AwsAccount;arn:aws:iam::111122223333:root;;ap-northeast-1;;5.4.0
2026-04-01 09:00:00;111122223333;aws;trail_on;Trails are on;PASS;on;False;medium;AwsAccount;arn:aws:iam::111122223333:root;;us-east-1;;5.4.0
2026-04-01 09:00:00;111122223333;aws;contact;Contacts;MANUAL;look;False;medium;AwsAccount;arn:aws:iam::111122223333:root;;us-east-1;;5.4.0
;;;orphan;x;FAIL;;;;;;;;;
";

    #[test]
    fn rows_keep_their_verdict() {
        let seen = testing::parse(&ProwlerCsv, CSV.as_bytes()).unwrap();
        let account = seen.tally.account;
        assert_eq!((account.records, account.findings, account.passes), (5, 2, 1));
        assert_eq!((account.not_assessed, account.dropped), (1, 1));
        assert_eq!(seen.tally.assets, 2);
        let text = seen.lines.join("\n");
        for expected in [
            "asset 0 data_store `papers`",
            "asset 1 cloud_account `111122223333` stable=Some(\"111122223333\")",
            "coverage 1 [configuration] credentialed=None Named([])",
            "location: \"ap-northeast-1\", evidence: Some(\"none; at all\"), fixed_version: None, disposition: Accepted",
            "remediation: Some(\"encrypt\")",
            "tool_version: Some(\"5.4.0\")",
            "observed_at: Some(2026-04-01T00:00:00Z)",
            "TimeWithoutZone",
        ] {
            assert!(text.contains(expected), "{expected} in\n{text}");
        }
        testing::check_prefixes(&ProwlerCsv, CSV.as_bytes());
    }

    #[test]
    fn the_json_of_version_3_is_read_alike() {
        let text = r#"[{"AssessmentStartTime":"2026-04-01T00:00:00Z","CheckID":"c","CheckTitle":"t","Status":"FAIL","StatusExtended":"e","Severity":"low",
          "Remediation":{"Recommendation":{"Text":"do","Url":"https://fix.example"}},"AccountId":"111122223333","Region":"us-east-1","ResourceId":"x","ResourceArn":"arn:aws:acm:us-east-1:111122223333:certificate/0","ResourceType":"AwsCertificate"},
          {"CheckID":7}]"#;
        let seen = testing::parse(&ProwlerJson, text.as_bytes()).unwrap();
        assert_eq!((seen.tally.account.findings, seen.tally.account.dropped), (1, 1));
        let lines = seen.lines.join("\n");
        assert!(lines.contains("remediation: Some(\"do\")"), "{lines}");
        testing::check_prefixes(&ProwlerJson, text.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end_in_a_value_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..300)) {
            testing::parse_unclaimed(&ProwlerCsv, &bytes).ok();
            testing::parse_unclaimed(&ProwlerJson, &bytes).ok();
        }
    }
}
