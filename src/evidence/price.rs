//! What a scan costs.

use std::fmt;
use std::ops::AddAssign;

/// An amount of money, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    /// Millionths of a US dollar.
    pub micro_dollars: u64,
    /// Whether a part was priced at the lowest known rate, because its Region's is not known.
    pub at_least: bool,
}

impl AddAssign for Price {
    fn add_assign(&mut self, other: Self) {
        self.micro_dollars = self.micro_dollars.saturating_add(other.micro_dollars);
        self.at_least = self.at_least || other.at_least;
    }
}

/// `about $0.21`, `at least $1.30`, `less than $0.01`, `nothing`
impl fmt::Display for Price {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CENT: u64 = 10_000;
        let cents = self.micro_dollars.div_ceil(CENT);
        match (self.micro_dollars, self.at_least) {
            (0, _) => formatter.write_str("nothing"),
            (..CENT, false) => formatter.write_str("less than $0.01"),
            (_, at_least) => write!(
                formatter,
                "{} ${}.{:02}",
                if at_least { "at least" } else { "about" },
                cents / 100,
                cents % 100
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_as_people_say_it() {
        for (micro_dollars, at_least, words) in [
            (0, false, "nothing"),
            (1, false, "less than $0.01"),
            (1, true, "at least $0.01"),
            (9_999, false, "less than $0.01"),
            (10_000, false, "about $0.01"),
            (206_000, false, "about $0.21"),
            (206_000, true, "at least $0.21"),
            (12_345_678, false, "about $12.35"),
        ] {
            let price = Price {
                micro_dollars,
                at_least,
            };
            assert_eq!(price.to_string(), words);
        }
    }

    #[test]
    fn amounts_add_up_and_stay_a_minimum_if_one_is() {
        for (one, other, at_least) in [
            (false, false, false),
            (true, false, true),
            (false, true, true),
            (true, true, true),
        ] {
            let price = |at_least| Price {
                micro_dollars: 7,
                at_least,
            };
            let mut sum = price(one);
            sum += price(other);
            assert_eq!((sum.micro_dollars, sum.at_least), (14, at_least));
        }
    }
}
