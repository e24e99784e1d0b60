//! What the words around an address say about it: the entries of `known.yaml`, read once.

use crate::document::compiled::compiled;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The entries of `known.yaml`.
pub static KNOWN: LazyLock<Known> = LazyLock::new(|| Known::of(file()));

/// Everything that is looked up.
pub struct Known {
    network: BTreeSet<String>,
    hostless: BTreeSet<String>,
    keys: Vec<Key>,
    contexts: BTreeMap<String, Means>,
    hosts: Vec<String>,
    others: Vec<String>,
    peers: BTreeSet<String>,
    outside: Vec<Phrase>,
    answers: Vec<String>,
    silent: BTreeSet<String>,
    certificates: BTreeSet<String>,
    beside: BTreeSet<String>,
    clients: BTreeMap<String, usize>,
    rules: Vec<Client>,
}

/// What a scheme says of the authority of its URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// It is a host.
    Network,
    /// It is none.
    Hostless,
    /// Nobody knows.
    #[serde(skip)]
    Unknown,
}

/// What the value of a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// An address that is called.
    Called,
    /// Where the program itself listens.
    Listens,
    /// How others find the program, or a name that it only shows or compares.
    #[serde(rename = "self")]
    Itself,
    /// Text for people.
    Prose,
}

/// A program that calls what its arguments name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    programs: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there for people and for the test"))]
    source: String,
    /// The options whose value is a host.
    #[serde(default)]
    pub host: Vec<String>,
    /// The options whose value is a port.
    #[serde(default)]
    pub port: Vec<String>,
    /// The options whose value is an address of any form.
    #[serde(default)]
    pub url: Vec<String>,
    /// The options whose value may be a URL or a connection string, or something else.
    #[serde(default)]
    pub dsn: Vec<String>,
    /// Further options that take a value.
    #[serde(default)]
    pub values: Vec<String>,
    /// What its words without an option are, in their order.
    #[serde(default)]
    pub positions: Vec<Position>,
    /// The options with which it calls nobody.
    #[serde(default)]
    pub listens: Vec<String>,
    /// The port that it calls where none is named.
    #[serde(default)]
    pub default: Option<u16>,
}

/// What a word of a command is that belongs to no option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// A host.
    Host,
    /// A port.
    Port,
    /// A host with its port, or a URL.
    Address,
    /// A URL, or something else.
    Url,
    /// From here on addresses.
    Addresses,
    /// From here on URLs, or something else.
    Urls,
    /// Something else.
    Any,
}

/// Words that stand one after another in a name.
struct Phrase {
    words: Vec<String>,
    begins: bool,
    ends: bool,
}

struct Key {
    phrase: Phrase,
    means: Means,
    weak: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schemes: Vec<Schemes>,
    keys: Vec<Keys>,
    contexts: Vec<Contexts>,
    hosts: Vec<Words>,
    others: Vec<Words>,
    peers: Vec<Words>,
    outside: Vec<Words>,
    answers: Vec<Words>,
    silent: Vec<Words>,
    certificates: Vec<Words>,
    clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Schemes {
    are: Authority,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there for people and for the test"))]
    source: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    means: Means,
    #[serde(default)]
    weak: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there for people and for the test"))]
    source: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contexts {
    means: Means,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there for people and for the test"))]
    source: String,
    keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there for people and for the test"))]
    source: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    beside: Vec<String>,
}

impl Known {
    /// What the scheme of a URL, in lower case, says of its authority. Of `postgresql+psycopg` the first part counts.
    pub fn authority(&self, scheme: &str) -> Authority {
        let first = scheme.split('+').next().unwrap_or(scheme);
        match () {
            () if self.hostless.contains(scheme) => Authority::Hostless,
            () if self.network.contains(scheme) || self.network.contains(first) => Authority::Network,
            () if self.hostless.contains(first) => Authority::Hostless,
            () => Authority::Unknown,
        }
    }

    /// What the value of a key is, and whether the name of another program's Service is called all the same; `None` for
    /// most keys.
    pub fn means(&self, key: &str) -> Option<(Means, bool)> {
        let words = words(key);
        self.keys.iter().find(|one| one.phrase.is_in(&words)).map(|one| (one.means, one.weak))
    }

    /// What every address below a key of a configuration file is.
    pub fn context(&self, key: &str) -> Option<Means> {
        self.contexts.get(key).copied()
    }

    /// Whether the value of a key is a host, even where it is one word.
    pub fn is_host(&self, key: &str) -> bool {
        ends(key, &self.hosts)
    }

    /// Whether the value of a key has a colon and is no address.
    pub fn is_other(&self, key: &str) -> bool {
        ends(key, &self.others)
    }

    /// Whether a key of a Secret, or a variable with its value, holds an address.
    pub fn is_answer(&self, key: &str) -> bool {
        ends(key, &self.answers)
            && !matches!(self.means(key), Some((Means::Itself | Means::Listens | Means::Prose, _)))
    }

    /// Whether the value of a key names the members of the program's own group.
    pub fn is_peers(&self, key: &str) -> bool {
        words(key).iter().any(|word| self.peers.contains(word))
    }

    /// Whether the value of a setting in a file is called even where it is outside of the cluster.
    pub fn is_called_outside(&self, key: &str) -> bool {
        let words = words(key);
        self.outside.iter().any(|phrase| phrase.is_in(&words))
    }

    /// Whether a program calls nobody, whatever its arguments name.
    pub fn is_silent(&self, program: &str) -> bool {
        self.silent.contains(program) || self.makes_certificates(program)
    }

    /// Whether a program, or the last part of an image's name, writes certificates.
    pub fn makes_certificates(&self, name: &str) -> bool {
        self.certificates.contains(name)
    }

    /// Whether an option stands beside the names that go into a certificate.
    pub fn is_beside_certificate(&self, option: &str) -> bool {
        self.beside.contains(option)
    }

    /// What a program is told by its arguments, if it calls what they name.
    pub fn client(&self, program: &str) -> Option<&Client> {
        self.clients.get(program).map(|&at| &self.rules[at])
    }

    fn of(file: File) -> Known {
        let mut known = Known {
            network: BTreeSet::new(),
            hostless: BTreeSet::new(),
            keys: Vec::new(),
            contexts: BTreeMap::new(),
            hosts: listed(&file.hosts),
            others: listed(&file.others),
            peers: listed(&file.peers).into_iter().collect(),
            outside: listed(&file.outside).iter().map(|text| Phrase::of(text)).collect(),
            answers: listed(&file.answers),
            silent: listed(&file.silent).into_iter().collect(),
            certificates: listed(&file.certificates).into_iter().collect(),
            beside: file.certificates.iter().flat_map(|words| words.beside.clone()).collect(),
            clients: BTreeMap::new(),
            rules: Vec::new(),
        };
        for Schemes { are, words, .. } in file.schemes {
            let all = if are == Authority::Network { &mut known.network } else { &mut known.hostless };
            all.extend(words);
        }
        for Keys { means, weak, words, .. } in file.keys {
            let keys = words.iter().map(|text| Key { phrase: Phrase::of(text), means, weak });
            known.keys.extend(keys);
        }
        for Contexts { means, keys, .. } in file.contexts {
            known.contexts.extend(keys.into_iter().map(|key| (key, means)));
        }
        for (at, client) in file.clients.iter().enumerate() {
            known.clients.extend(client.programs.iter().map(|program| (program.clone(), at)));
        }
        known.rules = file.clients;
        known
    }
}

impl Phrase {
    fn of(text: &str) -> Phrase {
        let (begins, ends) = (text.starts_with('^'), text.ends_with('$'));
        let words = text.trim_start_matches('^').trim_end_matches('$').split(' ').map(str::to_owned);
        Phrase { words: words.collect(), begins, ends }
    }

    /// Whether the words stand one after another in `name`.
    fn is_in(&self, name: &[String]) -> bool {
        let is_here = |at: usize| {
            let here = self.words.iter().zip(&name[at..]);
            here.into_iter().all(|(word, other)| is_same(word, other))
        };
        let Some(last) = name.len().checked_sub(self.words.len()) else { return false };
        let from = if self.ends { last } else { 0 };
        let to = if self.begins { 0 } else { last };
        (from..=to).any(is_here)
    }
}

/// The words of a name in lower case: `--web.externalURL` is `web external url`.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    let letters: Vec<char> = name.chars().collect();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            before = ' ';
            continue;
        }
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = before == ' '
            || (before.is_lowercase() && letter.is_uppercase())
            || (before.is_uppercase()
                && letter.is_uppercase()
                && next_is_lower
                && !is_plural(&letters[at + 1..]));
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words
}

/// Whether an `s` and no other small letter follows: `redirectURIs` is two words.
fn is_plural(after: &[char]) -> bool {
    matches!(after, ['s'] | ['s', 'A'..='Z' | '_' | '-' | '.', ..])
}

/// Whether two words are the same but for the number.
fn is_same(word: &str, other: &str) -> bool {
    let rest = other.strip_prefix(word);
    rest.is_some_and(|rest| matches!(rest, "" | "s" | "es"))
}

/// Whether a name ends in one of some words; a number behind it counts the addresses.
fn ends(name: &str, all: &[String]) -> bool {
    let lower =
        name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '[' | ']'));
    let lower = lower.to_ascii_lowercase().replace(['-', '.'], "_");
    all.iter().any(|end| lower.ends_with(end.as_str()))
}

fn listed(entries: &[Words]) -> Vec<String> {
    entries.iter().flat_map(|entry| entry.words.clone()).collect()
}

fn file() -> File {
    compiled!("topology/address/known.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_source() {
        let File {
            schemes,
            keys,
            contexts,
            hosts,
            others,
            peers,
            outside,
            answers,
            silent,
            certificates,
            clients,
        } = file();
        let lists = [hosts, others, peers, outside, answers, silent, certificates];
        let sources = schemes.iter().map(|one| &one.source);
        let sources = sources
            .chain(keys.iter().map(|one| &one.source))
            .chain(contexts.iter().map(|one| &one.source))
            .chain(clients.iter().map(|one| &one.source))
            .chain(lists.iter().flatten().map(|one| &one.source));
        assert!(sources.into_iter().all(|source| !source.is_empty()));
    }

    #[test]
    fn no_word_is_listed_twice() {
        let file = file();
        let mut seen = BTreeSet::new();
        for scheme in file.schemes.iter().flat_map(|one| &one.words) {
            assert!(seen.insert(scheme), "{scheme}");
        }
        let mut seen = BTreeSet::new();
        for phrase in file.keys.iter().flat_map(|one| &one.words) {
            assert!(seen.insert(phrase), "{phrase}");
        }
        let mut seen = BTreeSet::new();
        for program in file.clients.iter().flat_map(|one| &one.programs) {
            assert!(seen.insert(program), "{program}");
        }
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("--web.externalURL"), ["web", "external", "url"]);
        assert_eq!(words("KAFKA_ADVERTISED_LISTENERS"), ["kafka", "advertised", "listeners"]);
        assert_eq!(words("externalURLs"), ["external", "urls"]);
        assert_eq!(words("OIDCIssuerUrl"), ["oidc", "issuer", "url"]);
    }

    #[test]
    fn keys_say_what_their_values_are() {
        use Means::{Called, Itself, Listens};
        let table = [
            ("--advertise-client-urls", Some((Itself, false))),
            ("KAFKA_ADVERTISED_LISTENERS", Some((Itself, false))),
            ("KAFKA_CFG_LISTENERS", Some((Listens, false))),
            ("--web.external-url", Some((Itself, false))),
            ("GF_SERVER_ROOT_URL", Some((Itself, false))),
            ("ISSUER", Some((Itself, false))),
            ("--service-account-issuer", Some((Itself, false))),
            ("OAUTH2_PROXY_OIDC_ISSUER_URL", Some((Called, false))),
            ("ALLOWED_ORIGINS", Some((Itself, false))),
            ("OAUTH_REDIRECT_URI", Some((Itself, false))),
            ("--dynamic-serving-dns-names", Some((Itself, false))),
            ("--metrics-bind-address", Some((Listens, false))),
            ("--metrics-addr", Some((Listens, true))),
            ("-metrics-api-addr", None),
            ("CONTACTS_API_ADDR", None),
            ("MESSAGE_BROKER_URL", None),
            ("DB_HOST", None),
        ];
        for (key, means) in table {
            assert_eq!(KNOWN.means(key), means, "{key}");
        }
    }

    #[test]
    fn ends_of_names_say_that_a_value_is_a_host() {
        for key in ["PGHOST", "DB_HOST_1", "db.host", "REDIS_ADDR", "targets", "bootstrap.servers"] {
            assert!(KNOWN.is_host(key), "{key}");
        }
        for key in ["MODE", "dataset.source", "HOST_NAME_LABEL"] {
            assert!(!KNOWN.is_host(key), "{key}");
        }
    }
}
