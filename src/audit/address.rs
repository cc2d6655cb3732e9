//! Where a request came from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of IPv4 that no packet of the internet comes from, with the length of their prefix.
const INSIDE: [(Ipv4Addr, u32); 6] = [
    // RFC 1918.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // RFC 6598, carrier-grade NAT: the range that EKS advises for pods on secondary networks.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // RFC 2544, which EKS advises for the same ("Custom networking", EKS best practices guide).
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
];

/// Whether an address belongs to a private network or to the API server's own machine; `false`
/// for text that is not an address.
pub fn is_inside(address: &str) -> bool {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => is_inside_v4(address),
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => is_inside_v4(address),
            None => address == Ipv6Addr::LOCALHOST || address.is_unique_local(),
        },
        Err(_) => false,
    }
}

fn is_inside_v4(address: Ipv4Addr) -> bool {
    INSIDE.iter().any(|(network, length)| {
        let shift = u32::BITS - length;
        address.to_bits() >> shift == network.to_bits() >> shift
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_inside() {
        for (address, expected) in [
            ("10.0.3.17", true),
            ("172.16.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("100.127.255.255", true),
            ("100.128.0.1", false),
            ("198.19.4.4", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("fd00:1::2", true),
            ("fc00::1", true),
            ("2001:db8::1", false),
            ("::ffff:10.1.2.3", true),
            ("::ffff:8.8.8.8", false),
            ("203.0.113.9", false),
            ("", false),
            ("pod-1", false),
        ] {
            assert_eq!(is_inside(address), expected, "{address}");
        }
    }
}
