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

/// A text in lines of at most `limit` columns, broken at blanks where there are some and anywhere
/// between full-width characters.
pub(crate) fn wrapped(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    // A piece is a word with the blank after it, or one full-width character.
    for piece in pieces(text) {
        let wide = width(&piece);
        if used > 0 && used + width(piece.trim_end()) > limit {
            lines.push(line.trim_end().to_owned());
            (line, used) = (String::new(), 0);
        }
        if wide <= limit {
            line.push_str(&piece);
            used += wide;
            continue;
        }
        for c in piece.chars() {
            let wide = c.width().unwrap_or(0);
            if used + wide > limit {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn pieces(text: &str) -> Vec<String> {
    /// What must not begin a line.
    const CLOSING: &str = "、。」』）］｝・ー";
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let full = c.width() == Some(2);
        match pieces.last_mut() {
            Some(last) if c == ' ' || CLOSING.contains(c) || (open && !full) => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        open = !full && c != ' ';
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Keep::*, *};

    #[test]
    fn wrapped_lines_fit_and_lose_nothing() {
        assert_eq!(wrapped("no word is cut here", 9), ["no word", "is cut", "here"]);
        assert_eq!(wrapped("脅威情報なし、です", 12), ["脅威情報な", "し、です"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("", 10), [""]);
        for limit in 4..40 {
            for line in wrapped("基礎 3.43 × 脅威 1 = 10.29 点 (CVSS 9.8)", limit) {
                assert!(width(&line) <= limit, "{limit}: {line}");
            }
        }
    }

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
