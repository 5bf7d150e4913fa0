//! Text as Japanese registers write it: full-width letters, half-width kana, marks for blank.

use std::borrow::Cow;

use yagura_model::width::narrow_char;
pub(super) use yagura_model::width::{full_kana, narrow};

/// A word for comparison: width and case aside, without any white space.
pub(super) fn key(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let even = full_kana(text);
    let kept = even.chars().map(narrow_char).filter(|c| !c.is_whitespace() && *c != '\u{feff}');
    Cow::Owned(kept.flat_map(char::to_lowercase).collect())
}

/// The text without surrounding space; `None` if nothing is left, or only a mark for "nothing".
pub(super) fn filled(text: &str) -> Option<&str> {
    let text = text.trim();
    (!matches!(text, "" | "-" | "－" | "―" | "ー" | "―-" | "N/A" | "n/a" | "#N/A")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{filled, key};

    #[test]
    fn words_are_compared_and_blanks_told() {
        assert_eq!(key(" ＭＡＣ ｱﾄﾞﾚｽ\n"), "macアドレス");
        assert_eq!((filled(" － "), filled(" a ")), (None, Some("a")));
    }
}
