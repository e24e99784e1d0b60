//! One file a shape: what may not be seen of it, and what must be, in all that the program writes.
//!
//! `tests/secrets/hidden` plants made-up values; no page, no diagram and no message may hold one, plain or encoded.
//! `tests/secrets/shown` marks values that only look like secrets; the page of the file must show them. Both are counted
//! by family, and printed. What is not hidden or shown, and why it stays so, is said at the top of its file.

mod files;

use aho_corasick::AhoCorasick;
use files::{folders, tests, tree};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Of the secrets, so many in a hundred must be hidden.
const HIDDEN: f64 = 99.0;
/// Of the harmless values, so many in a hundred must be shown.
const SHOWN: f64 = 98.0;

fn main() {
    let trials = vec![
        Trial::test("secrets_are_hidden", || measured("hidden", HIDDEN, leaks)),
        Trial::test("harmless_values_are_shown", || measured("shown", SHOWN, losses)),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Prints how many shapes are good, by family and in all; fails if these are fewer than `goal` in a hundred.
fn measured(what: &str, goal: f64, faults: fn(&str, &Shapes) -> Vec<String>) -> Result<(), Failed> {
    let (mut all, mut lost) = (0, Vec::new());
    let mut lines = String::new();
    let mut line = |name: &str, all: usize, lost: usize| {
        let share = 100.0 * (all - lost) as f64 / all as f64;
        let _ = writeln!(lines, "{share:6.1} %  {:>4} of {all:>4} {what}  {name}", all - lost);
        share
    };
    for (family, folder) in folders(&tests(&format!("secrets/{what}"))) {
        let shapes = shapes(&folder);
        let faults = faults(&family, &shapes);
        line(&family, shapes.len(), faults.len());
        all += shapes.len();
        lost.extend(faults.into_iter().map(|fault| format!("        not {family}/{fault}")));
    }
    let share = line(&format!("all (at least {goal} %)"), all, lost.len());
    let report = format!("{lines}{}", lost.join("\n"));
    println!("{report}");
    if share < goal { Err(Failed::from(report)) } else { Ok(()) }
}

/// The shapes of a family of which a value is seen.
fn leaks(family: &str, shapes: &Shapes) -> Vec<String> {
    let work = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(work.path().join("in")).expect("a folder");
    let (mut patterns, mut owners) = (Vec::new(), Vec::new());
    for (name, text) in shapes {
        let mut canaries = Canaries::new(&format!("{family}/{name}"));
        let text = canaries.expand(text);
        assert!(!canaries.planted.is_empty(), "{family}/{name} plants nothing");
        fs::write(work.path().join("in").join(name), text).expect("a file");
        for value in canaries.planted.into_values() {
            for form in forms(&value) {
                patterns.push(form);
                owners.push((name.clone(), value.clone()));
            }
        }
    }
    let search = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).expect("patterns");
    let mut seen = BTreeMap::new();
    for text in everything(work.path()) {
        for found in search.find_overlapping_iter(&text) {
            let (name, value) = &owners[found.pattern().as_usize()];
            seen.entry(name).or_insert(value);
        }
    }
    seen.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// The shapes of a family of which a value that must be shown is not.
fn losses(family: &str, shapes: &Shapes) -> Vec<String> {
    let work = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir(work.path().join("in")).expect("a folder");
    let expanded = |name: &str, text: &str| Canaries::new(&format!("{family}/{name}")).expand(text);
    for (name, text) in shapes {
        fs::write(work.path().join("in").join(name), unmarked(&expanded(name, text))).expect("a file");
    }
    run(work.path(), &["render", "in", "-o", "markdown", "--format", "markdown"], &mut Vec::new());
    let mut gone = Vec::new();
    for (name, text) in shapes {
        let text = expanded(name, text);
        let page = work.path().join("markdown/source").join(name).join("README.md");
        let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        let shown = marked(&text);
        assert!(!shown.is_empty(), "{family}/{name} marks nothing");
        let missing: BTreeSet<&str> = shown.into_iter().filter(|value| !page.contains(value)).collect();
        if let Some(value) = missing.first() {
            gone.push(format!("{name}: {value}"));
        }
    }
    gone
}

/// Texts by the names of their files.
type Shapes = BTreeMap<String, String>;

/// The files of a family, by name.
fn shapes(folder: &Path) -> Shapes {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let shapes: Shapes = tree(folder).into_iter().map(|(name, bytes)| (name, text(bytes))).collect();
    assert!(!shapes.is_empty(), "{} holds no shapes", folder.display());
    shapes
}

/// All that leaves the program for the manifests in `in`, also without the escapes of HTML and Markdown.
fn everything(work: &Path) -> Vec<String> {
    let mut output = Vec::new();
    run(work, &["render", "in", "-o", "html"], &mut output);
    run(work, &["render", "in", "-o", "markdown", "--format", "markdown"], &mut output);
    run(work, &["graph", "in", "--full"], &mut output);
    for command in ["explain", "advise"] {
        run(work, &[command, "in"], &mut output);
        run(work, &[command, "in", "--format", "json"], &mut output);
    }
    for folder in ["html", "markdown"] {
        let files = tree(&work.join(folder));
        assert!(files.len() > 3, "a site was written");
        output.extend(files.into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }
    let plain: Vec<String> = output.iter().map(|text| without_escapes(text)).collect();
    output.extend(plain);
    output
}

fn run(work: &Path, args: &[&str], output: &mut Vec<String>) {
    let ran = Command::new(env!("CARGO_BIN_EXE_podviz"))
        .args(args)
        .current_dir(work)
        .output()
        .expect("podviz runs");
    assert!(matches!(ran.status.code(), Some(0 | 1)), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    output.push(String::from_utf8_lossy(&ran.stdout).into_owned());
    output.push(String::from_utf8_lossy(&ran.stderr).into_owned());
}

/// Without tags, entities and backslashes: highlighting must not hide a leak from this test.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut tag = false;
    for c in text.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => tag = false,
            '\\' | '\u{200b}' | '\u{ad}' => {}
            c if !tag => plain.push(c),
            _ => {}
        }
    }
    plain.replace("&amp;", "&").replace("&quot;", "\"").replace("&#x2F;", "/").replace("&#x27;", "'")
}

/// How a value may be written: as it is, in hexadecimal digits, or in base64 at any of its three offsets.
fn forms(value: &str) -> impl Iterator<Item = String> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = (0..3).map(|pad| {
        let encoded = encode(&[&b"xxx"[..pad], value.as_bytes()].concat());
        encoded[[0, 2, 3][pad]..encoded.len() - 4].to_owned()
    });
    [value.to_owned(), hex].into_iter().chain(base64.collect::<Vec<_>>())
}

fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32, at: u32| char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]);
    let encoded = bytes.chunks(3).map(|chunk| {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        let digits = (0..4).map(|at| if at as usize <= chunk.len() { digit(bits, at) } else { '=' });
        digits.collect::<String>()
    });
    encoded.collect()
}

/// The values between `SHOWN[[` and `]]`.
fn marked(text: &str) -> Vec<&str> {
    text.split("SHOWN[[").skip(1).filter_map(|rest| rest.split("]]").next()).collect()
}

/// The text without these marks.
fn unmarked(text: &str) -> String {
    let mut parts = text.split("SHOWN[[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part.replacen("]]", "", 1))
}

/// Made-up values in the place of `CANARY`, `CANARY2`, `CANARY_hex32_`; the same ones in each run.
struct Canaries {
    state: u64,
    shape: String,
    planted: BTreeMap<String, String>,
}

impl Canaries {
    fn new(seed: &str) -> Canaries {
        // FNV-1a.
        let state = seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Canaries { state: state | 1, shape: format!("x{:08x}", state >> 32), planted: BTreeMap::new() }
    }

    fn expand(&mut self, text: &str) -> String {
        let marker = regex::Regex::new(r"CANARY\d?(?:_([a-z]{3})(\d+)_)?").expect("a pattern");
        let mut out = String::new();
        let mut done = 0;
        for found in marker.captures_iter(text) {
            let whole = found.get(0).expect("a match");
            out.push_str(&text[done..whole.start()]);
            let kind = found.get(1).map_or("", |kind| kind.as_str());
            let length = found.get(2).and_then(|length| length.as_str().parse().ok()).unwrap_or(0);
            let value = match self.planted.get(whole.as_str()) {
                Some(value) => value.clone(),
                None => self.value(kind, length),
            };
            out.push_str(&value);
            self.planted.insert(whole.as_str().to_owned(), value);
            done = whole.end();
        }
        out.push_str(&text[done..]);
        encoded(&out.replace("SHAPE", &self.shape))
    }

    fn value(&mut self, kind: &str, length: usize) -> String {
        let letters = match kind {
            "hex" => "0123456789abcdef",
            "dig" => "123456789",
            "low" => "abcdefghijklmnopqrstuvwxyz234567",
            "upp" => "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
            "let" => "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ",
            "aln" => "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789",
            _ => return self.word(),
        };
        (0..length).map(|_| self.pick(letters)).collect()
    }

    /// Such as `Bodafemi4Kola37`.
    fn word(&mut self) -> String {
        let mut word = String::new();
        for at in 0..6 {
            if at == 4 {
                word.push(self.pick("23456789"));
            }
            let first = self.pick("bdfgklmnprstvz");
            word.push(if at % 4 == 0 { first.to_ascii_uppercase() } else { first });
            word.push(self.pick("aeiou"));
        }
        word.push(self.pick("123456789"));
        word.push(self.pick("0123456789"));
        word
    }

    fn pick(&mut self, letters: &str) -> char {
        // Xorshift: the same values everywhere.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let at = (self.state >> 24) as usize % letters.len();
        letters.chars().nth(at).expect("a letter")
    }
}

/// `B64[[x]]` and `URL[[x]]` encoded, the innermost first; `\n` within them is a line's end.
fn encoded(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(at) = text.rfind("B64[[").max(text.rfind("URL[[")) {
        let Some(len) = text[at..].find("]]") else { break };
        let inner = text[at + 5..at + len].replace("\\n", "\n");
        let value = if text[at..].starts_with("B64") {
            encode(inner.as_bytes())
        } else {
            let coded = inner.bytes().map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            });
            coded.collect()
        };
        text.replace_range(at..at + len + 2, &value);
    }
    text
}
