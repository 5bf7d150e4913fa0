//! How many bytes things take in a compacted lake.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use yagura_lake::{
    Lake,
    compact::Extent,
    rows::{SoftwareRow, SoftwareSetRow},
    scan::Filter,
    table::Table,
};
use yagura_model::Timestamp;

use super::{MEMORY, Year, copy::copied};
use crate::{
    Failure,
    figure::Side,
    run::{Run, child},
};

/// Tables that tell of software: counted by installation, and not among the others.
const SOFTWARE: [Table; 3] = [Table::Packages, Table::SoftwareSets, Table::Software];

/// Compacts a copy of the lake of the year and counts.
pub(super) fn measure(run: &mut Run, year: &Year) -> Result<(), Failure> {
    let lake = run.new_lake();
    copied(&year.lake, &lake)?;
    let at = year.end().to_string();
    let counted = child("sizes", &[&lake, Path::new(&at)])?;
    std::fs::remove_dir_all(&lake)?;
    let bytes = |tables: &dyn Fn(Table) -> bool| -> f64 {
        let all = Table::ALL.iter().filter(|table| tables(**table));
        let of = |table: &Table| counted.said.get("bytes")?.get(table.name())?.as_f64();
        all.filter_map(of).sum()
    };
    let rows = counted.number("findings");
    let findings = bytes(&|table| table == Table::Findings);
    let software = bytes(&|table| SOFTWARE.contains(&table));
    let others = bytes(&|table| table != Table::Findings && !SOFTWARE.contains(&table));
    let at_most = |bar: f64| Some((Side::AtMost, bar));
    run.figure("compacting everything", counted.number("compacting"), "s", None);
    run.figure("compacting, peak memory", counted.peak(), "MB", Some(MEMORY));
    run.figure("findings, a row", findings / rows, "B", at_most(24.0));
    run.figure("other tables but software, a row of findings", others / rows, "B", at_most(20.0));
    let installations = counted.number("installations");
    run.figure("software, an installation", software / installations, "B", at_most(6.0));
    let devices = run.input.get("devices").and_then(Value::as_f64).unwrap_or(f64::NAN);
    run.figure("installations a device", installations / devices, "", None);
    for (name, table) in [("identifiers", Table::Identifiers), ("attributes", Table::Attributes)] {
        let rows = counted.said.get("rows").and_then(|rows| rows.get(table.name()));
        let rows = rows.and_then(Value::as_f64).unwrap_or(f64::NAN);
        run.figure(&format!("{name} in force a device"), rows / devices, "", None);
    }
    Ok(())
}

/// Compacts, and gives bytes and rows by table.
pub(crate) async fn counted(lake: &Path, at: &Path) -> Result<Value, Failure> {
    let at: Timestamp = at.to_string_lossy().parse()?;
    let now = at + jiff::SignedDuration::from_hours(24 * 30);
    let lake = Lake::open(lake)?;
    let begun = Instant::now();
    let mut writer = lake.write(Duration::ZERO, now).await?;
    writer.compact(Extent::Everything, now).await?;
    drop(writer);
    let compacting = begun.elapsed();
    let (mut bytes, mut rows, mut findings) = (Map::new(), Map::new(), 0);
    for table in lake.stats().await?.tables {
        bytes.insert(table.table.to_owned(), table.bytes.into());
        rows.insert(table.table.to_owned(), table.rows.into());
        if table.table == Table::Findings.name() {
            // Rows that another stands in the place of take room too.
            findings = table.files.iter().map(|file| file.rows).sum();
        }
    }
    Ok(json!({
        "compacting": compacting.as_secs_f64(),
        "bytes": bytes,
        "rows": rows,
        "findings": findings,
        "installations": installations(&lake).await?,
    }))
}

/// Packages on subjects.
async fn installations(lake: &Lake) -> Result<u64, Failure> {
    let snapshot = lake.snapshot().await?;
    let sets: Vec<SoftwareSetRow> = snapshot.rows(&Filter::all()).await?;
    let sizes: std::collections::BTreeMap<i64, u64> =
        sets.iter().map(|set| (set.software_set, set.packages.len() as u64)).collect();
    let mut all = 0;
    let scan = snapshot.scan::<SoftwareRow>(&Filter::all()).await?;
    scan.each(None, |stored| {
        if stored.row.resolved_at.is_none() {
            all += sizes.get(&stored.row.software_set).copied().unwrap_or_default();
        }
    })?;
    Ok(all)
}
