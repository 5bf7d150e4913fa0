//! A trend for people.

use yagura_engine::score::{
    Names,
    trend::{Line, Period, Trend},
};

use super::Group;
use crate::{
    failure::Failure,
    i18n::Texts,
    output::{
        cell::{Cell, Tone},
        table::{Column, Table},
        width::Keep,
    },
    session::Session,
    words,
};

const DAY: i64 = 86_400;

/// Writes the periods, the oldest first, and what must be said of the figures.
pub(super) fn show(
    session: &mut Session,
    trend: &Trend,
    by: Group,
    names: &Names,
) -> Result<(), Failure> {
    let texts = &session.texts;
    let all = || trend.periods.iter().flat_map(|period| &period.lines);
    let (points, accepted) =
        (all().any(|line| line.open_micro.is_some()), all().any(|line| line.accepted > 0));
    let mut columns = vec![Column::whole(texts.say("column-period"))];
    if let Some(title) = title(texts, by) {
        columns.push(Column::cut(title, 12, Keep::Start));
    }
    columns.push(Column::number(texts.say("column-assets")).optional(2));
    columns.push(Column::number(texts.say("column-unobserved")));
    columns.push(Column::number(texts.say("column-open-problems")));
    if accepted {
        columns.push(Column::number(texts.say("column-accepted-problems")).optional(3));
    }
    columns.extend([
        Column::number(texts.say("column-opened")),
        Column::number(texts.say("column-reopened")),
        Column::number(texts.say("column-closed")),
        Column::number(texts.say("column-moved")).optional(1),
        Column::number(texts.say("column-median-days")),
        Column::number(texts.say("column-p90-days")),
        Column::number(texts.say("column-reopen-rate")),
    ]);
    if points {
        columns.push(Column::number(texts.say("column-trend-points")));
    }
    let figures = Figures { accepted, points };
    let mut rows = Vec::new();
    for period in &trend.periods {
        if period.lines.is_empty() {
            let mut row = vec![Cell::day(Some(period.from))];
            row.resize(columns.len(), Cell::text("-").tone(Tone::Quiet));
            rows.push(row);
        }
        for line in &period.lines {
            let key = (by != Group::Total).then(|| name(texts, by, names, &line.key));
            rows.push(figures.row(period, key, line));
        }
    }
    session.show(&Table { columns, rows, footer: None })?;
    let texts = &session.texts;
    let mut notes = vec![texts.say("trend-note-open"), texts.say("trend-note-days")];
    if all().any(|line| line.unobserved > 0) || trend.periods.iter().any(|p| p.lines.is_empty()) {
        notes.push(texts.say("trend-note-unobserved"));
    }
    if all().any(|line| line.moved != 0) {
        notes.push(texts.say("trend-note-moved"));
    }
    if by == Group::Org {
        notes.push(texts.say("score-note-organisations"));
    }
    writeln!(session.console.out())?;
    for note in notes {
        words::paragraph(session, Tone::Quiet, "", &note)?;
    }
    Ok(())
}

/// Which columns there are that not every trend has.
struct Figures {
    accepted: bool,
    points: bool,
}

impl Figures {
    fn row(&self, period: &Period, key: Option<String>, line: &Line) -> Vec<Cell> {
        let mut row = vec![Cell::day(Some(period.from))];
        row.extend(key.map(Cell::text));
        row.push(Cell::count(line.assets));
        row.push(Cell::count(line.unobserved).tone_if_any(Tone::Caution));
        row.push(Cell::count(line.open));
        row.extend(self.accepted.then(|| Cell::count(line.accepted)));
        row.push(Cell::count(line.opened));
        row.push(Cell::count(line.reopened).tone_if_any(Tone::Caution));
        row.push(Cell::count(line.closed));
        row.push(Cell::number(if line.moved == 0 {
            "0".to_owned()
        } else {
            format!("{:+}", line.moved)
        }));
        let unknown = || Cell::text("-").tone(Tone::Quiet);
        let days = |seconds: Option<i64>| match seconds {
            Some(seconds) => Cell::number(tenths(seconds, DAY)),
            None => unknown(),
        };
        row.push(days(line.remediation.map(|took| took.median_seconds)));
        row.push(days(line.remediation.map(|took| took.p90_seconds)));
        row.push(match line.reopen_rate {
            Some(share) => {
                let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
                let percent = count(share.part).saturating_mul(100);
                Cell::number(format!("{} %", tenths(percent, count(share.of))))
            }
            None => unknown(),
        });
        if self.points {
            row.push(line.open_micro.map_or_else(unknown, Cell::points));
        }
        row
    }
}

/// A quotient at one decimal, half up.
fn tenths(part: i64, of: i64) -> String {
    let (part, of) = (i128::from(part), i128::from(of.max(1)));
    let tenths = (part * 20 + of).div_euclid(of * 2);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn title(texts: &Texts, by: Group) -> Option<String> {
    match by {
        Group::Total => None,
        Group::Org => Some(texts.say("column-organisation")),
        Group::Severity => Some(texts.say("column-severity")),
        Group::Class => Some(texts.say("column-class")),
        Group::Domain => Some(texts.say("column-domain")),
    }
}

fn name(texts: &Texts, by: Group, names: &Names, key: &str) -> String {
    match by {
        Group::Total => String::new(),
        Group::Org => {
            let name = words::organisation(texts, names, key);
            if name == key { name } else { format!("{key} {name}") }
        }
        Group::Severity => texts.say(&format!("severity-{key}")),
        Group::Class => texts.say(&format!("class-{key}")),
        Group::Domain => texts.say(&format!("domain-{key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::tenths;

    #[test]
    fn quotients_are_rounded_at_one_decimal() {
        let check = |part, of, expected: &str| assert_eq!(tenths(part, of), expected);
        check(86_400, 86_400, "1.0");
        check(1_296_000, 86_400, "15.0");
        check(100, 3, "33.3");
        check(200, 3, "66.7");
        check(1, 20, "0.1");
        check(0, 0, "0.0");
    }
}
