//! The documented views: what `yagura query` sees.
//!
//! Each is SQL over the tables of one snapshot, at one time ([`AsOf`]) and by what the snapshot knows
//! ([`Snapshot::as_known_at`](crate::Snapshot::as_known_at)). `docs/query.md` lists their columns; a test of the engine keeps it current.

use std::collections::BTreeSet;

use yagura_model::Timestamp;

use crate::table::Table;

/// 基準日時: the time a view tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    at: Timestamp,
    present: bool,
}

impl AsOf {
    /// How things are now.
    pub fn present(now: Timestamp) -> Self {
        Self { at: now, present: true }
    }

    /// How things were at a time.
    pub fn time(at: Timestamp) -> Self {
        Self { at, present: false }
    }

    /// The time.
    pub fn at(self) -> Timestamp {
        self.at
    }
}

/// A view.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What one row is, for the documentation.
    pub row: &'static str,
    /// Its SQL over the tables and the views before it.
    pub(crate) sql: &'static str,
}

impl View {
    /// The `SELECT` that gives all of it.
    pub fn all_rows(&self) -> String {
        format!("SELECT * FROM {}", self.name)
    }

    /// The tables and views its SQL reads: what stands behind FROM and JOIN.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &'static str> {
        let words = self.sql.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| !word.is_empty());
        let before = words.clone();
        before
            .zip(words.skip(1))
            .filter(|(before, _)| matches!(*before, "FROM" | "JOIN"))
            .map(|(_, name)| name)
    }
}

/// The rows in force of a table that were there at a time.
pub(crate) fn in_force(table: Table, as_of: AsOf) -> String {
    let there = there(table, as_of).map(|there| format!(" WHERE {there}")).unwrap_or_default();
    format!("SELECT t.* FROM standing_{} t{there}", table.name())
}

/// What must hold of a row of a table that was there at a time.
fn there(table: Table, AsOf { at, present }: AsOf) -> Option<String> {
    let columns = table.file_schema();
    let has = |column: &str| columns.column_with_name(column).is_some();
    let by_then = |column: &str| format!("t.{column} <= TIMESTAMP '{at}'");
    match table {
        // By their own dates; a tree without a time shows all of its life.
        Table::Organisations if present => None,
        Table::Links | Table::Organisations => Some(format!(
            "(t.valid_from IS NULL OR {}) AND (t.valid_to IS NULL OR t.valid_to > TIMESTAMP '{at}')",
            by_then("valid_from")
        )),
        _ if present => None,
        // What was seen or said first after that time was not there yet.
        Table::Assets => Some(by_then("first_seen")),
        Table::Coverage | Table::Reports => Some(by_then("observed_at")),
        Table::Successions => Some(by_then("passed_at")),
        Table::LifeRecords => Some(by_then("since")),
        _ if has("first_seen") && has("resolved_at") => Some(format!(
            "{} AND (t.resolved_at IS NULL OR t.resolved_at > TIMESTAMP '{at}')",
            by_then("first_seen")
        )),
        _ => None,
    }
}

/// What some views stand on: views, each behind those it stands on itself, and tables.
pub(crate) fn beneath(named: &[&'static View]) -> (Vec<&'static View>, Vec<Table>) {
    let mut names: BTreeSet<&str> = named.iter().map(|view| view.name).collect();
    let mut views: Vec<&View> = Vec::new();
    for view in VIEWS.iter().rev() {
        if names.contains(view.name) {
            names.extend(view.reads());
            views.push(view);
        }
    }
    views.reverse();
    let read = |table: &Table| names.contains(format!("{}_in_force", table.name()).as_str());
    (views, Table::ALL.iter().copied().filter(read).collect())
}

/// What is open of an interval: at a time of the past the intervals were chosen already.
pub(crate) fn open(as_of: AsOf) -> &'static str {
    if as_of.present { "resolved_at IS NULL" } else { "TRUE" }
}

/// All views, in an order in which each stands on those before it. What is smaller stands first in a
/// join: it is what a join keeps in memory. `{open}` is the condition of an
/// open interval, `{m:…}` a column of what stands of an asset.
pub const VIEWS: &[View] = &[
    View {
        name: "attribute_values",
        row: "an attribute of an asset, as one source says it",
        sql: "SELECT l.asset, a.name, a.value, a.first_seen, a.subject, a.report \
              FROM links_in_force l JOIN attributes_in_force a ON a.subject = l.subject \
              WHERE {open_a} AND a.name <> 'name' AND a.name <> 'class'",
    },
    View {
        name: "identifier_values",
        row: "an identifier of an asset, as one source knows it",
        sql: "SELECT l.asset, {identifier} AS kind, i.value, i.first_seen, i.subject \
              FROM links_in_force l JOIN identifiers_in_force i ON i.subject = l.subject WHERE {open_i}",
    },
    View {
        name: "inventory",
        row: "an asset with its organisation and system",
        sql: "SELECT v.asset, coalesce({m:name}, v.name) AS name, v.domain, \
                     {class_number} AS class, \
                     coalesce({m:managed_by}, v.organisation) AS organisation, \
                     {m:used_by} AS used_by, {m:operated_by} AS operated_by, \
                     {m:part_of} AS system, {m:state} AS state, v.first_seen \
              FROM assets_in_force v LEFT JOIN masters m ON m.asset = v.asset",
    },
    View {
        name: "devices",
        row: "a device",
        sql: "SELECT v.asset, coalesce({m:name}, v.name) AS name, \
                     coalesce({m:class}, {class}) AS class, \
                     coalesce({m:managed_by}, v.organisation) AS organisation, \
                     {m:part_of} AS system, {m:os} AS os, {m:os.version} AS os_version, \
                     {m:owner} AS owner, {m:exposure} AS exposure, \
                     {m:life_cycle} AS life_cycle, {m:state} AS state, v.first_seen \
              FROM assets_in_force v LEFT JOIN masters m ON m.asset = v.asset WHERE v.domain = 1",
    },
    View {
        name: "users",
        row: "an account",
        sql: "SELECT v.asset, coalesce({m:name}, v.name) AS name, \
                     coalesce({m:class}, {class}) AS class, \
                     coalesce({m:managed_by}, v.organisation) AS organisation, \
                     {m:account.enabled} AS enabled, {m:employment} AS employment, \
                     {m:account.mfa} AS mfa, {m:account.privileged} AS privileged, \
                     {m:account.last_login} AS last_login, {m:trained_at} AS trained_at, \
                     {m:state} AS state, v.first_seen \
              FROM assets_in_force v LEFT JOIN masters m ON m.asset = v.asset WHERE v.domain = 2",
    },
    View {
        name: "systems",
        row: "a system, application, image, cloud account or zone",
        sql: "SELECT v.asset, coalesce({m:name}, v.name) AS name, \
                     coalesce({m:class}, {class}) AS class, \
                     coalesce({m:managed_by}, v.organisation) AS organisation, \
                     {m:operated_by} AS operated_by, {m:exposure} AS exposure, \
                     {m:confidentiality} AS confidentiality, {m:integrity} AS integrity, \
                     {m:availability} AS availability, {m:assessed_at} AS assessed_at, \
                     {m:state} AS state, v.first_seen \
              FROM assets_in_force v LEFT JOIN masters m ON m.asset = v.asset WHERE v.domain = 3",
    },
    View {
        name: "data_sets",
        row: "a data set or store",
        sql: "SELECT v.asset, coalesce({m:name}, v.name) AS name, \
                     coalesce({m:class}, {class}) AS class, \
                     coalesce({m:managed_by}, v.organisation) AS organisation, \
                     {m:part_of} AS system, {m:confidentiality} AS confidentiality, \
                     {m:integrity} AS integrity, {m:availability} AS availability, \
                     {m:encrypted} AS encrypted, {m:personal_data} AS personal_data, \
                     {m:stored_at} AS stored_at, {m:state} AS state, v.first_seen \
              FROM assets_in_force v LEFT JOIN masters m ON m.asset = v.asset WHERE v.domain = 4",
    },
    View {
        name: "finding_history",
        row: "an interval of a finding, open or ended",
        sql: "SELECT l.asset, o.name AS source, o.organisation AS source_organisation, c.tool, \
                     c.id AS check_id, c.title, {kind} AS kind, c.cves, {state} AS state, \
                     {severity} AS severity, {disposition} AS disposition, f.location, \
                     f.fixed_version, f.first_seen, f.resolved_at, f.report, f.record \
              FROM sources_in_force o JOIN (checks_in_force c JOIN \
              (links_in_force l JOIN findings_in_force f ON f.subject = l.subject) \
              ON f.check = c.check) ON f.source = o.source",
    },
    View {
        name: "findings",
        row: "an open finding",
        sql: "SELECT * FROM finding_history WHERE {open}",
    },
    View {
        name: "problems",
        row: "a problem: an asset and a CVE, or an asset and a check",
        sql: "SELECT asset, problem, max(title) AS title, count(*) AS evidences, \
                     count(DISTINCT source) AS sources, min(first_seen) AS first_seen \
              FROM (SELECT *, CASE WHEN cardinality(cves) = 1 THEN cves[1] \
                    ELSE tool || ':' || check_id END AS problem FROM findings \
                    WHERE state = 'fail' AND kind <> 'detection') GROUP BY asset, problem",
    },
    View {
        name: "software",
        row: "a package or program on an asset",
        sql: "SELECT DISTINCT l.asset, p.name, p.version, p.purl, p.cpe, p.vendor \
              FROM software_in_force w JOIN links_in_force l ON w.subject = l.subject \
              JOIN (SELECT software_set, unnest(packages) AS package FROM software_sets_in_force) i \
              ON w.software_set = i.software_set \
              JOIN packages_in_force p ON i.package = p.package WHERE {open_w}",
    },
    View {
        name: "coverage",
        row: "what one report covered",
        sql: "SELECT v.report, o.name AS source, o.organisation, v.observed_at, v.kinds, v.credentialed \
              FROM coverage_in_force v JOIN sources_in_force o ON v.source = o.source",
    },
    View {
        name: "reports",
        row: "an accepted report",
        sql: "SELECT r.report, o.name AS source, r.organisation, r.name AS file, r.format, r.tool, \
                     r.tool_version, r.title, r.observed_at, r.records, r.findings, r.passes, \
                     r.not_assessed, r.facts, r.dropped, r.assets, r.digest \
              FROM reports_in_force r JOIN sources_in_force o ON r.source = o.source",
    },
    View {
        name: "checks",
        row: "the definition of a check",
        sql: "SELECT tool, id AS check_id, title, {kind_c} AS kind, cves, vectors, description, \
                     remediation FROM checks_in_force",
    },
    View {
        name: "organisations",
        row: "an organisation during an interval of its life",
        sql: "SELECT code, name_ja, name_en, parent, valid_from, valid_to FROM organisations_in_force",
    },
    View {
        name: "successions",
        row: "what an organisation answered for passed to another",
        sql: "SELECT organisation, successor, passed_at FROM successions_in_force",
    },
    View {
        name: "organisation_tree",
        row: "an organisation and one it stands under, itself at height 0",
        sql: "SELECT organisation, above, height FROM tree",
    },
    View {
        name: "scores",
        row: "a stored score",
        sql: "SELECT score, scored_at, commit, stored_at, model, master, lost_rows, open_micro, \
                     accepted_micro, unknown_micro, assets, items FROM stored_scores",
    },
    View {
        name: "score_lines",
        row: "a line of a stored score, at any level but that of assets",
        sql: "SELECT score, scored_at, level, key, name, open_micro, accepted_micro, \
                     unknown_micro, assets, items FROM stored_lines",
    },
    View {
        name: "asset_scores",
        row: "an asset of the newest stored score",
        sql: "SELECT asset, class, organisation, open_micro, accepted_micro, unknown_micro, \
                     items, score, scored_at FROM stored_assets",
    },
    View {
        name: "decisions",
        row: "what a person decided",
        sql: "SELECT decision, {decision} AS kind, decided_by, second_person, reason, decided_at, \
                     undoes FROM decisions_in_force",
    },
    View {
        name: "life_records",
        row: "a state of an asset that a person recorded",
        sql: "SELECT asset, {life} AS state, since, decision, decided_at FROM life_records_in_force",
    },
    View {
        name: "retentions",
        row: "what was deleted because it was past its retention",
        sql: "SELECT retention, decided_by, second_person, reason, decided_at, rule, rule_digest, \
                     history_since, evidence_before, deleted_rows, deleted_of, cleared_reports, \
                     cleared_bytes FROM retentions_in_force",
    },
    View {
        name: "sources",
        row: "a registered source",
        sql: "SELECT name, organisation, tool, kinds FROM sources_in_force",
    },
];
