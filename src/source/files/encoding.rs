//! How a file's bytes are encoded, by what they begin with, never by the file's name.

use memchr::memmem::find;

use super::colours::INTRODUCER;

/// What the bytes of a file are, as far as their beginning tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Neither compressed nor an archive, as far as is known.
    Plain,
    /// Members of gzip (RFC 1952, section 2.3.1).
    Gzip,
    /// Frames of zstd (RFC 8878, section 3.1).
    Zstd,
    /// Text in UTF-16, in this byte order.
    Utf16(&'static encoding_rs::Encoding),
    /// Text with the colours of a terminal.
    Coloured,
    /// Something that may hold a log and is not read, with what to do instead.
    Unread(&'static str),
}

/// How many bytes of a file's beginning tell its encoding and its shape.
pub const BEGINNING: usize = 4096;

/// Where a tar archive says that it is one (POSIX.1-2017, pax, "ustar Interchange Format").
const TAR_MAGIC_AT: usize = 257;

const UNREAD: [(&[u8], &str); 4] = [
    (
        b"PK\x03\x04",
        "a spreadsheet or a zip archive: download the results as CSV or JSON instead, or unpack it first",
    ),
    (b"\xfd7zXZ\0", "compressed with xz: decompress it first"),
    (b"BZh", "compressed with bzip2: decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
];

impl Encoding {
    /// The encoding of what begins so.
    pub fn of(beginning: &[u8]) -> Self {
        match beginning {
            [0x1f, 0x8b, ..] => return Self::Gzip,
            // A frame, or a skippable one, as parallel compressors write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                return Self::Zstd;
            }
            // The byte order mark, as PowerShell 5 writes it. UTF-32 would go on with two zeros.
            [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => {
                return Self::Utf16(encoding_rs::UTF_16LE);
            }
            [0xfe, 0xff, ..] => return Self::Utf16(encoding_rs::UTF_16BE),
            _ => {}
        }
        if let Some(order) = utf_16_without_mark(beginning) {
            return Self::Utf16(order);
        }
        if beginning
            .get(TAR_MAGIC_AT..)
            .is_some_and(|rest| rest.starts_with(b"ustar"))
        {
            return Self::Unread("a tar archive: unpack it first");
        }
        let unread = UNREAD
            .iter()
            .find(|(magic, _)| beginning.starts_with(magic));
        match unread {
            Some((_, what)) => Self::Unread(what),
            None if find(beginning, INTRODUCER).is_some() => Self::Coloured,
            None => Self::Plain,
        }
    }
}

/// The byte order of text that begins with ASCII characters, each next to a zero.
fn utf_16_without_mark(beginning: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    /// No other text or archive begins with so many.
    const UNITS: usize = 8;
    let units = beginning.get(..2 * UNITS)?.as_chunks::<2>().0;
    let is_text = |byte: u8| (b' '..=b'~').contains(&byte) || byte.is_ascii_whitespace();
    if units.iter().all(|[low, high]| is_text(*low) && *high == 0) {
        return Some(encoding_rs::UTF_16LE);
    }
    let is_big_endian = units.iter().all(|[high, low]| is_text(*low) && *high == 0);
    is_big_endian.then_some(encoding_rs::UTF_16BE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        let mut tar = vec![b'a'; 512];
        tar[TAR_MAGIC_AT..TAR_MAGIC_AT + 5].copy_from_slice(b"ustar");
        assert!(matches!(Encoding::of(&tar), Encoding::Unread(_)));
        assert_eq!(Encoding::of(b"\x1f\x8b\x08"), Encoding::Gzip);
        assert_eq!(Encoding::of(b"\x28\xb5\x2f\xfd"), Encoding::Zstd);
        assert_eq!(Encoding::of(b"\x50\x2a\x4d\x18"), Encoding::Zstd);
        assert_eq!(Encoding::of(b""), Encoding::Plain);
        assert_eq!(Encoding::of(b"\x1b[1;39m{"), Encoding::Coloured);
        assert_eq!(
            Encoding::of(b"\xff\xfe{\0"),
            Encoding::Utf16(encoding_rs::UTF_16LE)
        );
        assert_eq!(
            Encoding::of(b"{\0\"\0k\0i\0n\0d\0\"\0:\0"),
            Encoding::Utf16(encoding_rs::UTF_16LE)
        );
        assert_eq!(
            Encoding::of(b"\0{\0\"\0k\0i\0n\0d\0\"\0:"),
            Encoding::Utf16(encoding_rs::UTF_16BE)
        );
        assert_eq!(Encoding::of(b"{\"kind\":\"Event\""), Encoding::Plain);
    }
}
