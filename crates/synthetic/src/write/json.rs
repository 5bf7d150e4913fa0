//! JSON objects into a text.

use std::fmt::Write as _;

/// An object being written; it ends when it is closed.
pub(super) struct Object<'t> {
    text: &'t mut String,
    begun: bool,
}

impl<'t> Object<'t> {
    pub(super) fn open(text: &'t mut String) -> Self {
        text.push('{');
        Self { text, begun: false }
    }

    pub(super) fn close(self) {
        self.text.push('}');
    }

    /// Members that were written before.
    pub(super) fn members(&mut self, members: &str) -> &mut Self {
        if self.begun && !members.is_empty() {
            self.text.push(',');
        }
        self.begun |= !members.is_empty();
        self.text.push_str(members);
        self
    }

    fn name(&mut self, name: &str) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
        string(self.text, name);
        self.text.push(':');
    }

    pub(super) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        string(self.text, value);
        self
    }

    /// A text, if there is one.
    pub(super) fn some(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    pub(super) fn number(&mut self, name: &str, value: i64) -> &mut Self {
        self.name(name);
        // Writing into a text does not fail.
        write!(self.text, "{value}").ok();
        self
    }

    pub(super) fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.name(name);
        self.text.push_str(if value { "true" } else { "false" });
        self
    }

    pub(super) fn object(&mut self, name: &str, fill: impl FnOnce(&mut Object<'_>)) -> &mut Self {
        self.name(name);
        let mut object = Object::open(self.text);
        fill(&mut object);
        object.close();
        self
    }

    /// A list of objects.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Object<'_>, T),
    ) -> &mut Self {
        self.name(name);
        self.text.push('[');
        for (number, item) in items.into_iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            let mut object = Object::open(self.text);
            fill(&mut object, item);
            object.close();
        }
        self.text.push(']');
        self
    }
}

/// A string in quotation marks.
fn string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            c if c < ' ' => {
                write!(text, "\\u{:04x}", u32::from(c)).ok();
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn objects_are_json() {
        let mut text = String::new();
        let mut object = Object::open(&mut text);
        object.text("a", "\"櫓\"\n\\\u{1}").number("b", -1).flag("c", true).some("d", None);
        object.object("e", |_| {}).list("f", [1, 2], |object, n| {
            object.number("n", n);
        });
        object.close();
        let expected = r#"{"a":"\"櫓\"\n\\\u0001","b":-1,"c":true,"e":{},"f":[{"n":1},{"n":2}]}"#;
        assert_eq!(text, expected);
    }
}
