//! The list of all formats.

use crate::{
    error::{ErrorCode, ParseError},
    format::Format,
    head::Head,
};

/// Every format Yagura reads, by name.
pub const ALL: &[&dyn Format] = &[
    &crate::arf::Arf,
    &crate::asff::Asff,
    &crate::aws_inspector2::AwsInspector2,
    &crate::cyclonedx::CycloneDx,
    &crate::cyclonedx::CycloneDxXml,
    &crate::empty_list::EmptyList,
    &crate::grype::Grype,
    &crate::inventory::InventoryCsv,
    &crate::inventory::InventoryJsonl,
    &crate::inventory::InventoryXlsx,
    &crate::nessus::Nessus,
    &crate::nessus_csv::NessusCsv,
    &crate::nmap::Nmap,
    &crate::ocsf::Ocsf,
    &crate::openvas::OpenVas,
    &crate::openvas_csv::OpenVasCsv,
    &crate::osquery::Osquery,
    &crate::prowler::ProwlerCsv,
    &crate::prowler::ProwlerJson,
    &crate::sarif::Sarif,
    &crate::scim::Scim,
    &crate::trivy::Trivy,
    &crate::xccdf::Xccdf,
];

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}

/// The one format that claims the first bytes of a report.
///
/// # Errors
/// `Empty` without bytes, `UnknownFormat` if none claims them, `Ambiguous` if several do.
pub fn detect(head: &Head<'_>) -> Result<&'static dyn Format, ParseError> {
    if head.is_blank() {
        return Err(ParseError::at_byte(ErrorCode::Empty, 0, "the file is empty"));
    }
    let claims: Vec<&'static dyn Format> =
        ALL.iter().copied().filter(|format| format.probe(head)).collect();
    match claims.as_slice() {
        [only] => Ok(*only),
        [] => Err(ParseError::at_byte(
            ErrorCode::UnknownFormat,
            0,
            format!("no known format: {}", head.describe()),
        )),
        several => {
            let names: Vec<_> = several.iter().map(|format| format.name()).collect();
            Err(ParseError::at_byte(
                ErrorCode::Ambiguous,
                0,
                format!("claimed by {}", names.join(", ")),
            ))
        }
    }
}
