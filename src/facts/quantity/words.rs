//! Quantities in words: `256 MiB`, `250m CPU`, `a quarter of a CPU core (250m)`.

use super::Quantity;

const KI: i64 = 1 << 10;
const KILO: i64 = 1000;

/// Bytes in the unit that needs the fewest digits: `256 MiB`, `1.5 GiB`, `500 MB`, `117.74 MiB (123456789 bytes)`.
pub fn size_words(bytes: i64) -> String {
    match bytes {
        1 => return "1 byte".to_owned(),
        ..1000 => return format!("{bytes} bytes"),
        _ => {}
    }
    let binary = exact(bytes, KI, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);
    let decimal = exact(bytes, KILO, ["kB", "MB", "GB", "TB", "PB", "EB"]);
    match (binary, decimal) {
        (Some(binary), Some(decimal)) if decimal.len() < binary.len() => decimal,
        (Some(binary), _) => binary,
        (None, Some(decimal)) => decimal,
        (None, None) => format!("{} ({bytes} bytes)", rounded(bytes)),
    }
}

/// A quantity of bytes as it is written, in words; what is no quantity stays as it is.
pub fn written_size_words(text: &str) -> String {
    Quantity::parse(text).map_or_else(|| text.to_owned(), |quantity| size_words(quantity.units()))
}

/// CPU in millicores: `250m CPU`, `1 CPU core`, `1.5 CPU cores`.
pub fn cpu_words(millis: i64) -> String {
    match millis {
        0 => "no CPU".to_owned(),
        1000 => "1 CPU core".to_owned(),
        _ if millis > 1000 && millis % 100 == 0 => {
            format!("{} CPU cores", fraction(millis / 10))
        }
        _ => format!("{millis}m CPU"),
    }
}

/// The same, as a part of a core where that is easy to imagine: `a quarter of a CPU core (250m)`.
pub fn core_words(millis: i64) -> String {
    let part = match millis {
        100 => "a tenth of a CPU core",
        200 => "a fifth of a CPU core",
        250 => "a quarter of a CPU core",
        500 => "half a CPU core",
        750 => "three quarters of a CPU core",
        _ => return cpu_words(millis),
    };
    format!("{part} ({millis}m)")
}

/// An amount of the named resource: `250m CPU`, `256 MiB memory`, `1 GiB scratch disk`, `2 nvidia.com/gpu`.
pub fn resource_words(resource: &str, quantity: Quantity) -> String {
    match resource {
        "cpu" => cpu_words(quantity.millis()),
        _ if resource.starts_with("hugepages-") => {
            format!("{} {}", size_words(quantity.units()), noun(resource))
        }
        _ if quantity.is_zero() => format!("no {}", noun(resource)),
        "memory" | "ephemeral-storage" | "storage" => {
            format!("{} {}", size_words(quantity.units()), noun(resource))
        }
        _ => format!("{} {}", quantity.units(), noun(resource)),
    }
}

/// How people call a resource.
pub(in crate::facts) fn noun(resource: &str) -> String {
    match resource {
        "cpu" => "CPU".to_owned(),
        "ephemeral-storage" => "scratch disk".to_owned(),
        other => match other.strip_prefix("hugepages-").map(|size| (size, Quantity::parse(size))) {
            Some((_, Some(size))) => format!("in huge pages of {}", size_words(size.units())),
            Some((size, None)) => format!("in huge pages of {size}"),
            None => other.to_owned(),
        },
    }
}

/// The bytes in the largest of the units that holds them with at most two decimals.
fn exact(bytes: i64, step: i64, names: [&str; 6]) -> Option<String> {
    let mut unit = Some(step);
    let mut found = None;
    for name in names {
        let Some(size) = unit.filter(|&size| size <= bytes) else { break };
        let hundredths = i128::from(bytes) * 100;
        if hundredths % i128::from(size) == 0 {
            let hundredths = i64::try_from(hundredths / i128::from(size)).unwrap_or(i64::MAX);
            found = Some(format!("{} {name}", fraction(hundredths)));
        }
        unit = size.checked_mul(step);
    }
    found
}

/// The bytes in the largest unit that they fill, to two decimals.
fn rounded(bytes: i64) -> String {
    let names = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut size, mut name) = (KI, names[0]);
    for next in &names[1..] {
        let Some(larger) = size.checked_mul(KI).filter(|&larger| larger <= bytes) else { break };
        (size, name) = (larger, next);
    }
    let hundredths = (i128::from(bytes) * 100 + i128::from(size) / 2) / i128::from(size);
    format!("{} {name}", fraction(i64::try_from(hundredths).unwrap_or(i64::MAX)))
}

/// Hundredths as a decimal number without trailing zeros.
fn fraction(hundredths: i64) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match rest {
        0 => whole.to_string(),
        _ if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_the_shortest_unit() {
        let table = [
            ("0", "0 bytes"),
            ("1", "1 byte"),
            ("512", "512 bytes"),
            ("1Ki", "1 KiB"),
            ("256Mi", "256 MiB"),
            ("1024Mi", "1 GiB"),
            ("1000Mi", "1000 MiB"),
            ("1.5Gi", "1.5 GiB"),
            ("500M", "500 MB"),
            ("1G", "1 GB"),
            ("1500k", "1.5 MB"),
            ("123456789", "117.74 MiB (123456789 bytes)"),
            ("10Gi", "10 GiB"),
            ("7Ei", "7 EiB"),
            ("lots", "lots"),
        ];
        for (text, words) in table {
            assert_eq!(written_size_words(text), words, "{text}");
        }
        assert_eq!(size_words(i64::MAX), "8 EiB (9223372036854775807 bytes)");
    }

    #[test]
    fn cpu_is_said_in_cores_where_that_is_short() {
        let table = [
            (0, "no CPU"),
            (1, "1m CPU"),
            (250, "250m CPU"),
            (1000, "1 CPU core"),
            (1500, "1.5 CPU cores"),
            (1250, "1250m CPU"),
            (2000, "2 CPU cores"),
            (64_000, "64 CPU cores"),
        ];
        for (millis, words) in table {
            assert_eq!(cpu_words(millis), words);
        }
        assert_eq!(core_words(250), "a quarter of a CPU core (250m)");
        assert_eq!(core_words(500), "half a CPU core (500m)");
        assert_eq!(core_words(300), "300m CPU");
    }

    #[test]
    fn each_resource_has_its_noun() {
        let words =
            |resource: &str, text: &str| resource_words(resource, Quantity::parse(text).unwrap_or_default());
        assert_eq!(words("cpu", "0.25"), "250m CPU");
        assert_eq!(words("memory", "0"), "no memory");
        assert_eq!(words("memory", "64Mi"), "64 MiB memory");
        assert_eq!(words("ephemeral-storage", "1Gi"), "1 GiB scratch disk");
        assert_eq!(words("hugepages-2Mi", "100Mi"), "100 MiB in huge pages of 2 MiB");
        assert_eq!(words("nvidia.com/gpu", "2"), "2 nvidia.com/gpu");
    }
}
