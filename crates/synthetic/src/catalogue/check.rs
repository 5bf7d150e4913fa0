//! Vulnerability checks: one weakness each, as tools name it by its CVE or by their own number.

use yagura_model::severity::Severity;

use super::package::Package;
use crate::{
    chance::{Chance, Ranks},
    plan::{DAY, Plan},
};

/// A weakness of a package, and how tools tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its number in the catalogue.
    pub number: u32,
    /// The number of the package in the catalogue.
    pub package: u32,
    /// Its CVE id, made up: no CVE has a number this high.
    pub cve: String,
    /// The CVE ids a network scanner's plugin names: this one, and others that one update corrects.
    pub cves: Vec<String>,
    /// The number of the network scanner's plugin.
    pub plugin: String,
    /// One line for people.
    pub title: String,
    /// The title of the plugin.
    pub plugin_title: String,
    /// CVSS vector.
    pub vector: &'static str,
    /// The step of the vector's score.
    pub severity: Severity,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// When it was published, in seconds from the start.
    pub published: i64,
    /// Where it answers on the network; `None` if only a look from within sees it.
    pub service: Option<Service>,
    /// What a network scanner prints, of the package's two versions.
    pub outputs: [String; 2],
    /// How to correct it.
    pub solution: String,
    /// What it is about.
    pub description: &'static str,
}

/// A service of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Service {
    /// Port number.
    pub port: &'static str,
    /// Name of the service.
    pub name: &'static str,
    /// The port as a location.
    pub location: &'static str,
}

const SERVICES: &[Service] = &[
    Service { port: "443", name: "www", location: "443/tcp" },
    Service { port: "80", name: "www", location: "80/tcp" },
    Service { port: "445", name: "cifs", location: "445/tcp" },
    Service { port: "22", name: "ssh", location: "22/tcp" },
    Service { port: "3389", name: "msrdp", location: "3389/tcp" },
    Service { port: "8443", name: "www", location: "8443/tcp" },
    Service { port: "161", name: "snmp", location: "161/udp" },
    Service { port: "25", name: "smtp", location: "25/tcp" },
];

/// Vectors by severity, with shares of a hundred. Their scores are those of the calculator of
/// CVSS 3.1.
const VECTORS: &[(u64, Severity, &[&str])] = &[
    (
        10,
        Severity::Critical,
        &[
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
        ],
    ),
    (
        37,
        Severity::High,
        &[
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H",
        ],
    ),
    (
        46,
        Severity::Medium,
        &[
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N",
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H",
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H",
            "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N",
        ],
    ),
    (
        7,
        Severity::Low,
        &[
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N",
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N",
            "CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N",
        ],
    ),
];

const DESCRIPTIONS: &[&str] = &[
    "The version of the package is prior to the fixed one. It is affected by a flaw in the way lengths of nested structures are checked before memory is taken for them, which can disclose memory, stop the process or let it run instructions of an attacker with the rights of the user it runs as.",
    "The version of the package is prior to the fixed one. A value of a request reaches a path of the file system without being held to its folder, so that files outside of it can be read.",
    "The version of the package is prior to the fixed one. Memory is used after it was given back when a connection ends in the middle of a handshake, which stops the process.",
    "The version of the package is prior to the fixed one. A certificate whose name holds a zero byte is accepted for another host, so that somebody in between can read what is sent.",
    "The version of the package is prior to the fixed one. Rights are checked when a session begins and not when they are used, so that a user whose rights were taken away keeps them until the session ends.",
    "The version of the package is prior to the fixed one. Text of a document is shown as part of a page without being escaped, so that it can act in the name of whoever looks at it.",
];

/// How often a check is known to be exploited, of a thousand.
const EXPLOITED: u32 = 15;

/// So many checks of the packages given, the popular ones having more of them.
pub(super) fn make(
    first: usize,
    count: usize,
    packages: &[Package],
    chance: Chance,
    plan: &Plan,
) -> Vec<Check> {
    let ranks = Ranks::new(packages.len(), 12);
    let make = |number: usize| {
        let chance = chance.at(2).at(number as u64);
        // Every package has one at least.
        let drawn = if number < packages.len() { number } else { ranks.draw(chance.at(0)) };
        let package = packages.get(drawn)?;
        Some(check(first + number, package, chance, plan))
    };
    (0..count).filter_map(make).collect()
}

fn check(number: usize, package: &Package, chance: Chance, plan: &Plan) -> Check {
    let (severity, vector) = severity(chance);
    let published = published(chance, plan);
    let year = 2025 - (-published).max(0) / (365 * DAY);
    let cve = format!("CVE-{year}-{}", 9_000_000 + number);
    let mut cves = vec![cve.clone()];
    // A plugin names what one update corrects.
    if chance.at(7).happens(120) {
        cves.push(format!("CVE-{year}-{}", 9_500_000 + number));
    }
    let name = &package.name;
    let fixed = &package.fixed;
    let [before, after] = &package.versions;
    let output = |installed: &String| match &package.path {
        Some(path) => format!(
            "Path              : {path}\n  Installed version : {installed}\n  Fixed version     : {fixed}"
        ),
        None => format!("Installed version : {installed}\n  Fixed version     : {fixed}"),
    };
    Check {
        number: number as u32,
        package: package.number,
        plugin: (190_000 + number).to_string(),
        title: format!("{name}: {}", TITLES.get(chance.at(9).below(6) as usize).unwrap_or(&"")),
        plugin_title: format!("{name} < {fixed} ({cve})"),
        cve,
        cves,
        vector,
        severity,
        exploited: chance.at(5).happens(EXPLOITED),
        published,
        service: chance.at(6).happens(180).then(|| chance.at(8).pick(SERVICES)),
        outputs: [output(before), output(after)],
        solution: format!("Update {name} to version {fixed} or later."),
        description: DESCRIPTIONS.get(chance.at(9).below(6) as usize).copied().unwrap_or_default(),
    }
}

const TITLES: &[&str] = &[
    "length of nested structures is not checked",
    "path is not held to its folder",
    "memory is used after it was given back",
    "certificate is accepted for another host",
    "rights are kept until the session ends",
    "text of a document acts on a page",
];

fn severity(chance: Chance) -> (Severity, &'static str) {
    let mut point = chance.at(3).below(100);
    for (share, severity, vectors) in VECTORS {
        match point.checked_sub(*share) {
            None => return (*severity, chance.at(4).pick(vectors)),
            Some(rest) => point = rest,
        }
    }
    (Severity::Medium, "")
}

/// Most were published in the four years before the start, one in ten while the plan runs.
fn published(chance: Chance, plan: &Plan) -> i64 {
    let chance = chance.at(10);
    if chance.happens(100) {
        return chance.at(0).below(u64::from(plan.days).max(1)) as i64 * DAY;
    }
    -(chance.at(0).below(4 * 365) as i64 + 1) * DAY
}
