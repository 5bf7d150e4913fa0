//! Resources of cloud accounts: what sort of thing one is, and what it is known by.
//!
//! Tools name the type of a resource in their own spelling (`AwsEc2Instance`,
//! `AWS::EC2::Instance`, `AWS_EC2_INSTANCE`, `Microsoft.Compute/virtualMachines`); they are
//! compared by their letters and digits alone. Where the type says nothing the ARN does.

use std::borrow::Cow;

use yagura_model::{
    asset::{AssetSeen, LocalAsset, Relation, RelationKind},
    attribute::{Attribute, names},
    domain::AssetClass,
    identifier::{Identifier, IdentifierKind},
    record::Place,
};

/// Known types, letters and digits in lower case.
const TYPES: &[(&str, AssetClass)] = &[
    ("awsec2instance", AssetClass::Server),
    ("ec2instance", AssetClass::Server),
    ("instance", AssetClass::Server),
    ("awsssmmanagedinstanceinventory", AssetClass::Server),
    ("microsoftcomputevirtualmachines", AssetClass::Server),
    ("virtualmachine", AssetClass::Server),
    ("computegoogleapiscominstance", AssetClass::Server),
    ("gceinstance", AssetClass::Server),
    ("vminstance", AssetClass::Server),
    ("host", AssetClass::Device),
    ("device", AssetClass::Device),
    ("endpoint", AssetClass::Device),
    ("server", AssetClass::Server),
    ("awss3bucket", AssetClass::DataStore),
    ("s3bucket", AssetClass::DataStore),
    ("bucket", AssetClass::DataStore),
    ("storagegoogleapiscombucket", AssetClass::DataStore),
    ("awsrdsdbinstance", AssetClass::DataStore),
    ("awsrdsdbcluster", AssetClass::DataStore),
    ("awsdynamodbtable", AssetClass::DataStore),
    ("awsredshiftcluster", AssetClass::DataStore),
    ("awsefsfilesystem", AssetClass::DataStore),
    ("microsoftstoragestorageaccounts", AssetClass::DataStore),
    ("azurestorageaccount", AssetClass::DataStore),
    ("microsoftsqlservers", AssetClass::DataStore),
    ("azuresqlserver", AssetClass::DataStore),
    ("sqlserver", AssetClass::DataStore),
    ("cloudsqlinstance", AssetClass::DataStore),
    ("databaseinstance", AssetClass::DataStore),
    ("awsiamuser", AssetClass::Person),
    ("awsiamrole", AssetClass::Service),
    ("serviceaccount", AssetClass::Service),
    ("iamgoogleapiscomserviceaccount", AssetClass::Service),
    ("awsiamgroup", AssetClass::Group),
    ("awsaccount", AssetClass::CloudAccount),
    ("awsecrcontainerimage", AssetClass::Image),
    ("containerimage", AssetClass::Image),
    ("image", AssetClass::Image),
    ("repository", AssetClass::Repository),
    ("coderepository", AssetClass::Repository),
];

/// What sort of thing a resource is, by its type and else by its id.
pub fn class(kind: &str, uid: &str) -> AssetClass {
    if is_account(uid) {
        return AssetClass::CloudAccount;
    }
    let spelled: String =
        kind.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if let Some((_, class)) = TYPES.iter().find(|(name, _)| *name == spelled) {
        return *class;
    }
    match Arn::of(uid) {
        Some(arn) => match (arn.service, arn.resource_kind()) {
            ("ec2", "instance") => AssetClass::Server,
            ("s3", _) | ("rds", "db" | "cluster") | ("dynamodb", "table") => AssetClass::DataStore,
            ("iam", "user") => AssetClass::Person,
            ("iam", "role") => AssetClass::Service,
            ("iam", "group") => AssetClass::Group,
            ("ecr", "repository") if arn.resource.contains("sha256:") => AssetClass::Image,
            _ => AssetClass::CloudResource,
        },
        None => AssetClass::CloudResource,
    }
}

/// Whether an id is that of an account itself: `arn:aws:iam::111122223333:root`,
/// `AWS::::Account:111122223333`.
pub fn is_account(uid: &str) -> bool {
    uid.starts_with("AWS::::Account:")
        || uid.ends_with(":root") && Arn::of(uid).is_some_and(|arn| arn.service == "iam")
}

/// Whether an id names one resource in the whole world: an ARN, an Azure resource id, a GCP link,
/// an Oracle id, an EC2 instance id, a UUID.
pub fn is_global(uid: &str) -> bool {
    const PREFIXES: &[&str] =
        &["arn:", "/subscriptions/", "projects/", "//", "https://", "ocid1.", "AWS::::Account:"];
    PREFIXES.iter().any(|prefix| uid.starts_with(prefix)) || is_instance_id(uid) || is_uuid(uid)
}

fn is_instance_id(uid: &str) -> bool {
    let hex = |rest: &str| rest.len() >= 8 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    ["i-", "mi-"].iter().any(|prefix| uid.strip_prefix(prefix).is_some_and(hex))
}

fn is_uuid(uid: &str) -> bool {
    uid.len() == 36
        && uid.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// One resource as a report names it; what is not said is empty.
#[derive(Debug, Default, Clone, Copy)]
pub struct Resource<'a> {
    /// The id the report gives it.
    pub uid: &'a str,
    /// Its type, in the tool's spelling.
    pub kind: &'a str,
    /// The name shown to people.
    pub name: &'a str,
    /// The account, subscription or project it is in.
    pub account: &'a str,
    /// Its region.
    pub region: &'a str,
    /// Whose cloud it is: `aws`, `azure`, `gcp` …
    pub provider: &'a str,
}

impl<'a> Resource<'a> {
    /// Whether it is the whole account.
    fn is_account(&self) -> bool {
        self.uid.is_empty() || self.uid == self.account || is_account(self.uid)
    }

    /// What tells it from the other resources of a report; `None` if nothing does.
    pub fn key(&self) -> Option<[&'a str; 3]> {
        if self.is_account() {
            let account = if self.account.is_empty() { self.uid } else { self.account };
            return (!account.is_empty()).then_some(["", account, ""]);
        }
        Some(if is_global(self.uid) {
            [self.uid, "", ""]
        } else {
            [self.uid, self.account, self.kind]
        })
    }

    /// Where a rule's outcome stands: the region, where the id does not tell regions apart.
    pub fn location(&self) -> &'a str {
        if self.is_account() || !is_global(self.uid) { self.region } else { "" }
    }

    /// The resource as an asset.
    pub fn asset(&self, local: LocalAsset, place: Place) -> AssetSeen<'a> {
        let is_account = self.is_account();
        let account = Some(self.account).filter(|account| !account.is_empty());
        let class = if is_account { AssetClass::CloudAccount } else { class(self.kind, self.uid) };
        let identifiers = identifiers(class, self.uid, account);
        let stable_id = match identifiers.first() {
            Some(first) if is_account => first.value.clone(),
            _ if is_global(self.uid) => Cow::Borrowed(self.uid),
            _ => {
                let parts = [self.account, self.kind, self.uid];
                let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                Cow::Owned(parts.join("/"))
            }
        };
        let short = self.uid.rsplit('/').next().unwrap_or(self.uid);
        let name = match self.name {
            "" if is_account => stable_id.clone(),
            "" => Cow::Borrowed(short),
            name => Cow::Borrowed(name),
        };
        let region = if is_account { "" } else { self.region };
        let attributes = [
            Attribute::new(names::PLACE, region),
            Attribute::new(names::CLOUD_SERVICE, self.provider),
            Attribute::new("x.resource_type", if is_account { "" } else { self.kind }),
        ];
        let hosted_on = account.filter(|_| !is_account).map(|account| Relation {
            kind: RelationKind::HostedOn,
            target: Cow::Borrowed(account),
            from: None,
            to: None,
        });
        AssetSeen {
            local,
            class,
            name,
            stable_id: Some(stable_id),
            identifiers,
            attributes: attributes.into_iter().flatten().collect(),
            relations: hosted_on.into_iter().collect(),
            observed_at: None,
            place,
        }
    }
}

/// What a resource is known by: its id if that is worldwide, the instance id inside an ARN, the
/// bucket, the image's digest, the account.
pub fn identifiers<'a>(
    class: AssetClass,
    uid: &'a str,
    account: Option<&'a str>,
) -> Vec<Identifier<'a>> {
    let arn = Arn::of(uid);
    let mut found = Vec::new();
    if class == AssetClass::CloudAccount {
        let id = account
            .or_else(|| uid.strip_prefix("AWS::::Account:"))
            .or_else(|| arn.as_ref().map(|arn| arn.account).filter(|id| !id.is_empty()))
            .unwrap_or(uid);
        found.extend(Identifier::new(IdentifierKind::CloudAccount, id));
        return found;
    }
    if is_global(uid) && !is_uuid(uid) {
        found.extend(Identifier::new(IdentifierKind::CloudInstance, uid));
    }
    if let Some(arn) = &arn {
        let name = arn.name();
        match class {
            AssetClass::Server if is_instance_id(name) => {
                found.extend(Identifier::new(IdentifierKind::CloudInstance, name));
            }
            AssetClass::DataStore if arn.service == "s3" => {
                found.extend(Identifier::new(IdentifierKind::Store, name));
            }
            AssetClass::Image => found.extend(digest(uid)),
            _ => {}
        }
    } else if class == AssetClass::Image {
        found.extend(digest(uid));
    }
    found
}

/// The content digest inside the id of an image.
fn digest(uid: &str) -> Option<Identifier<'_>> {
    let hex: &str = uid.split("sha256:").nth(1)?.split(['/', '@', '?']).next()?;
    Identifier::new(IdentifierKind::Digest, Cow::Owned(format!("sha256:{hex}")))
}

/// The parts of an Amazon Resource Name:
/// `arn:partition:service:region:account:kind/name` or `…:kind:name` or `…:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `ec2`, `s3`, `iam` …
    pub service: &'a str,
    /// Empty for what is in no region.
    pub region: &'a str,
    /// Empty where the resource is in no account's name space.
    pub account: &'a str,
    /// All behind the account.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of a text, if it is an ARN.
    pub fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        (parts.next()? == "arn").then_some(())?;
        parts.next()?;
        Some(Self {
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The kind of resource, empty if the ARN does not say it.
    pub fn resource_kind(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or("", |(kind, _)| kind)
    }

    /// The resource without its kind.
    pub fn name(&self) -> &'a str {
        self.resource.split_once(['/', ':']).map_or(self.resource, |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::{class, identifiers};
    use yagura_model::domain::AssetClass;

    fn check(kind: &str, uid: &str, expected: AssetClass, known_by: &[&str]) {
        let class = class(kind, uid);
        let found: Vec<String> = identifiers(class, uid, None)
            .iter()
            .map(|identifier| format!("{}={}", identifier.kind, identifier.value))
            .collect();
        assert_eq!((class, found.as_slice()), (expected, known_by.map_owned().as_slice()), "{uid}");
    }

    trait MapOwned {
        fn map_owned(&self) -> Vec<String>;
    }
    impl MapOwned for [&str] {
        fn map_owned(&self) -> Vec<String> {
            self.iter().map(|text| (*text).to_owned()).collect()
        }
    }

    #[test]
    fn types_and_arns_say_what_a_resource_is() {
        let instance = "arn:aws:ec2:ap-northeast-1:111122223333:instance/i-0123456789abcdef0";
        let by_both = [&format!("cloud_instance={instance}"), "cloud_instance=i-0123456789abcdef0"];
        for kind in ["AwsEc2Instance", "AWS::EC2::Instance", "AWS_EC2_INSTANCE", ""] {
            check(kind, instance, AssetClass::Server, &by_both);
        }
        check(
            "AwsS3Bucket",
            "arn:aws:s3:::records.example",
            AssetClass::DataStore,
            &["cloud_instance=arn:aws:s3:::records.example", "store=records.example"],
        );
        check(
            "Other",
            "arn:aws:iam::111122223333:root",
            AssetClass::CloudAccount,
            &["cloud_account=111122223333"],
        );
        check(
            "AwsAccount",
            "AWS::::Account:111122223333",
            AssetClass::CloudAccount,
            &["cloud_account=111122223333"],
        );
        check(
            "",
            "arn:aws:iam::111122223333:user/hanako",
            AssetClass::Person,
            &["cloud_instance=arn:aws:iam::111122223333:user/hanako"],
        );
        check(
            "AwsEcrContainerImage",
            "arn:aws:ecr:us-east-1:111122223333:repository/app/sha256:ab12",
            AssetClass::Image,
            &[
                "cloud_instance=arn:aws:ecr:us-east-1:111122223333:repository/app/sha256:ab12",
                "digest=sha256:ab12",
            ],
        );
        check("Microsoft.Insights/components", "AppInsights", AssetClass::CloudResource, &[]);
        check(
            "KubernetesPod",
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            AssetClass::CloudResource,
            &[],
        );
    }
}
