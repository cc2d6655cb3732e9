//! What CloudWatch charges for bytes scanned, a Region.

use crate::evidence::price::Price;

/// The prices, with their source.
const PRICES: &str = include_str!("prices.tsv");

/// The bytes of the GB that prices are for: the calculator on the pricing page counts in powers
/// of ten for data scanned.
const GB: f64 = 1e9;

/// What a scan of so many bytes costs in a Region.
pub fn price(region: &str, bytes: u64) -> Price {
    let mut lowest = f64::INFINITY;
    let mut own = None;
    for (name, dollars) in listed() {
        lowest = lowest.min(dollars);
        if name == region {
            own = Some(dollars);
        }
    }
    Price {
        micro_dollars: (own.unwrap_or(lowest) * bytes as f64 / GB * 1e6).ceil() as u64,
        at_least: own.is_none(),
    }
}

fn listed() -> impl Iterator<Item = (&'static str, f64)> {
    PRICES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?.parse().ok()?))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = PRICES.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(listed().count(), lines);
        assert!(listed().all(|(_, dollars)| dollars > 0.0 && dollars < 1.0));
    }

    #[test]
    fn an_unknown_region_costs_at_least_the_lowest_price() {
        let known = price("ap-northeast-1", 1_000_000_000);
        assert_eq!((known.micro_dollars, known.at_least), (7_600, false));
        let unknown = price("eu-west-1", 41_200_000_000);
        assert_eq!((unknown.micro_dollars, unknown.at_least), (206_000, true));
    }
}
