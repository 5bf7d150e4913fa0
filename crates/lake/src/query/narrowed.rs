//! Whether joins of a plan keep few of many rows.
//!
//! A join can tell the files of its larger side what the smaller side has, so that other rows are
//! left out before all of their columns are decoded. That is worth it if the smaller side was chosen
//! from. If it is all there is, each row is looked up twice for nothing.

use datafusion::{
    common::{
        Result, ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    datasource::source_as_provider,
    logical_expr::{Expr, LogicalPlan, TableScan},
};

use crate::provider::TableFiles;

/// Whether something is chosen from a table other than the largest.
///
/// # Errors
/// As the plan's own.
pub(super) fn is_narrowed(plan: &LogicalPlan) -> Result<bool> {
    let mut scans = Vec::new();
    let mut is_narrowed = false;
    plan.apply(|node| {
        match node {
            LogicalPlan::TableScan(scan) => scans.push((rows(scan), chooses(&scan.filters)?)),
            // What is chosen from a table may be asked of its rows again.
            LogicalPlan::Filter(filter) => {
                let of_table = matches!(&*filter.input, LogicalPlan::TableScan(_));
                is_narrowed |= !of_table && chooses(std::slice::from_ref(&filter.predicate))?;
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    let most = scans.iter().map(|(rows, _)| *rows).max().unwrap_or_default();
    Ok(is_narrowed || scans.iter().any(|(rows, chooses)| *chooses && *rows < most))
}

fn rows(scan: &TableScan) -> u64 {
    let provider = source_as_provider(&scan.source).ok();
    let files = provider.as_ref().and_then(|provider| provider.downcast_ref::<TableFiles>());
    files.map_or(0, TableFiles::rows)
}

/// Whether conditions compare with anything but a time: times choose what was there, which is most.
fn chooses(conditions: &[Expr]) -> Result<bool> {
    let mut chooses = false;
    for condition in conditions {
        condition.apply(|part| {
            chooses |= match part {
                Expr::Literal(ScalarValue::TimestampMillisecond(..), _) => false,
                Expr::Literal(ScalarValue::TimestampMicrosecond(..), _) => false,
                Expr::Literal(ScalarValue::TimestampNanosecond(..), _) => false,
                Expr::Literal(value, _) => !value.is_null(),
                _ => false,
            };
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    Ok(chooses)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use yagura_model::{
        Timestamp,
        id::{AssetKey, CheckKey, ReportKey, Shard, SourceKey, SubjectKey},
    };

    use super::is_narrowed;
    use crate::{
        Changes, Lake,
        masters::Masters,
        query::{QueryLimits, session},
        rows::{CheckRow, FindingRow, LinkRow, SourceRow},
        views::AsOf,
    };

    /// Twenty findings of four checks on five assets.
    fn changes() -> Changes {
        let subject = |number| SubjectKey::new(Shard(1), number);
        let link = |number: u32| LinkRow {
            subject: subject(number),
            asset: AssetKey(i64::from(number)),
            valid_from: Some(Timestamp::UNIX_EPOCH),
            valid_to: None,
            decided_by: "rule:new".to_owned(),
        };
        let check = |key: i32| CheckRow {
            check: CheckKey(key),
            tool: "test".to_owned(),
            id: format!("check {key}"),
            kind: 0,
            title: String::new(),
            severity: None,
            cves: vec![format!("CVE-2026-{key:04}")],
            vectors: Vec::new(),
            description: String::new(),
            remediation: String::new(),
            references: Vec::new(),
            remote: None,
            content: i64::from(key),
        };
        let finding = |number: i32| FindingRow {
            subject: subject(number as u32 % 5),
            check: CheckKey(number % 4),
            location: "22/tcp".into(),
            source: SourceKey(1),
            state: 1,
            severity: 3,
            disposition: 0,
            fixed_version: None,
            first_seen: Timestamp::UNIX_EPOCH,
            resolved_at: None,
            report: ReportKey(1),
            record: number,
        };
        let source = SourceRow {
            source: SourceKey(1),
            name: "source".to_owned(),
            organisation: "sakura".to_owned(),
            kinds: 1,
            tool: "test".to_owned(),
        };
        Changes {
            sources: vec![source],
            links: (0..5).map(link).collect(),
            checks: (0..4).map(check).collect(),
            findings: (0..20).map(finding).collect(),
            ..Changes::default()
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_join_is_narrowed_by_what_is_chosen_of_the_smaller_tables() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path()).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let mut writer = lake.write(Duration::ZERO, now).await.unwrap();
        writer.commit(changes(), now).await.unwrap();
        let snapshot = lake.snapshot().await.unwrap();
        for (sql, expected) in [
            ("SELECT source, count(*) FROM findings GROUP BY source", false),
            (
                "SELECT source, count(*) FROM findings WHERE severity = 'high' GROUP BY source",
                false,
            ),
            ("SELECT * FROM findings WHERE array_has(cves, 'CVE-2026-0001')", true),
            ("SELECT * FROM findings WHERE asset = 3", true),
            ("SELECT * FROM findings WHERE check_id LIKE 'check %'", true),
        ] {
            for as_of in [AsOf::present(now), AsOf::time(now)] {
                let (limits, masters) = (QueryLimits::STANDARD, Masters::new(&[], Vec::new()));
                let context = session(&snapshot, sql, as_of, limits, masters).await.unwrap();
                let (state, plan) = context.sql(sql).await.unwrap().into_parts();
                let plan = state.optimize(&plan).unwrap();
                assert_eq!(is_narrowed(&plan).unwrap(), expected, "{sql}\n{plan}");
            }
        }
    }
}
