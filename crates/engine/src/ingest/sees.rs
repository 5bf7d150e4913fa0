//! What a tool of each format is able to see, unless its source was registered with less or more.

use yagura_model::coverage::{ObservationKind, ObservationKinds};

/// The kinds of observation reports of a format can carry out.
pub fn of_format(format: &str) -> ObservationKinds {
    use ObservationKind::{
        Code, Configuration, DataInventory, DataSecurity, Detection, DeviceInventory, Licence,
        Malware, OpenPort, OrganisationInventory, Secret, SoftwareInventory, SystemInventory,
        UserInventory, Vulnerability,
    };
    let kinds: &[ObservationKind] = match format {
        "nmap" => &[DeviceInventory, OpenPort, Vulnerability, SoftwareInventory],
        "nessus" | "nessus_csv" | "openvas" | "openvas_csv" => &[
            DeviceInventory,
            OpenPort,
            Vulnerability,
            Configuration,
            SoftwareInventory,
            SystemInventory,
            Code,
        ],
        "grype" => &[Vulnerability, SoftwareInventory],
        "trivy" => &[Vulnerability, Configuration, Secret, Licence, SoftwareInventory],
        "cyclonedx" | "cyclonedx_xml" => &[Vulnerability, SoftwareInventory, Licence],
        "sarif" => &[Code, Configuration, Secret, Vulnerability, Licence],
        "xccdf" | "arf" => &[Configuration, Vulnerability, DeviceInventory],
        "scim" => &[UserInventory],
        "osquery" => {
            &[DeviceInventory, SoftwareInventory, OpenPort, UserInventory, Configuration, Malware]
        }
        name if name.starts_with("inventory") => {
            &[OrganisationInventory, DeviceInventory, UserInventory, SystemInventory, DataInventory]
        }
        // A collector of findings from many tools: cloud posture, scanners, detections.
        _ => &[
            Vulnerability,
            Configuration,
            Detection,
            DataSecurity,
            Secret,
            Code,
            DeviceInventory,
            UserInventory,
            SystemInventory,
            DataInventory,
            SoftwareInventory,
            OpenPort,
            Malware,
        ],
    };
    ObservationKinds::of(kinds)
}
