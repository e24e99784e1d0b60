//! Names: page paths, kinds in words, counts in words.
//!
//! [`slug`] is the only way from a user's name to a path, so no two names share a page and no name escapes the site.

pub mod english;
mod folder;
mod image;
mod short;

pub use folder::of_folders;
pub use image::Image;
pub use short::{short_message, short_path};
use std::fmt;

/// The longest a part of a path may be, in bytes.
const LONGEST_PART: usize = 120;

/// The folder of a page, relative to the site: parts of `[a-z0-9._-]` joined by `/`; empty for the first page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PagePath(String);

impl PagePath {
    /// The first page.
    pub fn root() -> PagePath {
        PagePath::default()
    }

    /// The page one level below, its part made from `raw`.
    pub fn child(&self, raw: &str) -> PagePath {
        self.join(&slug(raw))
    }

    /// The page one level below, for a part that podviz itself names.
    pub fn fixed(&self, part: &'static str) -> PagePath {
        self.join(part)
    }

    fn join(&self, part: &str) -> PagePath {
        if self.0.is_empty() { PagePath(part.to_owned()) } else { PagePath(format!("{}/{part}", self.0)) }
    }

    /// The parts, outermost first.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// The folder above; `None` for the first page.
    pub fn parent(&self) -> Option<PagePath> {
        match self.0.rsplit_once('/') {
            Some((above, _)) => Some(PagePath(above.to_owned())),
            None => (!self.0.is_empty()).then(PagePath::root),
        }
    }

    /// The last of its parts; empty for the first page.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The path below `above`, as if that were the first page; `None` where it is not below it.
    pub fn below(&self, above: &PagePath) -> Option<PagePath> {
        let mut parts = self.parts();
        above.parts().all(|part| parts.next() == Some(part)).then(|| PagePath::of_parts(parts))
    }

    /// The same path with `above` in front.
    pub fn moved_to(&self, above: &PagePath) -> PagePath {
        self.parts().fold(above.clone(), |path, part| path.join(part))
    }

    /// The path of parts that are those of another.
    pub fn of_parts<'a>(parts: impl Iterator<Item = &'a str>) -> PagePath {
        parts.fold(PagePath::root(), |path, part| path.join(part))
    }

    /// The path of the file `name` in this folder, as seen from the page `from`: `../web/index.html`.
    pub fn relative_to(&self, from: &PagePath, name: &str) -> String {
        let (here, there): (Vec<_>, Vec<_>) = (from.parts().collect(), self.parts().collect());
        let shared = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
        let ups = std::iter::repeat_n("..", here.len() - shared);
        ups.chain(there[shared..].iter().copied()).chain([name]).collect::<Vec<_>>().join("/")
    }

    /// The path of the file `name` in this folder, relative to the site.
    pub fn file(&self, name: &str) -> String {
        self.relative_to(&PagePath::root(), name)
    }
}

impl fmt::Display for PagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a path for `raw`: `[a-z0-9._-]`, at most 120 bytes, never a name that a file system reserves. A name
/// that is no such part already gets a short hash of itself behind `--`, so that no two names share a slug.
pub fn slug(raw: &str) -> String {
    if is_slug(raw) {
        return raw.to_owned();
    }
    let mut readable = String::new();
    for c in raw.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => readable.push(c),
            c @ ('.' | '_' | '-') if !readable.is_empty() => readable.push(c),
            _ if !readable.is_empty() && !readable.ends_with('-') => readable.push('-'),
            _ => {}
        }
        if readable.len() >= 60 {
            break;
        }
    }
    let readable = readable.trim_end_matches(['.', '-', '_']);
    let readable = if readable.is_empty() { "x" } else { readable };
    // A device stays one whatever follows its dot, so nothing does: `con-tar.gz--…`.
    let readable = if is_device(readable) { readable.replacen('.', "-", 1) } else { readable.to_owned() };
    format!("{readable}--{}", &blake3::hash(raw.as_bytes()).to_hex()[..10])
}

/// Whether a name is a part of a path as it is, so that the page of an object may have it.
pub fn is_slug(raw: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    let ends = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    raw.len() <= LONGEST_PART
        && raw.bytes().all(plain)
        && ends(raw.as_bytes().first())
        && ends(raw.as_bytes().last())
        && !is_reserved(raw)
        && !looks_hashed(raw)
}

/// Whether Windows takes a name in lower case for a device: it looks at what stands before the first dot, without blanks at
/// its end.
///
/// Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
pub fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ');
    let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    matches!(stem, "con" | "prn" | "aux" | "nul")
        || number.is_some_and(|number| {
            matches!(number, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
}

/// Names of devices, and of the files that stand in a page's folder: whichever flavour writes them, these end as pages or
/// pictures do, or begin with a sign.
fn is_reserved(raw: &str) -> bool {
    let picture = raw.starts_with("diagram-") && raw.ends_with(".svg");
    is_device(raw) || picture || [".html", ".md", ".mdx"].iter().any(|ending| raw.ends_with(ending))
}

/// Whether a name ends like a slug with a hash: such a name gets a hash of its own, so that it cannot pose as one.
fn looks_hashed(raw: &str) -> bool {
    raw.rsplit_once("--")
        .is_some_and(|(_, tail)| tail.len() == 10 && tail.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `1 copy`, `3 copies`: a count with its noun.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(number)) }
}

/// `1st`, `2nd`, `3rd`, `11th`: a number as a place in an order.
pub fn ordinal(number: i64) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// A number with commas: `11,400`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Seconds in the unit that people use: `31 s`, `15 min`, `1 h 30 min`, `3 days`.
pub fn duration(seconds: i64) -> String {
    let two = |large: i64, one: &str, small: i64, other: &str| match small {
        0 => format!("{large} {one}"),
        small => format!("{large} {one} {small} {other}"),
    };
    match seconds {
        ..=600 => format!("{seconds} s"),
        601..=7_199 => two(seconds / 60, "min", seconds % 60, "s"),
        7_200..=172_799 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => count(usize::try_from(seconds / 86_400).unwrap_or(usize::MAX), "day", "days"),
    }
}

/// From so many seconds to so many: `21 to 31 s`.
pub fn durations(least: i64, most: i64) -> String {
    if least == most {
        return duration(most);
    }
    let first = if most <= 600 { least.to_string() } else { duration(least) };
    format!("{first} to {}", duration(most))
}

/// The plural of a kind: `Ingress` → `Ingresses`, `NetworkPolicy` → `NetworkPolicies`.
pub fn plural(kind: &str) -> String {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| kind.ends_with(suffix));
    if kind == "Endpoints" {
        kind.to_owned()
    } else if ends(&["s", "x", "ch", "sh"]) {
        format!("{kind}es")
    } else if let Some(stem) = kind.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        format!("{stem}ies")
    } else {
        format!("{kind}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portable_name_is_its_own_slug() {
        assert_eq!(slug("web"), "web");
        assert_eq!(slug("web-v1.2_3"), "web-v1.2_3");
    }

    #[test]
    fn other_names_carry_a_hash() {
        for raw in [
            "Web",
            "../etc",
            "",
            "con",
            "nul.txt",
            "a b",
            "-x",
            "x.",
            "index.html",
            "index.mdx",
            "page.md",
            "日本",
            "web--0123456789",
        ] {
            let slug = slug(raw);
            assert!(slug.contains("--") && slug != raw, "{raw} → {slug}");
            assert!(
                slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
            );
        }
        assert_ne!(slug("Web"), slug("wEb"));
    }

    #[test]
    fn no_slug_is_a_device_of_windows() {
        let devices =
            ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9", "com¹", "lpt³", "COM2", "Aux"];
        let ends = ["", ".", " ", ". .", ".yaml", ".tar.gz", ".html", " .txt", "..x", ":x", "$", "/x"];
        for (device, end) in devices.iter().flat_map(|device| ends.map(|end| (device, end))) {
            let raw = format!("{device}{end}");
            let slug = slug(&raw);
            assert!(!is_device(&slug) && slug != raw, "{raw} → {slug}");
            assert!(!slug.ends_with(['.', ' ']), "{slug}");
        }
        assert_eq!(slug("con.tar.gz"), "con-tar.gz--73602eea54");
        for raw in ["console", "com10", "com0", "lpt", "com.example", "auxiliary.txt", "nul-x"] {
            assert_eq!(slug(raw), raw);
        }
    }

    #[test]
    fn paths_are_relative() {
        let web = PagePath::root().fixed("ns").child("shop").child("deployment").child("web");
        let ns = PagePath::root().fixed("ns").child("shop");
        assert_eq!(web.relative_to(&ns, "index.html"), "deployment/web/index.html");
        assert_eq!(ns.relative_to(&web, "index.html"), "../../index.html");
        assert_eq!(PagePath::root().relative_to(&ns, "index.html"), "../../index.html");
        assert_eq!(ns.relative_to(&ns, "index.html"), "index.html");
    }

    #[test]
    fn kinds_have_plurals() {
        let pairs = [
            ("Ingress", "Ingresses"),
            ("NetworkPolicy", "NetworkPolicies"),
            ("Pod", "Pods"),
            ("Gateway", "Gateways"),
        ];
        for (one, many) in pairs {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn seconds_are_said_in_the_unit_that_people_use() {
        let said = [0, 31, 600, 900, 3_661, 5_400, 7_200, 9_000, 86_400, 172_800, i64::MAX].map(duration);
        let wanted =
            ["0 s", "31 s", "600 s", "15 min", "61 min 1 s", "90 min", "2 h", "2 h 30 min", "24 h", "2 days"];
        assert_eq!(said[..10], wanted);
        assert!(said[10].ends_with(" days"));
        assert_eq!(durations(21, 31), "21 to 31 s");
        assert_eq!(durations(31, 31), "31 s");
        assert_eq!(durations(590, 900), "590 s to 15 min");
    }
}
