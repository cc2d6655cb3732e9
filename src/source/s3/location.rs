//! A bucket and a prefix of keys.

use std::fmt;
use std::str::FromStr;

/// What every location begins with.
pub const SCHEME: &str = "s3://";

/// Objects in S3: those of a bucket whose keys begin with a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The bucket's name.
    pub bucket: String,
    /// How keys begin; may be empty. S3 compares characters: `logs/prod` fits `logs/prod-2/a.gz`.
    pub prefix: String,
}

/// A text that names no bucket.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX")]
pub struct NotALocation(String);

impl Location {
    /// The part of the prefix that ends with its last slash: patterns are relative to it.
    pub fn directory(&self) -> &str {
        let end = self.prefix.rfind('/').map_or(0, |slash| slash + 1);
        &self.prefix[..end]
    }
}

impl FromStr for Location {
    type Err = NotALocation;

    fn from_str(text: &str) -> Result<Self, NotALocation> {
        let refused = || NotALocation(text.to_owned());
        let rest = text.strip_prefix(SCHEME).ok_or_else(refused)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // Amazon S3 User Guide, "General purpose bucket naming rules"; older buckets may have
        // capital letters, underscores and up to 255 characters.
        let is_name = (3..=255).contains(&bucket.len())
            && bucket
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        is_name
            .then(|| Self {
                bucket: bucket.to_owned(),
                prefix: prefix.to_owned(),
            })
            .ok_or_else(refused)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{SCHEME}{}/{}", self.bucket, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_bucket_and_a_prefix() {
        for (text, bucket, prefix, directory) in [
            ("s3://logs", "logs", "", ""),
            ("s3://logs/", "logs", "", ""),
            ("s3://logs/eks/2026", "logs", "eks/2026", "eks/"),
            ("s3://logs/eks/2026/", "logs", "eks/2026/", "eks/2026/"),
            ("s3://logs//a", "logs", "/a", "/"),
        ] {
            let location: Location = text.parse().expect(text);
            assert_eq!((&*location.bucket, &*location.prefix), (bucket, prefix));
            assert_eq!(location.directory(), directory);
        }
        for text in [
            "s3://",
            "s3:///logs",
            "s3://a b/c",
            "s3://ab",
            "logs/a",
            "s3://x;y",
        ] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
