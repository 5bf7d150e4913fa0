//! The events of a bill of materials, the same for both its syntaxes.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use yagura_model::{
    asset::{AssetSeen, LocalAsset},
    attribute::{Attribute, names},
    coverage::{CheckSet, CoverageSeen, ObservationKind, ObservationKinds},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::{DropReason, Outcome, Place, Record},
    report::ReportHead,
    software::SoftwareSeen,
    warning::{Warning, WarningCode},
};

use super::{
    check::{Version, is_serial_number},
    document::{Component, Metadata, Named, Service, Vulnerability},
    statement,
    targets::{Target, Targets, display_name, element},
};
use crate::{
    error::{ErrorCode, ParseError},
    sink::Sink,
    time,
};

const ASSET: LocalAsset = LocalAsset(0);

/// Name of the asset of a bill that says neither what it is about nor which bill it is.
const UNNAMED: &str = "unnamed bill of materials";

/// Gives the events of one bill to a sink.
pub(super) struct Bill<'s> {
    sink: &'s mut dyn Sink,
    pub(super) version: Version,
    pub(super) targets: Targets,
    name: String,
    class: AssetClass,
    place: Place,
    has_components: bool,
    has_vulnerabilities: bool,
}

impl<'s> Bill<'s> {
    /// A bill of a version of the specification.
    ///
    /// # Errors
    /// `Version` if it is none of those that are read.
    pub(super) fn new(
        sink: &'s mut dyn Sink,
        version: &str,
        at: impl FnOnce() -> String,
    ) -> Result<Self, ParseError> {
        let Some(version) = Version::read(version).filter(|read| read.major == 1) else {
            let message = format!("CycloneDX `{version}` is not read, only 1.0 to 1.6 are");
            return Err(ParseError::at(ErrorCode::Version, at(), message));
        };
        if version > Version::NEWEST {
            let detail = format!("CycloneDX {}.{}", version.major, version.minor);
            sink.warn(Warning { code: WarningCode::UntestedVersion, at: at(), detail })?;
        }
        Ok(Self {
            sink,
            version,
            targets: Targets::default(),
            name: String::new(),
            class: AssetClass::Application,
            place: Place::default(),
            has_components: false,
            has_vulnerabilities: false,
        })
    }

    /// Gives the head and the asset.
    ///
    /// # Errors
    /// `Invalid` if the specification forbids what stands there.
    pub(super) fn start(
        &mut self,
        serial: Option<&str>,
        metadata: &Metadata<'_>,
        place: Place,
        zone: &TimeZone,
    ) -> Result<(), ParseError> {
        let serial = serial.filter(|serial| !serial.is_empty());
        if let Some(serial) = serial.filter(|serial| !is_serial_number(serial)) {
            let message = format!("`{serial}` is not `urn:uuid:` with a UUID");
            return Err(ParseError::at(ErrorCode::Invalid, "serialNumber", message));
        }
        self.version
            .metadata(metadata)
            .map_err(|complaint| complaint.refusal(place.start, "metadata"))?;
        let observed_at = self.observed_at(metadata, place, zone)?;
        let tool = metadata.tools().next();
        let root = metadata.component.as_ref();
        self.sink.head(ReportHead {
            tool: tool.and_then(|tool| tool.name.as_deref()).unwrap_or("cyclonedx").into(),
            tool_version: tool.and_then(|tool| tool.version.as_deref()).map(Cow::from),
            observed_at,
            title: root.map(|root| Target::whole(root).title.to_string().into()),
        })?;
        self.name = match root {
            Some(root) => display_name(root),
            None => serial.unwrap_or(UNNAMED).to_owned(),
        };
        self.place = place;
        self.root(root)?;
        for nested in root.iter().flat_map(|root| root.components.iter().flatten()) {
            self.has_components = true;
            self.take(nested)?;
        }
        Ok(())
    }

    fn observed_at(
        &mut self,
        metadata: &Metadata<'_>,
        place: Place,
        zone: &TimeZone,
    ) -> Result<Option<jiff::Timestamp>, ParseError> {
        let Some(text) = metadata.timestamp.as_deref() else { return Ok(None) };
        let at = || format!("byte {}, metadata.timestamp", place.start);
        let Some(read) = time::read(text, zone) else {
            let message = format!("`{text}` is not a date with a time");
            return Err(ParseError::at(ErrorCode::Invalid, at(), message));
        };
        if !read.zoned {
            let code = WarningCode::TimeWithoutZone;
            self.sink.warn(Warning { code, at: at(), detail: text.to_owned() })?;
        }
        Ok(Some(read.at))
    }

    /// Gives the asset the bill is about.
    fn root(&mut self, root: Option<&Component<'_>>) -> Result<(), ParseError> {
        let version = root.and_then(|root| root.version.as_deref()).unwrap_or_default();
        let digest = version.starts_with("sha256:");
        self.class = match root.and_then(|root| root.kind.as_deref()) {
            Some("container") => AssetClass::Image,
            Some("device" | "operating-system") => AssetClass::Device,
            _ => AssetClass::Application,
        };
        let mut identifiers = Vec::new();
        if let Some(root) = root {
            self.targets.offer(root.reference.as_ref(), || Target::whole(root));
            identifiers.extend(Identifier::new(IdentifierKind::Artefact, self.name.clone()));
            let digests = digest.then(|| version.to_owned()).or_else(|| image_digest(root));
            identifiers.extend(digests.and_then(|it| Identifier::new(IdentifierKind::Digest, it)));
        }
        let attribute = if digest { None } else { Attribute::new("x.version", version) };
        self.asset(identifiers, attribute.into_iter().collect())
    }

    fn asset(
        &mut self,
        identifiers: Vec<Identifier<'_>>,
        attributes: Vec<Attribute<'_>>,
    ) -> Result<(), ParseError> {
        self.sink.asset(AssetSeen {
            local: ASSET,
            class: self.class,
            name: self.name.as_str().into(),
            stable_id: Some(self.name.as_str().into()),
            identifiers,
            attributes,
            relations: Vec::new(),
            observed_at: None,
            place: self.place,
        })?;
        Ok(())
    }

    /// Notes that the bill has a list of components, be it empty.
    pub(super) fn lists_components(&mut self) {
        self.has_components = true;
    }

    /// Notes that the bill has a list of vulnerabilities, be it empty.
    pub(super) fn lists_vulnerabilities(&mut self) {
        self.has_vulnerabilities = true;
    }

    /// Checks a component and what is nested in it, and takes them over as software.
    ///
    /// # Errors
    /// `Invalid` if the specification forbids what stands there.
    pub(super) fn component(
        &mut self,
        component: &Component<'_>,
        start: u64,
        path: impl FnOnce() -> String,
    ) -> Result<(), ParseError> {
        self.version.component(component).map_err(|complaint| complaint.refusal(start, &path()))?;
        self.take(component)
    }

    /// What is excluded is not part of the thing; devices, data and cryptographic assets are no
    /// software.
    fn take(&mut self, component: &Component<'_>) -> Result<(), ParseError> {
        let kind = component.kind.as_deref().unwrap_or_default();
        let software = !matches!(kind, "device" | "data" | "cryptographic-asset")
            && component.scope.as_deref() != Some("excluded");
        if software {
            let vendor = named(component.supplier.as_ref())
                .or_else(|| named(component.manufacturer.as_ref()))
                .or_else(|| filled(component.publisher.as_deref()));
            self.sink.software(SoftwareSeen {
                asset: ASSET,
                name: display_name(component).into(),
                version: component.version.as_deref().unwrap_or_default().into(),
                purl: filled(component.purl.as_deref()),
                cpe: filled(component.cpe.as_deref()),
                vendor,
            })?;
        }
        if kind == "operating-system" {
            let name = component.name.as_deref().unwrap_or_default();
            let version = component.version.as_deref().unwrap_or_default();
            let attributes =
                [Attribute::new(names::OS, name), Attribute::new(names::OS_VERSION, version)];
            self.asset(Vec::new(), attributes.into_iter().flatten().collect())?;
        }
        self.targets.offer(component.reference.as_ref(), || Target::of_component(component));
        for nested in component.components.iter().flatten() {
            self.take(nested)?;
        }
        Ok(())
    }

    /// Checks a service and offers it to the vulnerabilities.
    ///
    /// # Errors
    /// `Invalid` if the specification forbids what stands there.
    pub(super) fn service(
        &mut self,
        service: &Service<'_>,
        start: u64,
        path: impl FnOnce() -> String,
    ) -> Result<(), ParseError> {
        self.version.service(service).map_err(|complaint| complaint.refusal(start, &path()))?;
        self.offer_service(service);
        Ok(())
    }

    fn offer_service(&mut self, service: &Service<'_>) {
        self.targets.offer(service.reference.as_ref(), || Target::of_service(service));
        for nested in service.services.iter().flatten() {
            self.offer_service(nested);
        }
    }

    /// Takes over a vulnerability; one that cannot be read is dropped. `inside` is the component
    /// it is nested in, if it is.
    ///
    /// # Errors
    /// Only if the receiver stops.
    pub(super) fn vulnerability(
        &mut self,
        read: Result<&Vulnerability<'_>, String>,
        inside: Option<&Target>,
        place: Place,
    ) -> Result<(), ParseError> {
        self.has_vulnerabilities = true;
        let vulnerability = match read {
            Ok(vulnerability) => vulnerability,
            Err(message) => return self.drop_record(DropReason::Malformed, message, place),
        };
        let mut words = Vec::new();
        let Some(check) = statement::check(vulnerability, |word| words.push(word.to_owned()))
        else {
            let message = "a vulnerability without `id` and `bom-ref`".to_owned();
            return self.drop_record(DropReason::NoCheck, message, place);
        };
        for word in words {
            self.warn(WarningCode::UnknownSeverity, place, word)?;
        }
        let analysis = vulnerability.analysis.as_ref();
        if let Some(state) = analysis.filter(|it| !statement::is_known_state(it)) {
            let detail = format!("analysis state `{}`", state.state.as_deref().unwrap_or_default());
            self.warn(WarningCode::UnreadableValue, place, detail)?;
        }
        let outcome = if analysis.is_some_and(statement::is_resolved) {
            Outcome::Pass(check)
        } else {
            let affects = vulnerability.affects.as_deref().unwrap_or_default();
            let mut statements = Vec::with_capacity(affects.len().max(1));
            if affects.is_empty() {
                let whole = Target::default();
                let target = inside.unwrap_or(&whole);
                statements.push(statement::statement(check, target, None, analysis));
            } else {
                for affected in affects {
                    let found = self.targets.get(&affected.reference).cloned();
                    let target = match found {
                        Some(target) => target,
                        None => {
                            let detail = affected.reference.to_string();
                            self.warn(WarningCode::DanglingReference, place, detail)?;
                            Target::unknown(&element(&affected.reference))
                        }
                    };
                    let check = check.clone();
                    statements.push(statement::statement(check, &target, Some(affected), analysis));
                }
            }
            Outcome::Findings(statements)
        };
        self.sink.record(Record { place, asset: Some(ASSET), outcome })?;
        Ok(())
    }

    fn drop_record(
        &mut self,
        reason: DropReason,
        message: String,
        place: Place,
    ) -> Result<(), ParseError> {
        self.warn(WarningCode::DroppedRecord, place, message)?;
        let outcome = Outcome::Dropped(reason);
        self.sink.record(Record { place, asset: None, outcome })?;
        Ok(())
    }

    fn warn(&mut self, code: WarningCode, place: Place, detail: String) -> Result<(), ParseError> {
        let at = format!("byte {}", place.start);
        self.sink.warn(Warning { code, at, detail })?;
        Ok(())
    }

    /// Gives what the bill covered.
    ///
    /// # Errors
    /// Only if the receiver stops.
    pub(super) fn finish(self) -> Result<(), ParseError> {
        let mut kinds = ObservationKinds::NONE;
        if self.has_components {
            kinds = kinds.with(ObservationKind::SoftwareInventory);
        }
        if self.has_vulnerabilities {
            kinds = kinds.with(ObservationKind::Vulnerability);
        }
        // A list of vulnerabilities without components is an opinion on those it names (VEX).
        let checks = if self.has_components { CheckSet::All } else { CheckSet::Named(Vec::new()) };
        self.sink.coverage(CoverageSeen {
            asset: ASSET,
            kinds,
            credentialed: None,
            checks,
            observed_at: None,
        })?;
        Ok(())
    }
}

fn filled(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.filter(|text| !text.is_empty()).map(Cow::Borrowed)
}

fn named<'c>(organisation: Option<&'c Named<'_>>) -> Option<Cow<'c, str>> {
    filled(organisation?.name.as_deref())
}

/// The digest in the package URL of an image: `pkg:oci/app@sha256%3A…`.
fn image_digest(root: &Component<'_>) -> Option<String> {
    let purl = root.purl.as_deref()?.strip_prefix("pkg:oci/")?;
    let (_, version) = purl.split('?').next()?.rsplit_once('@')?;
    let digest = version.replace("%3A", ":").replace("%3a", ":");
    digest.starts_with("sha256:").then_some(digest)
}
