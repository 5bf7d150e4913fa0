//! A list of short texts in one buffer that is used again and again.

use std::hash::{DefaultHasher, Hasher as _};

/// Most texts in one list; what comes behind is left out, since each is compared with all.
const LIMIT: usize = 4096;

/// See the module.
#[derive(Debug, Default, Clone)]
pub(crate) struct Texts {
    whole: String,
    ends: Vec<usize>,
    /// A hash of each: where it differs, the texts do.
    hashes: Vec<u64>,
}

impl Texts {
    /// Empties the list and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.whole.clear();
        self.ends.clear();
        self.hashes.clear();
    }

    /// Adds a text that is neither empty nor in the list.
    pub(crate) fn push_new(&mut self, text: &str) {
        self.push_joined("", text);
    }

    /// Adds `prefix` and `text` as one text unless `text` is empty or the whole is in the list.
    pub(crate) fn push_joined(&mut self, prefix: &str, text: &str) {
        if text.is_empty() || self.ends.len() >= LIMIT {
            return;
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(prefix.as_bytes());
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        let is_it = |one: &str| one.strip_prefix(prefix).is_some_and(|rest| rest == text);
        let known = |(one, other): (&str, &u64)| *other == hash && is_it(one);
        if self.iter().zip(&self.hashes).any(known) {
            return;
        }
        self.hashes.push(hash);
        self.whole.push_str(prefix);
        self.whole.push_str(text);
        self.ends.push(self.whole.len());
    }

    /// The texts in the order they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.whole.get(start..*end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn texts_come_back_once_and_in_order() {
        let mut texts = Texts::default();
        texts.push_new("b");
        texts.push_joined("CWE-", "79");
        texts.push_new("");
        texts.push_new("b");
        texts.push_new("CWE-79");
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["b", "CWE-79"]);
        texts.clear();
        assert_eq!(texts.iter().count(), 0);
    }
}
