//! Base scores against the vectors of a published test suite, where it is at hand.

use std::{
    env, fs,
    io::{Write as _, stderr},
    path::PathBuf,
};

use crate::vector::base_score;

/// The folder of samples: `YAGURA_SAMPLES`, else `../shared/samples` beside the repository.
fn suite() -> PathBuf {
    let samples = env::var_os("YAGURA_SAMPLES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples")),
        PathBuf::from,
    );
    samples.join("suites/cvss-redhat/tests")
}

/// Each line is `VECTOR - (base, …)`.
fn check(file: &str, expected: usize) {
    let path = suite().join(file);
    let Ok(text) = fs::read_to_string(&path) else {
        // Written past the test harness, which shows the output of failed tests only.
        let path = path.display();
        writeln!(stderr(), "not run: {path} is not there (set YAGURA_SAMPLES)").unwrap();
        return;
    };
    let mut compared = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (vector, scores) = line.split_once(" - (").expect(line);
        let base = scores.split([',', ')']).next().expect(line).trim();
        let tenths: u8 = base.trim_start_matches('-').replace('.', "").parse().expect(line);
        assert_eq!(base_score(vector).expect(line).tenths, tenths, "{line}");
        compared += 1;
    }
    assert_eq!(compared, expected, "{file}");
}

#[test]
fn every_base_vector_of_cvss_2() {
    check("vectors_simple2", 729);
}

#[test]
fn every_base_vector_of_cvss_3_1() {
    check("vectors_simple31", 2592);
}

#[test]
fn vectors_of_cvss_4_0() {
    check("vectors_simple4", 1058);
}

/// 3.0 and 3.1 differ in how rounding is worded, not in any base score.
#[test]
fn every_base_vector_of_cvss_3_0_scores_as_in_3_1() {
    const METRICS: [(&str, &str); 8] = [
        ("AV", "NALP"),
        ("AC", "LH"),
        ("PR", "NLH"),
        ("UI", "NR"),
        ("S", "UC"),
        ("C", "HLN"),
        ("I", "HLN"),
        ("A", "HLN"),
    ];
    let mut vectors = vec![String::new()];
    for (metric, values) in METRICS {
        let longer = |vector: &String| {
            values.chars().map(|value| format!("{vector}/{metric}:{value}")).collect::<Vec<_>>()
        };
        vectors = vectors.iter().flat_map(longer).collect();
    }
    assert_eq!(vectors.len(), 2592);
    for vector in vectors {
        let [older, newer] = ["3.0", "3.1"]
            .map(|version| base_score(&format!("CVSS:{version}{vector}")).unwrap().tenths);
        assert_eq!(older, newer, "{vector}");
    }
}
