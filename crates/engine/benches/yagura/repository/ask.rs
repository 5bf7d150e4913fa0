//! A step that answers queries over the views, one a line, as long as it is asked.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yagura_baseline::master::Master;
use yagura_engine::query::{masters, query};
use yagura_lake::{
    Lake, Snapshot,
    export::Exported,
    query::QueryLimits,
    table::Table,
    views::{AsOf, VIEWS},
};
use yagura_model::{
    Timestamp,
    coverage::ObservationKind,
    finding::{Disposition, FindingState},
    severity::Severity,
};

use super::queries::spelled;
use crate::{Failure, run::TIMES};

/// What takes longer is not asked again.
const LONG: Duration = Duration::from_secs(15);

/// Answers what stands on standard input: `about` the lake, an `export` of a view, or `sql`.
pub(crate) async fn answered(lake: &Path) -> Result<Value, Failure> {
    let lake = Lake::open(lake)?;
    let snapshot = lake.snapshot().await?;
    let mut asked = 0;
    for line in std::io::stdin().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let said = |name: &str| request.get(name).and_then(Value::as_str);
        let at: Timestamp = said("at").ok_or("a question without a time")?.parse()?;
        let past = request.get("past").and_then(Value::as_bool).unwrap_or_default();
        let as_of = if past { AsOf::time(at) } else { AsOf::present(at) };
        let answer = match (said("sql"), said("export"), said("to")) {
            (Some(sql), ..) => timed(&snapshot, &spelled(sql), as_of).await,
            (None, Some(view), Some(to)) => exported(&snapshot, view, as_of, Path::new(to)).await,
            _ => about(&lake, &snapshot, as_of).await,
        };
        println!("{}", answer.unwrap_or_else(|error| json!({"error": error.to_string()})));
        asked += 1;
    }
    Ok(json!({"asked": asked}))
}

/// The best of several times, and the answer.
async fn timed(snapshot: &Snapshot, sql: &str, as_of: AsOf) -> Result<Value, Failure> {
    let (mut best, mut times) = (Duration::MAX, 0.0);
    let mut rows = Vec::new();
    let worked = processor_ms();
    for _ in 0..TIMES {
        times += 1.0;
        let begun = Instant::now();
        let limits = QueryLimits::STANDARD;
        rows = query(snapshot, Master::shipped(), sql, as_of, limits).await?.rows;
        let took = begun.elapsed();
        best = best.min(took);
        if took > LONG {
            break;
        }
    }
    let worked = worked.zip(processor_ms()).map(|(before, after)| (after - before) / times);
    Ok(json!({"ms": best.as_secs_f64() * 1000.0, "processor_ms": worked, "rows": rows}))
}

/// How long processors have worked for this process.
fn processor_ms() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name in brackets, in hundredths of a second: for itself, and by the kernel for it.
    let (_, behind) = stat.rsplit_once(')')?;
    let ticks = behind.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    ticks.sum::<Result<f64, _>>().ok().map(|ticks| ticks * 10.0)
}

/// Writes a view as Parquet, for peers that do not know what stands of an asset.
async fn exported(
    snapshot: &Snapshot,
    name: &str,
    as_of: AsOf,
    to: &Path,
) -> Result<Value, Failure> {
    let view = VIEWS.iter().find(|view| view.name == name).ok_or("no such view")?;
    let masters = masters(snapshot, Master::shipped(), &view.all_rows(), as_of.at()).await?;
    let rows = Exported { snapshot, view, as_of, masters }.to_parquet(File::create(to)?).await?;
    Ok(json!({"rows": rows}))
}

/// The files of the tables and of the newest stored score, the names of numbers, and a CVE that many
/// assets have.
async fn about(lake: &Lake, snapshot: &Snapshot, as_of: AsOf) -> Result<Value, Failure> {
    let mut tables = serde_json::Map::new();
    for table in Table::ALL {
        let files = snapshot.files(*table).await?;
        let files: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        tables.insert(table.name().to_owned(), json!({"number": table.number(), "files": files}));
    }
    let scores = lake.scores().until(snapshot, as_of.at()).await?;
    let score = scores.last().ok_or("no score is stored")?;
    let kinds: Vec<_> = ObservationKind::ALL.iter().map(|k| (k.number(), k.as_str())).collect();
    let states: Vec<_> = FindingState::ALL.iter().map(|s| (s.number(), s.as_str())).collect();
    let severities: Vec<_> = Severity::ALL.iter().map(|s| (s.number(), s.as_str())).collect();
    let decided: Vec<_> = Disposition::ALL.iter().map(|d| (d.number(), d.as_str())).collect();
    let frequent = "SELECT check_id, count(*) AS findings FROM findings \
                    WHERE check_id LIKE 'CVE-%' GROUP BY check_id \
                    ORDER BY findings DESC, check_id LIMIT 1 OFFSET 20";
    let limits = QueryLimits::STANDARD;
    let answer = query(snapshot, Master::shipped(), frequent, as_of, limits).await?;
    let cve = answer.rows.into_iter().flatten().flatten().next().unwrap_or_default();
    Ok(json!({
        "tables": tables,
        "asset_scores": score.assets_path().to_string(),
        "score_lines": score.lines_path().to_string(),
        "names": {"kind": kinds, "state": states, "severity": severities, "disposition": decided},
        "cve": cve,
    }))
}
