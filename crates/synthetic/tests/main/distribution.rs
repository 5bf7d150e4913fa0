//! The figures of a government are like those of a real one, coarsely.

use std::collections::{BTreeMap, BTreeSet};

use yagura_model::{domain::AssetClass, severity::Severity};
use yagura_synthetic::{Family, Government, Plan, SourceKind};
use yagura_testkit::kept::Kept;

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all as f64
}

#[track_caller]
fn about(share: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&share), "{share} is not between {low} and {high}");
}

#[test]
fn checks_are_as_they_are_in_feeds() {
    let government = Government::new(Plan::new(1, 3, 100));
    let checks = government.catalogue().checks();
    assert_eq!(checks.len(), 24_000);
    let of = |severity| checks.iter().filter(|check| check.severity == severity).count();
    about(share(of(Severity::Critical), checks.len()), 0.08, 0.12);
    about(share(of(Severity::High), checks.len()), 0.34, 0.40);
    about(share(of(Severity::Medium), checks.len()), 0.43, 0.49);
    about(share(of(Severity::Low), checks.len()), 0.05, 0.09);
    let exploited = checks.iter().filter(|check| check.exploited).count();
    about(share(exploited, checks.len()), 0.012, 0.018);
    let remote = checks.iter().filter(|check| check.service.is_some()).count();
    about(share(remote, checks.len()), 0.15, 0.21);
    let ids: BTreeSet<&str> = checks.iter().map(|check| check.cve.as_str()).collect();
    let plugins: BTreeSet<&str> = checks.iter().map(|check| check.plugin.as_str()).collect();
    assert_eq!((ids.len(), plugins.len()), (24_000, 24_000));
}

#[test]
fn findings_have_a_head_and_a_long_tail() {
    let government = Government::new(Plan::new(5, 30, 8_000));
    let end = i64::from(government.plan().days) * 86_400;
    let mut met = BTreeMap::<u32, usize>::new();
    let (mut all, mut open, mut closed, mut reopened) = (0, 0, 0, 0);
    let mut classes = BTreeMap::<AssetClass, usize>::new();
    let mut families = BTreeSet::<Family>::new();
    for number in 0..8_000 {
        let device = government.device(number);
        *classes.entry(device.class).or_default() += 1;
        families.insert(device.platform.family);
        let mut of_device = BTreeSet::new();
        for finding in government.findings(&device) {
            assert!(of_device.insert(finding.check.number));
            assert_eq!(finding.check.package, finding.package.number);
            *met.entry(finding.check.number).or_default() += 1;
            all += 1;
            open += usize::from(finding.interval.holds(end - 1));
            closed += usize::from(finding.interval.closed.is_some());
            reopened += usize::from(finding.interval.reopened.is_some());
        }
    }
    about(share(all, 8_000), 42.0, 58.0);
    about(share(open, all), 0.55, 0.66);
    about(share(closed, all), 0.35, 0.45);
    about(share(reopened, closed), 0.03, 0.07);
    about(share(classes[&AssetClass::Workstation], 8_000), 0.70, 0.82);
    about(share(classes[&AssetClass::Server], 8_000), 0.09, 0.17);
    assert_eq!(families.len(), Family::ALL.len());
    let mut counts: Vec<usize> = met.values().copied().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let head: usize = counts.iter().take(240).sum();
    let half: usize = counts.iter().take(12_000).sum();
    assert!(counts.len() > 18_000, "{}", counts.len());
    about(share(head, all), 0.10, 0.45);
    about(share(half, all), 0.85, 0.99);
    // Rank and frequency fall together, over two orders of magnitude.
    assert!(counts[10] > counts[100] && counts[100] > counts[1_000] * 2);
    assert!(counts[1_000] > counts[10_000] * 4);
}

#[test]
fn sets_of_software_repeat() {
    let government = Government::new(Plan::new(5, 30, 100_000));
    let mut sets = BTreeMap::<Vec<u32>, usize>::new();
    let mut packages = 0;
    for number in (0..100_000).step_by(10) {
        let software = government.software(&government.device(number));
        packages += software.len();
        let numbers = software.iter().map(|package| package.number).collect();
        *sets.entry(numbers).or_default() += 1;
    }
    about(share(packages, 10_000), 40.0, 58.0);
    assert!(sets.len() < 5_000, "{}", sets.len());
    let mut counts: Vec<usize> = sets.into_values().collect();
    counts.sort_unstable();
    let most = counts.iter().rev().take(500).sum::<usize>();
    about(share(most, 10_000), 0.5, 1.0);
}

#[test]
fn a_giant_costs_no_more_than_a_hamlet() {
    // No time is taken: were anything walked from the first device on, this would not end.
    let government = Government::new(Plan::giant(1));
    let device = government.device(999_999);
    assert_eq!((device.organisation, device.index), (0, 999_999));
    assert!(government.findings(&device).count() < 500);
    assert_eq!(government.identity(&device, 0).asset_number, "SAKURA-1000000");
    let towns = Government::new(Plan::municipalities(1));
    assert!((0..1_700).all(|town| {
        let devices = towns.devices_of(town);
        devices.end - devices.start == 50
    }));
}

#[test]
fn the_tree_is_reorganised_on_one_day() {
    let government = Government::new(Plan::new(1, 4, 4_000));
    let mut before = Kept::default();
    let mut after = Kept::default();
    government.send(government.report(0, SourceKind::Organisations, 0), &mut before).unwrap();
    government.send(government.report(0, SourceKind::Organisations, 51), &mut after).unwrap();
    let joined = |kept: &Kept| kept.lines.join("\n");
    assert!(!joined(&before).contains("第二企画課") && joined(&after).contains("第二企画課"));
    assert!(joined(&before).contains("人事課") && joined(&after).contains("人材課"));
    assert_eq!(after.account.facts, before.account.facts + 1);
    let day = government.plan().reorganised_at();
    assert_eq!(joined(&after).matches(&format!("to: Some({day})")).count(), 2);
}
