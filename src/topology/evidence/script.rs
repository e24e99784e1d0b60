//! Addresses in scripts and commands: what programs such as `psql` and `curl` are told to call, the values that a script
//! gives to variables, and what the arguments of any other program name. What is only printed is no call.

use crate::source::commands;
use crate::topology::address::known::{Client, KNOWN, Position};
use crate::topology::address::{Address, Form, addresses, host_of};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How deep commands in commands are read: `sh -c "su -c 'psql -h db'"`.
const DEEPEST: u8 = 3;

/// Words before a command that are none: those of the shell's grammar, and programs that start others.
const BEFORE: &[&str] = &[
    "!", "[", "[[", "command", "do", "done", "elif", "else", "env", "esac", "eval", "exec", "fi", "if",
    "nice", "nohup", "sudo", "then", "time", "timeout", "until", "while", "{",
];

/// Options and programs behind which a whole script stands.
const SHELLS: &[&str] =
    &["-c", "-ec", "-ce", "-lc", "-cx", "-exc", "-xec", "-euc", "-euxc", "-ic", "--command", "eval"];

/// One address that a script names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The address.
    pub address: Address,
    /// The option or the variable that holds it; empty where there is none.
    pub key: String,
    /// The command, as written.
    pub written: String,
    /// Where it stands: the byte, or the number of the argument.
    pub at: usize,
    /// Whether a program is known to call it.
    pub is_called: bool,
}

/// The addresses of a script; `known` gives the values of variables.
pub fn read(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Vec<Told> {
    let mut reader = Reader { known, own: BTreeMap::new(), found: Vec::new() };
    reader.script(&without_comments(text), 0, 0);
    reader.found
}

/// The addresses that a program in a list of arguments is told to call, each with the number of its argument; `None` if
/// it is no program that is known to call somebody.
pub fn of_list(list: &[String]) -> Option<Vec<Told>> {
    let words: Vec<(usize, Cow<str>)> =
        list.iter().enumerate().map(|(at, word)| (at, Cow::from(word))).collect();
    let at = words.iter().position(|(_, word)| !BEFORE.contains(&&**word))?;
    let client = KNOWN.client(base(&words[at].1))?;
    let mut reader = Reader { known: &|_| None, own: BTreeMap::new(), found: Vec::new() };
    reader.client(client, &words[at + 1..], &list[at..].join(" "));
    Some(reader.found)
}

/// Whether a text of one line is a script: a shell is to read it.
pub fn is_script(text: &str) -> bool {
    let is_keyword = |word: &str| matches!(word, "do" | "done" | "then" | "fi" | "until" | "while" | "exec");
    text.contains("&&")
        || text.contains("||")
        || text.contains(" | ")
        || text.contains("$(")
        || text.split([' ', ';']).any(is_keyword)
        || commands(text)
            .first()
            .and_then(|words| words.first())
            .is_some_and(|(_, word)| KNOWN.client(base(word)).is_some() || KNOWN.is_silent(base(word)))
}

struct Reader<'a> {
    known: &'a dyn Fn(&str) -> Option<String>,
    /// The variables of the script itself.
    own: BTreeMap<String, String>,
    found: Vec<Told>,
}

impl Reader<'_> {
    fn script(&mut self, text: &str, from: usize, depth: u8) {
        for command in commands(text) {
            let Some((first, last)) = command.first().zip(command.last()) else { continue };
            let raw = text.get(first.0..last.0 + last.1.len()).unwrap_or_default().trim();
            self.nested(&command, from, depth);
            let words: Vec<(usize, Cow<str>)> =
                command.iter().map(|(at, word)| (from + at, self.expanded(word))).collect();
            self.command(&words, raw);
        }
    }

    /// The scripts in the words of a command: `$(curl …)`, `` `curl …` ``, and what stands behind `-c`.
    fn nested(&mut self, command: &[(usize, &str)], from: usize, depth: u8) {
        if depth >= DEEPEST {
            return;
        }
        for (index, (at, word)) in command.iter().enumerate() {
            let is_behind_shell = index > 0 && SHELLS.contains(&command[index - 1].1);
            if is_behind_shell && word.contains(' ') {
                self.script(word, from + at, depth + 1);
                continue;
            }
            let mut rest = *word;
            while let Some(open) = rest.find("$(") {
                let inside = &rest[open + 2..];
                let end = inside.rfind(')').unwrap_or(inside.len());
                if inside[..end].contains(' ') {
                    let start = inside.as_ptr().addr() - word.as_ptr().addr();
                    self.script(&inside[..end], from + at + start, depth + 1);
                }
                rest = &inside[end..];
            }
        }
    }

    fn command(&mut self, words: &[(usize, Cow<str>)], raw: &str) {
        let mut rest = words;
        while let Some(((at, word), after)) = rest.split_first() {
            match assignment(word) {
                Some((name, value)) => self.assign(*at, name, value, raw),
                None if matches!(&**word, "export" | "readonly" | "local" | "declare") => {}
                None if BEFORE.contains(&&**word) || is_option_of_timeout(word) => {}
                None => break,
            }
            rest = after;
        }
        self.devices(words, raw);
        let Some(((_, program), arguments)) = rest.split_first() else { return };
        let program = base(program);
        if let Some(client) = KNOWN.client(program) {
            self.client(client, arguments, raw);
        } else if !KNOWN.is_silent(program) {
            self.any(rest, raw);
        }
    }

    /// What a shell connects to itself: `</dev/tcp/db/5432`.
    fn devices(&mut self, words: &[(usize, Cow<str>)], raw: &str) {
        for (at, word) in words.iter().filter(|(_, word)| is_device(word)) {
            self.found.extend(addresses(word).into_iter().map(|address| Told {
                address,
                key: String::new(),
                written: raw.to_owned(),
                at: *at,
                is_called: true,
            }));
        }
    }

    fn assign(&mut self, at: usize, name: &str, value: &str, raw: &str) {
        self.own.insert(name.to_owned(), value.to_owned());
        let found = addresses(value);
        self.found.extend(found.into_iter().map(|address| Told {
            address,
            key: name.to_owned(),
            written: raw.to_owned(),
            at,
            is_called: false,
        }));
    }

    /// What the arguments of a program name that nobody knows.
    fn any(&mut self, words: &[(usize, Cow<str>)], raw: &str) {
        // Scripts in words are read for themselves.
        let is_read = |index: usize, word: &str| {
            let is_behind_shell = index > 0 && SHELLS.contains(&&*words[index - 1].1);
            is_device(word) || (word.contains(' ') && (word.contains("$(") || is_behind_shell))
        };
        let texts = words.iter().enumerate().filter(|(index, (_, word))| !is_read(*index, word));
        let texts: Vec<&str> = texts.map(|(_, (_, word))| &**word).collect();
        for address in addresses(&texts.join(" ")) {
            let holds =
                |(_, word): &(usize, Cow<str>)| !address.host.is_empty() && word.contains(&address.host);
            let index = words.iter().position(holds).unwrap_or_default();
            let (at, word) = &words[index];
            let before =
                index.checked_sub(1).map(|before| &*words[before].1).filter(|word| word.starts_with('-'));
            let key = match word.split_once('=') {
                Some((key, _)) if !key.contains(['/', ':']) => key,
                _ => before.unwrap_or_default(),
            };
            let key = key.to_owned();
            self.found.push(Told { address, key, written: raw.to_owned(), at: *at, is_called: false });
        }
    }

    /// What a program is told to call.
    fn client(&mut self, client: &Client, words: &[(usize, Cow<str>)], raw: &str) {
        let mut arguments = Arguments::default();
        let mut rest = words.iter();
        while let Some((at, word)) = rest.next() {
            if is_redirection(word) {
                if word.ends_with(['>', '<']) {
                    rest.next();
                }
            } else if word.starts_with('-') && word.len() > 1 {
                let Some(option) = option(client, word) else { return };
                let mut value = |attached: Option<&str>| {
                    attached.map(|text| (*at, text.to_owned())).or_else(|| {
                        let (at, text) = rest.next()?;
                        Some((*at, text.to_string()))
                    })
                };
                match option {
                    Given::Host(attached) => arguments.hosts.extend(value(attached)),
                    Given::Port(attached) => {
                        arguments.port = value(attached).and_then(|(_, text)| text.parse().ok());
                    }
                    Given::Url(attached) => arguments.urls.extend(value(attached)),
                    Given::Dsn(attached) => {
                        let is_address =
                            |(_, text): &(usize, String)| text.contains("://") || text.contains("host=");
                        arguments.urls.extend(value(attached).filter(is_address));
                    }
                    Given::Other(true) => {
                        rest.next();
                    }
                    Given::Other(false) => {}
                }
            } else {
                arguments.plain.push((*at, word));
            }
        }
        arguments.place(client);
        self.take(client, arguments, raw);
    }

    fn take(&mut self, client: &Client, arguments: Arguments, raw: &str) {
        let Arguments { hosts, urls, port, .. } = arguments;
        let mut add = |at: usize, address: Address| {
            let address = Address { port: address.port.or(port).or(default_of(client, &address)), ..address };
            let key = String::new();
            self.found.push(Told { address, key, written: raw.to_owned(), at, is_called: true });
        };
        for (at, text) in hosts {
            // Of a replica set, its name stands before the hosts.
            let list =
                text.rsplit_once('/').filter(|(set, _)| !set.is_empty()).map_or(&*text, |(_, list)| list);
            for one in list.split(',').filter_map(host_of) {
                add(at, one);
            }
        }
        for (at, text) in urls {
            let found = addresses(&text);
            let found = if found.is_empty() { host_of(&text).into_iter().collect() } else { found };
            for address in found.into_iter().filter(|address| !address.host.is_empty()) {
                let form = if matches!(address.form, Form::Url) { Form::Url } else { Form::Keyed };
                add(at, Address { form, ..address });
            }
        }
    }

    /// A word with the variables in it replaced that are known.
    fn expanded<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if !word.contains('$') {
            return Cow::Borrowed(word);
        }
        let mut out = String::new();
        let mut rest = word;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            let (name, length) = match behind.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
                Some((inside, _)) => (inside, inside.len() + 3),
                None => {
                    let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    let end = end.unwrap_or(behind.len());
                    (&behind[..end], end + 1)
                }
            };
            let (name, default) = name.split_once(":-").map_or((name, None), |(name, it)| (name, Some(it)));
            let default = default.map(|text| text.trim_matches(['"', '\'']));
            let own = self.own.get(name).cloned().filter(|value| !value.contains('$'));
            match own.or_else(|| (self.known)(name)).or_else(|| default.map(str::to_owned)) {
                Some(value) if length > 1 => out.push_str(&value),
                _ => out.push_str(&rest[at..(at + length.max(1)).min(rest.len())]),
            }
            rest = rest.get(at + length.max(1)..).unwrap_or_default();
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// The arguments of one command, as far as they say whom it calls.
#[derive(Default)]
struct Arguments<'a> {
    hosts: Vec<(usize, String)>,
    urls: Vec<(usize, String)>,
    port: Option<u16>,
    plain: Vec<(usize, &'a str)>,
}

impl Arguments<'_> {
    /// Puts the words that belong to no option where their positions say.
    fn place(&mut self, client: &Client) {
        let plain = std::mem::take(&mut self.plain);
        let is_only = plain.len() == 1;
        for (index, (at, word)) in plain.iter().enumerate() {
            let Some(position) = client.positions.get(index).or(client.positions.last()) else { return };
            let is_further = index >= client.positions.len();
            let is_plural = matches!(position, Position::Addresses | Position::Urls);
            if is_further && !is_plural {
                return;
            }
            let looks_like_one = word.contains("://")
                || word
                    .split_once(':')
                    .is_some_and(|(_, port)| port.starts_with(|c: char| c.is_ascii_digit()));
            let takes = match position {
                Position::Host | Position::Address => true,
                Position::Port => {
                    self.port = self.port.or_else(|| word.parse().ok());
                    false
                }
                Position::Url | Position::Urls => looks_like_one || word.contains("host="),
                Position::Addresses => looks_like_one || is_only || word.contains(['.', '/']),
                Position::Any => false,
            };
            if takes && matches!(position, Position::Host) {
                self.hosts.push((*at, word.rsplit('@').next().unwrap_or_default().to_owned()));
            } else if takes && (looks_like_one || word.contains("host=")) {
                self.urls.push((*at, (*word).to_owned()));
            } else if takes {
                self.hosts.push((*at, word.split('/').next().unwrap_or_default().to_owned()));
            }
        }
    }
}

/// What an option of a client is, with the value that is attached to it.
enum Given<'a> {
    Host(Option<&'a str>),
    Port(Option<&'a str>),
    Url(Option<&'a str>),
    Dsn(Option<&'a str>),
    /// Something else; whether a value follows.
    Other(bool),
}

/// What an option says; `None` if with it nobody is called.
fn option<'w>(client: &Client, word: &'w str) -> Option<Given<'w>> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let is_in = |list: &[String], name: &str| list.iter().any(|one| one == name);
    let of = |name: &str, value: Option<&'w str>| {
        if is_in(&client.host, name) {
            Some(Given::Host(value))
        } else if is_in(&client.port, name) {
            Some(Given::Port(value))
        } else if is_in(&client.url, name) {
            Some(Given::Url(value))
        } else if is_in(&client.dsn, name) {
            Some(Given::Dsn(value))
        } else {
            is_in(&client.values, name).then_some(Given::Other(value.is_none()))
        }
    };
    if is_in(&client.listens, name) {
        return None;
    }
    if let Some(given) = of(name, value) {
        return Some(given);
    }
    // Short options may stand together, and the last of them may have its value attached: `-zv`, `-sfo`, `-hdb`.
    if !word.starts_with("--") && word.is_ascii() {
        for at in 1..word.len() {
            let short = format!("-{}", &word[at..=at]);
            if is_in(&client.listens, &short) {
                return None;
            }
            let attached = Some(&word[at + 1..]).filter(|rest| !rest.is_empty());
            match of(&short, attached) {
                Some(Given::Host(Some(_)) | Given::Url(Some(_))) if at > 1 => break,
                Some(given) => return Some(given),
                None => {}
            }
        }
    }
    Some(Given::Other(false))
}

/// The port that a client calls where none is named; a URL has that of its scheme.
fn default_of(client: &Client, address: &Address) -> Option<u16> {
    client.default.filter(|_| address.form != Form::Url)
}

/// The last part of the path of a program.
fn base(word: &str) -> &str {
    let word = word.strip_prefix('\\').unwrap_or(word);
    word.rsplit('/').next().unwrap_or(word)
}

/// `NAME=value` of a shell.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (begins && name.chars().all(is_name)).then(|| (name, value.trim_matches(['"', '\''])))
}

/// What stands behind `timeout` before the command: `60`, `5m`, `-k`.
fn is_option_of_timeout(word: &str) -> bool {
    let digits = word.trim_end_matches(['s', 'm', 'h']);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()) || matches!(word, "-k" | "-t" | "-s")
}

fn is_device(word: &str) -> bool {
    word.contains("/dev/tcp/") && !word.contains(char::is_whitespace)
}

fn is_redirection(word: &str) -> bool {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '&');
    rest.starts_with(['>', '<'])
}

/// The text with blanks in place of its comments, so that every byte stays where it is.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        let at = if line[start..].starts_with('#') { Some(start) } else { line.find(" # ") };
        match at {
            Some(at) => {
                let end = line.trim_end_matches(['\n', '\r']).len();
                out.push_str(&line[..at]);
                out.push_str(&" ".repeat(end.saturating_sub(at)));
                out.push_str(&line[end.max(at)..]);
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{of_list, read};

    fn told(text: &str) -> Vec<String> {
        let known = |name: &str| match name {
            "DB_HOST" => Some("db".to_owned()),
            "DB_PORT" => Some("5432".to_owned()),
            _ => None,
        };
        let word = |one: super::Told| {
            let port = one.address.port.map_or("-".to_owned(), |port| port.to_string());
            format!("{} {port} {}", one.address.host, if one.is_called { "called" } else { "named" })
        };
        read(text, &known).into_iter().map(word).collect()
    }

    #[test]
    fn clients_call_what_their_arguments_name() {
        let table: &[(&str, &[&str])] = &[
            ("until nc -z mysql 3306; do sleep 1; done", &["mysql 3306 called"]),
            ("until nc -zv -w 3 mysql 3306 >/dev/null 2>&1; do sleep 1; done", &["mysql 3306 called"]),
            ("while ! nc -z $DB_HOST ${DB_PORT}; do sleep 1; done", &["db 5432 called"]),
            ("H=db; P=5433\nnc -z $H $P", &["db - named", "db 5433 called"]),
            ("nc -z ${CACHE:-cache} 6379", &["cache 6379 called"]),
            ("until pg_isready -h pg -p 5433 -U app; do sleep 2; done", &["pg 5433 called"]),
            ("psql -hpg -U app -c 'select 1'", &["pg 5432 called"]),
            ("psql --host=pg --dbname=shop", &["pg 5432 called"]),
            ("psql postgres://app@pg/shop", &["pg - called"]),
            ("PGPASSWORD=$PASS psql -h pg", &["pg 5432 called"]),
            ("redis-cli -h cache ping", &["cache 6379 called"]),
            ("mysqladmin ping -h mysql -u root -ppw --silent", &["mysql 3306 called"]),
            (
                "mongosh --host rs0/m0.mongo:27017,m1.mongo:27017",
                &["m0.mongo 27017 called", "m1.mongo 27017 called"],
            ),
            ("curl -sf -o /dev/null -H 'Origin: http://other' http://web:80/x", &["web 80 called"]),
            ("curl -d 'to=http://other' web:8080", &["web 8080 called"]),
            ("wget -qO- web/health", &["web - called"]),
            (
                "if [ $(curl -s -o /dev/null -w '%{http_code}' http://web/x) != 200 ]; then exit 1; fi",
                &["web - called"],
            ),
            ("timeout 60 wait-for-it.sh kafka:9092 -t 30 -- echo up", &["kafka 9092 called"]),
            ("kafka-topics.sh --bootstrap-server kafka:9092 --list", &["kafka 9092 called"]),
            ("bash -c 'until echo > /dev/tcp/db/5432; do sleep 1; done'", &["db 5432 called"]),
            ("(exec 3<>/dev/tcp/db/5432)", &["db 5432 called"]),
            ("su -c \"pg_isready -h pg\" app", &["pg 5432 called"]),
            ("nc -lk -p 5432", &[]),
            ("echo waiting for http://db:5432", &[]),
            ("openssl req -subj /CN=web.shop.svc", &[]),
            ("# curl http://a\nserver --db http://b:80", &["b 80 named"]),
        ];
        for (text, expected) in table {
            assert_eq!(told(text), *expected, "{text}");
        }
    }

    #[test]
    fn lists_of_arguments_are_commands() {
        let list = |words: &[&str]| of_list(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let found = list(&["nc", "-z", "mysql", "3306"]).expect("a client");
        assert_eq!(
            (found[0].address.host.as_str(), found[0].address.port, found[0].at),
            ("mysql", Some(3306), 2)
        );
        assert!(list(&["server", "--db", "x"]).is_none());
    }
}
