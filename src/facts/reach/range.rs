//! Ranges of IP addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.

use std::net::IpAddr;

/// A range of IP addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IpRange {
    is_v6: bool,
    first: u128,
    last: u128,
}

impl IpRange {
    /// Every IPv4 address: what stands for "anywhere outside".
    pub const ANYWHERE: IpRange = IpRange { is_v6: false, first: 0, last: u32::MAX as u128 };

    /// Reads an address or a CIDR. Bits behind the prefix do not count, as for Go's `net.ParseCIDR`; an IPv4 address
    /// that is written as an IPv6 one is the IPv4 one. `None` if it is neither.
    pub fn read(text: &str) -> Option<IpRange> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let (address, written_as_v6) = (written.to_canonical(), written.is_ipv6());
        let (bits, value, is_v6) = match address {
            IpAddr::V4(address) => (32, u128::from(address.to_bits()), false),
            IpAddr::V6(address) => (128, address.to_bits(), true),
        };
        let prefix = match prefix {
            // `::ffff:10.0.0.0/104` counts the bits in front of the IPv4 address, too.
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                let ahead = if written_as_v6 && !is_v6 { 96 } else { 0 };
                digits.parse::<u32>().ok()?.checked_sub(ahead).filter(|prefix| *prefix <= bits)?
            }
            Some(_) => return None,
            None => bits,
        };
        let host = u128::MAX.checked_shr(128 - (bits - prefix)).unwrap_or(0);
        let first = value & !host;
        Some(IpRange { is_v6, first, last: first | host })
    }

    /// Whether every address of `self` is in one of the ranges.
    pub fn is_covered(self, ranges: &[IpRange]) -> bool {
        let mut ranges: Vec<IpRange> = ranges.iter().copied().filter(|range| self.overlaps(*range)).collect();
        ranges.sort();
        let mut next = self.first;
        for range in ranges {
            if range.first > next {
                return false;
            }
            if range.last >= self.last {
                return true;
            }
            next = next.max(range.last.saturating_add(1));
        }
        false
    }

    /// Whether it is a single address.
    pub fn is_one(self) -> bool {
        self.first == self.last
    }

    /// Whether some address is in both.
    pub fn overlaps(self, other: IpRange) -> bool {
        self.is_v6 == other.is_v6 && self.first <= other.last && other.first <= self.last
    }

    /// What is left of the range without the holes.
    pub fn without(self, holes: &[IpRange]) -> Vec<IpRange> {
        let mut holes: Vec<IpRange> = holes.iter().copied().filter(|hole| self.overlaps(*hole)).collect();
        holes.sort();
        let mut left = Vec::new();
        let mut next = Some(self.first);
        for hole in holes {
            let Some(first) = next else { break };
            if let Some(last) = hole.first.checked_sub(1).filter(|last| *last >= first) {
                left.push(IpRange { first, last, ..self });
            }
            next = hole.last.checked_add(1).map(|after| after.max(first));
        }
        let rest = next.filter(|first| *first <= self.last);
        left.extend(rest.map(|first| IpRange { first, ..self }));
        left
    }
}

#[cfg(test)]
mod tests {
    use super::IpRange;

    fn read(text: &str) -> IpRange {
        IpRange::read(text).unwrap_or_else(|| panic!("{text} is a range"))
    }

    #[test]
    fn addresses_and_ranges_are_read() {
        assert_eq!(read("10.1.2.3"), read("10.1.2.3/32"));
        assert_eq!(read("10.1.2.3/8"), read("10.0.0.0/8"));
        assert_eq!(read("0.0.0.0/0"), IpRange::ANYWHERE);
        assert_eq!(read("::ffff:10.0.0.0/104"), read("10.0.0.0/8"));
        assert!(read("::/0").overlaps(read("2001:db8::1")));
        assert!(!read("::/0").overlaps(read("10.0.0.1")));
        for wrong in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "::/129", "web", "1.2.3.4/8/8"]
        {
            assert_eq!(IpRange::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn neighboring_ranges_cover_what_lies_across_them() {
        let halves = [read("10.128.0.0/9"), read("10.0.0.0/9")];
        assert!(read("10.0.0.0/8").is_covered(&halves));
        assert!(!read("10.0.0.0/7").is_covered(&halves));
        assert!(!read("10.0.0.0/8").is_covered(&halves[..1]));
        assert!(read("::/0").is_covered(&[read("::/0")]));
        assert!(!read("10.0.0.0/8").is_covered(&[read("::/0")]));
    }

    #[test]
    fn holes_are_left_out() {
        let left = read("10.0.0.0/8").without(&[read("10.5.0.0/16"), read("10.0.0.0/16")]);
        assert!(read("10.4.0.0/16").is_covered(&left));
        assert!(read("10.255.255.255").is_covered(&left));
        for hole in ["10.5.0.1", "10.0.0.0", "10.0.255.255", "10.0.0.0/8"] {
            assert!(!read(hole).is_covered(&left), "{hole}");
        }
        assert!(read("::/0").without(&[read("::/0")]).is_empty());
        assert_eq!(read("::/0").without(&[read("ffff::/16")]).len(), 1);
    }
}
