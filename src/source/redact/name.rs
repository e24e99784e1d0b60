//! Which names say that their value is a secret: the order in which the words of `rules.yaml` apply.

use super::rules::{Group, RULES};

/// How sure a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A password: whatever it is, numbers and lists too.
    Password,
    /// A token or key: strings only.
    Token,
    /// A key, perhaps: only what looks random.
    Likely,
    /// Perhaps `user:password`: of such only the password.
    Login,
    /// The same, and what looks random.
    Auth,
    /// The same, and everything else.
    Pair,
    /// The name of a Secret, or of a key in one: only what no object may be called.
    Reference,
}

/// Whether the value under `name` is a secret, and how sure that is.
pub fn class(name: &str) -> Option<Class> {
    if is_of_interest(name) { judged(name) } else { None }
}

fn is_of_interest(name: &str) -> bool {
    name.len() <= 200 && RULES.names.could_say(name)
}

/// What a phrase speaks of: `password` in `the password of the user`, `resets` in `password resets`.
fn head(name: &str) -> &str {
    let of = [" for ", " of ", " in ", " on ", " to ", " from ", " with "];
    let end = of.iter().filter_map(|word| name.find(word)).min().unwrap_or(name.len());
    let name = &name[..end];
    let mut spaces = name.rmatch_indices(' ').map(|(at, _)| at);
    match spaces.nth(1).map(|at| &name[at + 1..]) {
        Some(last) if judged(last).is_none() => last,
        _ => name,
    }
}

fn judged(name: &str) -> Option<Class> {
    let names = &RULES.names;
    let lower = name.to_lowercase();
    if names.has(Group::Whole, &lower) {
        return Some(Class::Token);
    }
    if names.has(Group::OpenNames, &lower) {
        return None;
    }
    let name = head(name);
    let (domain, own) = name.rsplit_once('/').map_or(("", name), |(domain, own)| (domain, own));
    if domain.to_ascii_lowercase().contains("checksum") {
        return None;
    }
    let words = words(own);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mixed = own.chars().any(|c| c.is_ascii_lowercase());
    // In `oidc.credentials.secret` the dot begins a name of its own.
    let own = if mixed && lower.ends_with(".secret") { &words[words.len() - 1..] } else { &words[..] };
    classify(own, mixed, !domain.is_empty())
}

/// Whether `name`, as the `name` beside a `value`, holds a secret: variables and headers.
pub fn pair_class(name: &str) -> Option<Class> {
    if !is_of_interest(name) {
        return None;
    }
    if is_header(name) { Some(Class::Token) } else { judged(name) }
}

/// Whether the value of a flag called `name` is a secret: that of `--secret` is the name of one, unless it cannot be.
pub fn flag_class(name: &str) -> Option<Class> {
    if matches!(name, "secret" | "secrets") { Some(Class::Reference) } else { pair_class(name) }
}

/// Whether `name` is a header that carries credentials.
pub fn is_header(name: &str) -> bool {
    RULES.names.has(Group::Headers, &name.to_ascii_lowercase())
}

/// Whether `name` is a query parameter that carries credentials.
pub fn is_query(name: &str) -> bool {
    RULES.names.has(Group::Query, &name.to_ascii_lowercase())
}

/// Whether a name says that its value is public, however random it looks.
pub fn is_open(name: &str) -> bool {
    words(name).iter().any(|word| RULES.names.has(Group::Open, word))
}

/// Whether a file of that name is a list of secrets, whatever its lines look like: `tokens.csv`, `jmxremote.password`.
pub fn is_store(file: &str) -> bool {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let one = stem.strip_suffix('s').unwrap_or(stem);
    let lists = |name| matches!(class(name), Some(Class::Password | Class::Token | Class::Likely));
    !is_open(file) && [file, stem, one].into_iter().any(lists)
}

/// Whether a text speaks of a secret: one of its words is that of a password, a token or a key.
pub fn speaks_of_secret(text: &str) -> bool {
    let names = &RULES.names;
    let words = words(text);
    words.iter().any(|word| is_password(word) || names.ends(Group::Tokens, word, 5) || word == "key")
        || words.windows(2).any(|two| names.has(Group::TokenPairs, &two.join(" ")))
}

/// Whether a name whose last word is `word` says something about a secret.
pub fn is_about(word: &str) -> bool {
    RULES.names.has(Group::HarmlessTails, word)
}

fn classify(words: &[&str], mixed: bool, domain: bool) -> Option<Class> {
    let names = &RULES.names;
    let last = *words.last()?;
    let pair = |two: &[&str]| names.has(Group::TokenPairs, &two.join(" "));
    if words.windows(2).any(|two| two == ["secret", "id"]) || words.ends_with(&["access", "key", "id"]) {
        return Some(Class::Token);
    }
    let login = names.has(Group::Logins, last) && !words.iter().any(|word| is_long_password(word));
    if login && !words.iter().any(|word| names.has(Group::HarmlessWords, word)) {
        let auth = names.has(Group::Likely, last);
        return Some(if auth { Class::Auth } else { Class::Login });
    }
    if names.has(Group::HarmlessTails, last) || words.iter().any(|word| names.has(Group::HarmlessWords, word))
    {
        return None;
    }
    let before = words.len().checked_sub(2).map(|at| words[at]);
    let pointed = before.is_some_and(|word| names.has(Group::References, word));
    if matches!(last, "secret" | "secrets") && (pointed || mixed && domain)
        || last == "key" && before.is_some_and(is_password)
    {
        return Some(Class::Reference);
    }
    if words.iter().any(|word| is_long_password(word)) {
        return Some(Class::Password);
    }
    if words.windows(2).any(|two| two[1] == "token" && names.has(Group::OpenTokens, two[0])) {
        return None;
    }
    if words.windows(2).any(pair) {
        return Some(Class::Token);
    }
    let key = words.windows(2).find(|two| two[1] == "key" || two[1] == "keys");
    if let Some(two) = key {
        if names.has(Group::Keys, two[0]) {
            return Some(Class::Token);
        }
        if words.ends_with(two) || is_tail(last) {
            return (!names.has(Group::OpenKeys, two[0])).then_some(Class::Likely);
        }
    }
    let rest: Vec<&str> =
        words.iter().copied().filter(|word| !word.bytes().all(|b| b.is_ascii_digit())).collect();
    let Some(named) = rest.iter().rposition(|word| !is_tail(word)) else {
        return (rest == ["key"] || rest == ["keys"]).then_some(Class::Likely);
    };
    let word = rest[named].trim_end_matches(|c: char| c.is_ascii_digit());
    // `tokenKey` names a key; `SECRET_KEY` was a pair.
    if mixed && rest[named + 1..].contains(&"key") {
        return None;
    }
    if is_password(word) {
        return Some(Class::Password);
    }
    if names.has(Group::Pairs, word) {
        return Some(Class::Pair);
    }
    if names.ends(Group::Tokens, word, 5) {
        return Some(Class::Token);
    }
    let likely = names.has(Group::Likely, word)
        && (rest.len() > 1 || matches!(word, "key" | "hmac" | "sk" | "encrypt"))
        || rest.iter().any(|word| names.ends(Group::Tokens, word, 5));
    likely.then_some(Class::Likely)
}

fn is_tail(word: &str) -> bool {
    RULES.names.has(Group::Tails, word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn is_password(word: &str) -> bool {
    let short = word.trim_end_matches(|c: char| c.is_ascii_digit());
    RULES.names.has(Group::ShortPasswords, short) || is_long_password(word)
}

fn is_long_password(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let names = &RULES.names;
    let ends = |end: &str| word.len() > end.len() + 1 && word.ends_with(end);
    !names.has(Group::Lookalikes, word)
        && (names.ends(Group::Passwords, word, 0)
            || names.each(Group::PasswordEnds).any(ends)
            || is_misspelt(word))
}

/// Whether a word is one letter away from one of those that are often misspelt.
fn is_misspelt(word: &str) -> bool {
    let names = &RULES.names;
    word.is_ascii() && names.each(Group::Misspelt).any(|right| is_near(word.as_bytes(), right.as_bytes()))
}

/// Whether one letter that is missing, in excess, wrong, or swapped with the next makes `a` of `b`.
fn is_near(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], _) | (_, []) => true,
        ([_, rest @ ..], whole) if rest == whole => true,
        (whole, [_, rest @ ..]) if rest == whole => true,
        ([_, x @ ..], [_, y @ ..]) if x == y => true,
        ([p, q, x @ ..], [r, s, y @ ..]) => p == s && q == r && x == y,
        _ => false,
    }
}

/// `dbPassword`, `DB_PASSWORD` and `db-password` are all `db`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let next_is_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_lower = at > 0 && (chars[at - 1].is_ascii_lowercase() || chars[at - 1].is_ascii_digit());
        let after_upper = at > 0 && chars[at - 1].is_ascii_uppercase();
        let starts = c.is_ascii_uppercase() && (after_lower || after_upper && next_is_lower);
        if (starts || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
