//! What CloudWatch charges for bytes scanned, a Region.

use std::str::FromStr;

use crate::evidence::price::Price;

/// The prices, with their source and date.
const PRICES: &str = include_str!("prices.tsv");

/// The bytes of the GB that prices are for: the calculator on the pricing page counts in powers
/// of ten for data scanned.
const GB: f64 = 1e9;

/// What a GB costs, where the operator states it: US dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PricePerGb(f64);

/// Text that is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a price in US dollars, such as 0.0076")]
pub struct NotAPrice(String);

impl FromStr for PricePerGb {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        // More than that is a price of a TB, or a slip.
        let is_price = |dollars: &f64| (0.0..=10.0).contains(dollars);
        let dollars = text.trim().strip_prefix('$').unwrap_or(text.trim());
        let dollars = dollars.parse().ok().filter(is_price);
        dollars.map(Self).ok_or_else(|| NotAPrice(text.to_owned()))
    }
}

/// What a scan of so many bytes costs in a Region: at the price that is stated, else at the one
/// that is listed for it.
pub fn price(region: &str, bytes: u64, stated: Option<PricePerGb>) -> Price {
    let mut lowest = f64::INFINITY;
    let mut own = stated.map(|price| price.0);
    for (name, dollars) in listed() {
        lowest = lowest.min(dollars);
        if name == region {
            own.get_or_insert(dollars);
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
    use crate::source::aws::region::{KNOWN, is_known};

    #[test]
    fn every_line_of_the_list_is_read_and_has_a_source() {
        let lines = PRICES.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(listed().count(), lines.clone().count());
        assert!(listed().all(|(_, dollars)| dollars > 0.0 && dollars < 1.0));
        assert!(listed().all(|(region, _)| is_known(region)));
        assert!(lines.clone().all(|line| line.split('\t').count() == 3));
    }

    #[test]
    fn every_region_with_prices_in_dollars_is_listed() {
        let has_yuan = |region: &str| region.starts_with("cn-");
        let is_listed = |region: &str| listed().any(|(name, _)| name == region);
        for region in KNOWN {
            assert_ne!(is_listed(region), has_yuan(region), "{region}");
        }
    }

    #[test]
    fn an_unknown_region_costs_at_least_the_lowest_price_and_a_stated_one_holds_everywhere() {
        let known = price("ap-northeast-1", 1_000_000_000, None);
        assert_eq!((known.micro_dollars, known.at_least), (7_600, false));
        // China has prices in yuan.
        let unknown = price("cn-north-1", 41_200_000_000, None);
        assert_eq!((unknown.micro_dollars, unknown.at_least), (206_000, true));
        let stated = "0.01".parse().ok();
        for region in ["ap-northeast-1", "cn-north-1"] {
            let price = price(region, 1_000_000_000, stated);
            assert_eq!((price.micro_dollars, price.at_least), (10_000, false));
        }
    }

    #[test]
    fn a_price_is_a_small_amount_of_dollars() {
        for text in ["0.0076", "$0.0076", " 0.0076 "] {
            assert_eq!(text.parse(), Ok(PricePerGb(0.0076)), "{text}");
        }
        for text in ["", "x", "-1", "NaN", "inf", "100", "0,0076"] {
            assert!(text.parse::<PricePerGb>().is_err(), "{text}");
        }
    }
}
