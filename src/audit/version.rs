//! Versions as programs write them into user agents: `v0.10.7`, `12.0.0b1`, `1.0-SNAPSHOT`.

use std::cmp::Ordering;

/// How many numbers of a version are compared; Haskell packages have four.
const PARTS: usize = 4;

/// What a pre-release's suffix begins with, after its separator. A pre-release comes before the
/// release of the same numbers; any other suffix (`-eksbuild.1`, `+k3s1`, `-4-g0f802b5`) does not.
const PRE_RELEASES: [&str; 6] = ["a", "b", "rc", "dev", "pre", "snapshot"];

/// A version read from text, for comparison only: keep the text itself to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    numbers: [u32; PARTS],
    pre_release: bool,
}

impl Version {
    /// Reads a version, with or without a leading `v`. None for text that is not a version, and for
    /// `v0.0.0`, which Go programs send if no version was set.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut numbers = [0; PARTS];
        for (index, number) in numbers.iter_mut().enumerate() {
            let digits = match (index, rest.strip_prefix('.')) {
                (0, _) => rest,
                (_, Some(after)) if after.starts_with(|c: char| c.is_ascii_digit()) => after,
                _ => break,
            };
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            *number = digits[..end].parse().ok()?;
            rest = &digits[end..];
        }
        let joined = rest.starts_with(|c: char| c.is_ascii_alphabetic() || "-+._~".contains(c));
        if numbers == [0; PARTS] || !(rest.is_empty() || joined) {
            return None;
        }
        let suffix = rest
            .trim_start_matches(['-', '.', '_'])
            .to_ascii_lowercase();
        let pre_release = PRE_RELEASES.iter().any(|pre| suffix.starts_with(pre));
        Some(Self {
            numbers,
            pre_release,
        })
    }

    /// The first number: versions that share it are one line of releases.
    pub const fn major(&self) -> u32 {
        self.numbers[0]
    }

    /// The first three numbers.
    pub const fn triple(&self) -> (u32, u32, u32) {
        (self.numbers[0], self.numbers[1], self.numbers[2])
    }

    /// Whether this is `minimum` or later. None for a pre-release of exactly `minimum`: whether the
    /// change was already in it is not known.
    pub fn at_least(&self, minimum: &Self) -> Option<bool> {
        match self.numbers.cmp(&minimum.numbers) {
            Ordering::Less => Some(false),
            Ordering::Greater => Some(true),
            Ordering::Equal if self.pre_release && !minimum.pre_release => None,
            Ordering::Equal => Some(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_numbers() {
        // (version, minimum, at least)
        let table = [
            ("11.0.0", "12.0.0", Some(false)),
            ("12.0.1", "12.0.0", Some(true)),
            ("12.0.0", "12.0.0", Some(true)),
            ("12.0.0b1", "12.0.0", None),
            ("12.0.0-SNAPSHOT", "12.0.0", None),
            ("9", "10.0.0", Some(false)),
            ("9.x", "9.0.0", Some(true)),
            ("v0.10.7", "0.10.9", Some(false)),
            ("v0.10.11", "0.10.9", Some(true)),
            ("0.2.9.9", "0.3.0.0", Some(false)),
            ("1.0-SNAPSHOT", "9.0.0", Some(false)),
            ("v1.8.0-eksbuild.1", "1.8.0", Some(true)),
            ("v1.19.6-eks-49a6c0", "1.19.6", Some(true)),
            ("4.2+dirty", "4.2", Some(true)),
            ("1.2.3.4.5", "1.2.3.4", Some(true)),
        ];
        for (version, minimum, expected) in table {
            let parse = |text| Version::parse(text).expect("a version");
            assert_eq!(
                parse(version).at_least(&parse(minimum)),
                expected,
                "{version} {minimum}"
            );
        }
    }

    #[test]
    fn what_says_nothing_is_no_version() {
        for text in [
            "",
            "v",
            "v0.0.0",
            "0",
            "$Format",
            "unknown",
            "-1",
            "1<b>",
            "1 2",
            "99999999999",
            "(devel)",
            "é",
            "1é",
        ] {
            assert_eq!(Version::parse(text), None, "{text:?}");
        }
    }
}
