//! A range of addresses.

use std::net::IpAddr;

/// A range of addresses as `169.254.0.0/16` writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    first: IpAddr,
    last: IpAddr,
}

impl Network {
    /// Reads CIDR notation; the address must be the first of its range.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is not a range of addresses like `169.254.0.0/16`");
        let (address, length) = text.split_once('/').ok_or_else(refuse)?;
        let first: IpAddr = address.parse().map_err(|_| refuse())?;
        let length: u32 = length.parse().map_err(|_| refuse())?;
        // The bits right of the prefix are free: all zero in the first address, all one in the last.
        let (last, free_bits) = match first {
            IpAddr::V4(first) if length <= 32 => {
                let free = u32::MAX.checked_shr(length).unwrap_or(0);
                (IpAddr::from((first.to_bits() | free).to_be_bytes()), first.to_bits() & free != 0)
            }
            IpAddr::V6(first) if length <= 128 => {
                let free = u128::MAX.checked_shr(length).unwrap_or(0);
                (IpAddr::from((first.to_bits() | free).to_be_bytes()), first.to_bits() & free != 0)
            }
            _ => return Err(refuse()),
        };
        if free_bits {
            return Err(format!("`{address}` is not the first address of `{text}`"));
        }
        Ok(Self { first, last })
    }

    /// Whether an address lies in the range; IPv4 and IPv6 never mix.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn check(network: &str, address: &str, inside: bool) {
        let network = Network::parse(network).unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), inside, "{network:?} {address}");
    }

    #[test]
    fn an_address_is_inside_from_the_first_to_the_last() {
        check("169.254.0.0/16", "169.254.0.0", true);
        check("169.254.0.0/16", "169.254.255.255", true);
        check("169.254.0.0/16", "169.255.0.0", false);
        check("192.0.2.1/32", "192.0.2.1", true);
        check("192.0.2.1/32", "192.0.2.2", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("fe80::/10", "febf::1", true);
        check("fe80::/10", "fec0::1", false);
        check("::/0", "192.0.2.1", false);
    }

    #[test]
    fn a_range_that_is_none_is_refused() {
        for text in ["192.0.2.0", "192.0.2.0/33", "2001:db8::/129", "192.0.2.1/24", "a/8", "::/x"] {
            assert!(Network::parse(text).is_err(), "{text}");
        }
    }
}
