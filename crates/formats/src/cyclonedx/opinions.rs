//! The XML element of a vulnerability: that of 1.4 and later, and that of the extension before.

use super::{
    document::{Advisory, Affected, AffectedVersion, Alias, Analysis, Rating, Vulnerability},
    elements::{children, named, optional},
};
use crate::{
    error::ParseError,
    text::Text,
    xml::{Node, XmlReader},
};

type Read<T> = Result<T, ParseError>;

/// The vulnerability just started, or why it cannot be used. One that is nested in a component
/// affects that component, whatever its `ref` says.
pub(super) fn vulnerability(
    xml: &mut XmlReader<'_>,
    nested: bool,
) -> Read<Result<Vulnerability<'static>, String>> {
    let mut it = Vulnerability {
        reference: xml.attribute("bom-ref").map(|value| Text::from(value.into_owned())),
        ..Vulnerability::default()
    };
    let own = xml
        .attribute("ref")
        .filter(|_| !nested)
        .map(|value| Affected { reference: Text::from(value.into_owned()), versions: None });
    let mut affects: Vec<Affected<'static>> = own.into_iter().collect();
    let mut wrong = None;
    children(xml, |xml, name| {
        match name {
            "id" => it.id = optional(xml)?,
            "source" => it.source = Some(named(xml)?),
            "references" => {
                let aliases = it.references.get_or_insert_default();
                children(xml, |xml, _| {
                    children(xml, |xml, name| {
                        if name == "id" {
                            aliases.push(Alias { id: optional(xml)? });
                        }
                        Ok(())
                    })
                })?;
            }
            "ratings" => {
                let ratings = it.ratings.get_or_insert_default();
                children(xml, |xml, _| {
                    ratings.push(rating(xml)?);
                    Ok(())
                })?;
            }
            "cwes" => {
                let cwes = it.cwes.get_or_insert_default();
                children(xml, |xml, _| {
                    cwes.extend(optional(xml)?.and_then(|text| text.parse::<u32>().ok()));
                    Ok(())
                })?;
            }
            "description" => it.description = optional(xml)?,
            "detail" => it.detail = optional(xml)?,
            "recommendation" => it.recommendation = optional(xml)?,
            "recommendations" => children(xml, |xml, _| {
                it.recommendation = optional(xml)?;
                Ok(())
            })?,
            "workaround" => it.workaround = optional(xml)?,
            "advisories" => {
                let advisories = it.advisories.get_or_insert_default();
                children(xml, |xml, _| {
                    advisories.push(Advisory { url: text_or(xml, "url")? });
                    Ok(())
                })?;
            }
            "analysis" => it.analysis = Some(analysis(xml)?),
            "affects" => children(xml, |xml, _| {
                match affected(xml)? {
                    Some(target) => affects.push(target),
                    None => wrong = Some("a `target` without `ref`".to_owned()),
                }
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    it.affects = Some(affects);
    Ok(match wrong {
        Some(message) => Err(message),
        None => Ok(it),
    })
}

fn rating(xml: &mut XmlReader<'_>) -> Read<Rating<'static>> {
    let mut it = Rating::default();
    children(xml, |xml, name| {
        match name {
            "source" => it.source = Some(named(xml)?),
            "score" => it.score = text_or(xml, "base")?.and_then(|text| text.parse().ok()),
            "severity" => it.severity = optional(xml)?,
            "method" => it.method = optional(xml)?,
            "vector" => it.vector = optional(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

fn analysis(xml: &mut XmlReader<'_>) -> Read<Analysis<'static>> {
    let mut it = Analysis::default();
    children(xml, |xml, name| {
        match name {
            "state" => it.state = optional(xml)?,
            "justification" => it.justification = optional(xml)?,
            "responses" => {
                let responses = it.response.get_or_insert_default();
                children(xml, |xml, _| {
                    responses.extend(optional(xml)?);
                    Ok(())
                })?;
            }
            "detail" => it.detail = optional(xml)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(it)
}

fn affected(xml: &mut XmlReader<'_>) -> Read<Option<Affected<'static>>> {
    let mut reference = None;
    let mut versions = Vec::new();
    children(xml, |xml, name| {
        match name {
            "ref" => reference = optional(xml)?,
            "versions" => children(xml, |xml, _| {
                let mut version = AffectedVersion::default();
                children(xml, |xml, name| {
                    match name {
                        "version" => version.version = optional(xml)?,
                        "status" => version.status = optional(xml)?,
                        _ => {}
                    }
                    Ok(())
                })?;
                versions.push(version);
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    let reference = reference.filter(|reference| !reference.is_empty());
    Ok(reference.map(|reference| Affected { reference, versions: Some(versions) }))
}

/// The text of the child of that name, or, without one, the element's own text.
fn text_or(xml: &mut XmlReader<'_>, child: &str) -> Read<Option<Text<'static>>> {
    let depth = xml.depth();
    let mut own = String::new();
    let mut inner = None;
    loop {
        match xml.step()? {
            Node::Start if xml.name() == child => inner = optional(xml)?,
            Node::Start => xml.skip()?,
            Node::Text => own.push_str(xml.piece()),
            Node::End if xml.depth() < depth => break,
            Node::End => {}
            Node::Eof => break,
        }
    }
    Ok(inner.or_else(|| Some(Text::from(own.trim().to_owned()))))
}
