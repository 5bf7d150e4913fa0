//! The elements of a bill of materials, the same for both its syntaxes.

use serde::Deserialize;

use crate::text::Text;

/// A list that may be absent or `null`.
pub(super) type List<T> = Option<Vec<T>>;

/// A component, with what is nested in it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Component<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) group: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) publisher: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) supplier: Option<Named<'a>>,
    #[serde(borrow)]
    pub(super) manufacturer: Option<Named<'a>>,
    #[serde(borrow)]
    pub(super) scope: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) purl: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) cpe: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hashes: List<Hash<'a>>,
    #[serde(borrow)]
    pub(super) licenses: List<LicenceChoice<'a>>,
    #[serde(borrow)]
    pub(super) swid: Option<Swid<'a>>,
    #[serde(borrow)]
    pub(super) pedigree: Option<Pedigree<'a>>,
    #[serde(borrow, rename = "externalReferences")]
    pub(super) external_references: List<ExternalReference<'a>>,
    #[serde(borrow)]
    pub(super) properties: List<Property<'a>>,
    #[serde(borrow)]
    pub(super) evidence: Option<Evidence<'a>>,
    #[serde(borrow)]
    pub(super) components: List<Component<'a>>,
}

/// An organisation or source, of which only the name counts.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Named<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    /// One address or, of an organisation, several.
    #[serde(borrow)]
    pub(super) url: Option<OneOrMany<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<'a> {
    #[serde(borrow)]
    One(Text<'a>),
    Many(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Hash<'a> {
    #[serde(borrow, rename = "alg")]
    pub(super) algorithm: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) content: Option<Text<'a>>,
}

/// A licence or an SPDX expression.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LicenceChoice<'a> {
    #[serde(borrow)]
    pub(super) license: Option<Licence<'a>>,
    #[serde(borrow)]
    pub(super) expression: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Licence<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) acknowledgement: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) text: Option<Attachment<'a>>,
    #[serde(borrow)]
    pub(super) properties: List<Property<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Attachment<'a> {
    #[serde(borrow)]
    pub(super) encoding: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Swid<'a> {
    #[serde(borrow, rename = "tagId")]
    pub(super) tag_id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Pedigree<'a> {
    #[serde(borrow)]
    pub(super) ancestors: List<Component<'a>>,
    #[serde(borrow)]
    pub(super) descendants: List<Component<'a>>,
    #[serde(borrow)]
    pub(super) variants: List<Component<'a>>,
    #[serde(borrow)]
    pub(super) patches: List<Patch<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Patch<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) resolves: List<Issue<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Issue<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ExternalReference<'a> {
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hashes: List<Hash<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Property<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) value: Option<Text<'a>>,
}

/// Where a component was found.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Evidence<'a> {
    #[serde(borrow)]
    pub(super) occurrences: List<Occurrence<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Occurrence<'a> {
    #[serde(borrow)]
    pub(super) location: Option<Text<'a>>,
}

/// A service the software uses or offers.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Service<'a> {
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) group: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) data: List<ServiceData<'a>>,
    #[serde(borrow)]
    pub(super) licenses: List<LicenceChoice<'a>>,
    #[serde(borrow, rename = "externalReferences")]
    pub(super) external_references: List<ExternalReference<'a>>,
    #[serde(borrow)]
    pub(super) properties: List<Property<'a>>,
    #[serde(borrow)]
    pub(super) services: List<Service<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ServiceData<'a> {
    #[serde(borrow)]
    pub(super) flow: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) classification: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Dependency<'a> {
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow, rename = "dependsOn")]
    pub(super) depends_on: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) provides: List<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Composition<'a> {
    #[serde(borrow)]
    pub(super) aggregate: Option<Text<'a>>,
}

/// What the bill says of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) tools: Option<Tools<'a>>,
    #[serde(borrow)]
    pub(super) component: Option<Component<'a>>,
    #[serde(borrow)]
    pub(super) lifecycles: List<LifeCycle<'a>>,
    #[serde(borrow)]
    pub(super) licenses: List<LicenceChoice<'a>>,
    #[serde(borrow)]
    pub(super) properties: List<Property<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct LifeCycle<'a> {
    #[serde(borrow)]
    pub(super) phase: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

/// The tools that made the bill: a list up to 1.4, components and services from 1.5 on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Tools<'a> {
    #[serde(borrow)]
    List(Vec<Tool<'a>>),
    #[serde(borrow)]
    Parts(ToolParts<'a>),
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ToolParts<'a> {
    #[serde(borrow)]
    pub(super) components: List<Tool<'a>>,
    #[serde(borrow)]
    pub(super) services: List<Tool<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Tool<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) hashes: List<Hash<'a>>,
}

impl<'a> Metadata<'a> {
    /// All tools, in the document's order.
    pub(super) fn tools(&self) -> impl Iterator<Item = &Tool<'a>> {
        let (list, parts) = match &self.tools {
            Some(Tools::List(list)) => (Some(list), None),
            Some(Tools::Parts(parts)) => (None, Some(parts)),
            None => (None, None),
        };
        let components = parts.and_then(|parts| parts.components.as_ref());
        let services = parts.and_then(|parts| parts.services.as_ref());
        list.into_iter().chain(components).chain(services).flatten()
    }
}

/// A vulnerability, one record.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Vulnerability<'a> {
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<Named<'a>>,
    #[serde(borrow)]
    pub(super) references: List<Alias<'a>>,
    #[serde(borrow)]
    pub(super) ratings: List<Rating<'a>>,
    pub(super) cwes: List<u32>,
    #[serde(borrow)]
    pub(super) description: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) detail: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) recommendation: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) workaround: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) advisories: List<Advisory<'a>>,
    #[serde(borrow)]
    pub(super) analysis: Option<Analysis<'a>>,
    #[serde(borrow)]
    pub(super) affects: List<Affected<'a>>,
}

/// The same vulnerability under another name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Alias<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Rating<'a> {
    #[serde(borrow)]
    pub(super) source: Option<Named<'a>>,
    pub(super) score: Option<f64>,
    #[serde(borrow)]
    pub(super) severity: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) method: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) vector: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Advisory<'a> {
    #[serde(borrow)]
    pub(super) url: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Analysis<'a> {
    #[serde(borrow)]
    pub(super) state: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) justification: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) response: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) detail: Option<Text<'a>>,
}

/// A component or service a vulnerability is about.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Affected<'a> {
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) versions: List<AffectedVersion<'a>>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AffectedVersion<'a> {
    #[serde(borrow)]
    pub(super) version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
}

/// Of a vulnerability, only what it refers to.
#[derive(Debug, Deserialize)]
pub(super) struct Affects<'a> {
    #[serde(borrow)]
    pub(super) affects: List<AffectedReference<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AffectedReference<'a> {
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Option<Text<'a>>,
}
