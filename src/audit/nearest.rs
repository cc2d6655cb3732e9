//! Suggestions for a name that does not exist.

/// Slips of the keyboard that a name may have at most.
const SLIPS: usize = 2;

/// Letters from which on the beginning of a name says something.
const TELLING: usize = 3;

/// The names most like this one, the most alike first: those that begin like it, and those that
/// are a slip or two away, one in three letters.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let typed = name.to_lowercase();
    let slips = (typed.chars().count() / 3).clamp(1, SLIPS);
    let begins = |long: &str, short: &str| short.len() >= TELLING && long.starts_with(short);
    let mut alike: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|known| {
            let lower = known.to_lowercase();
            let distance = strsim::osa_distance(&typed, &lower);
            let is_alike = distance <= slips || begins(&lower, &typed) || begins(&typed, &lower);
            is_alike.then_some((distance, known))
        })
        .collect();
    // Of those that are equally alike the earlier name, whatever the order they come in.
    alike.sort_unstable();
    alike.dedup();
    alike.into_iter().map(|(_, known)| known).collect()
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
            "kube2iam-b4kxz",
        ];
        // (typed, meant)
        let table = [
            ("eu-wset-1", Some("eu-west-1")),
            ("EU-WEST-1", Some("eu-west-1")),
            ("prd-1", Some("prod-1")),
            ("pord-1", Some("prod-1")),
            ("stagng", Some("staging")),
            ("kube2iam", Some("kube2iam-b4kxz")),
            ("kube2iam-b4kxz-1", Some("kube2iam-b4kxz")),
            // Two slips in six letters or more, and one in fewer.
            ("pord-11", Some("prod-1")),
            ("pd-1", None),
            ("xyz", None),
            ("", None),
        ];
        for (typed, meant) in table {
            assert_eq!(nearest(typed, names).first().copied(), meant, "{typed}");
        }
        assert_eq!(
            nearest("a-3", ["a-2", "a-1"]),
            nearest("a-3", ["a-1", "a-2"])
        );
    }
}
