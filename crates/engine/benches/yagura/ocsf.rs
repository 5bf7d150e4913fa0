//! Vulnerability findings as OCSF JSON Lines, about 600 bytes a record.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::input::{Device, Finding, Shape};

/// Milliseconds of the first day, 2026-05-01.
const START: u64 = 1_777_593_600_000;

/// Writes the report of a day.
pub(crate) fn write(path: &Path, shape: &Shape, day: u32) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    for (device, findings) in shape.devices() {
        for finding in findings {
            record(&mut out, device, finding, day)?;
        }
    }
    out.into_inner()?.sync_all()
}

/// Writes the report of one device with its first finding.
pub(crate) fn write_small(path: &Path, shape: &Shape, number: usize) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    if let Some((device, findings)) = shape.devices().nth(number)
        && let Some(finding) = findings.first()
    {
        record(&mut out, device, *finding, 10)?;
    }
    out.flush()
}

fn record(out: &mut impl Write, device: Device, finding: Finding, day: u32) -> io::Result<()> {
    let cve = finding.cve();
    let package = finding.package;
    writeln!(
        out,
        r#"{{"class_uid":2002,"activity_id":1,"severity_id":{severity},"time":{time},"metadata":{{"version":"1.4.0","product":{{"name":"Tsuchi Scanner","version":"4.2"}}}},"device":{{"hostname":"{name}","ip":"{ip}","mac":"{mac}","type_id":2,"hw_info":{{"serial_number":"{serial}","uuid":"{uuid}"}}}},"finding_info":{{"uid":"{cve}","title":"{cve}"}},"vulnerabilities":[{{"cve":{{"uid":"{cve}","cvss":[{{"vector_string":"{vector}"}}]}},"affected_packages":[{{"name":"libexample{package}","version":"1.{package}.0","path":"/usr/lib/libexample{package}.so"}}]}}]}}"#,
        severity = 5 - finding.score().min(3),
        time = START + u64::from(day) * 86_400_000,
        name = device.name(),
        ip = device.address(),
        mac = device.mac(),
        serial = device.serial(),
        uuid = device.uuid(),
        vector = finding.vector(),
    )
}
