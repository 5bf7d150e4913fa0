//! Reports about several things: results without an artefact around them, and Kubernetes clusters.

use yagura_model::{
    asset::AssetSeen,
    attribute::{Attribute, names},
    coverage::ObservationKinds,
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
};

use super::{
    UNNAMED, covered, each_result, is_name,
    result::{self, elements, list},
};
use crate::{
    error::{ErrorCode, ParseError},
    json::{JsonReader, Next},
    local::LocalAssets,
    sink::Sink,
};

/// The report of old versions: results without an artefact around them.
pub(super) fn legacy(
    json: &mut JsonReader<'_>,
    place: Place,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let mut image = None;
    let (mut results, mut targets) = (0, 0);
    each_result(json, place, |_, parts| {
        results += 1;
        targets += u64::from(!parts.target.is_empty());
        if image.is_none() {
            image = parts.image().map(str::to_owned);
        }
        Ok(())
    })?;
    if results > 0 && targets == 0 {
        let message = "no element has a `Target`, so these are no results of Trivy";
        return Err(ParseError::at_byte(ErrorCode::Invalid, place.start, message));
    }
    let mut assets = LocalAssets::new();
    each_result(json, place, |json, parts| {
        let name = image.as_deref().unwrap_or(&parts.target);
        let (local, new) = assets.number(name);
        if new {
            let class = if image.is_some() { AssetClass::Image } else { AssetClass::Application };
            let identifier = image
                .as_deref()
                .filter(|name| is_name(name))
                .and_then(|name| Identifier::new(IdentifierKind::Artefact, name));
            sink.asset(AssetSeen {
                local,
                class,
                name: name.into(),
                stable_id: Some(name.into()),
                identifiers: identifier.into_iter().collect(),
                attributes: Vec::new(),
                relations: Vec::new(),
                observed_at: None,
                place: parts.place,
            })?;
        }
        result::take(json, parts, local, false, sink)?;
        covered(local, parts.kinds(), sink)
    })
}

/// The resources of a Kubernetes report.
pub(super) fn resources(
    json: &mut JsonReader<'_>,
    place: Place,
    cluster: &str,
    assets: &mut LocalAssets,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    elements(json, place, |json| {
        let start = json.position();
        let (mut namespace, mut kind, mut name) = (None, None, None);
        let mut results = None;
        json.enter(Next::Object)?;
        let mut first = true;
        while let Some(key) = json.key(first)? {
            first = false;
            match key.as_str() {
                "Namespace" => namespace = json.read::<Option<String>>()?,
                "Kind" => kind = json.read::<Option<String>>()?,
                "Name" => name = json.read::<Option<String>>()?,
                "Results" => results = list(json)?,
                _ => {
                    json.skip()?;
                }
            }
        }
        let place = Place { start, end: json.position() };
        let parts = [namespace.as_deref(), kind.as_deref(), name.as_deref()];
        let parts: Vec<&str> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let name = if parts.is_empty() { UNNAMED.to_owned() } else { parts.join("/") };
        let whole = if cluster.is_empty() { name.clone() } else { format!("{cluster}/{name}") };
        let (local, new) = assets.number(&whole);
        if new {
            // A resource of a cluster without a name is like those of any other cluster.
            let identifier = (!cluster.is_empty())
                .then(|| Identifier::new(IdentifierKind::Artefact, whole.as_str()))
                .flatten();
            let node = kind.as_deref() == Some("Node");
            sink.asset(AssetSeen {
                local,
                class: if node { AssetClass::Server } else { AssetClass::CloudResource },
                name: name.as_str().into(),
                stable_id: Some(whole.as_str().into()),
                identifiers: identifier.into_iter().collect(),
                attributes: Attribute::new(names::ZONE, cluster).into_iter().collect(),
                relations: Vec::new(),
                observed_at: None,
                place,
            })?;
        }
        let mut kinds = ObservationKinds::NONE;
        if let Some(results) = results {
            each_result(json, results, |json, parts| {
                kinds = kinds.union(parts.kinds());
                result::take(json, parts, local, true, sink)
            })?;
        }
        covered(local, kinds, sink)?;
        json.go_to(place.end)
    })
}
