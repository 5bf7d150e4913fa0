//! The XML elements of a bill's frame and components.

use super::{
    bill::Bill,
    document::{
        Attachment, Component, Dependency, Evidence, ExternalReference, Hash, Issue, Licence,
        LicenceChoice, LifeCycle, List, Metadata, Named, Occurrence, OneOrMany, Patch, Pedigree,
        Property, Service, ServiceData, Swid, Tool, ToolParts, Tools,
    },
    targets::Target,
    xml,
};
use crate::{error::ParseError, text::Text, xml::XmlReader};

type Read<T> = Result<T, ParseError>;

/// Hands out the children of the element just started; what is not read of a child is skipped.
pub(super) fn children(
    xml: &mut XmlReader<'_>,
    mut each: impl FnMut(&mut XmlReader<'_>, &str) -> Read<()>,
) -> Read<()> {
    let depth = xml.depth();
    let mut name = String::new();
    while xml.next_child(depth)? {
        let child = xml.depth();
        name.clear();
        name.push_str(xml.name());
        each(xml, &name)?;
        if xml.depth() >= child {
            xml.skip()?;
        }
    }
    Ok(())
}

/// The elements of a list whose children are called `name`.
fn list<T>(
    xml: &mut XmlReader<'_>,
    name: &str,
    mut read: impl FnMut(&mut XmlReader<'_>) -> Read<T>,
) -> Read<List<T>> {
    let mut elements = Vec::new();
    children(xml, |xml, child| {
        if child == name {
            elements.push(read(xml)?);
        }
        Ok(())
    })?;
    Ok(Some(elements))
}

/// The text of an element, trimmed.
pub(super) fn optional(xml: &mut XmlReader<'_>) -> Read<Option<Text<'static>>> {
    let text = xml.text()?;
    Ok(Some(Text::from(if text.trim().len() == text.len() {
        text
    } else {
        text.trim().to_owned()
    })))
}

fn attribute(xml: &XmlReader<'_>, name: &str) -> Option<Text<'static>> {
    xml.attribute(name).map(|value| Text::from(value.into_owned()))
}

/// The frame's metadata, without what is nested in the component it is about.
pub(super) fn metadata(xml: &mut XmlReader<'_>) -> Read<Metadata<'static>> {
    let mut metadata = Metadata::default();
    children(xml, |xml, name| {
        match name {
            "timestamp" => metadata.timestamp = optional(xml)?,
            "tools" => metadata.tools = Some(tools(xml)?),
            "component" => metadata.component = Some(component(xml, None)?),
            "lifecycles" => {
                metadata.lifecycles = list(xml, "lifecycle", |xml| {
                    let mut cycle = LifeCycle::default();
                    children(xml, |xml, name| {
                        match name {
                            "phase" => cycle.phase = optional(xml)?,
                            "name" => cycle.name = optional(xml)?,
                            _ => {}
                        }
                        Ok(())
                    })?;
                    Ok(cycle)
                })?;
            }
            "licenses" => metadata.licenses = licences(xml)?,
            "properties" => metadata.properties = list(xml, "property", property)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(metadata)
}

fn tools(xml: &mut XmlReader<'_>) -> Read<Tools<'static>> {
    let mut parts = ToolParts::default();
    let mut tools = Vec::new();
    children(xml, |xml, name| {
        match name {
            "tool" => tools.push(tool(xml)?),
            "components" => parts.components = list(xml, "component", tool)?,
            "services" => parts.services = list(xml, "service", tool)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(if tools.is_empty() { Tools::Parts(parts) } else { Tools::List(tools) })
}

fn tool(xml: &mut XmlReader<'_>) -> Read<Tool<'static>> {
    let mut tool = Tool::default();
    children(xml, |xml, name| {
        match name {
            "name" => tool.name = optional(xml)?,
            "version" => tool.version = optional(xml)?,
            "hashes" => tool.hashes = list(xml, "hash", hash)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(tool)
}

/// A component. What is nested in it, and the vulnerabilities in it, go to the bill; without one
/// they are passed over.
pub(super) fn component(
    xml: &mut XmlReader<'_>,
    mut bill: Option<&mut Bill<'_>>,
) -> Read<Component<'static>> {
    let mut it = Component {
        kind: attribute(xml, "type"),
        reference: attribute(xml, "bom-ref"),
        ..Component::default()
    };
    children(xml, |xml, name| {
        match name {
            "supplier" => it.supplier = Some(named(xml)?),
            "manufacturer" => it.manufacturer = Some(named(xml)?),
            "publisher" => it.publisher = optional(xml)?,
            "group" => it.group = optional(xml)?,
            "name" => it.name = optional(xml)?,
            "version" => it.version = optional(xml)?,
            "scope" => it.scope = optional(xml)?,
            "hashes" => it.hashes = list(xml, "hash", hash)?,
            "licenses" => it.licenses = licences(xml)?,
            "cpe" => it.cpe = optional(xml)?,
            "purl" => it.purl = optional(xml)?,
            "swid" => {
                it.swid =
                    Some(Swid { tag_id: attribute(xml, "tagId"), name: attribute(xml, "name") });
            }
            "pedigree" => it.pedigree = Some(pedigree(xml)?),
            "externalReferences" => it.external_references = list(xml, "reference", external)?,
            "properties" => it.properties = list(xml, "property", property)?,
            "evidence" => it.evidence = Some(evidence(xml)?),
            "components" => {
                if let Some(bill) = bill.as_deref_mut() {
                    xml::components(xml, bill)?;
                }
            }
            "vulnerabilities" => {
                if let Some(bill) = bill.as_deref_mut() {
                    xml::vulnerabilities(xml, bill, Some(&Target::of_component(&it)))?;
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

/// An organisation or source: its name is an element, or in the old extension an attribute.
pub(super) fn named(xml: &mut XmlReader<'_>) -> Read<Named<'static>> {
    let mut it = Named { name: attribute(xml, "name"), url: None };
    children(xml, |xml, name| {
        match name {
            "name" => it.name = optional(xml)?,
            "url" => it.url = optional(xml)?.map(OneOrMany::One),
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

fn hash(xml: &mut XmlReader<'_>) -> Read<Hash<'static>> {
    Ok(Hash { algorithm: attribute(xml, "alg"), content: optional(xml)? })
}

fn licences(xml: &mut XmlReader<'_>) -> Read<List<LicenceChoice<'static>>> {
    let mut choices = Vec::new();
    children(xml, |xml, name| {
        match name {
            "license" => {
                let (licence, is_empty) = licence(xml)?;
                if !is_empty {
                    choices.push(LicenceChoice { license: Some(licence), expression: None });
                }
            }
            "expression" => {
                choices.push(LicenceChoice { license: None, expression: optional(xml)? });
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(Some(choices))
}

fn licence(xml: &mut XmlReader<'_>) -> Read<(Licence<'static>, bool)> {
    let mut it =
        Licence { acknowledgement: attribute(xml, "acknowledgement"), ..Licence::default() };
    let mut is_empty = true;
    children(xml, |xml, name| {
        is_empty = false;
        match name {
            "id" => it.id = optional(xml)?,
            "name" => it.name = optional(xml)?,
            "text" => it.text = Some(Attachment { encoding: attribute(xml, "encoding") }),
            "properties" => it.properties = list(xml, "property", property)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((it, is_empty))
}

fn pedigree(xml: &mut XmlReader<'_>) -> Read<Pedigree<'static>> {
    let mut it = Pedigree::default();
    let bare = |xml: &mut XmlReader<'_>| component(xml, None);
    children(xml, |xml, name| {
        match name {
            "ancestors" => it.ancestors = list(xml, "component", bare)?,
            "descendants" => it.descendants = list(xml, "component", bare)?,
            "variants" => it.variants = list(xml, "component", bare)?,
            "patches" => it.patches = list(xml, "patch", patch)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

fn patch(xml: &mut XmlReader<'_>) -> Read<Patch<'static>> {
    let mut it = Patch { kind: attribute(xml, "type"), resolves: None };
    children(xml, |xml, name| {
        if name == "resolves" {
            it.resolves = list(xml, "issue", |xml| Ok(Issue { kind: attribute(xml, "type") }))?;
        }
        Ok(())
    })?;
    Ok(it)
}

fn external(xml: &mut XmlReader<'_>) -> Read<ExternalReference<'static>> {
    let mut it = ExternalReference { kind: attribute(xml, "type"), ..Default::default() };
    children(xml, |xml, name| {
        match name {
            "url" => it.url = optional(xml)?,
            "hashes" => it.hashes = list(xml, "hash", hash)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

/// A named value.
pub(super) fn property(xml: &mut XmlReader<'_>) -> Read<Property<'static>> {
    Ok(Property { name: attribute(xml, "name"), value: optional(xml)? })
}

fn evidence(xml: &mut XmlReader<'_>) -> Read<Evidence<'static>> {
    let mut it = Evidence::default();
    children(xml, |xml, name| {
        if name == "occurrences" {
            it.occurrences = list(xml, "occurrence", |xml| {
                let mut occurrence = Occurrence::default();
                children(xml, |xml, name| {
                    if name == "location" {
                        occurrence.location = optional(xml)?;
                    }
                    Ok(())
                })?;
                Ok(occurrence)
            })?;
        }
        Ok(())
    })?;
    Ok(it)
}

/// A service, with those nested in it.
pub(super) fn service(xml: &mut XmlReader<'_>) -> Read<Service<'static>> {
    let mut it = Service { reference: attribute(xml, "bom-ref"), ..Service::default() };
    children(xml, |xml, name| {
        match name {
            "group" => it.group = optional(xml)?,
            "name" => it.name = optional(xml)?,
            "version" => it.version = optional(xml)?,
            "data" => it.data = Some(service_data(xml)?),
            "licenses" => it.licenses = licences(xml)?,
            "externalReferences" => it.external_references = list(xml, "reference", external)?,
            "properties" => it.properties = list(xml, "property", property)?,
            "services" => it.services = list(xml, "service", service)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

/// Up to 1.4 classifications with a flow each; from 1.5 on inside a `dataflow`.
fn service_data(xml: &mut XmlReader<'_>) -> Read<Vec<ServiceData<'static>>> {
    let mut data = Vec::new();
    let mut classification = |xml: &mut XmlReader<'_>, name: &str| {
        if name == "classification" {
            let flow = attribute(xml, "flow");
            data.push(ServiceData { flow, classification: optional(xml)? });
        }
        Ok(())
    };
    children(xml, |xml, name| match name {
        "dataflow" => children(xml, &mut classification),
        _ => classification(xml, name),
    })?;
    Ok(data)
}

/// What a component depends on.
pub(super) fn dependency(xml: &mut XmlReader<'_>) -> Read<Dependency<'static>> {
    let mut it = Dependency { reference: attribute(xml, "ref"), ..Dependency::default() };
    let mut depends_on = Vec::new();
    children(xml, |xml, _| {
        depends_on.extend(attribute(xml, "ref"));
        Ok(())
    })?;
    it.depends_on = Some(depends_on);
    Ok(it)
}
