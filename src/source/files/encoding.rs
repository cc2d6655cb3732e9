//! How a file's bytes are encoded, by what they begin with, never by the file's name.

/// What the bytes of a file are, as far as their beginning tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Neither compressed nor an archive, as far as is known.
    Plain,
    /// Members of gzip (RFC 1952, section 2.3.1).
    Gzip,
    /// Frames of zstd (RFC 8878, section 3.1).
    Zstd,
    /// Something that may hold a log and is not read, with what to do instead.
    Unread(&'static str),
}

/// How many bytes of a file's beginning tell its encoding and its shape.
pub const BEGINNING: usize = 4096;

/// Where a tar archive says that it is one (POSIX.1-2017, pax, "ustar Interchange Format").
const TAR_MAGIC_AT: usize = 257;

const UTF_16: &str =
    "text in UTF-16: iconv -f UTF-16 -t UTF-8 FILE | eks-stale-tokens sweep --input -";

const UNREAD: [(&[u8], &str); 6] = [
    (
        b"PK\x03\x04",
        "a spreadsheet or a zip archive: download the results as CSV or JSON instead, or unpack it first",
    ),
    (b"\xfd7zXZ\0", "compressed with xz: decompress it first"),
    (b"BZh", "compressed with bzip2: decompress it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
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
            _ => {}
        }
        if beginning
            .get(TAR_MAGIC_AT..)
            .is_some_and(|rest| rest.starts_with(b"ustar"))
        {
            return Self::Unread("a tar archive: unpack it first");
        }
        UNREAD
            .iter()
            .find(|(magic, _)| beginning.starts_with(magic))
            .map_or(Self::Plain, |(_, what)| Self::Unread(what))
    }
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
        assert_eq!(Encoding::of(b"{\"kind\":\"Event\""), Encoding::Plain);
    }
}
