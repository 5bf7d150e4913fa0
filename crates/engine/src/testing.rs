//! What the tests of the use cases share.

use std::io::Cursor;

use tempfile::TempDir;
use yagura_baseline::{identity::Rules, master::Master};
use yagura_lake::{Lake, Snapshot, query::QueryLimits, views::AsOf};
use yagura_model::{Timestamp, organisation::OrganisationCode};

use crate::{
    clock::Clock,
    ingest::{Ingest, IngestError, Ingested, Request},
    intake::{Intake, Limits},
    query::query,
};

/// A lake of its own at a fixed time, 2026-11-01.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) ingest: Ingest,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(&folder.path().join("data")).unwrap();
        let now = "2026-11-01T00:00:00Z".parse().unwrap();
        let rules = Rules::shipped().clone();
        Self { folder, ingest: Ingest { lake, rules, clock: Clock::Fixed(now) } }
    }

    pub(crate) fn request(source: &str) -> Request {
        let organisation = OrganisationCode::new("sakura").unwrap();
        Request { create_organisation: true, ..Request::new(organisation, source) }
    }

    pub(crate) async fn take(
        &self,
        text: &str,
        request: &Request,
    ) -> Result<Ingested, IngestError> {
        let intake = Intake::new(self.folder.path(), Limits::default());
        let received = intake.receive("report", &mut Cursor::new(text.as_bytes())).unwrap();
        let member = received.members.first().unwrap();
        self.ingest.ingest(member, received.digest, request).await
    }

    /// Takes in lines of an inventory, of each what stands between its braces; those without a time
    /// of their own have that of the report.
    pub(crate) async fn take_rows(
        &self,
        organisation: &str,
        source: &str,
        at: Timestamp,
        rows: &[impl AsRef<str>],
    ) -> Ingested {
        let line = |row: &str| match row.contains("\"observed_at\"") {
            true => format!("{{{row}}}\n"),
            false => format!("{{\"observed_at\":\"{at}\",{row}}}\n"),
        };
        let text: String = rows.iter().map(|row| line(row.as_ref())).collect();
        let request = Request {
            organisation: OrganisationCode::new(organisation).unwrap(),
            format: Some("inventory_jsonl".to_owned()),
            observed_at: Some(at),
            ..Self::request(source)
        };
        self.take(&text, &request).await.unwrap()
    }

    pub(crate) async fn ask(&self, sql: &str) -> Vec<String> {
        self.ask_at(sql, Times::default()).await
    }

    pub(crate) async fn ask_at(&self, sql: &str, times: Times) -> Vec<String> {
        self.ask_by(Master::shipped(), sql, times).await
    }

    pub(crate) async fn ask_by(&self, master: &Master, sql: &str, times: Times) -> Vec<String> {
        let snapshot = self.snapshot(times.known_at).await;
        let now = times.known_at.unwrap_or_else(|| self.ingest.clock.now());
        let as_of = times.as_of.map_or(AsOf::present(now), AsOf::time);
        let answer = query(&snapshot, master, sql, as_of, QueryLimits::STANDARD).await.unwrap();
        let text = |row: &Vec<Option<String>>| {
            row.iter().map(|c| c.clone().unwrap_or("-".into())).collect::<Vec<_>>().join(" ")
        };
        answer.rows.iter().map(text).collect()
    }

    /// The newest state, by what was known at a time or by all.
    pub(crate) async fn snapshot(&self, known_at: Option<Timestamp>) -> Snapshot {
        let snapshot = self.ingest.lake.snapshot().await.unwrap();
        match known_at {
            Some(known_at) => snapshot.as_known_at(known_at).await.unwrap(),
            None => snapshot,
        }
    }
}

/// 基準日時 and 当時の認識.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) as_of: Option<Timestamp>,
    pub(crate) known_at: Option<Timestamp>,
}

/// A Grype report of one image at a time, with some CVEs.
pub(crate) fn grype(at: &str, cves: &[&str]) -> String {
    let matches: Vec<String> = cves
        .iter()
        .map(|cve| {
            format!(
                r#"{{"vulnerability":{{"id":"{cve}","severity":"High"}},
                "artifact":{{"name":"lib","version":"1","type":"deb","purl":"pkg:deb/debian/lib@1"}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"matches":[{}],"source":{{"type":"image","target":{{"userInput":"app.example/web:1"}}}},
        "descriptor":{{"name":"grype","version":"1","timestamp":"{at}"}}}}"#,
        matches.join(",")
    )
}
