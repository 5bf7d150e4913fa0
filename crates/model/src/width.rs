//! Width: full-width letters and half-width kana as the characters they stand for (全角・半角).

use std::borrow::Cow;

/// Half-width forms from U+FF61 on, as the full-width characters they stand for.
const KANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];

/// Full-width letters, digits and signs as ASCII, the ideographic space as a space, and the
/// hyphens that look alike as `-`.
pub fn narrow(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(narrow_char).collect())
}

/// One character as [`narrow`] writes it.
pub fn narrow_char(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

/// Half-width kana as full-width kana, with their voice marks joined to them.
pub fn full_kana(text: &str) -> Cow<'_, str> {
    let half = |c: char| ('\u{ff61}'..='\u{ff9f}').contains(&c);
    if !text.contains(half) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !half(c) {
            out.push(c);
            continue;
        }
        let before = out.chars().next_back();
        let voiced = match (c, before) {
            ('\u{ff9e}', Some('ウ')) => Some('ヴ'),
            ('\u{ff9e}', Some(base)) if takes_voice(base) => char::from_u32(u32::from(base) + 1),
            ('\u{ff9f}', Some('ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ')) => {
                before.and_then(|base| char::from_u32(u32::from(base) + 2))
            }
            _ => None,
        };
        match voiced {
            Some(voiced) => {
                out.pop();
                out.push(voiced);
            }
            None => {
                let index = u32::from(c).saturating_sub(0xff61) as usize;
                out.push(KANA.get(index).copied().unwrap_or(c));
            }
        }
    }
    Cow::Owned(out)
}

/// Whether a full-width kana has a voiced form right behind it in Unicode.
fn takes_voice(base: char) -> bool {
    matches!(
        base,
        'カ' | 'キ'
            | 'ク'
            | 'ケ'
            | 'コ'
            | 'サ'
            | 'シ'
            | 'ス'
            | 'セ'
            | 'ソ'
            | 'タ'
            | 'チ'
            | 'ツ'
            | 'テ'
            | 'ト'
            | 'ハ'
            | 'ヒ'
            | 'フ'
            | 'ヘ'
            | 'ホ'
    )
}

#[cfg(test)]
mod tests {
    use super::{full_kana, narrow};

    #[test]
    fn widths_are_made_even() {
        assert_eq!(narrow("ＰＣ－００１　Ａ"), "PC-001 A");
        assert_eq!(full_kana("ﾔｸﾞﾗ ｻｰﾊﾞ ﾎﾟｰﾀﾙ ｳﾞｨｺﾞ"), "ヤグラ サーバ ポータル ヴィゴ");
        assert_eq!(full_kana("ﾞA"), "゛A");
    }
}
