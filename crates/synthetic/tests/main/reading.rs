//! What is written is read by our own readers as what the events say.

use yagura_synthetic::{Government, Plan, Report, SourceKind};
use yagura_testkit::kept::Kept;

use crate::small;

fn written(government: &Government, report: Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    government.write(report, &mut bytes).unwrap();
    bytes
}

/// Reads what is written and holds it against the events; how many records there were.
fn check(government: &Government, report: Report) -> u64 {
    let bytes = written(government, report);
    let mut said = Kept::default();
    government.send(report, &mut said).unwrap();
    if said.account.records == 0 && said.assets == 0 {
        return 0;
    }
    let (name, read) = Kept::read(&bytes).unwrap();
    assert_eq!(name, report.source.format().as_str(), "{report:?}");
    for (read, said) in read.lines.iter().zip(&said.lines) {
        assert_eq!(read, said, "{report:?}");
    }
    assert_eq!(read.lines.len(), said.lines.len(), "{report:?}");
    assert_eq!(read.account, said.account);
    assert!(read.account.balances() && read.account.dropped == 0);
    said.account.records
}

#[test]
fn reports_of_every_source_are_read_as_they_are_meant() {
    let government = small();
    for source in SourceKind::ALL {
        let mut records = 0;
        for organisation in 0..3 {
            for number in [0, 5] {
                records += check(&government, government.report(organisation, *source, number));
            }
        }
        assert!(records > 3, "{source:?}: {records}");
    }
}

#[test]
fn a_small_municipality_is_read_too() {
    let plan = Plan { findings_per_device: 3, ..Plan::municipalities(3) };
    let government = Government::new(plan);
    let records: u64 = SourceKind::ALL
        .iter()
        .map(|source| check(&government, government.report(1_699, *source, 51)))
        .sum();
    assert!(records > 200, "{records}");
}

#[test]
fn a_scanner_without_credentials_sees_less() {
    let government = small();
    let findings = |source, number| {
        let report = government.report(0, source, number);
        let mut kept = Kept::default();
        government.send(report, &mut kept).unwrap();
        (report.credentialed, kept.account.findings / u64::from(kept.assets))
    };
    let (with, many) = findings(SourceKind::Scanner, 0);
    let (without, few) = findings(SourceKind::Outside, 0);
    assert_eq!((with, without), (Some(true), Some(false)));
    assert!(many > few * 3, "{many} and {few}");
}
