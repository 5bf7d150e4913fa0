//! One result of a report: a target, its packages and what was found in it.

use yagura_model::{
    asset::LocalAsset,
    coverage::{ObservationKind, ObservationKinds},
    finding::{Disposition, FindingSeen},
    record::{DropReason, Outcome, Place, Record},
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use super::{
    shape::{Licence, Misconfiguration, Modified, ModifiedKind, Package, Secret, Vulnerability},
    statement::{self, Scope},
};
use crate::{
    error::ParseError,
    json::{JsonReader, Next, Raw},
    sink::Sink,
};

const OPEN: Disposition = Disposition::Open;

/// Where the lists of one result stand.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) place: Place,
    pub(super) target: String,
    pub(super) class: String,
    packages: Option<Place>,
    vulnerabilities: Option<Place>,
    misconfigurations: Option<Place>,
    has_summary: bool,
    secrets: Option<Place>,
    licences: Option<Place>,
    modified: Option<Place>,
}

impl Parts {
    /// What was looked at, by the class of the result and the lists in it.
    pub(super) fn kinds(&self) -> ObservationKinds {
        let mut kinds = ObservationKinds::NONE;
        let mut see = |seen: bool, kind| {
            if seen {
                kinds = kinds.with(kind);
            }
        };
        let packages = matches!(self.class.as_str(), "os-pkgs" | "lang-pkgs");
        let old = self.class.is_empty();
        see(packages || old || self.vulnerabilities.is_some(), ObservationKind::Vulnerability);
        see(self.packages.is_some(), ObservationKind::SoftwareInventory);
        let configuration =
            self.class == "config" || self.has_summary || self.misconfigurations.is_some();
        see(configuration, ObservationKind::Configuration);
        see(self.class == "secret" || self.secrets.is_some(), ObservationKind::Secret);
        let licences = matches!(self.class.as_str(), "license" | "license-file");
        see(licences || self.licences.is_some(), ObservationKind::Licence);
        kinds
    }

    /// The list of a key.
    fn list(&mut self, key: &str) -> Option<&mut Option<Place>> {
        Some(match key {
            "Packages" => &mut self.packages,
            "Vulnerabilities" => &mut self.vulnerabilities,
            "Misconfigurations" => &mut self.misconfigurations,
            "Secrets" => &mut self.secrets,
            "Licenses" => &mut self.licences,
            "ExperimentalModifiedFindings" => &mut self.modified,
            _ => return None,
        })
    }

    /// The name of an image: the target `name (family version)` of its system packages.
    pub(super) fn image(&self) -> Option<&str> {
        let (name, system) = self.target.rsplit_once(" (")?;
        (system.ends_with(')') && !name.is_empty()).then_some(name)
    }
}

/// The place of the list that stands next; `None` for `null`.
pub(super) fn list(json: &mut JsonReader<'_>) -> Result<Option<Place>, ParseError> {
    let is_null = json.peek()? == Next::Scalar;
    let place = json.skip()?;
    Ok((!is_null).then_some(place))
}

/// Stops at each element of a list.
pub(super) fn elements(
    json: &mut JsonReader<'_>,
    place: Place,
    mut each: impl FnMut(&mut JsonReader<'_>) -> Result<(), ParseError>,
) -> Result<(), ParseError> {
    json.go_to(place.start)?;
    json.enter(Next::Array)?;
    let mut first = true;
    while json.element(first)? {
        first = false;
        each(json)?;
    }
    Ok(())
}

/// The result that stands next, without the elements of its lists.
pub(super) fn parts(json: &mut JsonReader<'_>) -> Result<Parts, ParseError> {
    let mut parts = Parts::default();
    json.peek()?;
    let start = json.position();
    json.enter(Next::Object)?;
    let mut first = true;
    while let Some(key) = json.key(first)? {
        first = false;
        match key.as_str() {
            "Target" => parts.target = json.read::<Option<String>>()?.unwrap_or_default(),
            "Class" => parts.class = json.read::<Option<String>>()?.unwrap_or_default(),
            "MisconfSummary" => {
                parts.has_summary = json.peek()? == Next::Object;
                json.skip()?;
            }
            _ => match parts.list(&key) {
                Some(part) => {
                    json.once(part.is_some(), &key)?;
                    *part = list(json)?;
                }
                None => {
                    json.skip()?;
                }
            },
        }
    }
    parts.place = Place { start, end: json.position() };
    Ok(parts)
}

/// Takes over what a result holds.
pub(super) fn take(
    json: &mut JsonReader<'_>,
    parts: &Parts,
    asset: LocalAsset,
    kubernetes: bool,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let scope = Scope { target: &parts.target, class: &parts.class, kubernetes };
    let listed = parts.packages.is_some();
    if let Some(place) = parts.packages {
        elements(json, place, |json| {
            if let Ok(package) = json.value()?.read::<Package<'_>>()?
                && !package.name.is_empty()
            {
                sink.software(package.software(asset))?;
            }
            Ok(())
        })?;
    }
    if let Some(place) = parts.vulnerabilities {
        let mut last = (String::new(), String::new());
        elements(json, place, |json| {
            let raw = json.value()?;
            let read = raw.read::<Vulnerability<'_>>()?;
            if let Ok(read) = &read
                && !listed
                && !read.package.is_empty()
                && (last.0 != *read.package || last.1 != *read.version)
            {
                // Vulnerabilities of one package stand together.
                last = (read.package.to_string(), read.version.to_string());
                sink.software(read.software(asset))?;
            }
            let outcome =
                read.as_ref().map(|read| statement::vulnerability(read, &scope, OPEN).map(one));
            give(outcome, &raw, asset, sink)
        })?;
    }
    if let Some(place) = parts.misconfigurations {
        elements(json, place, |json| {
            let raw = json.value()?;
            let read = raw.read::<Misconfiguration<'_>>()?;
            let outcome = read.as_ref().map(|read| statement::misconfiguration(read, &scope, OPEN));
            give(outcome, &raw, asset, sink)
        })?;
    }
    if let Some(place) = parts.secrets {
        elements(json, place, |json| {
            let raw = json.value()?;
            let read = raw.read::<Secret<'_>>()?;
            let outcome = read.as_ref().map(|read| statement::secret(read, &scope, OPEN).map(one));
            give(outcome, &raw, asset, sink)
        })?;
    }
    if let Some(place) = parts.licences {
        elements(json, place, |json| {
            let raw = json.value()?;
            let read = raw.read::<Licence<'_>>()?;
            let outcome = read.as_ref().map(|read| statement::licence(read, &scope, OPEN).map(one));
            give(outcome, &raw, asset, sink)
        })?;
    }
    if let Some(place) = parts.modified {
        elements(json, place, |json| {
            let raw = json.value()?;
            modified(&raw, &scope, asset, sink)
        })?;
    }
    Ok(())
}

/// A finding Trivy was told to leave out.
fn modified(
    raw: &Raw<'_>,
    scope: &Scope<'_>,
    asset: LocalAsset,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let kind = match raw.read::<ModifiedKind<'_>>()? {
        Ok(kind) => kind,
        Err(message) => return give(Err(&message), raw, asset, sink),
    };
    let disposition = match &*kind.status {
        "not_affected" | "fixed" => Disposition::NotAffected,
        _ => Disposition::Accepted,
    };
    match &*kind.kind {
        "vulnerability" => {
            let read = raw.read::<Modified<Vulnerability<'_>>>()?;
            let outcome = read
                .as_ref()
                .map(|it| statement::vulnerability(&it.finding, scope, disposition).map(one));
            give(outcome, raw, asset, sink)
        }
        "misconfiguration" => {
            let read = raw.read::<Modified<Misconfiguration<'_>>>()?;
            let outcome = read
                .as_ref()
                .map(|it| statement::misconfiguration(&it.finding, scope, disposition));
            give(outcome, raw, asset, sink)
        }
        "secret" => {
            let read = raw.read::<Modified<Secret<'_>>>()?;
            let outcome =
                read.as_ref().map(|it| statement::secret(&it.finding, scope, disposition).map(one));
            give(outcome, raw, asset, sink)
        }
        "license" => {
            let read = raw.read::<Modified<Licence<'_>>>()?;
            let outcome = read
                .as_ref()
                .map(|it| statement::licence(&it.finding, scope, disposition).map(one));
            give(outcome, raw, asset, sink)
        }
        other => {
            let message = format!("a finding of the unknown type `{other}`");
            give(Err(&message), raw, asset, sink)
        }
    }
}

fn one(finding: FindingSeen<'_>) -> Outcome<'_> {
    Outcome::Findings(vec![finding])
}

/// Gives a record: what was made of it, or why nothing was.
fn give(
    outcome: Result<Option<Outcome<'_>>, &String>,
    raw: &Raw<'_>,
    asset: LocalAsset,
    sink: &mut dyn Sink,
) -> Result<(), ParseError> {
    let (reason, detail) = match outcome {
        Ok(Some(outcome)) => {
            sink.record(Record { place: raw.place, asset: Some(asset), outcome })?;
            return Ok(());
        }
        Ok(None) => (DropReason::NoCheck, "a record without an id".to_owned()),
        Err(message) => (DropReason::Malformed, message.clone()),
    };
    let at = format!("byte {}", raw.place.start);
    sink.warn(Warning { code: WarningCode::DroppedRecord, at, detail })?;
    let outcome = Outcome::Dropped(reason);
    sink.record(Record { place: raw.place, asset: None, outcome })?;
    Ok(())
}

impl Package<'_> {
    fn software(&self, asset: LocalAsset) -> SoftwareSeen<'_> {
        let mut version = String::new();
        if self.epoch != 0 {
            version = format!("{}:", self.epoch);
        }
        version.push_str(&self.version);
        if !self.release.is_empty() {
            version = format!("{version}-{}", &*self.release);
        }
        SoftwareSeen {
            asset,
            name: (&*self.name).into(),
            version: version.into(),
            purl: self.identifier.as_ref().and_then(|it| it.purl.as_deref()).map(Into::into),
            cpe: None,
            vendor: self.maintainer.as_deref().filter(|it| !it.is_empty()).map(Into::into),
        }
    }
}

impl Vulnerability<'_> {
    fn software(&self, asset: LocalAsset) -> SoftwareSeen<'_> {
        SoftwareSeen {
            asset,
            name: (&*self.package).into(),
            version: (&*self.version).into(),
            purl: self.purl().map(Into::into),
            cpe: None,
            vendor: None,
        }
    }
}
