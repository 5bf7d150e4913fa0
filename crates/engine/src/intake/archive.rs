//! Zip archives: each entry a member, read through the central directory without an index of it in
//! memory, so that neither many entries nor entries of the same name matter.

use std::io::BufReader;

use zip::{
    read::{ZipFileEntry, ZipReadOptions},
    result::{ZipError, ZipResult},
    unstable::read::ZipIterable,
};

use super::{
    Refused,
    error::{IntakeCode, IntakeError},
    layer::{Layer, Unwrapping, with},
    source::{Source, SourceReader},
};

/// Whether a zip archive is one document rather than a container: an Office or OpenDocument file.
pub(crate) fn is_document(source: &Source) -> bool {
    let Ok(mut archive) = open(source) else { return false };
    let Ok(entries) = archive.files() else { return false };
    // Both write the entry that says what they are among the first.
    entries.take(16).map_while(Result::ok).any(|entry| {
        matches!(entry.name_raw(), b"[Content_Types].xml" | b"mimetype" | b"xl/workbook.xml")
    })
}

/// Takes in every entry of an archive; those that cannot be are refused one by one.
pub(crate) fn unwrap(
    unwrapping: &mut Unwrapping<'_>,
    name: &str,
    layers: &[Layer],
    source: &Source,
) -> Result<(), IntakeError> {
    let mut archive = open(source).map_err(|error| refusal(&error, "zip"))?;
    let (entries, most) = (archive.len(), unwrapping.budget.limits().entries);
    if entries > most {
        let message = format!("holds {entries} entries, more than {most}");
        return Err(IntakeError::new(IntakeCode::TooManyEntries, "zip", message));
    }
    let before = unwrapping.members.len() + unwrapping.refused.len();
    let mut bodies = source.open();
    let listing = archive.files().map_err(|error| refusal(&error, "zip"))?;
    for (index, entry) in listing.enumerate() {
        let at = format!("entry {}", index + 1);
        let error = match entry {
            Ok(entry) if entry.is_dir() => continue,
            Ok(entry) => {
                let text = entry_name(entry.name_raw());
                if is_litter(&text) {
                    continue;
                }
                let member = format!("{name}:{text}");
                take(unwrapping, &member, &text, layers, entry, &mut bodies, &at)
                    .map_err(|error| (member, error))
            }
            // The rest of the listing cannot be found after a broken part of it.
            Err(error) => Err((name.to_owned(), refusal(&error, &at))),
        };
        if let Err((name, error)) = error {
            unwrapping.refused.push(Refused { name, error });
        }
        let left = entries - index - 1;
        if unwrapping.budget.spent() && left > 0 {
            let message = format!("{left} entries after it were not read");
            let error = IntakeError::new(IntakeCode::DecompressionLimit, at, message);
            unwrapping.refused.push(Refused { name: name.to_owned(), error });
            break;
        }
    }
    if unwrapping.members.len() + unwrapping.refused.len() == before {
        return Err(IntakeError::new(IntakeCode::Empty, "zip", "the archive holds no file"));
    }
    Ok(())
}

fn take(
    unwrapping: &mut Unwrapping<'_>,
    member: &str,
    entry_name: &str,
    layers: &[Layer],
    entry: ZipFileEntry<'_>,
    bodies: &mut SourceReader,
    at: &str,
) -> Result<(), IntakeError> {
    let refuse = |code, message: &str| Err(IntakeError::new(code, at, message));
    if leaves_the_archive(entry_name) {
        return refuse(IntakeCode::PathTraversal, "the name points outside of the archive");
    }
    if entry.encrypted() {
        return refuse(IntakeCode::Encrypted, "a password is needed");
    }
    if entry.is_symlink() {
        return refuse(IntakeCode::UnsupportedEntry, "is a symbolic link");
    }
    let compressed = entry.compressed_size();
    let mut body =
        entry.with_reader(bodies, ZipReadOptions::new()).map_err(|error| refusal(&error, at))?;
    let kept = unwrapping.expand(&mut body, at, compressed)?;
    let layers = with(layers.to_vec(), Layer::Zip { entry: entry_name.to_owned() });
    unwrapping.unwrap(member, layers, kept)
}

#[expect(clippy::disallowed_methods, reason = "what comes out of an entry is bounded")]
fn open(source: &Source) -> ZipResult<ZipIterable<BufReader<SourceReader>>> {
    ZipIterable::try_new(BufReader::new(source.open()), zip::read::Config::default())
}

/// Names are UTF-8 or, from Japanese Windows, CP932.
fn entry_name(raw: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(raw) {
        return text.to_owned();
    }
    let (text, broken) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(raw);
    if broken { String::from_utf8_lossy(raw).into_owned() } else { text.into_owned() }
}

/// Whether an entry is what an operating system left in the folder that was packed.
fn is_litter(name: &str) -> bool {
    let (folder, file) = name.rsplit_once(['/', '\\']).unwrap_or(("", name));
    folder.split('/').next() == Some("__MACOSX")
        || matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

/// Whether a name would be a place outside of the folder an archive were unpacked to. Nothing is
/// ever written under such a name, but who sends one means no good.
fn leaves_the_archive(name: &str) -> bool {
    let drive = matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    drive
        || name.contains('\0')
        || name.starts_with(['/', '\\'])
        || name.split(['/', '\\']).any(|part| part == "..")
}

fn refusal(error: &ZipError, at: &str) -> IntakeError {
    let code = match error {
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
            IntakeCode::UnsupportedEntry
        }
        _ => IntakeCode::BrokenContainer,
    };
    IntakeError::new(code, at, error)
}

#[cfg(test)]
mod tests {
    use super::{entry_name, is_litter, leaves_the_archive};

    #[test]
    fn what_operating_systems_leave_behind_is_no_report() {
        for name in [".DS_Store", "a/b/.DS_Store", "__MACOSX/a/._b.json", "a\\Thumbs.db"] {
            assert!(is_litter(name), "{name}");
        }
        for name in ["a.json", "a/__MACOSX.json", "DS_Store", "__MACOSX"] {
            assert!(!is_litter(name), "{name}");
        }
    }

    #[test]
    fn names_that_point_outside_are_told_from_names_that_look_like_it() {
        for name in
            ["../a", "a/../../b", "a\\..\\b", "/etc/passwd", "\\\\host\\a", "C:\\a", "c:a", "a\0b"]
        {
            assert!(leaves_the_archive(name), "{name}");
        }
        for name in ["a", "a/b.json", "..a", "a..b/c...", "表.csv", "1:2"] {
            assert!(!leaves_the_archive(name), "{name}");
        }
    }

    #[test]
    fn names_are_utf_8_or_cp932() {
        assert_eq!(entry_name("端末.csv".as_bytes()), "端末.csv");
        assert_eq!(entry_name(b"\x92\x5b\x96\x96.csv"), "端末.csv");
        // The second byte of this character is a backslash.
        assert_eq!(entry_name(b"\x95\x5c.csv"), "表.csv");
        assert_eq!(entry_name(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    }
}
