//! Readers: the bytes of a report into events.
//!
//! A format is one file with one type that implements [`Format`]: what it is, how its bytes are
//! recognised, how they become [`Sink`] events. All are listed in [`registry::ALL`]; across all
//! inputs at most one claims a file. Readers are pure: no clock, no environment, no files, no
//! network, and memory that does not grow with the input but for bounded side tables.
//!
//! Building blocks: [`json`] splits JSON into values with byte ranges, [`json_records`] finds the
//! records in it, [`lenient`] reads fields that tools write in several ways, [`xml`] walks XML with
//! bounds, [`table`] reads CSV with byte ranges, [`encoding`] decodes what is not UTF-8, [`head`]
//! looks at the first bytes, [`cloud`] knows resources of cloud accounts, [`local`] numbers the
//! assets of one report, [`time`] reads times, [`collect`] gathers events.

mod amazon;
pub mod arf;
pub mod asff;
pub mod aws_inspector2;
mod bounded;
pub mod cloud;
pub mod collect;
pub mod cpe;
pub mod cyclonedx;
pub mod device;
pub mod empty_list;
pub mod encoding;
pub mod error;
mod excerpt;
pub mod format;
pub mod grype;
pub mod head;
pub mod inventory;
pub mod json;
pub mod json_records;
pub mod lenient;
pub mod local;
pub mod nessus;
pub mod nessus_csv;
pub mod nmap;
pub mod ocsf;
pub mod openvas;
pub mod openvas_csv;
pub mod osquery;
pub mod package;
pub mod prowler;
mod records;
pub mod reference;
pub mod registry;
pub mod sarif;
pub mod scim;
pub mod table;
#[cfg(test)]
mod testing;
pub mod text;
mod texts;
pub mod time;
mod times;
pub mod trivy;
pub mod xccdf;
pub mod xml;

pub use error::{ErrorCode, ParseError};
pub use format::{Context, Format, ReadSeek, Specification};
pub use head::Head;
pub use sink::{Sink, Stopped};
pub use yagura_model::sink;
