//! Packages as locations of findings.

use std::borrow::Cow;

/// The location of a finding about a package: its purl without version and qualifiers, so that an
/// update which does not help leaves the finding what it was; with the path, where the package lies
/// in one place among several (`pkg:maven/org.example/lib#/opt/app/lib.jar`). Without a purl the
/// bare name stands in its place.
pub fn location<'a>(purl: Option<&str>, name: &'a str, path: Option<&str>) -> Cow<'a, str> {
    let package = purl.filter(|purl| purl.starts_with("pkg:")).map(without_version);
    match (package, path.filter(|path| !path.is_empty())) {
        (None, None) => Cow::Borrowed(name),
        (Some(package), None) => Cow::Owned(package.to_owned()),
        (package, Some(path)) => Cow::Owned(format!("{}#{path}", package.unwrap_or(name))),
    }
}

/// A purl up to its version, qualifiers or subpath.
fn without_version(purl: &str) -> &str {
    let end = purl.find(['?', '#']).unwrap_or(purl.len());
    let purl = purl.get(..end).unwrap_or(purl);
    // A version follows the last `@` of the name; `@` in an npm scope stands before a `/`.
    match purl.rsplit_once('@') {
        Some((package, version)) if !version.contains('/') => package,
        _ => purl,
    }
}

#[cfg(test)]
mod tests {
    use super::location;

    #[test]
    fn a_location_outlives_an_update() {
        let of = |purl, path| location(purl, "openssl", path).into_owned();
        assert_eq!(
            of(Some("pkg:deb/debian/openssl@3.0?arch=amd64"), None),
            "pkg:deb/debian/openssl"
        );
        assert_eq!(of(Some("pkg:npm/%40a/b"), None), "pkg:npm/%40a/b");
        assert_eq!(of(Some("pkg:npm/@a/b"), None), "pkg:npm/@a/b");
        assert_eq!(of(None, Some("/a.jar")), "openssl#/a.jar");
        assert_eq!(of(None, None), "openssl");
    }
}
