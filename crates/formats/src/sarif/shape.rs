//! The objects of a log as far as they are read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::Text;

/// A text with the identifier of one of the rule's strings, or itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) text: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) markdown: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) arguments: Option<Vec<Text<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool {
    pub(super) driver: Component,
    pub(super) extensions: Option<Vec<Component>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) semantic_version: Option<String>,
    pub(super) rules: Option<Vec<Rule>>,
}

/// A rule, held for the length of its run.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) short_description: Option<Plain>,
    pub(super) full_description: Option<Plain>,
    pub(super) help: Option<Plain>,
    pub(super) help_uri: Option<String>,
    pub(super) message_strings: Option<BTreeMap<String, Plain>>,
    pub(super) default_configuration: Option<Configuration>,
    pub(super) relationships: Option<Vec<Relationship>>,
    pub(super) properties: Option<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Plain {
    pub(super) text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration {
    pub(super) level: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Relationship {
    pub(super) target: Descriptor,
}

/// A reference to a taxon or rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) id: Option<String>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<ComponentReference>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentReference {
    pub(super) name: Option<String>,
    pub(super) index: Option<i64>,
}

/// A bag of what tools add; of these some have agreed names.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties {
    pub(super) tags: Option<Words>,
    pub(super) cwe: Option<Words>,
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Option<Score>,
    pub(super) severity: Option<Words>,
    pub(super) issue_severity: Option<Words>,
    #[serde(rename = "imageName")]
    pub(super) image_name: Option<Words>,
    #[serde(rename = "repoDigests")]
    pub(super) repo_digests: Option<Words>,
}

/// One text, several, or something else, which is passed over.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Many(Vec<String>),
    Other(serde::de::IgnoredAny),
}

impl Words {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let list: &[String] = match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Many(words) => words,
            Self::Other(_) => &[],
        };
        list.iter().map(String::as_str)
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.iter().find(|word| !word.is_empty())
    }
}

/// A number, as one or as a text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Score {
    Number(f64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Score {
    pub(super) fn value(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Other(_) => None,
        }
        .filter(|score| (0.0..=10.0).contains(score))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: Option<bool>,
    pub(super) end_time_utc: Option<String>,
    pub(super) start_time_utc: Option<String>,
    pub(super) working_directory: Option<ArtefactAddress>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ArtefactAddress {
    pub(super) uri: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Provenance {
    pub(super) repository_uri: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Automation {
    pub(super) id: Option<String>,
}

/// A result, one record.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Finding<'a> {
    #[serde(borrow)]
    pub(super) rule_id: Option<Text<'a>>,
    pub(super) rule_index: Option<i64>,
    pub(super) rule: Option<Descriptor>,
    #[serde(borrow)]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) level: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) message: Message<'a>,
    #[serde(borrow)]
    pub(super) locations: Option<Vec<Location<'a>>>,
    #[serde(borrow)]
    pub(super) fingerprints: Option<BTreeMap<Text<'a>, Fingerprint<'a>>>,
    #[serde(borrow)]
    pub(super) partial_fingerprints: Option<BTreeMap<Text<'a>, Fingerprint<'a>>>,
    #[serde(borrow)]
    pub(super) suppressions: Option<Vec<Suppression<'a>>>,
    #[serde(borrow)]
    pub(super) baseline_state: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) fixes: Option<Vec<Fix<'a>>>,
    pub(super) taxa: Option<Vec<Descriptor>>,
    #[serde(borrow)]
    pub(super) provenance: Option<Detection<'a>>,
    pub(super) properties: Option<Properties>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(borrow)]
    pub(super) physical_location: Option<Physical<'a>>,
    #[serde(borrow)]
    pub(super) logical_locations: Option<Vec<Logical<'a>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Physical<'a> {
    #[serde(borrow)]
    pub(super) artifact_location: Option<Address<'a>>,
    pub(super) region: Option<Region>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Address<'a> {
    #[serde(borrow)]
    pub(super) uri: Option<Text<'a>>,
}

/// The lines of a region; the text in it is not read, it may hold a secret.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Logical<'a> {
    #[serde(borrow)]
    pub(super) fully_qualified_name: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

/// A text, or what some tools write instead: an object with a `value`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Fingerprint<'a> {
    #[serde(borrow)]
    Text(Text<'a>),
    Nested {
        #[serde(borrow)]
        value: Text<'a>,
    },
    Other(serde::de::IgnoredAny),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Suppression<'a> {
    #[serde(borrow)]
    pub(super) status: Option<Text<'a>>,
    /// The name `status` had in drafts.
    #[serde(borrow)]
    pub(super) state: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fix<'a> {
    #[serde(borrow)]
    pub(super) description: Option<Message<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Detection<'a> {
    #[serde(borrow)]
    pub(super) first_detection_time_utc: Option<Text<'a>>,
}
