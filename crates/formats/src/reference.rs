//! Names of vulnerabilities and weaknesses inside other texts.

use std::borrow::Cow;

/// The CVE ids among texts that are ids themselves, upper case, each once, in order.
pub fn cves<'t>(texts: impl Iterator<Item = &'t str>) -> impl Iterator<Item = String> {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        let text = text.trim();
        if is_cve(text) {
            let upper = text.to_ascii_uppercase();
            if !seen.contains(&upper) {
                seen.push(upper);
            }
        }
    }
    seen.into_iter()
}

/// Whether a text is a CVE id: `CVE-`, a year, and at least four digits.
///
/// Source: CVE Program, CVE ID syntax of 2014.
pub fn is_cve(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(|prefix| prefix.eq_ignore_ascii_case("CVE"))
        && parts.next().is_some_and(|year| year.len() == 4 && digits(year))
        && parts.next().is_some_and(|number| number.len() >= 4 && digits(number))
        && parts.next().is_none()
}

/// The CVE ids that stand anywhere in a running text, upper case, each once, in order.
pub fn cves_in(text: &str) -> impl Iterator<Item = String> {
    let tokens = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    cves(tokens)
}

/// A CVE id in upper case, borrowed where it is already.
pub fn cve(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    is_cve(text).then(|| {
        if text.starts_with("CVE-") {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.to_ascii_uppercase())
        }
    })
}

/// A CVSS vector with the prefix of its version: tools that give the version apart leave it out.
/// `None` for a blank text.
pub fn vector<'a>(text: &'a str, version: &str) -> Option<Cow<'a, str>> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let version = version.trim();
    let version = if version == "3" { "3.0" } else { version };
    let known = matches!(version, "3.0" | "3.1" | "4.0");
    if known && !text.starts_with("CVSS:") {
        return Some(Cow::Owned(format!("CVSS:{version}/{text}")));
    }
    Some(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::{cve, cves, cves_in, vector};

    #[test]
    fn a_vector_has_the_prefix_of_its_version() {
        let check = |text, version, expected: Option<&str>| {
            assert_eq!(vector(text, version).as_deref(), expected);
        };
        check("AV:N/AC:L", "3.1", Some("CVSS:3.1/AV:N/AC:L"));
        check("CVSS:3.0/AV:N/AC:L", "3.1", Some("CVSS:3.0/AV:N/AC:L"));
        check("AV:N/AC:L/Au:N", "2.0", Some("AV:N/AC:L/Au:N"));
        check(" ", "3.1", None);
        assert_eq!(cve(" cve-2026-0001").as_deref(), Some("CVE-2026-0001"));
        assert_eq!(cve("GHSA-1"), None);
    }

    #[test]
    fn cve_ids_are_found_once() {
        let ids: Vec<_> =
            cves(["cve-2026-0001", "GHSA-x", "CVE-2026-0001", "CVE-2026-12"].into_iter()).collect();
        assert_eq!(ids, ["CVE-2026-0001"]);
        let ids: Vec<_> = cves_in("see CVE-2026-1234, (CVE-2025-99999).").collect();
        assert_eq!(ids, ["CVE-2026-1234", "CVE-2025-99999"]);
    }
}
