//! What the specification demands of a bill of materials: required members, closed lists, forms.
//!
//! Followed are the schemas of 1.2 to 1.6, with the words of 1.6 allowed in all of them. Members
//! the schemas do not know are passed over. What a version newer than 1.6 may have added to a list
//! is not held against a document of such a version.

use super::document::{
    Attachment, Component, Composition, Dependency, ExternalReference, Hash, Issue, Licence,
    LicenceChoice, LifeCycle, List, Metadata, Patch, Pedigree, Property, Service, ServiceData,
    Tool,
};
use super::words::{
    ACKNOWLEDGEMENTS, AGGREGATES, COMPONENT_TYPES, ENCODINGS, EXTERNAL_REFERENCE_TYPES, FLOWS,
    HASH_ALGORITHMS, HASH_LENGTHS, ISSUE_TYPES, PATCH_TYPES, PHASES, SCOPES,
};
use crate::{
    error::{ErrorCode, ParseError},
    text::Text,
};

/// What is wrong, and the path to it from the innermost member outwards.
#[derive(Debug)]
pub(super) struct Complaint {
    path: Vec<String>,
    message: String,
}

type Checked = Result<(), Complaint>;

impl Complaint {
    fn new(member: &str, message: String) -> Self {
        Self { path: vec![member.to_owned()], message }
    }

    fn within(mut self, member: String) -> Self {
        self.path.push(member);
        self
    }

    /// The refusal of the document: the element that starts at `byte` is `element`.
    pub(super) fn refusal(self, byte: u64, element: &str) -> ParseError {
        let mut at = format!("byte {byte}, {element}");
        for member in self.path.iter().rev() {
            at.push('.');
            at.push_str(member);
        }
        ParseError::at(ErrorCode::Invalid, at, self.message)
    }
}

/// A version of the specification; decides which of its rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) major: u16,
    pub(super) minor: u16,
}

impl Version {
    /// The newest version these checks were written for.
    pub(super) const NEWEST: Self = Self { major: 1, minor: 6 };

    /// Reads `1.6`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    fn word(self, member: &str, value: Option<&Text<'_>>, words: &[&str]) -> Checked {
        match value {
            Some(value) if self <= Self::NEWEST && !words.contains(&&**value) => {
                let mut message = format!("`{}` is not one of ", cut(value));
                message.push_str(&words.get(..words.len().min(16)).unwrap_or(words).join(", "));
                if words.len() > 16 {
                    message.push_str(", …");
                }
                Err(Complaint::new(member, message))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn component(self, component: &Component<'_>) -> Checked {
        required("type", component.kind.as_ref())?;
        self.word("type", component.kind.as_ref(), COMPONENT_TYPES)?;
        required("name", component.name.as_ref())?;
        reference("bom-ref", component.reference.as_ref())?;
        self.word("scope", component.scope.as_ref(), SCOPES)?;
        each("hashes", &component.hashes, |hash| self.hash(hash))?;
        self.licences(&component.licenses)?;
        if let Some(swid) = &component.swid {
            required("tagId", swid.tag_id.as_ref())
                .and_then(|()| required("name", swid.name.as_ref()))
                .map_err(|complaint| complaint.within("swid".to_owned()))?;
        }
        if let Some(pedigree) = &component.pedigree {
            self.pedigree(pedigree).map_err(|complaint| complaint.within("pedigree".to_owned()))?;
        }
        each("externalReferences", &component.external_references, |it| self.external(it))?;
        each("properties", &component.properties, |property| self.property(property))?;
        each("components", &component.components, |nested| self.component(nested))
    }

    pub(super) fn hash(self, hash: &Hash<'_>) -> Checked {
        required("alg", hash.algorithm.as_ref())?;
        self.word("alg", hash.algorithm.as_ref(), HASH_ALGORITHMS)?;
        required("content", hash.content.as_ref())?;
        let content = hash.content.as_deref().unwrap_or_default();
        if !HASH_LENGTHS.contains(&content.len())
            || !content.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            let message =
                format!("`{}` is not a hash of 32, 40, 64, 96 or 128 hex digits", cut(content));
            return Err(Complaint::new("content", message));
        }
        Ok(())
    }

    fn licences(self, choices: &List<LicenceChoice<'_>>) -> Checked {
        each("licenses", choices, |choice| self.licence_choice(choice))?;
        let list = choices.as_deref().unwrap_or_default();
        // 1.5 and 1.6 allow either licences or one expression; before, they could be mixed.
        let exclusive = matches!(self.minor, 5 | 6);
        if exclusive && list.len() > 1 && list.iter().any(|choice| choice.expression.is_some()) {
            let message = "an expression stands beside other licences".to_owned();
            return Err(Complaint::new("licenses", message));
        }
        Ok(())
    }

    fn licence_choice(self, choice: &LicenceChoice<'_>) -> Checked {
        match (&choice.license, &choice.expression) {
            (Some(licence), None) => {
                self.licence(licence).map_err(|complaint| complaint.within("license".to_owned()))
            }
            (None, Some(_)) => Ok(()),
            (Some(_), Some(_)) => {
                Err(Complaint::new("expression", "stands beside a `license`".to_owned()))
            }
            (None, None) => {
                Err(Complaint::new("license", "neither this nor `expression` is given".to_owned()))
            }
        }
    }

    fn licence(self, licence: &Licence<'_>) -> Checked {
        match (&licence.id, &licence.name) {
            (Some(id), None) => {
                if self <= Self::NEWEST && !is_spdx(id) {
                    let message = format!("`{}` is not an SPDX licence id", cut(id));
                    return Err(Complaint::new("id", message));
                }
            }
            (None, Some(_)) => {}
            (Some(_), Some(_)) => {
                return Err(Complaint::new("name", "stands beside an `id`".to_owned()));
            }
            (None, None) => {
                return Err(Complaint::new("id", "neither this nor `name` is given".to_owned()));
            }
        }
        self.word("acknowledgement", licence.acknowledgement.as_ref(), ACKNOWLEDGEMENTS)?;
        if let Some(Attachment { encoding }) = &licence.text {
            self.word("encoding", encoding.as_ref(), ENCODINGS)
                .map_err(|complaint| complaint.within("text".to_owned()))?;
        }
        each("properties", &licence.properties, |property| self.property(property))
    }

    fn pedigree(self, pedigree: &Pedigree<'_>) -> Checked {
        each("ancestors", &pedigree.ancestors, |it| self.component(it))?;
        each("descendants", &pedigree.descendants, |it| self.component(it))?;
        each("variants", &pedigree.variants, |it| self.component(it))?;
        each("patches", &pedigree.patches, |patch| self.patch(patch))
    }

    fn patch(self, patch: &Patch<'_>) -> Checked {
        required("type", patch.kind.as_ref())?;
        self.word("type", patch.kind.as_ref(), PATCH_TYPES)?;
        each("resolves", &patch.resolves, |Issue { kind }| {
            required("type", kind.as_ref())?;
            self.word("type", kind.as_ref(), ISSUE_TYPES)
        })
    }

    pub(super) fn external(self, external: &ExternalReference<'_>) -> Checked {
        required("url", external.url.as_ref())?;
        required("type", external.kind.as_ref())?;
        self.word("type", external.kind.as_ref(), EXTERNAL_REFERENCE_TYPES)?;
        each("hashes", &external.hashes, |hash| self.hash(hash))
    }

    /// The name of a property is required since 1.6.
    pub(super) fn property(self, property: &Property<'_>) -> Checked {
        if self >= Self::NEWEST { required("name", property.name.as_ref()) } else { Ok(()) }
    }

    pub(super) fn service(self, service: &Service<'_>) -> Checked {
        required("name", service.name.as_ref())?;
        reference("bom-ref", service.reference.as_ref())?;
        each("data", &service.data, |ServiceData { flow, classification }| {
            required("flow", flow.as_ref())?;
            self.word("flow", flow.as_ref(), FLOWS)?;
            required("classification", classification.as_ref())
        })?;
        self.licences(&service.licenses)?;
        each("externalReferences", &service.external_references, |it| self.external(it))?;
        each("properties", &service.properties, |property| self.property(property))?;
        each("services", &service.services, |nested| self.service(nested))
    }

    pub(super) fn dependency(self, dependency: &Dependency<'_>) -> Checked {
        required("ref", dependency.reference.as_ref())?;
        reference("ref", dependency.reference.as_ref())?;
        each("dependsOn", &dependency.depends_on, |it| reference("ref", Some(it)))?;
        each("provides", &dependency.provides, |it| reference("ref", Some(it)))
    }

    pub(super) fn composition(self, composition: &Composition<'_>) -> Checked {
        required("aggregate", composition.aggregate.as_ref())?;
        self.word("aggregate", composition.aggregate.as_ref(), AGGREGATES)
    }

    pub(super) fn metadata(self, metadata: &Metadata<'_>) -> Checked {
        if let Some(time) = metadata.timestamp.as_deref()
            && !time.contains('T')
        {
            let message = format!("`{}` is not a date with a time", cut(time));
            return Err(Complaint::new("timestamp", message));
        }
        for Tool { hashes, .. } in metadata.tools() {
            each("hashes", hashes, |hash| self.hash(hash))
                .map_err(|complaint| complaint.within("tools".to_owned()))?;
        }
        each("lifecycles", &metadata.lifecycles, |LifeCycle { phase, name }| {
            if name.is_none() {
                required("phase", phase.as_ref())?;
            }
            self.word("phase", phase.as_ref(), PHASES)
        })?;
        if let Some(component) = &metadata.component {
            self.component(component)
                .map_err(|complaint| complaint.within("component".to_owned()))?;
        }
        self.licences(&metadata.licenses)?;
        each("properties", &metadata.properties, |property| self.property(property))
    }
}

/// Whether a serial number is `urn:uuid:` and a UUID.
pub(super) fn is_serial_number(text: &str) -> bool {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    text.strip_prefix("urn:uuid:").is_some_and(|uuid| {
        uuid.split('-').map(str::len).eq(GROUPS)
            && uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    })
}

/// The schema's list holds licences and exceptions.
fn is_spdx(id: &str) -> bool {
    spdx::license_id(id).is_some() || spdx::exception_id(id).is_some()
}

fn required(member: &str, value: Option<&Text<'_>>) -> Checked {
    match value {
        Some(_) => Ok(()),
        None => Err(Complaint::new(member, "is required and missing".to_owned())),
    }
}

fn reference(member: &str, value: Option<&Text<'_>>) -> Checked {
    match value {
        Some(value) if value.is_empty() => {
            Err(Complaint::new(member, "is empty and refers to nothing".to_owned()))
        }
        _ => Ok(()),
    }
}

fn each<T>(member: &str, list: &List<T>, check: impl Fn(&T) -> Checked) -> Checked {
    for (index, element) in list.iter().flatten().enumerate() {
        check(element).map_err(|complaint| complaint.within(format!("{member}[{index}]")))?;
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::{Version, is_serial_number};

    const NEW: Version = Version::NEWEST;

    /// The place and reason of the complaint about a component.
    fn complaint(version: Version, text: &str) -> Option<(String, String)> {
        let component = serde_json::from_str(text).unwrap();
        let error = version.component(&component).err()?.refusal(7, "components[0]");
        Some((error.at, error.message))
    }

    fn check(text: &str, at: &str, message: &str) {
        let (found_at, found) = complaint(NEW, text).unwrap();
        assert_eq!(found_at, format!("byte 7, components[0].{at}"), "{text}");
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn a_complaint_names_place_and_reason() {
        let with = |member: &str| format!(r#"{{"type":"library","name":"n",{member}}}"#);
        check(r#"{"name":"n"}"#, "type", "required");
        check(r#"{"type":"gadget","name":"n"}"#, "type", "`gadget` is not one of application");
        check(r#"{"type":"library"}"#, "name", "required");
        check(&with(r#""bom-ref":"""#), "bom-ref", "empty");
        check(&with(r#""scope":"some""#), "scope", "`some`");
        check(&with(r#""hashes":[{"alg":"X","content":"0"}]"#), "hashes[0].alg", "`X`");
        check(&with(r#""hashes":[{"alg":"MD5","content":"0"}]"#), "hashes[0].content", "`0`");
        check(&with(r#""swid":{"name":"n"}"#), "swid.tagId", "required");
        check(&with(r#""licenses":[{}]"#), "licenses[0].license", "neither");
        check(&with(r#""licenses":[{"license":{}}]"#), "licenses[0].license.id", "neither");
        check(
            &with(r#""licenses":[{"license":{"id":"Mine-9"}}]"#),
            "licenses[0].license.id",
            "`Mine-9` is not an SPDX licence id",
        );
        check(
            &with(r#""licenses":[{"license":{"id":"MIT","text":{"encoding":"hex"}}}]"#),
            "licenses[0].license.text.encoding",
            "`hex`",
        );
        check(
            &with(r#""licenses":[{"expression":"MIT"},{"license":{"name":"x"}}]"#),
            "licenses",
            "beside",
        );
        check(&with(r#""properties":[{}]"#), "properties[0].name", "required");
        check(
            &with(r#""pedigree":{"patches":[{"type":"backport","resolves":[{"type":"x"}]}]}"#),
            "pedigree.patches[0].resolves[0].type",
            "`x`",
        );
        check(
            &with(
                r#""components":[{"type":"file","name":"f","externalReferences":[{"type":"vcs"}]}]"#,
            ),
            "components[0].externalReferences[0].url",
            "required",
        );
    }

    #[test]
    fn each_version_has_its_own_rules() {
        let version = |minor| Version { major: 1, minor };
        let mixed = r#"{"type":"library","name":"n","properties":[{}],
            "licenses":[{"expression":"MIT"},{"license":{"id":"GPL-2.0"}}]}"#;
        assert_eq!(complaint(version(4), mixed), None);
        assert!(complaint(version(5), mixed).is_some());
        let later = r#"{"type":"gadget","name":"n"}"#;
        assert_eq!(complaint(version(7), later), None);
        assert_eq!(Version::read("1.6"), Some(NEW));
        assert_eq!(Version::read("one"), None);
    }

    #[test]
    fn a_serial_number_is_a_urn() {
        assert!(is_serial_number("urn:uuid:00000000-0000-4000-8000-000000000001"));
        assert!(!is_serial_number("urn:uuid:00000000-0000-4000-8000"));
        assert!(!is_serial_number("00000000-0000-4000-8000-000000000001"));
    }
}
