//! What one commit changes.

use std::collections::BTreeMap;

use datafusion::arrow::array::ArrayRef;

use crate::{
    error::LakeError,
    row::{Row, Version},
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
    /// What organisations pass to others.
    pub successions: Vec<rows::SuccessionRow>,
    /// What a person decided.
    pub decisions: Vec<rows::DecisionRow>,
    /// In which states persons recorded assets to be.
    pub life_records: Vec<rows::LifeRecordRow>,
    /// What was deleted because it was past its retention.
    pub retentions: Vec<rows::RetentionRow>,
    /// Reports whose bytes are past their retention.
    pub cleared: Vec<rows::ClearedRow>,
    /// Versions that are no longer in force.
    pub superseded: Vec<Version>,
    /// Counters that moved on, by name.
    pub counters: BTreeMap<String, i64>,
    /// Rows that [`pack`](Self::pack) put into columns; they come before all others of their table.
    pub packed: Vec<Packed>,
}

/// Some new rows of a table by columns.
#[derive(Debug)]
pub struct Packed {
    pub(crate) table: Table,
    pub(crate) columns: Vec<ArrayRef>,
    pub(crate) rows: usize,
    /// The least and the greatest value of the table's key.
    pub(crate) range: Option<(i64, i64)>,
}

impl Packed {
    pub(crate) fn of<T: Row>(rows: &[T]) -> Self {
        let keys = rows.iter().map(Row::key);
        let range = T::KEY.and(keys.clone().min().zip(keys.max()));
        Self { table: T::TABLE, columns: T::to_columns(rows), rows: rows.len(), range }
    }
}

/// What goes through the new rows of every table.
pub(crate) trait Visit {
    /// The new rows of one table.
    fn new_rows<T: Row>(&mut self, rows: &[T]) -> Result<(), LakeError>;
    /// Some that were packed.
    fn packed(&mut self, packed: &Packed) -> Result<(), LakeError>;
}

impl Changes {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// How many rows it writes.
    pub fn rows(&self) -> usize {
        struct Count(usize);
        impl Visit for Count {
            fn new_rows<T: Row>(&mut self, rows: &[T]) -> Result<(), LakeError> {
                self.0 += rows.len();
                Ok(())
            }

            fn packed(&mut self, packed: &Packed) -> Result<(), LakeError> {
                self.0 += packed.rows;
                Ok(())
            }
        }
        let mut count = Count(self.superseded.len());
        self.visit(&mut count).map_or(usize::MAX, |()| count.0)
    }

    /// Puts what is said of assets so far into columns, where it stands closer together: for who adds
    /// the changes of a large report part by part. What is packed is not among the rows of its table
    /// any more, and comes before those that are added later.
    pub fn pack(&mut self) {
        fn pack<T: Row>(rows: &mut Vec<T>) -> Option<Packed> {
            let rows = std::mem::take(rows);
            (!rows.is_empty()).then(|| Packed::of(&rows))
        }
        let packed = [
            pack(&mut self.subjects),
            pack(&mut self.identifiers),
            pack(&mut self.links),
            pack(&mut self.relations),
            pack(&mut self.attributes),
            pack(&mut self.findings),
            pack(&mut self.software),
        ];
        self.packed.extend(packed.into_iter().flatten());
    }

    /// Shows the new rows, table by table.
    pub(crate) fn visit(&self, visitor: &mut impl Visit) -> Result<(), LakeError> {
        for packed in &self.packed {
            visitor.packed(packed)?;
        }
        visitor.new_rows(&self.organisations)?;
        visitor.new_rows(&self.sources)?;
        visitor.new_rows(&self.reports)?;
        visitor.new_rows(&self.subjects)?;
        visitor.new_rows(&self.identifiers)?;
        visitor.new_rows(&self.links)?;
        visitor.new_rows(&self.assets)?;
        visitor.new_rows(&self.relations)?;
        visitor.new_rows(&self.attributes)?;
        visitor.new_rows(&self.checks)?;
        visitor.new_rows(&self.findings)?;
        visitor.new_rows(&self.coverage)?;
        visitor.new_rows(&self.check_sets)?;
        visitor.new_rows(&self.packages)?;
        visitor.new_rows(&self.software_sets)?;
        visitor.new_rows(&self.software)?;
        visitor.new_rows(&self.holds)?;
        visitor.new_rows(&self.successions)?;
        visitor.new_rows(&self.decisions)?;
        visitor.new_rows(&self.life_records)?;
        visitor.new_rows(&self.retentions)?;
        visitor.new_rows(&self.cleared)
    }
}
