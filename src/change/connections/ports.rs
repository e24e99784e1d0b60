//! Sets of ports.

use std::collections::BTreeMap;

/// The highest port.
const LAST: i64 = 65535;

/// The protocols that policies know.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// A set of ports: of each protocol, ranges that neither overlap nor touch, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortSet(BTreeMap<&'static str, Vec<(i64, i64)>>);

impl PortSet {
    /// No port.
    pub fn none() -> PortSet {
        PortSet::default()
    }

    /// Every port of every protocol.
    pub fn all() -> PortSet {
        PortSet(PROTOCOLS.into_iter().map(|protocol| (protocol, vec![(0, LAST)])).collect())
    }

    /// A range of ports of one protocol.
    pub fn range(protocol: &str, first: i64, last: i64) -> PortSet {
        let protocol = PROTOCOLS.into_iter().find(|one| one.eq_ignore_ascii_case(protocol));
        let range = (first.clamp(0, LAST), last.clamp(0, LAST));
        PortSet(protocol.map(|protocol| (protocol, vec![range])).into_iter().collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.values().all(Vec::is_empty)
    }

    /// What is in either.
    pub fn plus(&self, other: &PortSet) -> PortSet {
        let mut sum = self.0.clone();
        for (protocol, ranges) in &other.0 {
            let all = sum.entry(protocol).or_default();
            all.extend(ranges);
            all.sort_unstable();
            let mut merged: Vec<(i64, i64)> = Vec::new();
            for &(first, last) in all.iter() {
                match merged.last_mut() {
                    Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
                    _ => merged.push((first, last)),
                }
            }
            *all = merged;
        }
        PortSet(sum)
    }

    /// What is in this one alone.
    pub fn minus(&self, other: &PortSet) -> PortSet {
        let mut left = BTreeMap::new();
        for (protocol, ranges) in &self.0 {
            let mut pieces = ranges.clone();
            for &(first, last) in other.0.get(protocol).into_iter().flatten() {
                pieces = pieces
                    .into_iter()
                    .flat_map(|(a, b)| [(a, b.min(first - 1)), (a.max(last + 1), b)])
                    .filter(|(a, b)| a <= b)
                    .collect();
                pieces.dedup();
            }
            if !pieces.is_empty() {
                left.insert(*protocol, pieces);
            }
        }
        PortSet(left)
    }

    /// What is in both.
    pub fn and(&self, other: &PortSet) -> PortSet {
        self.minus(&self.minus(other))
    }

    /// The ports that it lacks, if that is the shorter way to say it.
    pub fn left_out(&self) -> Vec<String> {
        let (own, others) = (self.words(), PortSet::all().minus(self).words());
        if others.len() < own.len() { others } else { Vec::new() }
    }

    /// `5432/TCP`, `8000-8010/TCP`; `all` where it is everything.
    pub fn words(&self) -> Vec<String> {
        if *self == PortSet::all() {
            return vec!["all".to_owned()];
        }
        let word = |protocol: &str, (first, last): (i64, i64)| match first == last {
            true => format!("{first}/{protocol}"),
            false => format!("{first}-{last}/{protocol}"),
        };
        self.0
            .iter()
            .flat_map(|(protocol, ranges)| ranges.iter().map(move |range| word(protocol, *range)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::PortSet;

    #[test]
    fn sets_add_up_and_leave_holes() {
        let set = PortSet::range("TCP", 80, 90)
            .plus(&PortSet::range("TCP", 91, 100))
            .plus(&PortSet::range("UDP", 53, 53));
        assert_eq!(set.words(), ["80-100/TCP", "53/UDP"]);
        assert_eq!(set.minus(&PortSet::range("TCP", 85, 85)).words(), ["80-84/TCP", "86-100/TCP", "53/UDP"]);
        assert_eq!(set.and(&PortSet::range("TCP", 100, 200)).words(), ["100/TCP"]);
        assert_eq!(PortSet::all().words(), ["all"]);
        assert!(set.minus(&PortSet::all()).is_empty() && !PortSet::all().minus(&set).is_empty());
    }
}
