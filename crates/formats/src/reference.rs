//! Names of vulnerabilities and weaknesses inside other texts.

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

#[cfg(test)]
mod tests {
    use super::{cves, cves_in};

    #[test]
    fn cve_ids_are_found_once() {
        let ids: Vec<_> =
            cves(["cve-2026-0001", "GHSA-x", "CVE-2026-0001", "CVE-2026-12"].into_iter()).collect();
        assert_eq!(ids, ["CVE-2026-0001"]);
        let ids: Vec<_> = cves_in("see CVE-2026-1234, (CVE-2025-99999).").collect();
        assert_eq!(ids, ["CVE-2026-1234", "CVE-2025-99999"]);
    }
}
