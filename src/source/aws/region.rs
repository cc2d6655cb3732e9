//! The names of Regions.

use crate::audit::nearest::nearest;

/// The Regions that are known by name, for those who mistype one (AWS General Reference and
/// "AWS Regions", by the end of 2025). A name that is not here may be a Region all the same.
pub const KNOWN: [&str; 38] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Whether a Region of this name is known.
pub fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// The Region that somebody may have meant.
pub fn meant(name: &str) -> Option<&'static str> {
    nearest(name, KNOWN).first().copied()
}

/// Whether a Region may have this name: letters, groups of letters, a number.
pub fn is_well_formed(name: &str) -> bool {
    let groups: Vec<&str> = name.split('-').collect();
    let Some((number, words)) = groups.split_last() else {
        return false;
    };
    words.len() >= 2
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
        && words
            .iter()
            .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_cannot_be_one() {
        assert!(KNOWN.iter().all(|name| is_well_formed(name)));
        assert!(KNOWN.is_sorted());
        for name in ["us-iso-east-1", "eusc-de-east-1", "eu-wset-1"] {
            assert!(is_well_formed(name), "{name}");
        }
        for name in [
            "",
            "eu",
            "eu-west",
            "eu-west-1a",
            "EU-WEST-1",
            "eu--1",
            "eu west 1",
            "é-a-1",
        ] {
            assert!(!is_well_formed(name), "{name}");
        }
        assert_eq!(meant("eu-wset-1"), Some("eu-west-1"));
    }
}
