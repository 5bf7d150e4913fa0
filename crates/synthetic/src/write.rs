//! Reports as bytes, in the formats that tools and registers write.
//!
//! A writer is a [`Sink`](yagura_model::sink::Sink) of the report's events: what it is given stands
//! in the bytes, and nothing else does. So reading the bytes gives the same events again.

mod inventory;
mod json;
mod nessus;
mod ocsf;

use std::io::{self, Write};

use yagura_model::sink::Stopped;

use crate::{government::Government, report::Report, source::ReportFormat};

impl Government {
    /// Writes a report. A report on nothing is no bytes.
    ///
    /// # Errors
    /// If the bytes cannot be written.
    pub fn write(&self, report: Report, out: &mut dyn Write) -> io::Result<()> {
        let mut pen = Pen { out, text: String::with_capacity(4 << 10), error: None };
        let written = match report.source.format() {
            ReportFormat::InventoryCsv => {
                self.send(report, &mut inventory::Table::new(&mut pen, report))
            }
            ReportFormat::InventoryJsonl => {
                self.send(report, &mut inventory::Lines::new(&mut pen, report))
            }
            ReportFormat::Ocsf => self.send(report, &mut ocsf::Events::new(&mut pen, report)),
            ReportFormat::Nessus => {
                let mut scan = nessus::Scan::new(&mut pen, report);
                self.send(report, &mut scan).and_then(|()| scan.finish())
            }
        };
        match (written, pen.error) {
            (_, Some(error)) => Err(error),
            (Err(Stopped), None) => Err(io::Error::other("the report could not be written")),
            (Ok(()), None) => Ok(()),
        }
    }
}

/// Where a report is written, text by text.
struct Pen<'o> {
    out: &'o mut dyn Write,
    /// What is being put together.
    text: String,
    error: Option<io::Error>,
}

impl Pen<'_> {
    /// Writes what was put together.
    fn put(&mut self) -> Result<(), Stopped> {
        let written = self.out.write_all(self.text.as_bytes());
        self.text.clear();
        written.map_err(|error| {
            self.error = Some(error);
            Stopped
        })
    }
}
