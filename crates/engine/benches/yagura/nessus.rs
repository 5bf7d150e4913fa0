//! The same findings as Nessus v2 XML, about 2 kB an item.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::input::{Device, Finding, Shape};

/// Seconds of the first day, 2026-05-01.
const START: u64 = 1_777_593_600;

/// As long as descriptions of real plugins are.
const TEXT: &str = "The version of the library installed on the remote host is prior to the fixed \
one. It is, therefore, affected by a flaw in the way lengths of nested structures are checked \
before memory is taken for them. A remote attacker who can make the library read a document of \
his own may exploit this to read or write memory beyond the end of a buffer, which can disclose \
what other users of the process sent, stop the process, or let it run instructions of the \
attacker with the rights of the user it runs as. Programs that read documents only from their \
own administrators are less exposed. Programs that were started before the library was updated \
keep the old one until they are started again, so a restart of the host is the surest way. There \
is no known way to make the library safe by its settings alone, and limits on the size of \
documents do not help, since a small one is enough. Note that the scanner has not tested for this issue but has \
relied only on the version that the package says of itself.";

/// Writes the report of a day.
pub(crate) fn write(path: &Path, shape: &Shape, day: u32) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    out.write_all(
        b"<?xml version=\"1.0\" ?>\n<NessusClientData_v2>\n<Report name=\"Monthly scan\">\n",
    )?;
    for (device, findings) in shape.devices() {
        host(&mut out, device, START + u64::from(day) * 86_400)?;
        for finding in findings {
            item(&mut out, finding)?;
        }
        out.write_all(b"</ReportHost>\n")?;
    }
    out.write_all(b"</Report>\n</NessusClientData_v2>\n")?;
    out.into_inner()?.sync_all()
}

fn host(out: &mut impl Write, device: Device, ended: u64) -> io::Result<()> {
    let (ended, address) = (ended.to_string(), device.address());
    let properties = [
        ("HOST_END_TIMESTAMP", ended.as_str()),
        ("Credentialed_Scan", "true"),
        ("host-ip", &address),
        ("host-fqdn", &device.name()),
        ("netbios-name", &device.host()),
        ("mac-address", &device.mac()),
        ("bios-uuid", &device.uuid()),
        ("operating-system", "Linux Kernel 6.12"),
        ("system-type", "general-purpose"),
    ];
    writeln!(out, "<ReportHost name=\"{address}\"><HostProperties>")?;
    for (name, value) in properties {
        writeln!(out, "<tag name=\"{name}\">{value}</tag>")?;
    }
    writeln!(out, "</HostProperties>")
}

fn item(out: &mut impl Write, finding: Finding) -> io::Result<()> {
    let (check, package, cve) = (finding.check, finding.package, finding.cve());
    let severity = 4 - finding.score().min(3);
    writeln!(
        out,
        r#"<ReportItem port="0" svc_name="general" protocol="tcp" severity="{severity}" pluginID="{plugin}" pluginName="libexample{package} &lt; 1.{package}.1 ({cve})" pluginFamily="General">
<agent>unix</agent>
<cve>{cve}</cve>
<cvss3_base_score>7.5</cvss3_base_score>
<cvss3_vector>{vector}</cvss3_vector>
<description>{TEXT}</description>
<fname>libexample_{check}.nasl</fname>
<plugin_modification_date>2026/03/11</plugin_modification_date>
<plugin_publication_date>2026/02/27</plugin_publication_date>
<plugin_type>local</plugin_type>
<risk_factor>High</risk_factor>
<script_version>1.4</script_version>
<see_also>https://advisories.example/{cve}
https://libexample.example/security/{check}</see_also>
<solution>Update libexample{package} to version 1.{package}.1 or later.</solution>
<synopsis>The remote host has a library with a known weakness.</synopsis>
<xref>CWE:787</xref>
<plugin_output>
  Path              : /usr/lib/libexample{package}.so
  Installed version : 1.{package}.0
  Fixed version     : 1.{package}.1
</plugin_output>
</ReportItem>"#,
        plugin = 190_000 + check,
        vector = finding.vector(),
    )
}
