//! Comparing a report with the state of the lake.

use yagura_baseline::identity::Rules;
use yagura_lake::{
    Changes, LakeError, Transaction, Writer,
    evidence::{Location, RecordIndex},
    fail_point,
    rows::{ReportRow, SourceRow},
};
use yagura_model::id::ReportKey;

use super::{
    Effects, IngestError, Ingested, Reading, checks, covering, describe,
    faces::Faces,
    findings, identity,
    known::{Added, Known},
    organisations::{self, Lineage},
    source, subjects,
    work::Work,
};

/// Adds what a report changes to a transaction; of a report that is refused, nothing.
pub(super) async fn take(
    writer: &mut Writer,
    transaction: &mut Transaction,
    known: &mut Known,
    rules: &Rules,
    mut reading: Reading,
) -> Result<Ingested, IngestError> {
    let lineage = Lineage::load(transaction, &mut reading.request, reading.at).await?;
    // Another report of the transaction, or another process, may have given the same bytes.
    let request = &reading.request;
    let same = source::known(transaction, &reading.digest, request, Some(&lineage)).await?;
    if let Some(known) = same {
        return Ok(Ingested { format: reading.format, tally: reading.stage.tally, ..known });
    }
    let mut changes = Changes::default();
    let (organisations_new, left_out) =
        organisations_of(transaction, &reading, &mut changes).await?;
    for code in left_out {
        reading.stage.leave_out(code);
    }
    let (source, allowed) =
        source::register(transaction, &reading.request, &lineage, reading.format, &mut changes)
            .await?;
    let beyond = reading.kinds().beyond(allowed);
    if !beyond.is_empty() {
        let name = reading.request.source.clone();
        return Err(IngestError::Beyond { name, kinds: beyond });
    }
    let source = (source, &lineage);
    let (compared, changes) = compare(transaction, known, rules, &reading, source, changes).await?;
    let added = Added::of(&changes);
    let mut ingested = Ingested { organisations_new, ..compared };
    keep(writer, transaction, reading, changes, &mut ingested).await?;
    known.add(transaction, added).await?;
    Ok(ingested)
}

/// The steps.
async fn compare(
    transaction: &Transaction,
    known: &Known,
    rules: &Rules,
    reading: &Reading,
    (source, lineage): (SourceRow, &Lineage),
    changes: Changes,
) -> Result<(Ingested, Changes), IngestError> {
    let tool = match reading.stage.tally.head.tool.trim() {
        "" => reading.format.to_owned(),
        tool => tool.to_lowercase(),
    };
    let organisation = source.organisation.as_str();
    let own = |faces: &&Faces| faces.are_of(organisation, source.source);
    let made;
    let faces = match reading.faces.as_ref().filter(own) {
        Some(faces) => faces,
        None => {
            made = Faces::of(rules, organisation, source.source, &reading.stage);
            &made
        }
    };
    let mut work = Work {
        stage: &reading.stage,
        faces,
        transaction,
        known,
        rules,
        kin: lineage.kin(&source.organisation),
        source,
        report: ReportKey(0),
        at: reading.at,
        tool: &tool,
        changes,
    };
    work.report = ReportKey(work.count("reports"));
    let found = subjects::find(&work).await?;
    let (mut subjects, resolved) = identity::resolve(&mut work, found).await?;
    describe::describe(&mut work, &mut subjects).await?;
    let checks = checks::find_or_write(&mut work).await?;
    let covering = covering::gather(&mut work, &subjects, &checks).await?;
    let compared = findings::compare(&mut work, &subjects, &checks, &covering).await?;
    let row = ReportRow { report: work.report, source: work.source.source, ..reading.row() };
    let mut changes = work.changes;
    let ingested = Ingested {
        format: reading.format,
        unchanged: false,
        time_assumed: reading.time_assumed,
        effects: Effects {
            opened: compared.opened,
            reopened: compared.reopened,
            resolved: compared.resolved,
            continuing: compared.continuing,
            assets_new: resolved.new + resolved.held,
            assets_matched: resolved.matched,
            assets_held: resolved.held,
        },
        ..Ingested::unchanged(row.report, &reading.digest, reading.at)
    };
    changes.reports.push(row);
    Ok((ingested, changes))
}

/// Keeps the bytes and adds the changes.
async fn keep(
    writer: &mut Writer,
    transaction: &mut Transaction,
    reading: Reading,
    mut changes: Changes,
    ingested: &mut Ingested,
) -> Result<(), IngestError> {
    let Reading { mut stage, faces, evidence, .. } = reading;
    let prepared = tokio::task::spawn_blocking(move || evidence.join())
        .await
        .map_err(|error| IngestError::Stopped(error.to_string()))?
        .map_err(LakeError::from)?;
    let mut index = RecordIndex::default();
    stage.places.iter().for_each(|place| index.push(*place));
    let entry = writer.keep(prepared, &index)?;
    if let Some(row) = changes.reports.last_mut() {
        (row.evidence_pack, row.evidence_offset) = match entry.location {
            Location::Object => (None, None),
            Location::Pack { number, offset } => (Some(number as i64), Some(offset as i64)),
        };
        row.evidence_stored = entry.stored_length as i64;
    }
    transaction.add(&changes)?;
    fail_point("ingest.compared");
    ingested.tally = std::mem::take(&mut stage.tally);
    // To let go of a large report takes time that need not be waited for.
    drop(tokio::task::spawn_blocking(move || drop((stage, faces, changes))));
    Ok(())
}

/// Finds the organisation of the report or makes it, and writes what a register says of others; gives
/// those that were made, and those of which nothing was taken.
async fn organisations_of(
    transaction: &Transaction,
    reading: &Reading,
    changes: &mut Changes,
) -> Result<(Vec<String>, Vec<String>), IngestError> {
    let request = &reading.request;
    let unknown = organisations::unknown(transaction, &request.organisation).await?;
    if !unknown.is_empty() && !request.create_organisation {
        return Err(IngestError::UnknownOrganisation { code: request.organisation.clone() });
    }
    changes.organisations.extend(unknown.iter().map(organisations::named));
    let said = &reading.stage.organisations;
    let left_out = organisations::register(transaction, said, changes).await?;
    Ok((unknown.into_iter().map(|code| code.as_str().to_owned()).collect(), left_out))
}
