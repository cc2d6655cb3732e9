//! What somebody may have meant who typed a name that is not there.

/// The name most like this one, if any is: one slip of the keyboard in three characters.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let slips = (lower.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|known| (strsim::osa_distance(&lower, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= slips)
        // Of two that are equally alike the earlier name, whatever the order they come in.
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_told_from_another_name() {
        let names = [
            "eu-west-1",
            "eu-central-1",
            "us-east-1",
            "prod-1",
            "staging",
        ];
        // (typed, meant)
        let table = [
            ("eu-wset-1", Some("eu-west-1")),
            ("EU-WEST-1", Some("eu-west-1")),
            ("prd-1", Some("prod-1")),
            ("pord-1", Some("prod-1")),
            ("stagng", Some("staging")),
            ("xyz", None),
            ("", None),
        ];
        for (typed, meant) in table {
            assert_eq!(nearest(typed, names), meant, "{typed}");
        }
        assert_eq!(
            nearest("a-3", ["a-2", "a-1"]),
            nearest("a-3", ["a-1", "a-2"])
        );
    }
}
