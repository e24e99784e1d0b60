//! Quantities as Kubernetes writes them: `250m`, `1.5`, `512Mi`, `1e3`. A [`Quantity`] is their exact value, so that
//! `1500m` is `1.5` and `2Gi` is `2048Mi`; `words` says it as people do.

mod words;

pub use words::{core_words, cpu_words, resource_words, size_words, written_size_words};

/// The largest quantity that Kubernetes keeps, in billionths: larger ones count as this one.
const MOST: i128 = (i64::MAX as i128) * BILLION;
const BILLION: i128 = 1_000_000_000;
const MILLION: i128 = 1_000_000;

/// More digits than any quantity has that is not the largest one anyway.
const MOST_DIGITS: usize = 29;

/// An amount of something: cores, bytes, devices. Never negative, and never more than Kubernetes keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity {
    /// In billionths.
    nanos: i128,
}

impl Quantity {
    /// So many thousandths: `Quantity::of_millis(250)` is `250m`.
    pub fn of_millis(millis: i64) -> Quantity {
        Quantity { nanos: (i128::from(millis.max(0)) * MILLION).min(MOST) }
    }

    /// So many whole ones: bytes, cores, devices.
    pub fn of_units(units: i64) -> Quantity {
        Quantity { nanos: i128::from(units.max(0)) * BILLION }
    }

    /// Reads a quantity: digits with an optional decimal point, then `n`, `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`, one of
    /// `Ki` to `Ei`, or an exponent. What is finer than a billionth is rounded up, what is larger than 2⁶³−1 counts as
    /// that. `None` for anything else, and for what is below zero: no resource can be.
    ///
    /// Source: `k8s.io/apimachinery/pkg/api/resource/quantity.go`, `ParseQuantity`; `suffix.go`.
    pub fn parse(text: &str) -> Option<Quantity> {
        let text = text.trim();
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let (exponent, doublings) = scale(suffix)?;
        let digits = [whole, fraction].concat();
        let shift = exponent.saturating_sub(i64::try_from(fraction.len()).ok()?);
        let nanos = nanos(&digits, shift.saturating_add(9), doublings);
        (nanos == 0 || !text.starts_with('-')).then_some(Quantity { nanos })
    }

    /// The value in thousandths (of a core: millicores), rounded up.
    pub fn millis(self) -> i64 {
        i64::try_from(self.up_to(MILLION)).unwrap_or(i64::MAX)
    }

    /// The value in whole ones (bytes, devices), rounded up.
    pub fn units(self) -> i64 {
        i64::try_from(self.up_to(BILLION)).unwrap_or(i64::MAX)
    }

    /// The next thousandth: what the API server makes of each amount of a resource when it takes a pod.
    ///
    /// Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_ResourceList`.
    pub fn in_millis(self) -> Quantity {
        Quantity { nanos: (self.up_to(MILLION) * MILLION).min(MOST) }
    }

    /// The sum of two quantities.
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity { nanos: self.nanos.saturating_add(other.nanos).min(MOST) }
    }

    /// So many times as much.
    pub fn times(self, many: i64) -> Quantity {
        Quantity { nanos: self.nanos.saturating_mul(i128::from(many.max(0))).min(MOST) }
    }

    /// How many times `each` goes into it; `None` where that is nothing.
    pub fn holds(self, each: Quantity) -> Option<i64> {
        i64::try_from(self.nanos.checked_div(each.nanos)?).ok()
    }

    /// Whether it is more than `ratio` times `other`.
    pub fn exceeds(self, other: Quantity, ratio: Quantity) -> bool {
        let most = other.nanos.checked_mul(ratio.nanos).map(|product| product / BILLION);
        most.is_some_and(|most| self.nanos > most)
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    fn up_to(self, step: i128) -> i128 {
        self.nanos / step + i128::from(self.nanos % step != 0)
    }
}

/// What a suffix multiplies by: a power of ten and a power of two.
fn scale(suffix: &str) -> Option<(i64, u32)> {
    let scale = match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => (power(suffix.strip_prefix(['e', 'E'])?)?, 0),
    };
    Some(scale)
}

/// An exponent; one that no number holds counts as a very large or a very small one.
fn power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if text.starts_with('-') { -size } else { size })
}

/// `digits` × 10^`shift` × 2^`doublings`, rounded up, at most [`MOST`].
fn nanos(digits: &str, shift: i64, doublings: u32) -> i128 {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return 0;
    }
    let Ok(zeros) = usize::try_from(shift) else {
        return divided(digits, usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX), doublings);
    };
    if digits.len().saturating_add(zeros) > MOST_DIGITS {
        return MOST;
    }
    let padded = format!("{digits}{}", "0".repeat(zeros));
    multiplied(&padded, doublings).min(MOST)
}

/// `digits` / 10^`places` × 2^`doublings`, rounded up, at most [`MOST`].
fn divided(digits: &str, places: usize, doublings: u32) -> i128 {
    let whole = &digits[..digits.len().saturating_sub(places)];
    let rest = &digits[whole.len()..];
    if whole.len() > MOST_DIGITS {
        return MOST;
    }
    // Of the rest, 19 digits are exact; whether there is more behind them decides how it is rounded.
    let leading = places - rest.len();
    let exact = 19_usize.saturating_sub(leading).min(rest.len());
    let is_more = rest[exact..].bytes().any(|digit| digit != b'0');
    let head = rest[..exact].parse::<i128>().unwrap_or(0);
    let unit = 10_i128.pow(u32::try_from(leading.saturating_add(exact).min(19)).unwrap_or(19));
    let part = head << doublings;
    let up = i128::from(is_more || part % unit != 0);
    multiplied(whole, doublings).saturating_add(part / unit + up).min(MOST)
}

fn multiplied(digits: &str, doublings: u32) -> i128 {
    let value = if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
    value.and_then(|value| value.checked_mul(1 << doublings)).unwrap_or(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos_of(text: &str) -> Option<i128> {
        Quantity::parse(text).map(|quantity| quantity.nanos)
    }

    #[test]
    fn every_suffix_has_its_value() {
        let table = [
            ("1n", 1),
            ("1u", 1_000),
            ("250m", 250_000_000),
            ("1", BILLION),
            ("0", 0),
            ("1k", 1_000 * BILLION),
            ("1M", 1_000_000 * BILLION),
            ("1G", 1_000_000_000 * BILLION),
            ("1T", 1_000_000_000_000 * BILLION),
            ("1P", 1_000_000_000_000_000 * BILLION),
            ("1E", 1_000_000_000_000_000_000 * BILLION),
            ("1Ki", (1 << 10) * BILLION),
            ("1Mi", (1 << 20) * BILLION),
            ("1Gi", (1 << 30) * BILLION),
            ("1Ti", (1 << 40) * BILLION),
            ("1Pi", (1 << 50) * BILLION),
            ("1Ei", (1 << 60) * BILLION),
            ("1e3", 1_000 * BILLION),
            ("1E3", 1_000 * BILLION),
            ("12e-2", 120_000_000),
            ("1.5e+3", 1_500 * BILLION),
            ("1.5Gi", 3 * (1 << 29) * BILLION),
            (".5", BILLION / 2),
            ("5.", 5 * BILLION),
            ("+1", BILLION),
            ("-0", 0),
            (" 1 ", BILLION),
            ("0.000001m", 1),
            ("00012.500", 12_500_000_000),
            ("100000000000000000000000000n", 100_000_000_000_000_000_000_000_000),
        ];
        for (text, value) in table {
            assert_eq!(nanos_of(text), Some(value), "{text}");
        }
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        let pairs = [("1500m", "1.5"), ("2Gi", "2048Mi"), ("1e3", "1k"), ("0.5Gi", "512Mi"), ("1", "1000m")];
        for (one, other) in pairs {
            assert_eq!(Quantity::parse(one), Quantity::parse(other), "{one} {other}");
        }
        assert!(Quantity::parse("1G") < Quantity::parse("1Gi"));
    }

    #[test]
    fn what_is_finer_is_rounded_up() {
        assert_eq!(nanos_of("0.1n"), Some(1));
        assert_eq!(nanos_of("1e-400"), Some(1));
        assert_eq!(nanos_of("1e-99999999999999999999"), Some(1));
        assert_eq!(nanos_of("0.0000000000000000000000000001Ei"), Some(1));
        assert_eq!(Quantity::parse("0.1m").map(Quantity::millis), Some(1));
        assert_eq!(Quantity::parse("1.0001").map(Quantity::millis), Some(1001));
        assert_eq!(Quantity::parse("100m").map(Quantity::units), Some(1));
        assert_eq!(Quantity::parse("2n").map(Quantity::in_millis), Some(Quantity::of_millis(1)));
    }

    #[test]
    fn what_is_too_large_counts_as_the_largest() {
        let huge = "9".repeat(100_000);
        let texts = ["9Ei", "1e30", "1e99999999999999999999", "99999999999999999999", "10E", huge.as_str()];
        for text in texts {
            assert_eq!(nanos_of(text), Some(MOST), "{}", &text[..text.len().min(20)]);
        }
        let most = Quantity { nanos: MOST };
        assert_eq!((most.units(), most.millis()), (i64::MAX, i64::MAX));
        assert_eq!(most.plus(most), most);
        assert_eq!(most.in_millis(), most);
        assert_eq!(nanos_of(&format!("0.{huge}Ki")), Some(1024 * BILLION));
    }

    #[test]
    fn anything_else_is_no_quantity() {
        let texts = [
            "", " ", ".", "-1", "m", "1 Gi", "1gi", "1GiB", "1K", "1ki", "1e", "1e+", "1e1.5", "1.2.3",
            "1mm", "lots", "0x10", "1e3Mi", "½", "1,5",
        ];
        for text in texts {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
