//! How wide text is on a terminal, and cutting it to a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns a text takes; full-width characters take two.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Which end of a text is worth more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The beginning.
    Start,
    /// The end, as of a path.
    End,
}

/// A text in at most `limit` columns, with `…` where something is missing.
pub(crate) fn cut(text: &str, limit: usize, keep: Keep) -> String {
    if width(text) <= limit {
        return text.to_owned();
    }
    let mut left = limit.saturating_sub(1);
    let mut fits = |c: &char| match left.checked_sub(c.width().unwrap_or(0)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    if limit == 0 {
        return String::new();
    }
    match keep {
        Keep::Start => text.chars().take_while(&mut fits).chain(['…']).collect(),
        Keep::End => {
            let end: Vec<char> = text.chars().rev().take_while(&mut fits).collect();
            ['…'].into_iter().chain(end.into_iter().rev()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep::*, *};

    #[test]
    fn cut_texts_fit_and_say_so() {
        let rows = [
            ("report.json", 20, Start, "report.json"),
            ("report.json", 11, Start, "report.json"),
            ("report.json", 10, Start, "report.js…"),
            ("report.json", 10, End, "…port.json"),
            ("脆弱性診断", 10, Start, "脆弱性診断"),
            ("脆弱性診断", 9, Start, "脆弱性診…"),
            ("脆弱性診断", 8, Start, "脆弱性…"),
            ("脆弱性診断", 8, End, "…性診断"),
            ("が", 1, Start, "…"),
            ("が", 0, Start, ""),
        ];
        for (text, limit, keep, expected) in rows {
            let cut = cut(text, limit, keep);
            assert_eq!(cut, expected);
            assert!(width(&cut) <= limit.max(width("")));
        }
    }
}
