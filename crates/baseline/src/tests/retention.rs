//! Rules of retention: what a file may say, and which day it means.

use yagura_model::Timestamp;

use crate::retention::{Keep, Retention};

/// The shipped file with another line.
fn with(line: &str, other: &str) -> String {
    assert!(Retention::SHIPPED_TEXT.contains(line), "{line}");
    Retention::SHIPPED_TEXT.replacen(line, other, 1)
}

fn history(span: &str) -> Result<Retention, String> {
    let text = with("[history]\nkeep = \"forever\"", &format!("[history]\nkeep = \"{span}\""));
    Retention::from_toml(&text).map_err(|error| error.to_string())
}

#[test]
fn what_is_shipped_deletes_nothing() {
    let rule = Retention::shipped();
    let now: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    assert_eq!((&rule.evidence, &rule.history), (&Keep::ForEver, &Keep::ForEver));
    assert_eq!((rule.evidence.since(now), rule.history.since(now)), (None, None));
    assert!(rule.keep_for_open && !rule.needs_second_person());
    assert_eq!(rule.digest.len(), 64);
}

#[test]
fn a_span_is_counted_back_from_the_beginning_of_the_day_in_japan() {
    let check = |span: &str, now: &str, since: &str| {
        let since: Timestamp = since.parse().unwrap();
        assert_eq!(
            history(span).unwrap().history.since(now.parse().unwrap()),
            Some(since),
            "{span}"
        );
    };
    check("P5Y", "2026-11-01T00:00:00Z", "2021-11-01T00:00:00+09:00");
    // In Japan the next day has begun.
    check("P5Y", "2026-10-31T15:00:00Z", "2021-11-01T00:00:00+09:00");
    check("P5Y", "2026-10-31T14:59:59Z", "2021-10-31T00:00:00+09:00");
    check("P1Y", "2028-02-29T00:00:00Z", "2027-02-28T00:00:00+09:00");
    check("P18M", "2026-11-01T00:00:00Z", "2025-05-01T00:00:00+09:00");
    check("P1Y2W3D", "2026-11-18T00:00:00Z", "2025-11-01T00:00:00+09:00");
}

#[test]
fn a_span_shorter_than_a_year_or_none_at_all_is_refused_with_its_place() {
    for (span, reason) in [
        ("P364D", "`P364D` is shorter than `P1Y`, the shortest"),
        ("P11M", "`P11M` is shorter than `P1Y`, the shortest"),
        ("P2000Y", "longer than a thousand years; write `forever`"),
        ("-P5Y", "`-P5Y` is no span; write it like `P5Y`, `P1Y6M` or `forever`"),
        ("P1YT5H", "`P1YT5H` is no span; write it like `P5Y`, `P1Y6M` or `forever`"),
        ("5 years", "`5 years` is no span; write it like `P5Y`, `P1Y6M` or `forever`"),
        ("", "`` is no span; write it like `P5Y`, `P1Y6M` or `forever`"),
    ] {
        assert_eq!(history(span).unwrap_err(), format!("line 28, column 8: {reason}"));
    }
    let unknown = with("keep_for_open =", "keep_for_ever =");
    let error = Retention::from_toml(&unknown).unwrap_err().to_string();
    assert!(error.starts_with("line 22, column 1: unknown field `keep_for_ever`"), "{error}");
}

#[test]
fn shorter_than_the_limit_needs_a_second_person() {
    let check = |span: &str, needs| assert_eq!(history(span).unwrap().needs_second_person(), needs);
    check("forever", false);
    check("P5Y", false);
    check("P60M", false);
    check("P4Y364D", true);
    check("P1Y", true);
}
