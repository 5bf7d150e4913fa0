//! Checks: definitions the lake knows are found again, new and changed ones are written.

use std::collections::HashMap;

use yagura_lake::{LakeError, rows::CheckRow};
use yagura_model::{coverage::ObservationKind, id::CheckKey};

use super::{hash, known::KnownChecks, stage::Check, work::Work};

/// What closing a finding needs to know of its check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nature {
    pub(super) kind: Option<ObservationKind>,
    /// Whether a look without credentials sees it, if known.
    pub(super) remote: Option<bool>,
}

/// The checks of a report, beside those the lake knows.
#[derive(Debug)]
pub(super) struct Checks<'k> {
    /// Keys by the stage's number.
    pub(super) keys: Vec<CheckKey>,
    known: &'k KnownChecks,
    tool: &'k str,
    /// The nature of the checks of the report.
    natures: HashMap<CheckKey, Nature>,
    /// The checks of the report that the lake did not know.
    new: HashMap<String, CheckKey>,
}

impl Checks<'_> {
    /// The key of a check of the tool by its own id.
    pub(super) fn by_id(&self, id: &str) -> Option<CheckKey> {
        let known = || self.known.by_id(self.tool, id).map(|stored| stored.row.check);
        self.new.get(id).copied().or_else(known)
    }

    /// What closing a finding of a check needs to know, of whichever tool it is.
    pub(super) fn nature(&self, check: CheckKey) -> Option<Nature> {
        self.natures.get(&check).copied().or_else(|| self.known.nature(check))
    }
}

/// Finds or writes the definition of every check of the report.
pub(super) async fn find_or_write<'k>(work: &mut Work<'k>) -> Result<Checks<'k>, LakeError> {
    let known = work.known.checks(work.transaction).await?;
    let tool = work.tool;
    let mut checks =
        Checks { keys: Vec::new(), known, tool, natures: HashMap::new(), new: HashMap::new() };
    let stage = work.stage;
    for seen in &stage.checks {
        let before = known.by_id(tool, &seen.id);
        // Seen without credentials once, it is known to be visible without them for ever.
        let remote = if before.is_some_and(|check| check.row.remote == Some(true)) {
            Some(true)
        } else {
            seen.remote
        };
        let content = if remote == seen.remote { seen.content } else { content(seen, remote) };
        let key = match before {
            Some(check) => check.row.check,
            None => CheckKey(work.count("checks") as i32),
        };
        if before.is_none_or(|check| check.row.content != content) {
            if let Some(check) = before {
                work.changes.superseded.push(check.version());
            }
            let row = definition(seen, key, tool, remote, content);
            work.changes.checks.push(row);
        }
        checks.natures.insert(key, Nature { kind: Some(seen.kind), remote });
        if before.is_none() {
            checks.new.insert(seen.id.to_string(), key);
        }
        checks.keys.push(key);
    }
    Ok(checks)
}

fn definition(
    seen: &Check,
    check: CheckKey,
    tool: &str,
    remote: Option<bool>,
    content: i64,
) -> CheckRow {
    CheckRow {
        check,
        tool: tool.to_owned(),
        id: seen.id.to_string(),
        kind: seen.kind.number() as i8,
        title: seen.title.clone(),
        severity: seen.severity.map(|severity| severity.number() as i8),
        cves: seen.cves.clone(),
        vectors: seen.vectors.clone(),
        description: seen.description.clone(),
        remediation: seen.remediation.clone(),
        references: seen.references.clone(),
        remote,
        content,
    }
}

/// The hash of a definition by which a changed one is known.
pub(super) fn content(seen: &Check, remote: Option<bool>) -> i64 {
    let severity = [seen.severity.map_or(u8::MAX, |severity| severity.number())];
    let remote = [remote.map_or(2, u8::from)];
    let kind = [seen.kind.number()];
    let mut parts: Vec<&[u8]> = vec![
        seen.title.as_bytes(),
        &severity,
        &remote,
        &kind,
        seen.description.as_bytes(),
        seen.remediation.as_bytes(),
    ];
    for list in [&seen.cves, &seen.vectors, &seen.references] {
        parts.push(b"|");
        parts.extend(list.iter().map(String::as_bytes));
    }
    hash::short(&parts)
}
