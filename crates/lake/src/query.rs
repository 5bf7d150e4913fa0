//! Read-only SQL over the documented views.

mod narrowed;

use std::sync::Arc;
use std::time::Duration;

use datafusion::{
    arrow::{
        array::RecordBatch,
        util::display::{ArrayFormatter, FormatOptions},
    },
    execution::{
        SendableRecordBatchStream, context::SQLOptions, memory_pool::FairSpillPool,
        runtime_env::RuntimeEnvBuilder, session_state::SessionStateBuilder,
    },
    physical_plan::execute_stream,
    prelude::{SessionConfig, SessionContext},
    sql::{parser::Statement, sqlparser::ast},
};
use futures::StreamExt;
use yagura_model::{
    coverage::ObservationKind,
    decision::DecisionKind,
    domain::AssetClass,
    finding::{Disposition, FindingState},
    identifier::IdentifierKind,
    life_cycle::LifeCycle,
    severity::Severity,
};

use self::narrowed::is_narrowed;
use crate::{
    error::LakeError,
    masters::Masters,
    scores,
    snapshot::Snapshot,
    views::{self, AsOf, VIEWS, View},
};

/// Most rows of the smaller side of a join that are kept as one table: more are shared out to threads.
const KEPT_ROWS: usize = 8_000_000;

/// What one query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// Memory in bytes.
    pub memory: usize,
    /// Time.
    pub time: Duration,
    /// Rows in the answer; one more is an error.
    pub rows: usize,
}

impl QueryLimits {
    /// 512 MB, 60 seconds, a million rows.
    pub const STANDARD: Self =
        Self { memory: 512 << 20, time: Duration::from_secs(60), rows: 1_000_000 };
}

/// The answer of a query: text as shown, and whether a column is numeric.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<Column>,
    /// Rows of cells; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers.
    pub numeric: bool,
    /// Whether its cells are JSON values other than strings (numbers, booleans).
    pub literal: bool,
}

/// Carries out one `SELECT` over the views of a snapshot, with what stands of each asset for the
/// views that show it ([`wanted`](crate::masters::wanted)).
///
/// # Errors
/// `Query` if it is not one `SELECT` over the views, or needs more than the limits; the lake's own
/// errors if a file cannot be read.
pub async fn query(
    snapshot: &Snapshot,
    sql: &str,
    as_of: AsOf,
    limits: QueryLimits,
    masters: Masters,
) -> Result<Answer, LakeError> {
    let answered = async {
        let mut stream = stream(snapshot, sql, as_of, limits, masters).await?;
        let mut answer = Answer { columns: columns(&stream.schema()), rows: Vec::new() };
        while let Some(batch) = stream.next().await {
            add(&mut answer, &batch?)?;
            if answer.rows.len() > limits.rows {
                return Err(LakeError::TooManyAnswers { limit: limits.rows });
            }
        }
        Ok(answer)
    };
    match tokio::time::timeout(limits.time, answered).await {
        Ok(answer) => answer,
        Err(_) => Err(LakeError::TooSlow { seconds: limits.time.as_secs() }),
    }
}

/// The answer of one `SELECT` over the views of a snapshot, batch by batch; neither time nor rows
/// are limited.
pub(crate) async fn stream(
    snapshot: &Snapshot,
    sql: &str,
    as_of: AsOf,
    limits: QueryLimits,
    masters: Masters,
) -> Result<SendableRecordBatchStream, LakeError> {
    let context = session(snapshot, sql, as_of, limits, masters).await?;
    let options =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(sql, options).await?;
    let (mut state, plan) = frame.into_parts();
    let plan = state.optimize(&plan)?;
    state.config_mut().options_mut().optimizer.enable_join_dynamic_filter_pushdown =
        is_narrowed(&plan)?;
    let physical = state.query_planner().create_physical_plan(&plan, &state).await?;
    Ok(execute_stream(physical, state.task_ctx())?)
}

/// Refuses what is not one `SELECT` over the views before anything is planned; gives the views.
pub(crate) fn one_select(
    context: &SessionContext,
    sql: &str,
) -> Result<Vec<&'static View>, LakeError> {
    let state = context.state();
    let dialect = state.config().options().sql_parser.dialect;
    let statement = state.sql_to_statement(sql, &dialect)?;
    let Statement::Statement(inner) = &statement else { return Err(LakeError::NotOneSelect) };
    if !matches!(**inner, ast::Statement::Query(_)) {
        return Err(LakeError::NotOneSelect);
    }
    let mut named = Vec::new();
    for reference in state.resolve_table_references(&statement)? {
        let known = VIEWS.iter().find(|view| view.name == reference.table());
        match known.filter(|_| reference.schema().is_none()) {
            Some(view) => named.push(view),
            None => return Err(LakeError::UnknownView { name: reference.to_string() }),
        }
    }
    Ok(named)
}

/// A session that knows the views that one `SELECT` names, and nothing else.
async fn session(
    snapshot: &Snapshot,
    sql: &str,
    as_of: AsOf,
    limits: QueryLimits,
    mut masters: Masters,
) -> Result<SessionContext, LakeError> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
        .build_arc()?;
    let mut config = SessionConfig::new().with_target_partitions(2).with_information_schema(false);
    // The smaller side of a join is kept whole, and rows of the larger are not moved to meet it.
    config.options_mut().optimizer.hash_join_single_partition_threshold = limits.memory / 2;
    config.options_mut().optimizer.hash_join_single_partition_threshold_rows = KEPT_ROWS;
    // Rows that cannot be in the answer are left out before all of their columns are decoded.
    config.options_mut().execution.parquet.pushdown_filters = true;
    let state = || {
        let builder = SessionStateBuilder::new().with_config(config.clone());
        builder.with_runtime_env(Arc::clone(&runtime)).with_default_features().build()
    };
    let outer = SessionContext::new_with_state(state());
    let named = one_select(&outer, sql)?;
    let (views, tables) = views::beneath(&named);
    snapshot.prepare(&tables).await?;
    let inner = SessionContext::new_with_state(state());
    for table in tables {
        let name = table.name();
        inner.register_table(format!("standing_{name}"), snapshot.provider(table).await?)?;
        let frame = inner.sql(&views::in_force(table, as_of)).await?;
        inner.register_table(format!("{name}_in_force"), frame.into_view())?;
    }
    inner.register_table("tree", Arc::new(masters.tree()?))?;
    inner.register_table("masters", Arc::new(masters.table()?))?;
    scores::register(&inner, snapshot, as_of.at(), &views).await?;
    for view in views {
        let frame = inner.sql(&expand(view.sql, as_of)).await?;
        inner.register_table(view.name, frame.clone().into_view())?;
        if named.iter().any(|one| one.name == view.name) {
            outer.register_table(view.name, frame.into_view())?;
        }
    }
    Ok(outer)
}

/// Fills the blanks of a view: names of enumerations, attributes, open intervals.
fn expand(sql: &str, as_of: AsOf) -> String {
    fn cases<'t>(column: &str, values: impl Iterator<Item = (u8, &'t str)>) -> String {
        let arms: String =
            values.map(|(number, text)| format!(" WHEN {number} THEN '{text}'")).collect();
        format!("CASE {column}{arms} END")
    }
    let kinds =
        |column| cases(column, ObservationKind::ALL.iter().map(|k| (k.number(), k.as_str())));
    let mut sql = sql
        .replace("{open_a}", &format!("a.{}", views::open(as_of)).replace("a.TRUE", "TRUE"))
        .replace("{open_i}", &format!("i.{}", views::open(as_of)).replace("i.TRUE", "TRUE"))
        .replace("{open_w}", &format!("w.{}", views::open(as_of)).replace("w.TRUE", "TRUE"))
        .replace("{open}", views::open(as_of))
        .replace(
            "{identifier}",
            &cases("i.kind", IdentifierKind::ALL.iter().map(|k| (k.number(), k.as_str()))),
        )
        .replace("{kind}", &kinds("c.kind"))
        .replace("{kind_c}", &kinds("kind"))
        .replace(
            "{class}",
            &cases("v.class", AssetClass::ALL.iter().map(|c| (c.number(), c.as_str()))),
        )
        .replace(
            "{class_number}",
            &format!("CAST(coalesce({}, v.class) AS TINYINT)", class_numbers()),
        )
        .replace(
            "{decision}",
            &cases("kind", DecisionKind::ALL.iter().map(|d| (d.number(), d.as_str()))),
        )
        .replace("{life}", &cases("state", LifeCycle::ALL.iter().map(|l| (l.number(), l.as_str()))))
        .replace(
            "{state}",
            &cases("f.state", FindingState::ALL.iter().map(|s| (s.number(), s.as_str()))),
        )
        .replace(
            "{severity}",
            &cases("f.severity", Severity::ALL.iter().map(|s| (s.number(), s.as_str()))),
        )
        .replace(
            "{disposition}",
            &cases("f.disposition", Disposition::ALL.iter().map(|d| (d.number(), d.as_str()))),
        );
    while let Some((before, rest)) = sql.split_once("{m:") {
        let Some((name, after)) = rest.split_once('}') else { break };
        sql = format!("{before}CAST(m.\"{name}\" AS VARCHAR){after}");
    }
    sql
}

/// The number of the class that stands of an asset.
fn class_numbers() -> String {
    let arm = |class: &AssetClass| format!(" WHEN '{class}' THEN {}", class.number());
    let arms: String = AssetClass::ALL.iter().map(arm).collect();
    format!("CASE {{m:class}}{arms} END")
}

pub(crate) fn columns(schema: &datafusion::arrow::datatypes::Schema) -> Vec<Column> {
    let column = |field: &Arc<datafusion::arrow::datatypes::Field>| {
        let numeric = field.data_type().is_numeric();
        let boolean = *field.data_type() == datafusion::arrow::datatypes::DataType::Boolean;
        Column { name: field.name().clone(), numeric, literal: numeric || boolean }
    };
    schema.fields().iter().map(column).collect()
}

pub(crate) fn add(answer: &mut Answer, batch: &RecordBatch) -> Result<(), LakeError> {
    let options = FormatOptions::default().with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%SZ"));
    let formatters = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        let cells = formatters.iter().zip(batch.columns());
        let cell = |(formatter, column): (
            &ArrayFormatter<'_>,
            &Arc<dyn datafusion::arrow::array::Array>,
        )| { (!column.is_null(row)).then(|| formatter.value(row).to_string()) };
        answer.rows.push(cells.map(cell).collect());
    }
    Ok(())
}
