//! Packages.

use crate::{
    chance::Chance,
    plan::{DAY, Plan},
    platform::Family,
};

/// A package, with the two versions that are installed before and after its update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its number in the catalogue.
    pub number: u32,
    /// For which machines.
    pub family: Family,
    /// Its name.
    pub name: String,
    /// Its version before and from the update on.
    pub versions: [String; 2],
    /// The version that corrects what is known of it.
    pub fixed: String,
    /// Package URLs of the two versions.
    pub purls: [String; 2],
    /// Where it lies, if no package manager of the system holds it.
    pub path: Option<String>,
    /// Who makes it.
    pub vendor: &'static str,
    /// Where a finding on it stands.
    pub location: String,
    /// Name and version, of the two versions.
    pub labels: [String; 2],
    /// When the update came, in seconds from the start; never for many.
    pub(crate) updated: i64,
}

const WORDS: &[&str] = &[
    "asagiri", "hotaru", "kagami", "kasumi", "komorebi", "kumo", "mizuumi", "nagisa", "nami",
    "oboro", "shigure", "shizuku", "sora", "suzume", "taki", "tsurara", "uzu", "yamabiko", "yuki",
    "zefu",
];

const PARTS: &[&str] = &[
    "archive", "codec", "core", "crypto", "font", "http", "image", "json", "net", "print", "proto",
    "query", "render", "shell", "store", "sync", "text", "tls", "view", "xml",
];

const VENDORS: &[&str] =
    &["Hotaru Software", "Kagami Project", "Nagisa Works", "Oboro Foundation", "Taki Labs"];

/// The `number`th package.
pub(super) fn make(number: usize, family: Family, chance: Chance, plan: &Plan) -> Package {
    let chance = chance.at(1).at(number as u64);
    let word = chance.at(0).pick(WORDS);
    let part = chance.at(1).pick(PARTS);
    let (major, minor) = (1 + chance.at(2).below(8), chance.at(3).below(20));
    let patch = chance.at(4).below(12);
    let version = |patch: u64| format!("{major}.{minor}.{patch}");
    let versions = [version(patch), version(patch + 1)];
    let (name, base, path) = match family {
        Family::Debian => {
            let name = format!("lib{word}-{part}{number}");
            (name.clone(), format!("pkg:deb/debian/{name}"), None)
        }
        Family::Rpm => {
            let name = format!("{word}-{part}{number}");
            (name.clone(), format!("pkg:rpm/rocky/{name}"), None)
        }
        Family::Windows => {
            let name = format!("{word} {part} {number}");
            let path = format!("C:/Program Files/{word}/{part}{number}/{part}.dll");
            (name, format!("pkg:generic/{word}-{part}{number}"), Some(path))
        }
        Family::Appliance | Family::Mobile => {
            let name = format!("{word}-{part}{number}");
            (name.clone(), format!("pkg:generic/{name}"), None)
        }
    };
    let purl = |version: &String| format!("{base}@{version}");
    let [before, after] = &versions;
    let updated = match chance.at(5).happens(400) {
        true => chance.at(6).below(u64::from(plan.days).max(1)) as i64 * DAY,
        false => i64::MAX,
    };
    Package {
        number: number as u32,
        family,
        purls: [purl(before), purl(after)],
        labels: [format!("{name} {before}"), format!("{name} {after}")],
        location: match &path {
            Some(path) => format!("{base}#{path}"),
            None => base.clone(),
        },
        fixed: version(patch + 2),
        name,
        versions,
        path,
        vendor: chance.at(7).pick(VENDORS),
        updated,
    }
}

impl Package {
    /// Which of the two versions is installed at a time, in seconds from the start.
    pub(crate) fn of_two<'p>(&self, two: &'p [String; 2], seconds: i64) -> &'p str {
        let [before, after] = two;
        if seconds >= self.updated { after } else { before }
    }
}
