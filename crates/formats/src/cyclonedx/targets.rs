//! What vulnerabilities refer to: a table of the components and services they name.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::document::{Component, Service};
use crate::{package, text::Text};

/// A component or service as the place of a finding.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    /// See [`crate::package::location`]; empty for the asset as a whole.
    pub(super) location: Box<str>,
    /// Name and version.
    pub(super) title: Box<str>,
    /// Where the version begins in `title`.
    version: usize,
}

impl Target {
    pub(super) fn of_component(component: &Component<'_>) -> Self {
        let name = display_name(component);
        let purl = component.purl.as_deref();
        let path = if purl.is_some_and(is_system_package) { None } else { path(component) };
        let location = package::location(purl, &name, path);
        Self::new(&location, &name, component.version.as_deref())
    }

    pub(super) fn of_service(service: &Service<'_>) -> Self {
        let name = service.name.as_deref().unwrap_or_default();
        let location = match service.group.as_deref().filter(|group| !group.is_empty()) {
            Some(group) => format!("service:{group}/{name}"),
            None => format!("service:{name}"),
        };
        Self::new(&location, name, service.version.as_deref())
    }

    /// The thing the bill is about.
    pub(super) fn whole(component: &Component<'_>) -> Self {
        Self::new("", &display_name(component), component.version.as_deref())
    }

    /// A reference that points to nothing in this document: a package URL still says what it is.
    pub(super) fn unknown(reference: &str) -> Self {
        let location = package::location(Some(reference), reference, None);
        Self::new(&location, reference, None)
    }

    fn new(location: &str, name: &str, version: Option<&str>) -> Self {
        // An image's version is often its digest, which tells nobody anything.
        let told = |version: &&str| !version.is_empty() && !version.starts_with("sha256:");
        let title = match version.filter(told) {
            Some(version) => format!("{name} {version}"),
            None => name.to_owned(),
        };
        Self { location: location.into(), title: title.into(), version: name.len() + 1 }
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.title.get(self.version..).filter(|version| !version.is_empty())
    }
}

/// A component's name with its group: as npm and Maven write it, else with a slash.
pub(super) fn display_name(component: &Component<'_>) -> String {
    let name = component.name.as_deref().unwrap_or_default();
    let maven = component.purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:maven/"));
    match component.group.as_deref().filter(|group| !group.is_empty()) {
        Some(group) if maven => format!("{group}:{name}"),
        Some(group) => format!("{group}/{name}"),
        None => name.to_owned(),
    }
}

fn is_system_package(purl: &str) -> bool {
    ["pkg:deb/", "pkg:rpm/", "pkg:apk/", "pkg:alpm/"].iter().any(|kind| purl.starts_with(kind))
}

/// The file a component was found in, without a line.
fn path<'c>(component: &'c Component<'_>) -> Option<&'c str> {
    const PATHS: &[&str] = &["syft:location:0:path", "aquasecurity:trivy:FilePath"];
    let occurrence = component
        .evidence
        .iter()
        .flat_map(|evidence| evidence.occurrences.iter().flatten())
        .find_map(|occurrence| occurrence.location.as_deref());
    let property = || {
        component
            .properties
            .iter()
            .flatten()
            .find(|property| property.name.as_deref().is_some_and(|name| PATHS.contains(&name)))
            .and_then(|property| property.value.as_deref())
    };
    occurrence.map(|place| place.split('#').next().unwrap_or(place)).or_else(property)
}

/// Holds the targets vulnerabilities refer to and no others. A reference is kept as two seeded
/// hashes; see [`crate::local::LocalAssets`] for why they do.
#[derive(Debug, Default)]
pub(super) struct Targets {
    seeds: (RandomState, RandomState),
    entries: HashMap<(u64, u64), Option<Target>>,
}

impl Targets {
    fn key(&self, reference: &str) -> (u64, u64) {
        (self.seeds.0.hash_one(reference), self.seeds.1.hash_one(reference))
    }

    /// Remembers that something refers to `reference`.
    pub(super) fn want(&mut self, reference: &str) {
        let key = self.key(&element(reference));
        self.entries.entry(key).or_default();
    }

    /// Keeps the target of a reference if it is wanted; the first one of a name counts.
    pub(super) fn offer(&mut self, reference: Option<&Text<'_>>, target: impl FnOnce() -> Target) {
        if self.entries.is_empty() {
            return;
        }
        let Some(reference) = reference else { return };
        let key = self.key(reference);
        if let Some(slot @ None) = self.entries.get_mut(&key) {
            *slot = Some(target());
        }
    }

    /// What a reference points to.
    pub(super) fn get(&self, reference: &str) -> Option<&Target> {
        self.entries.get(&self.key(&element(reference)))?.as_ref()
    }
}

/// The reference inside a BOM-Link (`urn:cdx:uuid/version#reference`), or the reference itself.
pub(super) fn element(reference: &str) -> String {
    match reference.strip_prefix("urn:cdx:").and_then(|link| link.split_once('#')) {
        Some((_, element)) => percent_decoded(element),
        None => reference.to_owned(),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *first == b'%').map(|digits| u8::from_str_radix(digits, 16)) {
            Some(Ok(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Target, Targets, element};
    use crate::{cyclonedx::document::Component, text::Text};

    #[test]
    fn only_what_is_wanted_is_kept_and_the_first_counts() {
        let mut targets = Targets::default();
        targets.want("urn:cdx:00000000-0000-4000-8000-000000000001/1#pkg%3Anpm%2Fa%401");
        let offer = |targets: &mut Targets, reference: &str, name: &str| {
            targets.offer(Some(&Text::from(reference.to_owned())), || Target::unknown(name));
        };
        offer(&mut targets, "b", "b");
        offer(&mut targets, "pkg:npm/a@1", "first");
        offer(&mut targets, "pkg:npm/a@1", "second");
        assert_eq!(targets.get("pkg:npm/a@1").unwrap().title.as_ref(), "first");
        assert!(targets.get("b").is_none());
        assert_eq!(element("a%20b"), "a%20b");
    }

    #[test]
    fn a_component_is_placed_by_package_and_path() {
        let place = |text: &str| {
            let component: Component<'_> = serde_json::from_str(text).unwrap();
            let target = Target::of_component(&component);
            (target.location.to_string(), target.title.to_string())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            place(
                r#"{"group":"org.example","name":"lib","version":"1","purl":"pkg:maven/org.example/lib@1",
                "evidence":{"occurrences":[{"location":"/app/lib.jar#7"}]}}"#
            ),
            pair("pkg:maven/org.example/lib#/app/lib.jar", "org.example:lib 1")
        );
        assert_eq!(
            place(
                r#"{"name":"zlib","purl":"pkg:deb/debian/zlib@1",
                "properties":[{"name":"syft:location:0:path","value":"/var/lib/dpkg"}]}"#
            ),
            pair("pkg:deb/debian/zlib", "zlib")
        );
        assert_eq!(place(r#"{"group":"@a","name":"b"}"#), pair("@a/b", "@a/b"));
    }
}
