//! What a value says by itself: nothing, a placeholder, a word, or something that nobody would make up by hand.

use super::MARK;
use super::name::Class;
use super::rules::RULES;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Whether a value is worth hiding under a name that is.
pub fn is_worth(value: &str, class: Class) -> bool {
    let value = assigned(value.trim().trim_end_matches([';', ',']));
    // What was redacted before is not redacted again.
    if !value.contains(char::is_alphanumeric) && value.len() < 6
        || value.ends_with(MARK)
        || is_placeholder(value)
        || is_harmless(value)
        || is_label(value)
    {
        return false;
    }
    match class {
        Class::Password => true,
        // Nobody's token has two letters.
        Class::Token => value.len() > 2 && value.parse::<f64>().is_err(),
        Class::Likely => is_coined(value) || value.split_whitespace().any(is_random),
        Class::Login => !logins(value).is_empty(),
        Class::Auth => is_random(value) || !logins(value).is_empty(),
        Class::Pair => true,
        Class::Reference if is_object_name(value) => is_generated(value),
        Class::Reference => is_made_up(value),
    }
}

/// Whether `value` can be the name of an object.
pub fn is_object_name(value: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    value.len() <= 253 && value.bytes().all(is_part)
}

/// Whether a value is the output of a generator, under a name that speaks of a secret but does not name one.
pub fn slips(name: &str, value: &str) -> bool {
    value.len() >= 16
        && is_generated(value)
        && is_mixed(value)
        && super::name::speaks_of_secret(name)
        && !super::name::is_open(name)
}

/// The value in `type = value`, as some languages write it behind a name and a colon.
fn assigned(value: &str) -> &str {
    let is_type =
        |kind: &str| kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.[]|, ".contains(&byte));
    value.split_once(" = ").filter(|(kind, _)| is_type(kind)).map_or(value, |(_, value)| value)
}

/// What is secret in a value that is worth hiding: of `user:password` only the password.
pub fn secret_parts(value: &str, class: Class) -> Vec<Range<usize>> {
    let parts = match class {
        Class::Login | Class::Auth | Class::Pair => logins(value),
        Class::Likely if value.trim().contains(' ') => random_words(value),
        Class::Password | Class::Token | Class::Likely | Class::Reference => literals(value),
    };
    if parts.is_empty() { std::iter::once(0..value.len()).collect() } else { parts }
}

/// What is quoted in an expression: the password in `crypt('x', 'y')`.
fn literals(value: &str) -> Vec<Range<usize>> {
    if !RULES.harmless.is_match(value.trim().trim_end_matches([';', ',']).as_bytes()) {
        return Vec::new();
    }
    quotes(value).filter(|text| is_made_up(&value[text.clone()])).collect()
}

fn random_words(value: &str) -> Vec<Range<usize>> {
    let start = |word: &str| word.as_ptr() as usize - value.as_ptr() as usize;
    let words = value.split_whitespace().filter(|word| is_random(word));
    words.map(|word| start(word)..start(word) + word.len()).collect()
}

/// Whether a value is what a reader is told about a secret, such as `Confirm password`, `su contraseña`, or a sentence:
/// words of letters that speak of a secret, or that begin and end as a sentence does.
fn is_label(value: &str) -> bool {
    let letters = |c: char| c.is_alphabetic() || " '’.,:;!?…()¿¡".contains(c);
    if !value.chars().all(letters)
        || !value.trim_end_matches(['.', '!', '?', '…', ':']).contains(char::is_alphabetic)
    {
        return false;
    }
    let words = value.split_whitespace().count();
    let first = value.trim_start_matches(['¿', '¡', '(']).chars().next();
    let begins = first.is_some_and(char::is_uppercase);
    let ends = value.ends_with(['.', '!', '?', '…', ':']);
    match words {
        1 => begins && (is_capitalized(value) || value.len() <= 3) && super::name::speaks_of_secret(value),
        _ => {
            (begins || ends || !value.is_ascii()) && super::name::speaks_of_secret(value)
                || words >= 3 && begins && ends
        }
    }
}

/// Whether `value` is one capital and small letters behind it.
fn is_capitalized(value: &str) -> bool {
    value.chars().skip(1).all(|c| c.is_lowercase() || "?!…:.".contains(c))
}

/// Whether a value is of a kind that holds no secret: a path, a URL, a duration, an algorithm.
pub fn is_harmless(value: &str) -> bool {
    // What an expression quotes is a name, such as that of a variable, or may be the secret.
    let is_name = |text: &str| !text.bytes().any(|byte| byte.is_ascii_lowercase());
    RULES.harmless.is_match(value.as_bytes())
        && !value
            .split(['/', '\\', '=', '"', '\'', '(', ')', '{', '}', ' ', ','])
            .any(|part| is_random(part) || is_scrambled(part))
        && !quotes(value).any(|text| !is_name(&value[text.clone()]) && is_made_up_text(&value[text]))
}

/// Whether a text holds what is no word; in a sentence, what looks like the output of a generator.
fn is_made_up_text(text: &str) -> bool {
    let odd = |word| is_coined(word) || is_mixed(word);
    if text.contains(' ') { text.split_whitespace().any(odd) } else { is_made_up(text) }
}

/// What stands in quotes.
fn quotes(value: &str) -> impl Iterator<Item = Range<usize>> {
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#""([^"]+)"|'([^']+)'"#).expect("a pattern"));
    let found = QUOTED.captures_iter(value).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    found.map(|text| text.range())
}

/// The passwords in `user:password`, or in several of these with commas, semicolons or spaces between them.
fn logins(value: &str) -> Vec<Range<usize>> {
    static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[,;\s"'])["']?[A-Za-z][\w.@\-]*:([^\s,;:/"'][^\s,;:"']{3,})"#).expect("a pattern")
    });
    let found = LOGIN.captures_iter(value).filter_map(|found| found.get(1));
    found.filter(|password| is_made_up(password.as_str())).map(|password| password.range()).collect()
}

/// Whether `value` stands for a value that is filled in elsewhere: `$(VAR)`, `${VAR}`, `$VAR`, `{{ x }}`, `<x>`.
pub fn is_placeholder(value: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"^(?:(?i:bearer|basic|token|digest|apikey|bot)\s+)?(?:(?:\$\(\w+\)|\$\{[\w.]+:?[-=]?\}|\$\{\{[^}]*\}\}|\$[A-Za-z_]\w*(?:[.:][a-z]\w+)*|\$\d|\$\([^()]*\)|\{\{[^}]*\}\}|<[A-Za-z][\w -]*>|<%[^%]*%>|",
            r"\$\{[\w.]+:?\?[^}]*\}|\$__\w+\{[^}]*\}|\$\{(?:file|env|vault|secrets?|dir|directory|sys|aws)[:.][^}]*\}|\{\{[^}]*$|\{[A-Za-z_][\w.]*\}|\$env:\w+|:[a-z_]+|",
            r"#\{[^}]*\}|%\(?\w+\)?s|%\w+%|%s(?:\\n)?|@@?\w+@@?|__[A-Z_]+__|\[redacted\]?)[:/@.,\-_]?)+$|^\*+$|^[xX]{3,}$|^\.{3}$|^…$"
        ))
        .expect("a pattern")
    });
    value.is_empty() || PLACEHOLDER.is_match(value) && !value.split(['$', '{', '}']).any(is_generated)
}

/// Whether `text` is one run of letters and digits, and looks like the output of a generator.
pub fn is_generated(text: &str) -> bool {
    let text = text.trim_end_matches('=');
    is_uuid(text.as_bytes()) || text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && is_random(text)
}

/// Whether `value` is no plain word, number, path or name.
pub fn is_made_up(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    value.len() >= 5
        && has(u8::is_ascii_alphanumeric)
        && (has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
            || value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && has(u8::is_ascii_lowercase)
            // A question or an exclamation is none.
            || value.trim_end_matches(['?', '!']).bytes().any(|byte| b"!#%&*+=?^~@".contains(&byte)))
        && !is_placeholder(value)
        && !is_harmless(value)
        && !is_title(value)
}

/// Whether `value` is made of words, each with a capital or in capitals: `X-Auth-Token`, `Content_Type`.
fn is_title(value: &str) -> bool {
    let is_word = |word: &str| {
        let rest = &word[word.len().min(1)..];
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && (rest.bytes().all(|byte| byte.is_ascii_lowercase())
                || word.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    value.contains(['-', '_']) && value.split(['-', '_']).all(is_word)
}

/// Whether `value` looks like the output of a generator: digits among letters, again and again.
pub fn is_random(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() < 12 || !bytes.iter().all(u8::is_ascii_graphic) || is_uuid(bytes) {
        return false;
    }
    let change = |a: u8, b: u8| {
        a.is_ascii_digit() && b.is_ascii_alphabetic() || a.is_ascii_alphabetic() && b.is_ascii_digit()
    };
    let changes = bytes.windows(2).filter(|two| change(two[0], two[1])).count();
    let both = bytes.iter().any(u8::is_ascii_uppercase) && bytes.iter().any(u8::is_ascii_lowercase);
    changes >= 2 && both || changes >= 4 && bytes.len() >= 20 || both && bytes.len() >= 40 && changes >= 1
}

/// Whether `value` is one word of capitals, small letters and digits in turn, too short to be called random.
pub fn is_coined(value: &str) -> bool {
    let bytes = value.as_bytes();
    let changes = bytes.windows(2).filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit()).count();
    bytes.len() >= 8
        && changes >= 2
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
}

/// Whether `value` looks so in capitals and small letters: no generated name of an object does.
pub fn is_mixed(value: &str) -> bool {
    is_random(value)
        && value.bytes().any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase())
        && !is_harmless(value)
        && !is_placeholder(value)
}

/// Whether capitals stand among small letters as in no name: `bPxRfiCY`.
fn is_scrambled(part: &str) -> bool {
    let rises =
        part.as_bytes().windows(2).filter(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    rises.count() >= 3
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
