//! The source of a report: found by its name and organisation, or registered.

use yagura_lake::{
    Changes, LakeError, Transaction,
    row::Stored,
    rows::{ReportName, SourceRow},
    scan::Filter,
};
use yagura_model::{coverage::ObservationKinds, id::SourceKey};

use super::{Ingested, Request, hash, of_format, organisations::Lineage};

/// The report of the same source that gave the same bytes before.
pub(super) async fn known(
    transaction: &Transaction,
    digest: &str,
    request: &Request,
    lineage: Option<&Lineage>,
) -> Result<Option<Ingested>, LakeError> {
    let Some(source) = find(transaction, request, lineage).await? else { return Ok(None) };
    let hash = hash::short(&[digest.as_bytes()]);
    let reports: Vec<ReportName> = transaction.rows(&Filter::of("digest_hash", [hash])).await?;
    let same = |row: &&ReportName| row.source == source.row.source && row.digest == digest;
    let known = reports.iter().find(same);
    Ok(known.map(|row| Ingested::unchanged(row.report, digest, row.observed_at)))
}

/// The source of a name. One that no source of the organisation itself has may be that of an
/// organisation which was merged into it, if only one of them has it: it goes on.
async fn find(
    transaction: &Transaction,
    request: &Request,
    lineage: Option<&Lineage>,
) -> Result<Option<Stored<SourceRow>>, LakeError> {
    let mut sources: Vec<Stored<SourceRow>> = transaction.read(&Filter::all()).await?;
    sources.retain(|stored| stored.row.name == request.source);
    let organisation = request.organisation.as_str();
    if let Some(own) = sources.iter().position(|stored| stored.row.organisation == organisation) {
        return Ok(Some(sources.swap_remove(own)));
    }
    let kin = lineage.map(|lineage| lineage.kin(organisation)).unwrap_or_default();
    sources.retain(|stored| kin.contains(&stored.row.organisation));
    Ok(if sources.len() == 1 { sources.pop() } else { None })
}

/// The source, registered if it is new, and what it may see.
pub(super) async fn register(
    transaction: &Transaction,
    request: &Request,
    lineage: &Lineage,
    format: &str,
    changes: &mut Changes,
) -> Result<(SourceRow, ObservationKinds), LakeError> {
    let bits = |kinds: ObservationKinds| i32::try_from(kinds.0).unwrap_or(i32::MAX);
    let row = match (find(transaction, request, Some(lineage)).await?, request.sees) {
        (Some(known), None) => known.row,
        (Some(known), Some(sees)) => {
            let row = SourceRow { kinds: bits(sees), ..known.row.clone() };
            if row != known.row {
                changes.superseded.push(known.version());
                changes.sources.push(row.clone());
            }
            row
        }
        (None, sees) => {
            let number = transaction.counter("sources") + 1;
            changes.counters.insert("sources".to_owned(), number);
            let row = SourceRow {
                source: SourceKey(i32::try_from(number).unwrap_or(i32::MAX)),
                name: request.source.clone(),
                organisation: request.organisation.as_str().to_owned(),
                kinds: bits(sees.unwrap_or_else(|| of_format(format))),
                tool: format.to_owned(),
            };
            changes.sources.push(row.clone());
            row
        }
    };
    let allowed = ObservationKinds(u32::try_from(row.kinds).unwrap_or_default());
    Ok((row, allowed))
}
