//! What people ask of a repository, as SQL over the views.
//!
//! Every answer is in an order in which no two rows are alike, so that it can be compared row by
//! row. What databases write differently stands in braces: `{time:…}` a moment, `{month:…}` the month
//! of a column, `{cve:…}` whether a CVE is among `cves`.

use jiff::{SignedDuration, Timestamp};

/// The time of a query of the present, at most; `None` for those without one.
const SECOND: Option<f64> = Some(1_000.0);

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) name: String,
    /// With braces for what databases write differently.
    pub(crate) sql: String,
    /// Of a day of the past and not of the present.
    pub(crate) past: bool,
    /// Milliseconds it may take.
    pub(crate) bar: Option<f64>,
}

/// The query that is asked again and again to see whether the machine is quiet.
pub(crate) const CONTROL: &str = "open findings by source";

const BY_SOURCE: &str =
    "SELECT source, count(*) AS findings FROM findings GROUP BY source ORDER BY source";

/// Aggregates that are asked of the past as well.
const AGGREGATES: [(&str, &str); 4] = [
    (CONTROL, BY_SOURCE),
    (
        "open findings by severity",
        "SELECT severity, count(*) AS findings FROM findings GROUP BY severity ORDER BY severity",
    ),
    (
        "open findings by organisation",
        "SELECT i.organisation, count(*) AS findings FROM findings f \
         JOIN inventory i ON f.asset = i.asset GROUP BY i.organisation ORDER BY i.organisation",
    ),
    (
        "open findings by class and severity",
        "SELECT d.class, f.severity, count(*) AS findings FROM findings f \
         JOIN devices d ON f.asset = d.asset \
         GROUP BY d.class, f.severity ORDER BY d.class, f.severity",
    ),
];

/// By what the first hundred are sorted.
const SORTS: [(&str, &str); 5] = [
    (
        "severity",
        "CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 \
         WHEN 'low' THEN 3 ELSE 4 END",
    ),
    ("first_seen", "first_seen"),
    ("location", "location DESC"),
    ("title", "title"),
    ("asset", "asset"),
];

/// All queries of a year that ends at a time; the CVE is one that many assets have.
pub(crate) fn queries(end: Timestamp, cve: &str) -> Vec<Query> {
    let days_before = |days: i64| end - SignedDuration::from_hours(24 * days);
    let present =
        |name: &str, sql: String, bar| Query { name: name.to_owned(), sql, past: false, bar };
    let mut all: Vec<Query> =
        AGGREGATES.iter().map(|(name, sql)| present(name, (*sql).to_owned(), None)).collect();
    all.push(present(
        "worst 50 assets by open findings",
        "SELECT asset, count(*) AS findings FROM findings GROUP BY asset \
         ORDER BY findings DESC, asset LIMIT 50"
            .to_owned(),
        SECOND,
    ));
    all.push(present(
        "worst 50 assets by points",
        "SELECT asset, organisation, open_micro FROM asset_scores \
         ORDER BY open_micro DESC, asset LIMIT 50"
            .to_owned(),
        SECOND,
    ));
    all.push(present(
        "worst 50 remedies by points",
        "SELECT key, open_micro, assets FROM score_lines WHERE level = 'remedy' \
         ORDER BY open_micro DESC, key LIMIT 50"
            .to_owned(),
        SECOND,
    ));
    all.push(present(
        "most frequent 50 checks",
        "SELECT tool, check_id, title, count(*) AS findings FROM findings \
         GROUP BY tool, check_id, title ORDER BY findings DESC, tool, check_id LIMIT 50"
            .to_owned(),
        SECOND,
    ));
    all.push(present(
        "problems counted",
        "SELECT count(*) AS problems, sum(evidences) AS evidences FROM problems".to_owned(),
        None,
    ));
    all.push(present(
        "assets with one CVE",
        format!(
            "SELECT asset, min(first_seen) AS first_seen FROM findings WHERE {{cve:{cve}}} \
             GROUP BY asset ORDER BY asset LIMIT 1000"
        ),
        SECOND,
    ));
    for (name, key) in SORTS {
        all.push(present(
            &format!("first 100 by {name}"),
            format!(
                "SELECT asset, source, tool, check_id, title, severity, location, first_seen, \
                 report, record FROM findings ORDER BY {key}, report, record LIMIT 100"
            ),
            SECOND,
        ));
    }
    for (name, sql) in AGGREGATES {
        let name = format!("{name}, half a year ago");
        all.push(Query { name, sql: sql.to_owned(), past: true, bar: None });
    }
    all.push(present(
        "opened and closed by month",
        format!(
            "SELECT month, sum(opened) AS opened, sum(closed) AS closed FROM \
             (SELECT {{month:first_seen}} AS month, 1 AS opened, 0 AS closed FROM finding_history \
              WHERE first_seen >= {{time:{start}}} \
              UNION ALL SELECT {{month:resolved_at}} AS month, 0 AS opened, 1 AS closed \
              FROM finding_history WHERE resolved_at >= {{time:{start}}}) m \
             GROUP BY month ORDER BY month",
            start = days_before(365)
        ),
        None,
    ));
    all.push(present(
        "what changed between two days",
        format!(
            "SELECT severity, \
             sum(CASE WHEN first_seen > {{time:{from}}} AND first_seen <= {{time:{to}}} \
                 AND (resolved_at IS NULL OR resolved_at > {{time:{to}}}) THEN 1 ELSE 0 END) AS came, \
             sum(CASE WHEN first_seen <= {{time:{from}}} AND resolved_at > {{time:{from}}} \
                 AND resolved_at <= {{time:{to}}} THEN 1 ELSE 0 END) AS went \
             FROM finding_history GROUP BY severity ORDER BY severity",
            from = days_before(95),
            to = days_before(65),
        ),
        Some(3_000.0),
    ));
    all
}

/// The half of the year that is asked about.
pub(crate) fn past(end: Timestamp) -> Timestamp {
    end - SignedDuration::from_hours(24 * 182)
}

/// A query in Yagura's words.
pub(crate) fn spelled(sql: &str) -> String {
    let mut text = String::new();
    let mut rest = sql;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((word, after)) = after.split_once('}') else { break };
        text.push_str(before);
        match word.split_once(':') {
            Some(("time", of)) => text.push_str(&format!("TIMESTAMP '{of}'")),
            Some(("month", of)) => text.push_str(&format!("date_trunc('month', {of})")),
            Some((_, of)) => text.push_str(&format!("array_has(cves, '{of}')")),
            None => {}
        }
        rest = after;
    }
    text.push_str(rest);
    text
}
