//! Numbers of things in words, for gaps and notes as much as for reports.

/// A number with its thousands parted: `8,311`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

/// A number of things: `1 pod`, `2,100 pods`.
pub fn pluralize(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    // A number that does not fit is larger than can be pluralize here.
    let number = number.try_into().unwrap_or(u64::MAX);
    let word = if number == 1 { one } else { many };
    format!("{} {word}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), words);
        }
        assert_eq!(pluralize(1_usize, "pod", "pods"), "1 pod");
        assert_eq!(pluralize(2100_u64, "pod", "pods"), "2,100 pods");
    }
}
