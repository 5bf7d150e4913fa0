//! The same seed gives the same government, and each report the same whatever came before it.

use yagura_synthetic::{Government, Plan, Report, SourceKind};
use yagura_testkit::kept::Kept;

use crate::small;

fn lines(government: &Government, report: Report) -> Vec<String> {
    let mut kept = Kept::default();
    government.send(report, &mut kept).unwrap();
    kept.lines
}

/// FNV-1a, so that the digest needs nothing else.
fn digest(digest: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(digest, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

#[test]
fn a_seed_gives_the_same_bytes_for_ever() {
    let plan = Plan { findings_per_device: 4, scans: 3, days: 30, ..Plan::new(1, 3, 120) };
    let government = Government::new(plan);
    let mut events = 0xCBF2_9CE4_8422_2325;
    let mut bytes = events;
    for report in government.reports() {
        for line in lines(&government, report) {
            events = digest(events, line.as_bytes());
        }
        let mut written = Vec::new();
        government.write(report, &mut written).unwrap();
        bytes = digest(bytes, &written);
    }
    // Who changes these changes what all figures measured before stand for.
    assert_eq!(format!("{events:016x} {bytes:016x}"), "49a1a6b9a32ed4bd b27ed001911e41bf");
}

#[test]
fn a_report_alone_is_the_report_in_its_row() {
    let government = small();
    let reports: Vec<Report> = government.reports().collect();
    assert_eq!(reports.len(), 3 * SourceKind::ALL.len() * 6);
    assert!(reports.is_sorted_by_key(|report| report.order));
    let again = Government::new(government.plan().clone());
    for report in reports.iter().rev().step_by(37) {
        let alone = again.report(report.organisation, report.source, report.number);
        assert_eq!(alone, *report);
        assert_eq!(lines(&again, alone), lines(&government, *report));
    }
    assert_ne!(
        lines(&government, government.report(0, SourceKind::Assets, 0)),
        lines(
            &Government::new(Plan { seed: 8, ..government.plan().clone() }),
            government.report(0, SourceKind::Assets, 0)
        )
    );
}

#[test]
fn some_reports_come_late_and_every_day_has_its_own() {
    let government = small();
    let all: Vec<Report> = government.reports().collect();
    let late = all.iter().filter(|report| report.late).count();
    assert!(late > 2, "{late}");
    for report in all.iter().filter(|report| report.late) {
        let newer =
            government.report(report.organisation, report.source, (report.number + 1).min(5));
        assert!(newer.late || newer.number == report.number || newer.order < report.order);
    }
    let by_day: usize = (0..60).map(|day| government.reports_of_day(day).count()).sum();
    assert_eq!(by_day, all.len());
    let year = Government::new(Plan::new(1, 2, 100));
    let times = year.reports().filter(|report| report.source == SourceKind::Endpoint);
    assert_eq!(times.filter(|report| report.organisation == 1).count(), 52);
}
