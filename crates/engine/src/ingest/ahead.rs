//! Reading ahead: what the reports of one commit are going to ask of the lake, read once for all of
//! them. A question whose answer is not here is asked of the lake: this saves time and decides
//! nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use yagura_baseline::identity::Rules;
use yagura_lake::{
    LakeError, Transaction, parts,
    rows::{
        AssetRow, AttributeRow, FindingRow, IdentifierRow, LinkRow, OrganisationRow, RelationRow,
        ReportName, SoftwareRow, SourceRow, SubjectRow, SuccessionRow,
    },
    scan::Filter,
};
use yagura_model::id::{SourceKey, SubjectKey};

use super::{Reading, faces::Faces, hash, known::Known};

/// Reads ahead for some reports; for one alone every question is asked once in any case.
pub(super) async fn load(
    transaction: &mut Transaction,
    known: &mut Known,
    rules: &Rules,
    readings: &mut [Reading],
) -> Result<(), LakeError> {
    if readings.len() < 2 {
        return Ok(());
    }
    let theirs = of_things(transaction, rules, readings).await?;
    known.look(transaction, theirs.into_iter()).await
}

/// Reads what is known of the things of some reports; gives the sources of their organisations.
pub(super) async fn of_things(
    transaction: &mut Transaction,
    rules: &Rules,
    readings: &mut [Reading],
) -> Result<BTreeSet<SourceKey>, LakeError> {
    transaction.load::<OrganisationRow>(Filter::all()).await?;
    transaction.load::<SuccessionRow>(Filter::all()).await?;
    transaction.load::<SourceRow>(Filter::all()).await?;
    let digests = readings.iter().map(|reading| hash::short(&[reading.digest.as_bytes()]));
    transaction.load::<ReportName>(Filter::of("digest_hash", digests)).await?;
    let rows: Vec<SourceRow> = transaction.rows(&Filter::all()).await?;
    let of_readings = sources_of(readings, &rows, transaction.counter("sources"));
    let organisations: HashSet<&str> =
        readings.iter().map(|reading| reading.request.organisation.as_str()).collect();
    let theirs = rows.iter().filter(|row| organisations.contains(row.organisation.as_str()));
    let sources = theirs.map(|row| row.source).chain(of_readings.iter().copied()).collect();
    face(rules, readings, &of_readings)?;
    let faces: Vec<&Faces> = readings.iter().filter_map(|reading| reading.faces.as_ref()).collect();

    let keys = faces.iter().flat_map(|faces| faces.all()).map(|face| face.key.hash);
    let of_keys = Filter::of("key_hash", keys);
    transaction.load::<SubjectRow>(of_keys.clone()).await?;
    let known: Vec<SubjectRow> = transaction.rows(&of_keys).await?;
    let of_known = Filter::of("subject", known.iter().map(|row| row.subject.0));
    transaction.load::<IdentifierRow>(of_known.clone()).await?;
    let hashes = new_hashes(transaction, rules, &faces, &known).await?;
    sharing(transaction, hashes, &of_known).await?;
    let fetched = tokio::try_join!(
        transaction.fetch::<FindingRow>(of_known.clone()),
        transaction.fetch::<AttributeRow>(of_known.clone()),
        transaction.fetch::<RelationRow>(of_known.clone()),
        transaction.fetch::<SoftwareRow>(of_known),
    )?;
    let (findings, attributes, relations, software) = fetched;
    for fetched in [findings, attributes, relations, software] {
        transaction.keep(fetched);
    }
    Ok(sources)
}

/// The source of each report. One that is going to be registered gets the number it will have if none
/// of the reports before it is refused; else what is read for it is of no use, and read again.
fn sources_of(readings: &[Reading], rows: &[SourceRow], last: i64) -> Vec<SourceKey> {
    let named = |row: &'_ SourceRow| (row.organisation.clone(), row.name.clone());
    let mut known: HashMap<(String, String), SourceKey> =
        rows.iter().map(|row| (named(row), row.source)).collect();
    let mut last = i32::try_from(last).unwrap_or(i32::MAX);
    let mut of = |reading: &Reading| {
        let request = &reading.request;
        let name = (request.organisation.as_str().to_owned(), request.source.clone());
        *known.entry(name).or_insert_with(|| {
            last = last.saturating_add(1);
            SourceKey(last)
        })
    };
    readings.iter().map(&mut of).collect()
}

/// Works out what the assets of reports of some sources are found by, unless that is known.
fn face(rules: &Rules, readings: &mut [Reading], sources: &[SourceKey]) -> Result<(), LakeError> {
    let of = |number: usize| {
        let (reading, source) = (readings.get(number)?, *sources.get(number)?);
        let organisation = reading.request.organisation.as_str();
        let known = reading.faces.as_ref();
        let is_known = known.is_some_and(|faces| faces.are_of(organisation, source));
        (!is_known).then(|| Faces::of(rules, organisation, source, &reading.stage))
    };
    let all: Vec<usize> = (0..readings.len()).collect();
    let faces = parts::each(&all, |number| Ok(of(number)))?;
    for (reading, faces) in readings.iter_mut().zip(faces) {
        reading.faces = faces.or(reading.faces.take());
    }
    Ok(())
}

/// What identifies assets that are new, show something new, or are known by a place alone.
async fn new_hashes(
    transaction: &Transaction,
    rules: &Rules,
    faces: &[&Faces],
    known: &[SubjectRow],
) -> Result<BTreeSet<i64>, LakeError> {
    let of_known = Filter::of("subject", known.iter().map(|row| row.subject.0));
    let shown: Vec<IdentifierRow> = transaction.rows(&of_known).await?;
    let shown = shown.into_iter().filter(|row| row.resolved_at.is_none());
    let shown: HashSet<(SubjectKey, i64)> =
        shown.filter_map(|row| Some((row.subject, row.hash?))).collect();
    let subjects: HashMap<(SourceKey, i64), SubjectKey> =
        known.iter().map(|row| ((row.source, row.key_hash), row.subject)).collect();
    let mut hashes = BTreeSet::new();
    for (source, face) in
        faces.iter().flat_map(|faces| faces.all().map(|face| (faces.source, face)))
    {
        let subject = subjects.get(&(source, face.key.hash));
        let is_shown = |hash| subject.is_some_and(|subject| shown.contains(&(*subject, hash)));
        // Another thing may have taken a place in a network.
        if face.key.is_place(rules) || !face.hashes.iter().flatten().copied().all(is_shown) {
            hashes.extend(face.hashes.iter().flatten());
        }
    }
    Ok(hashes)
}

/// Reads who else has what identifies, and all that is on one asset with them.
async fn sharing(
    transaction: &mut Transaction,
    hashes: BTreeSet<i64>,
    of_known: &Filter,
) -> Result<(), LakeError> {
    if hashes.is_empty() {
        return Ok(());
    }
    let of_hashes = Filter::of("hash", hashes);
    transaction.load::<IdentifierRow>(of_hashes.clone()).await?;
    let sharing: Vec<IdentifierRow> = transaction.rows(&of_hashes).await?;
    let known = of_known.keys.iter().flat_map(|(_, keys)| keys.iter());
    let meant = sharing.iter().map(|row| row.subject.0).chain(known);
    let of_meant = Filter::of("subject", meant);
    transaction.load::<LinkRow>(of_meant.clone()).await?;
    let links: Vec<LinkRow> = transaction.rows(&of_meant).await?;
    let of_assets = Filter::of("asset", links.iter().map(|link| link.asset.0));
    transaction.load::<LinkRow>(of_assets.clone()).await?;
    transaction.load::<AssetRow>(of_assets.clone()).await?;
    let links: Vec<LinkRow> = transaction.rows(&of_assets).await?;
    let of_records = Filter::of("subject", links.iter().map(|link| link.subject.0));
    transaction.load::<SubjectRow>(of_records.clone()).await?;
    transaction.load::<IdentifierRow>(of_records).await
}
