//! CycloneDX bills of materials: what a thing is made of, and which vulnerabilities that has.
//!
//! Specified by <https://cyclonedx.org/specification/overview/>, versions 1.2 to 1.6 in JSON
//! ([`json`]) and 1.0 to 1.6 in XML ([`xml`]), with the vulnerability extension 1.0 that stood in
//! XML before 1.4.
//!
//! Kept: the thing the bill is about as one asset; every component that is software, nested ones
//! too, unless its scope is `excluded`; each vulnerability with a statement for every component or
//! service it affects, its ratings (those of its own source first, then by method), CWEs, aliases,
//! advisories, recommendation and analysis.
//! Dropped: hashes, licences, dependencies, compositions, services, formulation, declarations;
//! they are checked where the specification makes demands of them, and no more.
//!
//! A thing without a `metadata.component` is named by the bill's serial number: two such bills are
//! never taken for one thing, since then the one would close the findings of the other.
//!
//! The analysis (VEX): `not_affected` and `false_positive` stay findings, marked as not affected;
//! the response `will_not_fix` marks a finding as accepted. `resolved` and
//! `resolved_with_pedigree` are a pass: they are the statement of the same source that would have
//! stated the finding, and close only what that source itself had opened.
//!
//! Coverage: the components a bill lists are its software inventory. A bill that has a list of
//! vulnerabilities, be it empty, covers all vulnerabilities its tool knows; one without any
//! components is an opinion on the vulnerabilities it names and covers no others.
//!
//! What the specification forbids in a component, service or the frame of the bill refuses the
//! document, since a bill that is wrong about its parts says nothing reliable of the whole; a
//! vulnerability that cannot be read is dropped alone.

mod bill;
mod check;
mod document;
mod elements;
pub mod json;
mod opinions;
mod statement;
mod targets;
mod words;
pub mod xml;

pub use json::CycloneDx;
pub use xml::CycloneDxXml;
