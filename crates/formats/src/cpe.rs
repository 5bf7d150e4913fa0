//! CPE names in the URI form of CPE 2.2 (`cpe:/a:vendor:product:1.0`), as scanners write them, into
//! formatted strings of CPE 2.3.
//!
//! Source: NIST IR 7695, sections 6.1 (URI binding) and 6.2 (formatted string binding).

/// What a CPE name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cpe {
    /// `a` for an application, `o` for an operating system, `h` for hardware.
    pub part: char,
    /// Vendor, unquoted, empty if it is any.
    pub vendor: String,
    /// Product, unquoted, empty if it is any.
    pub product: String,
    /// Version, unquoted, empty if it is any or none.
    pub version: String,
    /// The name as a formatted string of CPE 2.3.
    pub name: String,
}

/// Reads a name in either form; `None` if it is neither.
pub fn read(text: &str) -> Option<Cpe> {
    let text = text.trim();
    let values = match text.strip_prefix("cpe:2.3:") {
        Some(rest) => split_formatted(rest),
        None => split_uri(text.strip_prefix("cpe:/")?)?,
    };
    let [part, vendor, product, version, ..] = values.as_slice() else { return None };
    let part = match part.as_str() {
        "a" => 'a',
        "o" => 'o',
        "h" => 'h',
        _ => return None,
    };
    if vendor.is_empty() && product.is_empty() {
        return None;
    }
    let mut name = format!("cpe:2.3:{part}");
    for value in values.iter().skip(1) {
        name.push(':');
        quote(value, &mut name);
    }
    let version = if version == "-" { String::new() } else { version.clone() };
    Some(Cpe { part, vendor: vendor.clone(), product: product.clone(), version, name })
}

/// How many values a name has.
const VALUES: usize = 11;

fn split_uri(text: &str) -> Option<Vec<String>> {
    let mut values = Vec::with_capacity(VALUES);
    for (index, value) in text.split(':').enumerate() {
        // The edition may hold five values, each with `~` before it.
        if index == 5 && value.starts_with('~') {
            let packed: Vec<&str> = value.split('~').skip(1).collect();
            values.push(decode(packed.first().copied().unwrap_or_default())?);
            values.push(String::new());
            for extended in packed.into_iter().skip(1).take(4) {
                values.push(decode(extended)?);
            }
        } else if index == 6 && values.len() > 6 {
            let language = decode(value)?;
            if let Some(slot) = values.get_mut(6) {
                *slot = language;
            }
        } else if index < 7 {
            values.push(decode(value)?);
        } else {
            return None;
        }
    }
    values.resize(VALUES, String::new());
    Some(values)
}

fn split_formatted(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            ':' if !escaped => values.push(String::new()),
            '*' if !escaped => {}
            _ => values.last_mut().into_iter().for_each(|value| value.push(character)),
        }
        escaped = false;
    }
    values.resize(VALUES, String::new());
    values
}

/// Undoes percent encoding; `None` if it is broken or the value is not printable ASCII.
fn decode(value: &str) -> Option<String> {
    let mut decoded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('%') {
        decoded.push_str(before);
        let code = u8::from_str_radix(after.get(..2)?, 16).ok()?;
        decoded.push(char::from(code));
        rest = after.get(2..)?;
    }
    decoded.push_str(rest);
    decoded.chars().all(|c| c.is_ascii_graphic()).then_some(decoded)
}

fn quote(value: &str, name: &mut String) {
    match value {
        "" => name.push('*'),
        "-" => name.push('-'),
        _ => {
            for character in value.chars() {
                if !(character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')) {
                    name.push('\\');
                }
                name.push(character.to_ascii_lowercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn check(text: &str, expected: &str) {
        let name = read(text).map(|cpe| cpe.name).unwrap_or_default();
        assert_eq!(name, expected, "{text}");
    }

    #[test]
    fn names_become_formatted_strings() {
        check("cpe:/a:openbsd:openssh:7.6", "cpe:2.3:a:openbsd:openssh:7.6:*:*:*:*:*:*:*");
        check("cpe:/o:linux:linux_kernel", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*");
        check("cpe:/a:v:p%2b:1.0:-", "cpe:2.3:a:v:p\\+:1.0:-:*:*:*:*:*:*");
        check("cpe:/a:v:p:1:u:~e~s~t~h~o", "cpe:2.3:a:v:p:1:u:e:*:s:t:h:o");
        check("cpe:/a:v:p:1:u:~~~wordpress~~:en", "cpe:2.3:a:v:p:1:u:*:en:*:wordpress:*:*");
        check("cpe:2.3:a:v:p\\:x:1:*:*:*:*:*:*:*", "cpe:2.3:a:v:p\\:x:1:*:*:*:*:*:*:*");
        for none in ["", "cpe:/", "cpe:/x-cpe:/a:java:jre", "cpe:/a", "cpe:/a:%zz:p", "openssh"] {
            check(none, "");
        }
        assert_eq!(read("cpe:/a:v:p:-").unwrap().version, "");
    }
}
