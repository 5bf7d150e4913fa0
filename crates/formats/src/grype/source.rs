//! What was scanned, and with what.

use serde::Deserialize;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Descriptor {
    pub(super) version: Option<String>,
    pub(super) timestamp: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Distro {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) version: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Source {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    pub(super) target: Option<Target>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Target {
    Image {
        #[serde(rename = "userInput")]
        user_input: String,
        #[serde(rename = "manifestDigest", default)]
        manifest_digest: String,
        #[serde(rename = "imageID", default)]
        image_id: String,
        #[serde(rename = "repoDigests", default)]
        repo_digests: Option<Vec<String>>,
    },
    Path(String),
}

impl Source {
    pub(super) fn asset(&self, local: LocalAsset, distro: &Distro, place: Place) -> AssetSeen<'_> {
        let (name, digests) = match &self.target {
            Some(Target::Image { user_input, manifest_digest, image_id, repo_digests }) => {
                let own = [manifest_digest.as_str(), image_id.as_str()];
                let named = repo_digests.iter().flatten().filter_map(|name| name.rsplit_once('@'));
                let all: Vec<&str> =
                    own.into_iter().chain(named.map(|(_, digest)| digest)).collect();
                (user_input.as_str(), all)
            }
            Some(Target::Path(path)) => (path.as_str(), Vec::new()),
            None => ("unnamed source", Vec::new()),
        };
        let class = if self.kind == "image" { AssetClass::Image } else { AssetClass::Application };
        // A path such as `.` tells no artefact from another.
        let told = name.chars().any(char::is_alphanumeric) && self.target.is_some();
        let artefact = told.then(|| Identifier::new(IdentifierKind::Artefact, name)).flatten();
        let digests =
            digests.into_iter().filter_map(|it| Identifier::new(IdentifierKind::Digest, it));
        let attributes = [
            Attribute::new(names::OS, distro.name.clone()),
            Attribute::new(names::OS_VERSION, distro.version.clone()),
        ];
        AssetSeen {
            local,
            class,
            name: name.into(),
            stable_id: Some(name.into()),
            identifiers: artefact.into_iter().chain(digests).collect(),
            attributes: attributes.into_iter().flatten().collect(),
            relations: Vec::new(),
            observed_at: None,
            place,
        }
    }
}
