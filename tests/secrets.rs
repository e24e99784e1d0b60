//! One file a shape: what may not be seen of it, and what must be, in all that the program writes.
//!
//! `tests/secrets/hidden` plants made-up values; no page, no diagram and no message may hold one, plain or encoded.
//! `tests/secrets/shown` marks values that only look like secrets; the page of the file must show them.

mod files;

use files::{folders, tests, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Of the secrets, so many in a hundred must be hidden.
const HIDDEN: f64 = 99.0;
/// Of the harmless values, so many in a hundred must be shown.
const SHOWN: f64 = 98.0;

#[test]
fn secrets_are_hidden() {
    let (mut all, mut seen) = (0, Vec::new());
    for (family, folder) in folders(&tests("secrets/hidden")) {
        let mut planted = Vec::new();
        let work = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(work.path().join("in")).expect("a folder");
        for (name, text) in shapes(&folder) {
            let mut canaries = Canaries::new(&format!("{family}/{name}"));
            let text = canaries.expand(&text);
            assert!(!canaries.planted.is_empty(), "{family}/{name} plants nothing");
            fs::write(work.path().join("in").join(&name), text).expect("a file");
            planted.push((name, canaries.planted.into_values().collect::<Vec<_>>()));
        }
        let output = everything(work.path());
        all += planted.len();
        for (name, values) in &planted {
            let value = values.iter().find(|value| output.iter().any(|text| holds(text, value)));
            seen.extend(value.map(|value| format!("{family}/{name}: {value}")));
        }
    }
    report("secrets are hidden", all, &seen, HIDDEN);
}

#[test]
fn harmless_values_are_shown() {
    let (mut all, mut gone) = (0, Vec::new());
    for (family, folder) in folders(&tests("secrets/shown")) {
        let work = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(work.path().join("in")).expect("a folder");
        let shapes = shapes(&folder);
        for (name, text) in &shapes {
            let text = Canaries::new(&format!("{family}/{name}")).expand(text);
            fs::write(work.path().join("in").join(name), unmarked(&text)).expect("a file");
        }
        run(work.path(), &["render", "in", "-o", "markdown", "--format", "markdown"], &mut Vec::new());
        for (name, text) in &shapes {
            let text = Canaries::new(&format!("{family}/{name}")).expand(text);
            let page = work.path().join("markdown/source").join(name).join("README.md");
            let page =
                fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
            let shown = marked(&text);
            assert!(!shown.is_empty(), "{family}/{name} marks nothing");
            all += 1;
            let missing = shown.into_iter().find(|value| !page.contains(value));
            gone.extend(missing.map(|value| format!("{family}/{name}: {value}")));
        }
    }
    report("harmless values are shown", all, &gone, SHOWN);
}

fn report(what: &str, all: usize, faults: &[String], goal: f64) {
    let good = all - faults.len();
    let share = 100.0 * good as f64 / all as f64;
    println!("{good} of {all} {what} ({share:.1} %, at least {goal} %)");
    assert!(share >= goal, "{}", faults.join("\n"));
    faults.iter().for_each(|fault| println!("  not {fault}"));
}

/// The files of a family, by name.
fn shapes(folder: &Path) -> BTreeMap<String, String> {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let shapes: BTreeMap<_, _> = tree(folder).into_iter().map(|(name, bytes)| (name, text(bytes))).collect();
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
    output.iter_mut().for_each(|text| text.make_ascii_lowercase());
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

/// Whether a text in lower case holds a value: as it is, in hexadecimal digits, or in base64 at any of its three offsets.
fn holds(text: &str, value: &str) -> bool {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = (0..3).map(|pad| {
        let encoded = encode(&[&b"xxx"[..pad], value.as_bytes()].concat());
        encoded[[0, 2, 3][pad]..encoded.len() - 4].to_ascii_lowercase()
    });
    [value.to_ascii_lowercase(), hex].into_iter().chain(base64).any(|form| text.contains(&form))
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
