//! How large a workbook may be once decompressed.

use std::io::{Read, SeekFrom};

use crate::{
    error::{ErrorCode, ParseError},
    format::ReadSeek,
};

/// Most bytes of a workbook's parts together, decompressed.
pub const WORKBOOK_LIMIT: u64 = 512 << 20;

/// Highest ratio of a part's size to its compressed size, for parts of more than 16 MiB.
pub const RATIO_LIMIT: u64 = 200;

/// Most parts of a workbook.
const PART_LIMIT: usize = 10_000;

/// Bounds what the parts decompress to before any is read: first by what the zip directory
/// says, then by decompressing each, since a directory may lie. Gives the length of the input.
#[expect(clippy::disallowed_methods, reason = "this is what bounds the parts of a workbook")]
pub(super) fn check_sizes(input: &mut dyn ReadSeek) -> Result<u64, ParseError> {
    let unreadable =
        |error: std::io::Error| ParseError::at_byte(ErrorCode::Read, 0, error.to_string());
    let broken = |error: &dyn std::fmt::Display| {
        ParseError::at(ErrorCode::Malformed, "workbook", format!("not a readable zip: {error}"))
    };
    let large = |name: &str| {
        let message = format!(
            "a workbook may hold {} MiB, and a large part {RATIO_LIMIT} times its compressed size",
            WORKBOOK_LIMIT >> 20
        );
        ParseError::at(ErrorCode::TooLarge, format!("part `{}`", name.escape_debug()), message)
    };
    let end = input.seek(SeekFrom::End(0)).map_err(unreadable)?;
    input.rewind().map_err(unreadable)?;
    let mut archive = zip::ZipArchive::new(&mut *input).map_err(|error| broken(&error))?;
    if archive.len() > PART_LIMIT {
        return Err(large("directory"));
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.into_owned();
        let allowed = match part.compressed_size().saturating_mul(RATIO_LIMIT) {
            by_ratio if by_ratio > 16 << 20 => by_ratio.min(WORKBOOK_LIMIT - total),
            _ => (16 << 20).min(WORKBOOK_LIMIT - total),
        };
        if part.size() > allowed {
            return Err(large(&name));
        }
        let read = std::io::copy(&mut (&mut part).take(allowed + 1), &mut std::io::sink())
            .map_err(|error| broken(&error))?;
        if read > allowed {
            return Err(large(&name));
        }
        total += read;
    }
    input.rewind().map_err(unreadable)?;
    Ok(end)
}
