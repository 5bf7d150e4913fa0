//! What the tests of readers share.

use std::io::Cursor;

use jiff::tz::TimeZone;

use crate::{
    collect::Transcript,
    error::ParseError,
    format::{Context, Format},
    head::Head,
};

/// A context with Japan's zone and no mapping.
pub(crate) fn context() -> Context {
    Context { zone: TimeZone::get("Asia/Tokyo").unwrap(), mapping: None, asset: None }
}

/// Reads bytes with a format that must claim them, as the only one, and checks the account.
pub(crate) fn parse(format: &dyn Format, bytes: &[u8]) -> Result<Transcript, ParseError> {
    let claims: Vec<&str> = crate::registry::ALL
        .iter()
        .filter(|candidate| candidate.probe(&Head::new(bytes)))
        .map(|candidate| candidate.name())
        .collect();
    assert_eq!(claims, [format.name()]);
    parse_unclaimed(format, bytes)
}

/// Reads bytes with a format whether it claims them or not, and checks the account.
pub(crate) fn parse_unclaimed(format: &dyn Format, bytes: &[u8]) -> Result<Transcript, ParseError> {
    parse_with(format, bytes, &context())
}

/// Reads bytes with a format under a context, and checks the account.
pub(crate) fn parse_with(
    format: &dyn Format,
    bytes: &[u8],
    context: &Context,
) -> Result<Transcript, ParseError> {
    let mut seen = Transcript::default();
    format.parse(&mut Cursor::new(bytes), context, &mut seen)?;
    assert!(seen.tally.account.balances());
    for place in &seen.places {
        assert!(place.start < place.end && place.end <= bytes.len() as u64, "{place:?}");
    }
    Ok(seen)
}

/// The texts of the records.
pub(crate) fn places<'t>(text: &'t str, seen: &Transcript) -> Vec<&'t str> {
    let range = |p: &yagura_model::record::Place| p.start as usize..p.end as usize;
    seen.places.iter().map(|place| text.get(range(place)).unwrap()).collect()
}

/// Reads every prefix of a report, and the report with each byte changed: a value or an error,
/// never a panic.
pub(crate) fn check_prefixes(format: &dyn Format, bytes: &[u8]) {
    let step = (bytes.len() / 400).max(1);
    for end in (0..bytes.len()).step_by(step) {
        parse_unclaimed(format, &bytes[..end]).ok();
        let mut changed = bytes.to_vec();
        changed[end] ^= 0x15;
        parse_unclaimed(format, &changed).ok();
    }
}
