//! How results are shown: tables for people, JSON lines, CSV and XLSX for programs.

pub(crate) mod cell;
pub(crate) mod console;
pub(crate) mod notices;
pub(crate) mod progress;
pub(crate) mod sheet;
pub(crate) mod table;
pub(crate) mod width;
