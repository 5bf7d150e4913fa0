//! Users, groups and operations on them as SCIM writes them.

use serde::Deserialize;

use crate::lenient::{Flag, Many, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Operation<'a> {
    pub(super) method: Text<'a>,
    pub(super) data: Option<Resource<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Resource<'a> {
    pub(super) schemas: Many<Text<'a>>,
    pub(super) id: Text<'a>,
    pub(super) external_id: Text<'a>,
    pub(super) user_name: Text<'a>,
    pub(super) name: Name<'a>,
    pub(super) display_name: Text<'a>,
    pub(super) title: Text<'a>,
    pub(super) user_type: Text<'a>,
    pub(super) active: Flag,
    pub(super) emails: Many<Value<'a>>,
    pub(super) groups: Many<Value<'a>>,
    pub(super) roles: Many<Value<'a>>,
    pub(super) members: Many<Value<'a>>,
    pub(super) meta: Meta<'a>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    pub(super) enterprise: Enterprise<'a>,
}

/// The name; some services write it as one text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Name<'a> {
    pub(super) formatted: Text<'a>,
    pub(super) family_name: Text<'a>,
    pub(super) given_name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(super) struct Value<'a> {
    pub(super) value: Text<'a>,
    pub(super) display: Text<'a>,
    #[serde(rename = "type")]
    pub(super) kind: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Meta<'a> {
    pub(super) resource_type: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Enterprise<'a> {
    pub(super) employee_number: Text<'a>,
    pub(super) department: Text<'a>,
    pub(super) division: Text<'a>,
    pub(super) organization: Text<'a>,
    pub(super) manager: Manager<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Manager<'a> {
    pub(super) value: Text<'a>,
    pub(super) display_name: Text<'a>,
}
