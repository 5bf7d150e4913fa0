//! What sort of device a scanner's words describe.

use yagura_model::domain::AssetClass;

/// The class for a scanner's word for the sort of device (`general-purpose`, `router`) and the name
/// of the operating system. A general-purpose machine whose system runs on servers and desks alike
/// stays a device of unknown sort.
pub fn class(kind: &str, system: &str) -> AssetClass {
    let kind = kind.trim().to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if any(&["web_application", "web application"]) {
        AssetClass::WebSite
    } else if any(&["print"]) {
        AssetClass::Printer
    } else if any(&[
        "router",
        "switch",
        "firewall",
        "load",
        "wap",
        "wireless",
        "bridge",
        "hub",
        "vpn",
        "proxy",
        "packet",
        "security-misc",
        "broadband",
        "terminal server",
        "access-point",
        "gateway",
    ]) {
        AssetClass::Network
    } else if any(&["mobile", "phone", "tablet", "pda"]) && !any(&["voip"]) {
        AssetClass::Mobile
    } else if any(&[
        "embedded",
        "camera",
        "webcam",
        "scada",
        "voip",
        "pbx",
        "media",
        "specialized",
        "power",
        "game",
        "remote management",
        "kvm",
        "plc",
        "iot",
        "dvr",
        "telecom",
    ]) {
        AssetClass::Iot
    } else if any(&["hypervisor", "storage", "instance", "server", "mainframe"]) {
        AssetClass::Server
    } else {
        by_system(system)
    }
}

fn by_system(system: &str) -> AssetClass {
    let system = system.to_ascii_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| system.contains(word));
    if any(&["windows"]) && any(&["server"]) {
        AssetClass::Server
    } else if any(&["windows 7", "windows 8", "windows 1", "windows xp", "windows vista"])
        || any(&["mac os", "macos", "os x", "chrome os"])
    {
        AssetClass::Workstation
    } else if any(&["esxi", "aix", "hp-ux", "solaris", "z/os", "linux enterprise server"]) {
        AssetClass::Server
    } else if any(&["cisco ios", "nx-os", "junos", "fortios", "pan-os", "cisco pix", "cisco asa"]) {
        AssetClass::Network
    } else if any(&["android", "ipados", "apple ios"]) {
        AssetClass::Mobile
    } else {
        AssetClass::Device
    }
}

#[cfg(test)]
mod tests {
    use super::class;
    use yagura_model::domain::AssetClass;

    #[test]
    fn words_of_scanners_become_classes() {
        let cases = [
            ("general-purpose", "Microsoft Windows Server 2022 Standard", AssetClass::Server),
            ("general-purpose", "Microsoft Windows 11 Enterprise", AssetClass::Workstation),
            ("general-purpose", "Linux Kernel 5.15 on Ubuntu 22.04", AssetClass::Device),
            ("firewall", "FortiOS", AssetClass::Network),
            ("WAP", "", AssetClass::Network),
            ("printer", "", AssetClass::Printer),
            ("VoIP phone", "", AssetClass::Iot),
            ("phone", "", AssetClass::Mobile),
            ("web_application", "", AssetClass::WebSite),
            ("", "VMware ESXi 8.0", AssetClass::Server),
            ("", "", AssetClass::Device),
        ];
        for (kind, system, expected) in cases {
            assert_eq!(class(kind, system), expected, "{kind} {system}");
        }
    }
}
