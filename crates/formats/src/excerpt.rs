//! What readers take out of the running text a scanner writes about a finding.

use yagura_model::finding::EVIDENCE_LIMIT;

/// The beginning of a text, as much as a row keeps.
pub(crate) fn short(text: &str) -> &str {
    let text = text.trim();
    text.get(..text.floor_char_boundary(EVIDENCE_LIMIT)).unwrap_or(text)
}

/// The value of a line `name : value`.
pub(crate) fn line<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let value = line.trim_start().strip_prefix(name)?.trim_start().strip_prefix(':')?.trim();
        (!value.is_empty()).then_some(value)
    })
}

/// The version a text says corrects the finding (`Fixed version : 2.4.2`, `Should be : x-1.2`).
pub(crate) fn fixed_version(text: &str) -> Option<&str> {
    let version = line(text, "Fixed version").or_else(|| line(text, "Should be"))?;
    version.contains(|c: char| c.is_ascii_digit()).then_some(version)
}

/// The first address of a page in a text, without its query.
pub(crate) fn first_address(text: &str) -> Option<&str> {
    let start = text.find("http://").or_else(|| text.find("https://"))?;
    let rest = text.get(start..)?;
    let end = rest.find(|c: char| c.is_whitespace() || "'\"<>?#".contains(c));
    Some(rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::{first_address, fixed_version, line, short};

    #[test]
    fn lines_versions_and_addresses_are_found() {
        let text = "\n  Installed version : 1.0\n  Fixed version     : 1.2 / 2.0\n";
        assert_eq!(line(text, "Installed version"), Some("1.0"));
        assert_eq!(fixed_version(text), Some("1.2 / 2.0"));
        assert_eq!(fixed_version("Should be : lib-1.2-3.x86_64"), Some("lib-1.2-3.x86_64"));
        assert_eq!(fixed_version("Fixed version: None"), None);
        assert_eq!(first_address("on 'https://a.example/b?c=1'"), Some("https://a.example/b"));
        assert_eq!(first_address("on /b"), None);
        assert_eq!(short(&"櫓".repeat(200)).len(), 255);
    }
}
