//! What one commit changes.

use std::collections::BTreeMap;

use yagura_model::id::Commit;

use crate::{
    encode::{self, EncodedFile},
    error::LakeError,
    row::RowId,
    rows,
    table::Table,
};

/// Rows to be written and versions to be superseded, all or nothing.
///
/// Files are sorted by the key of their table; rows of one key keep the order given.
#[derive(Debug, Default)]
pub struct Changes {
    /// New organisations.
    pub organisations: Vec<rows::OrganisationRow>,
    /// New or changed sources.
    pub sources: Vec<rows::SourceRow>,
    /// Accepted reports.
    pub reports: Vec<rows::ReportRow>,
    /// New subjects.
    pub subjects: Vec<rows::SubjectRow>,
    /// New identifiers.
    pub identifiers: Vec<rows::IdentifierRow>,
    /// New links.
    pub links: Vec<rows::LinkRow>,
    /// New assets.
    pub assets: Vec<rows::AssetRow>,
    /// New relations.
    pub relations: Vec<rows::RelationRow>,
    /// New attributes.
    pub attributes: Vec<rows::AttributeRow>,
    /// New or changed checks.
    pub checks: Vec<rows::CheckRow>,
    /// New intervals of findings.
    pub findings: Vec<rows::FindingRow>,
    /// What was covered.
    pub coverage: Vec<rows::CoverageRow>,
    /// New sets of checks.
    pub check_sets: Vec<rows::CheckSetRow>,
    /// New packages.
    pub packages: Vec<rows::PackageRow>,
    /// New sets of packages.
    pub software_sets: Vec<rows::SoftwareSetRow>,
    /// Which set is where.
    pub software: Vec<rows::SoftwareRow>,
    /// Identities that wait for a person.
    pub holds: Vec<rows::HoldRow>,
    /// Versions that are no longer in force.
    pub superseded: Vec<(Table, RowId)>,
    /// Counters that moved on, by name.
    pub counters: BTreeMap<String, i64>,
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// How many rows it writes.
    pub fn rows(&self) -> usize {
        self.organisations.len()
            + self.sources.len()
            + self.reports.len()
            + self.subjects.len()
            + self.identifiers.len()
            + self.links.len()
            + self.assets.len()
            + self.relations.len()
            + self.attributes.len()
            + self.checks.len()
            + self.findings.len()
            + self.coverage.len()
            + self.check_sets.len()
            + self.packages.len()
            + self.software_sets.len()
            + self.software.len()
            + self.holds.len()
            + self.superseded.len()
    }

    /// The files of all tables that change.
    pub(crate) fn encode(
        self,
        commit: Commit,
        committed_at: jiff::Timestamp,
    ) -> Result<Vec<EncodedFile>, LakeError> {
        let superseded: Vec<rows::SupersededRow> = self
            .superseded
            .iter()
            .map(|(table, id)| rows::SupersededRow {
                of_table: table.number(),
                old_written_by: id.written_by.0,
                old_row: id.row,
            })
            .collect();
        let mut files = encode::new_rows(&[rows::CommitRow { committed_at }], commit)?;
        files.extend(encode::new_rows(&self.organisations, commit)?);
        files.extend(encode::new_rows(&self.sources, commit)?);
        files.extend(encode::new_rows(&self.reports, commit)?);
        files.extend(encode::new_rows(&self.subjects, commit)?);
        files.extend(encode::new_rows(&self.identifiers, commit)?);
        files.extend(encode::new_rows(&self.links, commit)?);
        files.extend(encode::new_rows(&self.assets, commit)?);
        files.extend(encode::new_rows(&self.relations, commit)?);
        files.extend(encode::new_rows(&self.attributes, commit)?);
        files.extend(encode::new_rows(&self.checks, commit)?);
        files.extend(encode::new_rows(&self.findings, commit)?);
        files.extend(encode::new_rows(&self.coverage, commit)?);
        files.extend(encode::new_rows(&self.check_sets, commit)?);
        files.extend(encode::new_rows(&self.packages, commit)?);
        files.extend(encode::new_rows(&self.software_sets, commit)?);
        files.extend(encode::new_rows(&self.software, commit)?);
        files.extend(encode::new_rows(&self.holds, commit)?);
        files.extend(encode::new_rows(&superseded, commit)?);
        Ok(files)
    }
}
