//! The first bytes of an input, looked at once for all probes.

use std::collections::BTreeSet;

/// How many bytes a caller should give to [`Head::new`].
pub const HEAD_SIZE: usize = 256 << 10;

/// What the first bytes show.
#[derive(Debug)]
pub struct Head<'b> {
    bytes: &'b [u8],
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    Json { paths: BTreeSet<String> },
    Xml { root: String, attributes: String, elements: BTreeSet<String> },
    Table { columns: Vec<String> },
    Xlsx,
    Other,
}

impl<'b> Head<'b> {
    /// Looks at the first bytes of an input; more than [`HEAD_SIZE`] are not looked at.
    pub fn new(bytes: &'b [u8]) -> Self {
        let bytes = bytes.get(..HEAD_SIZE).unwrap_or(bytes);
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let shape = match text.first() {
            Some(b'{' | b'[') => Shape::Json { paths: json_paths(text) },
            Some(b'<') => xml_shape(text),
            Some(b'P') if text.starts_with(b"PK\x03\x04") && contains(text, b"xl/") => Shape::Xlsx,
            Some(_) => table_shape(text),
            None => Shape::Other,
        };
        Self { bytes, shape }
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        let text = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.bytes);
        text.trim_ascii().is_empty()
    }

    /// The bytes looked at.
    pub fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Whether this is JSON whose root is an array.
    pub fn is_json_array(&self) -> bool {
        self.has_json("[]")
    }

    /// Whether JSON has a member at a path: keys joined by `.`, with `[]` for the elements of an
    /// array, as in `matches[].vulnerability.id` or `[].class_uid`. The documents of JSON Lines
    /// are looked at as one. Keys are exact. At most six levels deep.
    pub fn has_json(&self, path: &str) -> bool {
        matches!(&self.shape, Shape::Json { paths } if paths.contains(path))
    }

    /// Local name of the XML root element.
    pub fn xml_root(&self) -> Option<&str> {
        match &self.shape {
            Shape::Xml { root, .. } => Some(root),
            _ => None,
        }
    }

    /// Whether the attributes of the XML root (namespaces among them) contain a text.
    pub fn xml_root_has(&self, text: &str) -> bool {
        matches!(&self.shape, Shape::Xml { attributes, .. } if attributes.contains(text))
    }

    /// Whether an element of this local name stands among the first bytes.
    pub fn has_xml(&self, element: &str) -> bool {
        matches!(&self.shape, Shape::Xml { elements, .. } if elements.contains(element))
    }

    /// Columns of the first row of delimited text, trimmed, lower case.
    pub fn columns(&self) -> Option<&[String]> {
        match &self.shape {
            Shape::Table { columns } => Some(columns),
            _ => None,
        }
    }

    /// Whether the first row of delimited text has all these columns (lower case).
    pub fn has_columns(&self, wanted: &[&str]) -> bool {
        self.columns()
            .is_some_and(|columns| wanted.iter().all(|name| columns.iter().any(|c| c == name)))
    }

    /// Whether this is an Excel workbook.
    pub fn is_xlsx(&self) -> bool {
        matches!(self.shape, Shape::Xlsx)
    }

    /// A few words on what the bytes look like, for the refusal of an unknown format.
    pub fn describe(&self) -> String {
        match &self.shape {
            Shape::Json { paths } => describe_json(paths),
            Shape::Xml { root, .. } => format!("XML with root `{root}`"),
            Shape::Table { columns } => {
                let first = columns.iter().map(String::as_str).take(5);
                format!("text beginning `{}`", shown(first))
            }
            Shape::Xlsx => "an Excel workbook".to_owned(),
            Shape::Other => "bytes of no known shape".to_owned(),
        }
    }
}

/// The first members of a JSON document, or of the objects in an array.
fn describe_json(paths: &BTreeSet<String>) -> String {
    let (what, start) = match paths.contains("[]") {
        true => ("a JSON array", "[]."),
        false => ("a JSON object", ""),
    };
    let keys = paths.iter().filter_map(|path| path.strip_prefix(start));
    let keys = shown(keys.filter(|key| !key.contains(['.', '['])).take(5));
    match keys.is_empty() {
        true => format!("{what} that names nothing"),
        false => format!("{what} with `{keys}`"),
    }
}

/// What the input holds, fit for a line of text.
fn shown<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    let text: String = parts.collect::<Vec<_>>().join(", ").chars().take(80).collect();
    text.escape_debug().to_string()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}

/// The paths of all members that stand in a prefix of JSON text; what is broken ends the look.
fn json_paths(text: &[u8]) -> BTreeSet<String> {
    const DEEPEST: usize = 6;
    let mut paths = BTreeSet::new();
    // Each open bracket with the path of what it holds.
    let mut open: Vec<(u8, String)> = Vec::new();
    let mut key: Option<String> = None;
    let mut bytes = text.iter().copied().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                let here = match (open.last(), key.take()) {
                    (_, Some(path)) => path,
                    (Some((b'[', path)), None) => path.clone(),
                    _ => String::new(),
                };
                let inside = if byte == b'[' { format!("{here}[]") } else { here };
                if byte == b'[' && open.len() < DEEPEST {
                    paths.insert(inside.clone());
                }
                open.push((byte, inside));
            }
            b'}' | b']' => {
                if open.pop().is_none() {
                    return paths;
                }
                key = None;
            }
            b',' => key = None,
            b'"' => {
                let mut escaped = false;
                let mut end = None;
                for (index, inner) in bytes.by_ref() {
                    match inner {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            end = Some(index);
                            break;
                        }
                        _ => {}
                    }
                }
                let Some(end) = end else { return paths };
                while bytes.next_if(|(_, b)| b.is_ascii_whitespace()).is_some() {}
                if bytes.peek().is_some_and(|(_, b)| *b == b':')
                    && let Some((b'{', path)) = open.last()
                    && open.len() <= DEEPEST
                {
                    let name = text.get(at + 1..end).unwrap_or_default();
                    let name = String::from_utf8_lossy(name);
                    let path =
                        if path.is_empty() { name.into_owned() } else { format!("{path}.{name}") };
                    paths.insert(path.clone());
                    key = Some(path);
                }
            }
            _ => {}
        }
    }
    paths
}

fn xml_shape(text: &[u8]) -> Shape {
    let mut reader = quick_xml::Reader::from_reader(text);
    let mut root = None;
    let mut elements = BTreeSet::new();
    let mut buffer = Vec::new();
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match event {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                elements.insert(name.clone());
                root.get_or_insert_with(|| (name, tag.attributes_raw().to_owned()));
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    match root {
        Some((root, attributes)) => Shape::Xml { root, attributes, elements },
        None => Shape::Other,
    }
}

fn table_shape(text: &[u8]) -> Shape {
    let Ok(text) = std::str::from_utf8(text).or_else(|error| {
        // The head may end inside a character.
        if error.error_len().is_none() {
            std::str::from_utf8(text.get(..error.valid_up_to()).unwrap_or_default())
        } else {
            Err(error)
        }
    }) else {
        return Shape::Other;
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(crate::table::delimiter(text.as_bytes()))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(true) => {
            Shape::Table { columns: row.iter().map(|field| field.trim().to_lowercase()).collect() }
        }
        _ => Shape::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn json_members_are_found_by_path() {
        let head = Head::new(br#"{"matches":[{"vulnerability":{"id":"x: \" y"}},{"artifact":1}"#);
        assert!(head.has_json("matches[].vulnerability.id"));
        assert!(head.has_json("matches[].artifact"));
        assert!(head.has_json("matches[]"));
        assert!(!head.has_json("artifact"));
        assert!(!head.has_json("x"));
        let lines = Head::new(b"{\"a\":1}\n{\"b\":2}\n");
        assert!(lines.has_json("a") && lines.has_json("b") && !lines.is_json_array());
        let array = Head::new(b"[{\"class_uid\":2002}]");
        assert!(array.is_json_array() && array.has_json("[].class_uid"));
    }

    #[test]
    fn xml_tables_and_workbooks_are_told_apart() {
        let xml = Head::new(b"<?xml version='1.0'?><!DOCTYPE x><n:Run xmlns:n='urn:u'><host");
        assert_eq!(xml.xml_root(), Some("Run"));
        assert!(xml.xml_root_has("urn:u"));
        let table = Head::new("\u{feff}Plugin ID, CVE\n1,2\n".as_bytes());
        assert!(table.has_columns(&["plugin id", "cve"]));
        assert!(Head::new(b"PK\x03\x04....xl/workbook.xml").is_xlsx());
        assert!(Head::new(b" \n").is_blank());
    }

    #[test]
    fn what_no_format_claims_is_described() {
        for (text, expected) in [
            ("{}", "a JSON object that names nothing"),
            ("{\"b\":{\"c\":1},\"a\":[1]}", "a JSON object with `a, b`"),
            ("[]", "a JSON array that names nothing"),
            ("[{\"b\":{\"c\":1}},{\"a\\n\":[1]}]", "a JSON array with `a\\\\n, b`"),
            ("null", "text beginning `null`"),
            ("<a:Run/>", "XML with root `Run`"),
        ] {
            assert_eq!(Head::new(text.as_bytes()).describe(), expected, "{text}");
        }
    }
}
