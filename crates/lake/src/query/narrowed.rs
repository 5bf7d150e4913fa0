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
    use super::is_narrowed;
    use crate::{
        masters::Masters,
        query::{QueryLimits, session},
        testing::{at, lake},
        views::AsOf,
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn a_join_is_narrowed_by_what_is_chosen_of_the_smaller_tables() {
        let folder = tempfile::tempdir().unwrap();
        // Of the tables that findings are joined with none has as many rows.
        let snapshot = lake(folder.path(), 4).await.snapshot().await.unwrap();
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
            for as_of in [AsOf::present(at(4)), AsOf::time(at(4))] {
                let (limits, masters) = (QueryLimits::STANDARD, Masters::new(&[], Vec::new()));
                let context = session(&snapshot, sql, as_of, limits, masters).await.unwrap();
                let (state, plan) = context.sql(sql).await.unwrap().into_parts();
                let plan = state.optimize(&plan).unwrap();
                assert_eq!(is_narrowed(&plan).unwrap(), expected, "{sql}\n{plan}");
            }
        }
    }
}
