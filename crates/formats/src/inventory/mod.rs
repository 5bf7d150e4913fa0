//! Yagura's own inventory: organisations, devices, users, systems and data sets, as CSV, JSON
//! Lines or an Excel workbook.
//!
//! Specified in `docs/inventory.md`: every column, and the mapping for registers that exist.
//! Kept: every filled cell. What a documented column cannot read, and every column that is not
//! documented, is kept as an attribute `x.` and the column's name.
//! Dropped: blank rows and rows of totals, which are no records; rows that name no thing.
//! A report covers the inventory of the things it lists, nothing else about them.

mod csv;
mod date;
mod field;
mod header;
mod jsonl;
mod kind;
mod mapping;
mod register;
mod sizes;
mod text;
mod thing;
mod words;
mod xlsx;

pub use csv::InventoryCsv;
pub use jsonl::InventoryJsonl;
pub use sizes::{RATIO_LIMIT, WORKBOOK_LIMIT};
pub use xlsx::InventoryXlsx;

/// Where the columns are documented.
const SPECIFICATION: &str = "docs/inventory.md";
