//! What is wrong with a rule or a setting: where, why, and what to write instead.

use crate::names::english;
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

/// How many words a message lists.
const MOST_WORDS: usize = 30;

/// What is wrong with a rule or a setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The keys that lead to it, such as `rules.kinds[0].edges[2]`; empty at the top.
    pub path: String,
    /// Line in the file, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
    /// What is wrong.
    pub reason: String,
    /// What to do, where that is known.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without a place.
    pub fn new(reason: impl Into<String>) -> Fault {
        Fault { reason: reason.into(), ..Fault::default() }
    }

    /// The same fault with a next step.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Fault {
        Fault { help: Some(help.into()), ..self }
    }

    /// The same fault at a line and a column, unless it has a place already.
    #[must_use]
    pub fn at(self, line: u32, column: u32) -> Fault {
        if self.line == 0 { Fault { line, column, ..self } } else { self }
    }

    /// The same fault, below one more key or item (`[3]`).
    #[must_use]
    pub(super) fn within(self, step: &str) -> Fault {
        let path = match self.path.as_str() {
            "" => step.to_owned(),
            rest if rest.starts_with('[') => format!("{step}{rest}"),
            rest => format!("{step}.{rest}"),
        };
        Fault { path, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        Fault::new(message.to_string())
    }

    fn invalid_type(found: Unexpected, wanted: &dyn Expected) -> Fault {
        let fault = Fault::new(format!("this must be {}, not {}", wanted_words(wanted), found_words(found)));
        match (found, wanted.to_string().as_str()) {
            (
                Unexpected::Bool(_) | Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_),
                "a string",
            ) => fault.help("put it in quotes"),
            (Unexpected::Str(_), "a sequence") => fault.help("write it as a list: `[…]`"),
            _ => fault,
        }
    }

    fn invalid_value(found: Unexpected, wanted: &dyn Expected) -> Fault {
        Fault::invalid_type(found, wanted)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Fault {
        unknown(&format!("there is no key `{}` here", short(name)), name, known, "the keys here are")
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Fault {
        unknown(&format!("`{}` is not a word that is known here", short(name)), name, known, "write one of")
    }

    fn missing_field(name: &'static str) -> Fault {
        Fault::new(format!("the key `{name}` is missing"))
    }

    fn duplicate_field(name: &'static str) -> Fault {
        Fault::new(format!("the key `{name}` stands here twice"))
    }
}

fn unknown(reason: &str, name: &str, known: &[&str], lead: &str) -> Fault {
    let listed: Vec<String> = known.iter().take(MOST_WORDS).map(|word| format!("`{word}`")).collect();
    let list = format!("{lead} {}", listed.join(", "));
    let fault = Fault::new(reason);
    match closest(name, known) {
        Some(word) => fault.help(format!("did you mean `{word}`? {}", english::capital(&list))),
        None if known.is_empty() => fault,
        None => fault.help(list),
    }
}

/// The word that a wrong one may stand for: a few letters apart, or with words in common.
pub fn closest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let close = |word: &str| {
        let most = (word.chars().count().min(wrong.chars().count()) / 3).max(1);
        Some(strsim::osa_distance(&wrong, &word.to_lowercase())).filter(|distance| *distance <= most)
    };
    let by_letters = known.iter().filter_map(|word| Some((close(word)?, *word))).min();
    let alike = |word: &str| {
        let shared = word.split('-').filter(|part| wrong.split('-').any(|other| other == *part)).count();
        let start = word.chars().zip(wrong.chars()).take_while(|(a, b)| a == b).count();
        (shared, start)
    };
    let by_words =
        || known.iter().copied().filter(|word| alike(word) > (0, 2)).max_by_key(|word| alike(word));
    by_letters.map(|(_, word)| word).or_else(by_words)
}

fn short(name: &str) -> String {
    if name.chars().count() > 60 {
        format!("{}…", name.chars().take(60).collect::<String>())
    } else {
        name.to_owned()
    }
}

fn wanted_words(wanted: &dyn Expected) -> String {
    match wanted.to_string().as_str() {
        "a string" | "string or map" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "path string" => "a path".to_owned(),
        words if words.starts_with("struct ") => "a mapping".to_owned(),
        words if words.starts_with("enum ") => "a word".to_owned(),
        words => words.to_owned(),
    }
}

fn found_words(found: Unexpected) -> String {
    match found {
        Unexpected::Bool(value) => format!("the boolean `{value}`"),
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number".to_owned(),
        Unexpected::Str(_) | Unexpected::Char(_) => "text".to_owned(),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a mapping".to_owned(),
        _ => "this".to_owned(),
    }
}
