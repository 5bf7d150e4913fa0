//! Following a value through the bytes to its end.

use super::DEPTH_LIMIT;

/// What opens or closes something, by byte: one look instead of five comparisons.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler works it out and refuses what is outside"
)]
const STRUCTURAL: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\"{}[]";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// How far a value has been followed; goes on where it stopped when more bytes are there.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Index of the next byte to look at; one past the value when it is whole. May lie beyond the
    /// bytes seen so far, after a backslash at their end.
    pub(super) at: usize,
    pub(super) depth: usize,
    in_string: bool,
    /// The value is a number or word: it ends where something else begins.
    pub(super) bare: bool,
}

impl Scan {
    /// Follows the value through `bytes`; true when its end is known.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> bool {
        while let Some(rest) = bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            if self.in_string {
                let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                    self.at = bytes.len();
                    return false;
                };
                let escape = rest.get(found) == Some(&b'\\');
                self.at += found + if escape { 2 } else { 1 };
                if !escape {
                    self.in_string = false;
                    if self.depth == 0 {
                        return true;
                    }
                }
            } else if self.bare {
                let ends = |byte: &u8| {
                    matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r' | b':')
                };
                return match rest.iter().position(ends) {
                    Some(found) => {
                        self.at += found;
                        true
                    }
                    None => {
                        self.at = bytes.len();
                        false
                    }
                };
            } else {
                let structural = |byte: &u8| STRUCTURAL.get(usize::from(*byte)) == Some(&true);
                let found = rest.iter().position(structural);
                if self.depth == 0 && found != Some(0) {
                    self.bare = true;
                    continue;
                }
                let Some(found) = found else {
                    self.at = bytes.len();
                    return false;
                };
                self.at += found + 1;
                match rest.get(found) {
                    Some(b'"') => self.in_string = true,
                    Some(b'{' | b'[') => {
                        self.depth += 1;
                        if self.depth > DEPTH_LIMIT {
                            return false;
                        }
                    }
                    _ => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return true;
                        }
                    }
                }
            }
        }
        false
    }
}
