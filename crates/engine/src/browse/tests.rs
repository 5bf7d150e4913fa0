//! What is kept can be seen again, down to the bytes.

use std::io::Read;
use std::time::Duration;

use yagura_model::{id::ReportKey, organisation::OrganisationCode};

use super::{
    organisations::{self, AddError, NewOrganisation},
    reports::{self, BytesError, Which},
};
use crate::testing::{House, grype};

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_listed_and_give_their_bytes_back() {
    let house = House::new();
    let first = grype("2026-10-01T00:00:00Z", &["CVE-2026-0001", "CVE-2026-0002"]);
    house.take(&first, &House::request("a")).await.unwrap();
    house.take(&grype("2026-10-02T00:00:00Z", &[]), &House::request("b")).await.unwrap();
    let lake = &house.ingest.lake;
    let snapshot = lake.snapshot().await.unwrap();
    let all = reports::list(&snapshot, &Which::default()).await.unwrap();
    assert_eq!(all.iter().map(|report| report.report.0).collect::<Vec<_>>(), [2, 1]);
    let which =
        Which { organisation: OrganisationCode::new("sakura").ok(), source: Some("a".into()) };
    let one = reports::list(&snapshot, &which).await.unwrap();
    assert_eq!(one, [reports::find(&snapshot, ReportKey(1)).await.unwrap().unwrap()]);
    assert!(one[0].ingested_at.is_some());
    let none = Which { organisation: OrganisationCode::new("sak").ok(), source: None };
    assert!(reports::list(&snapshot, &none).await.unwrap().is_empty());

    let bytes = async |report, record| {
        let mut text = String::new();
        let mut bytes = reports::bytes(lake, &snapshot, ReportKey(report), record).await?;
        bytes.read_to_string(&mut text)?;
        Ok::<_, BytesError>(text)
    };
    assert_eq!(bytes(1, None).await.unwrap(), first);
    let record = bytes(1, Some(2)).await.unwrap();
    assert!(record.starts_with('{') && record.contains("CVE-2026-0002"), "{record}");
    assert!(!record.contains("CVE-2026-0001"), "{record}");
    for missing in [0, 3] {
        let error = bytes(1, Some(missing)).await.unwrap_err();
        assert!(matches!(error, BytesError::NoRecord { records: 2, .. }), "{error}");
    }
    assert!(matches!(bytes(9, None).await.unwrap_err(), BytesError::NoReport(ReportKey(9))));
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_stand_in_a_tree_and_never_above_themselves() {
    let house = House::new();
    let lake = &house.ingest.lake;
    let code = |text: &str| OrganisationCode::new(text).unwrap();
    let add = async |text: &str, parent: Option<&str>| {
        let said = NewOrganisation {
            code: code(text),
            name_ja: format!("{text} ja"),
            name_en: format!("{text} en"),
            parent: parent.map(code),
            valid_from: None,
            valid_to: None,
        };
        organisations::add(lake, house.ingest.clock, Duration::ZERO, &said).await
    };
    let added = add("sakura/kanbo/joho", None).await.unwrap();
    assert_eq!(added.made_above, ["sakura", "sakura/kanbo"]);
    assert!(add("sakura", None).await.unwrap().changed);
    assert!(!add("sakura", None).await.unwrap().changed);
    add("kyoku", Some("sakura")).await.unwrap();
    let circle = add("sakura", Some("kyoku")).await.unwrap_err();
    assert!(matches!(circle, AddError::Circle { .. }), "{circle}");
    let unknown = add("ka", Some("nowhere")).await.unwrap_err();
    assert!(matches!(unknown, AddError::UnknownParent(_)), "{unknown}");
    let snapshot = lake.snapshot().await.unwrap();
    let list = organisations::list(&snapshot, None).await.unwrap();
    let tree: Vec<(&str, usize, &str)> =
        list.iter().map(|o| (o.code.as_str(), o.depth, o.name_ja.as_str())).collect();
    assert_eq!(
        tree,
        [
            ("sakura", 0, "sakura ja"),
            ("kyoku", 1, "kyoku ja"),
            ("sakura/kanbo", 1, "kanbo"),
            ("sakura/kanbo/joho", 2, "sakura/kanbo/joho ja"),
        ]
    );
    let below = organisations::codes_below(&snapshot, "sakura/kanbo").await.unwrap();
    assert_eq!(below.into_iter().collect::<Vec<_>>(), ["sakura/kanbo", "sakura/kanbo/joho"]);
}
