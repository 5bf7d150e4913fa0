//! The source of a report: found by its name and organisation, or registered.

use yagura_lake::{
    Changes, LakeError, Transaction,
    row::Stored,
    rows::{ReportName, SourceRow},
    scan::Filter,
    table::Table,
};
use yagura_model::{coverage::ObservationKinds, id::SourceKey};

use super::{Ingested, Request, hash, of_format};

/// The report of the same source that gave the same bytes before.
pub(super) async fn known(
    transaction: &Transaction,
    digest: &str,
    request: &Request,
) -> Result<Option<Ingested>, LakeError> {
    let Some(source) = find(transaction, request).await? else { return Ok(None) };
    let hash = hash::short(&[digest.as_bytes()]);
    let reports: Vec<ReportName> = transaction.rows(&Filter::of("digest_hash", [hash])).await?;
    let same = |row: &&ReportName| row.source == source.row.source && row.digest == digest;
    let known = reports.iter().find(same);
    Ok(known.map(|row| Ingested::unchanged(row.report, digest, row.observed_at)))
}

async fn find(
    transaction: &Transaction,
    request: &Request,
) -> Result<Option<Stored<SourceRow>>, LakeError> {
    let sources: Vec<Stored<SourceRow>> = transaction.read(&Filter::all()).await?;
    Ok(sources.into_iter().find(|stored| {
        stored.row.name == request.source
            && stored.row.organisation == request.organisation.as_str()
    }))
}

/// The source, registered if it is new, and what it may see.
pub(super) async fn register(
    transaction: &Transaction,
    request: &Request,
    format: &str,
    changes: &mut Changes,
) -> Result<(SourceRow, ObservationKinds), LakeError> {
    let bits = |kinds: ObservationKinds| i32::try_from(kinds.0).unwrap_or(i32::MAX);
    let row = match (find(transaction, request).await?, request.sees) {
        (Some(known), None) => known.row,
        (Some(known), Some(sees)) => {
            let row = SourceRow { kinds: bits(sees), ..known.row.clone() };
            if row != known.row {
                changes.superseded.push((Table::Sources, known.id));
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
