//! A number of pods, as it is or as a percentage of how many there are.

use crate::document::{Kind, Value};
use serde::Serialize;

/// A number of pods, as it is or as a percentage of how many there are: `maxSurge: 1`, `maxSurge: 25%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// So many pods.
    Pods(i64),
    /// So many hundredths of the pods.
    Percent(i64),
}

/// Which way a percentage becomes whole pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    Up,
    Down,
}

impl Share {
    /// Reads one; `None` where Kubernetes would turn it away: a negative number, a text that is no percentage.
    ///
    /// Source: `k8s.io/apimachinery/pkg/util/validation/validation.go`, `IsValidPercent`;
    /// `k8s.io/apimachinery/pkg/util/intstr/intstr.go`, `GetScaledValueFromIntOrPercent`.
    pub fn read(value: &Value) -> Option<Share> {
        match &value.kind {
            Kind::Number(number) => number.as_i64().filter(|pods| *pods >= 0).map(Share::Pods),
            Kind::String(text) => {
                let digits = text.strip_suffix('%')?;
                let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                // More digits than fit are still a percentage, and more than any number of pods.
                all_digits.then(|| Share::Percent(digits.parse().unwrap_or(i64::MAX)))
            }
            _ => None,
        }
    }

    /// The same in whole pods, of so many.
    pub fn of(self, pods: i64, rounding: Rounding) -> i64 {
        match self {
            Share::Pods(number) => number,
            Share::Percent(percent) => {
                let hundredths = i128::from(percent) * i128::from(pods.max(0));
                let whole = match rounding {
                    Rounding::Up => (hundredths + 99) / 100,
                    Rounding::Down => hundredths / 100,
                };
                i64::try_from(whole).unwrap_or(i64::MAX)
            }
        }
    }

    /// As it is written: `1`, `25%`.
    pub fn words(self) -> String {
        match self {
            Share::Pods(number) => number.to_string(),
            Share::Percent(percent) => format!("{percent}%"),
        }
    }
}

/// A number of pods, or a percentage where how many there are depends on the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Amount {
    /// So many pods.
    Pods(i64),
    /// Of each hundred nodes that should run a pod, so many, as written: `10%`. It rounds up.
    Percent(String),
}

impl Amount {
    /// The number of pods, where it is one.
    pub fn pods(&self) -> Option<i64> {
        match self {
            Amount::Pods(number) => Some(*number),
            Amount::Percent(_) => None,
        }
    }

    /// Whether it is none at all.
    pub fn is_zero(&self) -> bool {
        match self {
            Amount::Pods(number) => *number == 0,
            Amount::Percent(text) => text.trim_end_matches('%').bytes().all(|digit| digit == b'0'),
        }
    }
}

impl From<Share> for Amount {
    fn from(share: Share) -> Amount {
        match share {
            Share::Pods(number) => Amount::Pods(number),
            Share::Percent(_) => Amount::Percent(share.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rounding, Share};

    #[test]
    fn percentages_become_whole_pods() {
        let cases = [
            (25, 4, 1, 1),
            (25, 1, 1, 0),
            (25, 10, 3, 2),
            (34, 3, 2, 1),
            (0, 7, 0, 0),
            (100, 7, 7, 7),
            (150, 4, 6, 6),
            (50, 0, 0, 0),
            (i64::MAX, i64::MAX, i64::MAX, i64::MAX),
        ];
        for (percent, pods, up, down) in cases {
            let share = Share::Percent(percent);
            assert_eq!(
                (share.of(pods, Rounding::Up), share.of(pods, Rounding::Down)),
                (up, down),
                "{percent}% of {pods}"
            );
        }
        assert_eq!(Share::Pods(3).of(2, Rounding::Up), 3);
    }
}
