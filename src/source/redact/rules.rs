//! What podviz knows of secrets in text: the entries of `rules.yaml`, compiled once.
//!
//! The vocabulary is closed: words of names, kinds of values, shapes of tokens, arguments of programs, lines of files.
//! Whoever adds an entry adds examples with it; a test runs each.

use crate::document::compiled::compiled;
use aho_corasick::AhoCorasick;
use regex::{Regex, bytes};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

/// The entries of `rules.yaml`.
pub static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::compile(file()));

/// Everything that is looked up or searched for.
pub struct Rules {
    /// Words of names.
    pub names: Names,
    /// Values that say nothing, whatever their name.
    pub harmless: bytes::Regex,
    /// Tokens that tell by their form.
    pub tokens: bytes::Regex,
    /// Tokens that do so only if they look random, too.
    pub likely: bytes::Regex,
    /// Arguments, by the name of the program.
    pub commands: HashMap<String, Vec<Arguments>>,
    /// Flags of any program that take `user:password`.
    pub pairs: HashSet<String>,
    /// Flags of any program whose value is secret, although their names do not say so.
    pub flags: HashSet<String>,
    /// Lines of files and scripts.
    pub lines: Lines,
}

/// Words of names, by what they say.
#[derive(Default)]
pub struct Names {
    groups: HashMap<Group, HashSet<String>>,
    /// Finds what stands in every name that could be of interest.
    hints: Option<AhoCorasick>,
    /// Finds what stands in every word of a command that may have a secret beside it.
    verbs: Option<AhoCorasick>,
}

/// What a word says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// A whole name, such as that of a file.
    Whole,
    /// A whole name that names no secret, whatever its words say.
    OpenNames,
    /// A word, or the end of one, that makes a name a password.
    Passwords,
    /// A word that does so only if it stands alone.
    ShortPasswords,
    /// A word, or the end of one, that makes a name a token.
    Tokens,
    /// Two words that do.
    TokenPairs,
    /// What stands before `key` if the key is secret.
    Keys,
    /// What stands before `key` if the key is no secret at all.
    OpenKeys,
    /// What stands before `token` if the token is no secret at all.
    OpenTokens,
    /// A last word of names whose values may hold `user:password`.
    Logins,
    /// A last word of names whose value is secret, perhaps `user:password`.
    Pairs,
    /// A last word of names whose value is secret if it looks random.
    Likely,
    /// A last word that changes nothing.
    Tails,
    /// A last word that makes a name harmless.
    HarmlessTails,
    /// A word that does so anywhere.
    HarmlessWords,
    /// What stands before `secret` where a name points at a Secret.
    References,
    /// An HTTP header.
    Headers,
    /// A parameter of a query.
    Query,
    /// A word that is one, too, where a letter is wrong.
    Misspelt,
    /// A last word of names whose values are public, random as they look.
    Open,
    /// An end of a word that only looks like one of the others.
    Lookalikes,
    /// An end of a longer word that makes a name a password.
    PasswordEnds,
    /// A key, without its separators, that names what stands beside it.
    Naming,
    /// A key, likewise, of what such a name names.
    Named,
    /// A key, likewise, of which a mapping is made that points at a secret.
    Pointers,
    /// A key, likewise, one of which such a mapping has.
    Targets,
    /// A last word of keys of such mappings.
    Pointing,
    /// The API group of objects whose `secret` and `clientSecret` are names of Secrets.
    PointingApis,
    /// A last word of keys that say something about a secret, or whose it is.
    About,
    /// A last word of keys that say something about logins.
    AboutLogins,
    /// A type of JSON Schema: what has one describes a value.
    Types,
    /// A key of a schema that holds a value nevertheless.
    Samples,
    /// A key, without its separators, that promises `user:password`, or users with passwords.
    LoginFields,
    /// A key below such a key that holds more of these.
    LoginLists,
    /// A last word of headers that carry credentials.
    HeaderWords,
    /// A key below which every scalar is secret.
    Opaque,
    /// A key of a store whose `data` is made up of values.
    Stores,
    /// A last word of keys of mappings whose values are secrets if they look random.
    Variables,
    /// A part of a word of a command that may have a secret beside it.
    Verbs,
    /// How public keys and certificates begin, in base64.
    Openings,
    /// A part of a host or of a path behind which a generated part of the path is secret.
    SecretPaths,
}

/// Secret arguments of programs.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
#[serde(default)]
pub struct Arguments {
    pub programs: Vec<String>,
    /// Whether the program is one only as the first word of a command.
    pub first: bool,
    /// Words that must follow the program, such as `login`.
    #[serde(skip)]
    pub after: Vec<String>,
    /// Flags whose value is secret.
    pub value: Vec<String>,
    /// Short flags whose value may be attached to them.
    pub attached: Vec<String>,
    /// Flags whose value is `user:password`.
    pub pair: Vec<String>,
    /// What stands between user and password, if not a colon.
    pub separator: Option<String>,
    /// What a value must be to count.
    pub only: Only,
    /// A short flag that must be given, among others of one letter.
    pub requires: Option<String>,
    /// Words one after another, flags left out; `SECRET` and `user:SECRET` hold one, `NAME` is
    /// the name of one, `*` is any.
    pub positions: Vec<String>,
    #[cfg(test)]
    pub source: String,
    #[cfg(test)]
    pub hides: Vec<String>,
    #[cfg(test)]
    pub shows: Vec<String>,
}

/// Patterns that are looked for in whole texts. Most texts hold the words of few, so that each is built when it is needed.
pub struct Lines {
    words: AhoCorasick,
    /// The rule of each word.
    owners: Vec<usize>,
    rules: Vec<Line>,
}

/// A pattern whose groups are secret; a group `name` must be the name of a secret.
pub struct Line {
    text: String,
    pattern: OnceLock<bytes::Regex>,
    /// What the file must be called.
    pub files: Option<Regex>,
    /// What a group must be to count.
    pub only: Only,
}

/// Which values count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// All but placeholders.
    Any,
    /// All but those that say nothing.
    #[default]
    Worth,
    /// Those that are no plain words.
    MadeUp,
    /// Those that look like the output of a generator, in capitals and small letters.
    Random,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct File {
    names: Vec<NameEntry>,
    fields: Vec<NameEntry>,
    values: Vec<Pattern>,
    tokens: Vec<Pattern>,
    arguments: Vec<Arguments>,
    lines: Vec<LineEntry>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct NameEntry {
    group: Group,
    words: Vec<String>,
    #[cfg(test)]
    source: String,
    #[cfg(test)]
    #[serde(default)]
    hides: Vec<String>,
    #[cfg(test)]
    #[serde(default)]
    shows: Vec<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct Pattern {
    #[cfg(test)]
    name: String,
    pattern: String,
    #[serde(default)]
    likely: bool,
    #[cfg(test)]
    source: String,
    #[cfg(test)]
    #[serde(default)]
    hides: Vec<String>,
    #[cfg(test)]
    #[serde(default)]
    shows: Vec<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, serde(deny_unknown_fields))]
struct LineEntry {
    #[cfg(test)]
    name: String,
    /// One of these stands in every match.
    words: Vec<String>,
    pattern: String,
    #[serde(default)]
    files: Option<String>,
    #[serde(default)]
    only: Only,
    #[cfg(test)]
    source: String,
    #[cfg(test)]
    #[serde(default)]
    hides: Vec<String>,
    #[cfg(test)]
    #[serde(default)]
    shows: Vec<String>,
}

fn file() -> File {
    compiled!("source/redact/rules.json")
}

impl Rules {
    fn compile(file: File) -> Rules {
        let mut commands: HashMap<String, Vec<Arguments>> = HashMap::new();
        let mut pairs = HashSet::new();
        let mut flags = HashSet::new();
        for arguments in file.arguments {
            for program in &arguments.programs {
                let mut words = program.split(' ').map(str::to_owned);
                let name = words.next().unwrap_or_default();
                if name == "*" {
                    pairs.extend(arguments.pair.iter().cloned());
                    flags.extend(arguments.value.iter().cloned());
                }
                let after = words.collect();
                commands.entry(name).or_default().push(Arguments { after, ..arguments.clone() });
            }
        }
        let either = |patterns: &[Pattern], likely: bool| {
            let parts = patterns.iter().filter(|pattern| pattern.likely == likely);
            parts.map(|pattern| format!("(?:{})", pattern.pattern)).collect::<Vec<_>>().join("|")
        };
        Rules {
            names: Names::compile(file.names.into_iter().chain(file.fields)),
            harmless: pattern(&format!("^(?i:{})$", either(&file.values, false))),
            tokens: pattern(&either(&file.tokens, false)),
            likely: pattern(&either(&file.tokens, true)),
            commands,
            pairs,
            flags,
            lines: Lines::compile(file.lines),
        }
    }
}

impl Names {
    fn compile(entries: impl Iterator<Item = NameEntry>) -> Names {
        let mut names = Names::default();
        let mut hints = ["key", "id_", "pw"].map(str::to_owned).to_vec();
        for entry in entries {
            use Group::{
                Headers, Likely, Logins, Pairs, PasswordEnds, Passwords, Query, ShortPasswords, TokenPairs,
                Tokens, Whole,
            };
            if matches!(
                entry.group,
                Whole
                    | Passwords
                    | ShortPasswords
                    | PasswordEnds
                    | Tokens
                    | TokenPairs
                    | Pairs
                    | Logins
                    | Likely
                    | Headers
                    | Query
            ) {
                let first = entry.words.iter().filter_map(|word| word.split(' ').next());
                hints.extend(first.map(str::to_owned));
            }
            names.groups.entry(entry.group).or_default().extend(entry.words);
        }
        names.verbs = Some(AhoCorasick::new(names.each(Group::Verbs)).expect("words"));
        names.hints = Some(words(&hints));
        names
    }

    /// Whether a name could say something: most say nothing.
    pub fn could_say(&self, name: &str) -> bool {
        let hints = |name: &str| self.hints.as_ref().is_some_and(|hints| hints.is_match(name));
        // What is misspelt begins as `password` and `passphrase` do, or nearly so.
        let pas = |three: &[u8]| {
            three[0].eq_ignore_ascii_case(&b'p') && three[1..].iter().any(|b| b"sS".contains(b))
        };
        hints(name)
            || name.as_bytes().windows(3).chain(name.as_bytes().windows(4)).any(pas)
            || !name.is_ascii() && hints(&name.to_lowercase())
    }

    /// Whether a word of a command may have a secret beside it.
    pub fn is_verb(&self, word: &str) -> bool {
        self.verbs.as_ref().is_some_and(|verbs| verbs.is_match(word))
    }

    /// The words of a group.
    pub fn each(&self, group: Group) -> impl Iterator<Item = &str> {
        self.groups.get(&group).into_iter().flatten().map(String::as_str)
    }

    /// Whether `word` is one of a group.
    pub fn has(&self, group: Group, word: &str) -> bool {
        self.groups.get(&group).is_some_and(|words| words.contains(word))
    }

    /// Whether `word` is one of a group, or ends in one that has `least` letters or more.
    pub fn ends(&self, group: Group, word: &str, least: usize) -> bool {
        let ends = |at: usize| at == 0 || word.len() - at >= least;
        word.char_indices().any(|(at, _)| ends(at) && self.has(group, &word[at..]))
    }
}

impl Lines {
    fn compile(entries: Vec<LineEntry>) -> Lines {
        let owners =
            entries.iter().enumerate().flat_map(|(at, entry)| entry.words.iter().map(move |_| at)).collect();
        let all: Vec<&str> = entries.iter().flat_map(|entry| &entry.words).map(String::as_str).collect();
        let words = words(&all);
        let rules = entries.iter().map(|entry| Line {
            text: expand(&entry.pattern),
            pattern: OnceLock::new(),
            files: entry.files.as_deref().map(|name| Regex::new(name).expect("a pattern of names")),
            only: entry.only,
        });
        Lines { words, owners, rules: rules.collect() }
    }

    /// The rules that could match somewhere in `text`, in their order.
    pub fn of(&self, text: &[u8]) -> impl Iterator<Item = &Line> {
        let mut could = vec![false; self.rules.len()];
        for found in self.words.find_overlapping_iter(text) {
            could[self.owners[found.pattern().as_usize()]] = true;
        }
        self.rules.iter().zip(could).filter_map(|(rule, could)| could.then_some(rule))
    }
}

impl Line {
    /// The pattern, built when it is first asked for.
    pub fn pattern(&self) -> &bytes::Regex {
        self.pattern.get_or_init(|| pattern(&self.text))
    }
}

/// What finds any of `words`, in either case.
fn words(words: &[impl AsRef<[u8]>]) -> AhoCorasick {
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("words")
}

/// A pattern with its short forms written out: a space is white space within the line, `<value>` is a value in quotes or
/// one word, `<quoted>` one in quotes, `<name>` the name of a secret and `<compound>` one of several words. Letters match in either case, `^` and `$` at lines.
fn expand(pattern: &str) -> String {
    const QUOTED: &str = r#""((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)'"#;
    let value = format!(r#"(?:{QUOTED}|`([^`\n]+)`|([^\s"'`;,(){{}}\[\]<>][^\s"'`;,(){{}}\[\]]*))"#);
    let pattern = pattern
        .replace(" ?", r"[\x20\t]*")
        .replace(' ', r"[\x20\t]+")
        .replace("<value>", &value)
        .replace("<quoted>", &format!("(?:{QUOTED})"))
        .replace("<name>", r"(?P<name>[\w.\-]+)")
        .replace("<compound>", r"(?P<name>[a-z][\w.\-]*(?:[_.\-][a-z]|(?-i:[a-z][A-Z]))[\w.\-]*)");
    format!("(?im){pattern}")
}

/// What a search may remember of large patterns: with less, it forgets all the time, and is many times slower.
const MEMORY: usize = 32 << 20;

fn pattern(text: &str) -> bytes::Regex {
    let built =
        bytes::RegexBuilder::new(text).unicode(false).size_limit(64 << 20).dfa_size_limit(MEMORY).build();
    built.expect("rules.yaml holds patterns")
}

#[cfg(test)]
mod tests;
