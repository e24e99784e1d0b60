//! Secrets among the arguments of programs: `mysql -pX`, `curl -u user:X`, `rabbitmqctl add_user app X`.

use super::line;
use super::name::{self, Class};
use super::rules::{Arguments, Only, RULES};
use super::value::{is_coined, is_generated, is_made_up, is_mixed, is_placeholder, is_random, is_worth};
use std::ops::Range;

/// How deep commands in the arguments of commands are looked at: `sh -c "su -c 'mysql -pX'"`.
const DEPTH: usize = 3;

/// The longest argument that is read together with those around it.
const LONGEST: usize = 2000;

/// How many words behind one that speaks of users or secrets a secret may stand.
const REACH: usize = 3;

/// A word of a command: where it stands, without its quotes.
#[derive(Clone, Debug)]
struct Word<'t> {
    text: &'t str,
    /// Which argument it is of, and where it begins in it.
    place: (usize, usize),
    /// A `|`, a `;` or a line's end: another command follows.
    ends: bool,
}

/// Adds the secret arguments of all commands in `text`.
pub fn find(text: &str, ranges: &mut Vec<Range<usize>>) {
    if text.contains([' ', '-', ',', '\n']) && text.len() > 5 {
        script(text, 0, &mut |range| ranges.push(range), 0);
    }
}

/// The secret parts of a list of arguments: of which one, and where in it. `before` are words of the same command.
pub fn arguments(before: &[&str], list: &[&str]) -> Vec<(usize, Range<usize>)> {
    let all = before.iter().chain(list).enumerate();
    let words: Vec<Word> = all.map(|(at, text)| Word { text, place: (at, 0), ends: false }).collect();
    let mut found = Vec::new();
    command(&words, &mut |place, range| {
        if let Some(at) = place.0.checked_sub(before.len()) {
            found.push((at, range));
        }
    });
    together(before, list, &mut found);
    found
}

/// Adds what the rules for lines say of the arguments as one line; a secret ends where its argument ends.
fn together(before: &[&str], list: &[&str], found: &mut Vec<(usize, Range<usize>)>) {
    let texts = || before.iter().chain(list);
    // Scripts are looked at for themselves.
    if texts().count() < 2 || texts().any(|text| text.len() > LONGEST || text.contains('\n')) {
        return;
    }
    let mut line = String::new();
    let mut starts = Vec::new();
    for text in texts() {
        starts.push(line.len());
        line.push_str(text);
        line.push(' ');
    }
    let mut ranges = Vec::new();
    line::find(&line, "", &mut ranges);
    for range in ranges {
        let at = starts.partition_point(|&start| start <= range.start) - 1;
        let Some(own) = at.checked_sub(before.len()) else { continue };
        let (start, end) = (range.start - starts[at], (range.end - starts[at]).min(list[own].len()));
        if start < end {
            found.push((own, start..end));
        }
    }
}

/// The commands of a script, one after another: their words without quotes, each with the byte at which it begins.
pub fn commands(text: &str) -> Vec<Vec<(usize, &str)>> {
    let words = words(text, 0);
    let commands = words.split(|word| word.ends).filter(|command| !command.is_empty());
    commands.map(|command| command.iter().map(|word| (word.place.1, word.text)).collect()).collect()
}

fn script(text: &str, from: usize, found: &mut dyn FnMut(Range<usize>), depth: usize) {
    let words = words(text, from);
    for one in words.split(|word| word.ends) {
        command(one, &mut |place, range| found(place.1 + range.start..place.1 + range.end));
        if depth < DEPTH {
            for word in one.iter().filter(|word| word.text.contains(' ')) {
                script(word.text, word.place.1, found, depth + 1);
            }
        }
    }
}

/// Splits as a shell does. Brackets and commas beside quotes separate as well: lists of arguments in JSON.
fn words(text: &str, from: usize) -> Vec<Word<'_>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    let end = |at: usize| Word { text: "", place: (0, from + at), ends: true };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            b'\n' | b';' | b'|' | b'&' => {
                words.push(end(at));
                at += 1;
            }
            b' ' | b'\t' | b'\r' | b',' | b'(' | b')' | b'{' | b'}' => at += 1,
            b'[' if matches!(bytes.get(at + 1), Some(b'"' | b'\'')) => at += 1,
            b']' if at > 0 && matches!(bytes[at - 1], b'"' | b'\'') => at += 1,
            _ => {
                let stop = word_end(bytes, at);
                let raw = &text[at..stop];
                let inner = unquoted(raw);
                words.push(Word {
                    text: &raw[inner.clone()],
                    place: (0, from + at + inner.start),
                    ends: false,
                });
                at = stop;
            }
        }
    }
    words
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            // The apostrophe in `don't` is no quote; that in `-p'x'` is.
            b'\''
                if at > start
                    && bytes[start].is_ascii_alphabetic()
                    && bytes[at - 1].is_ascii_alphabetic()
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) =>
            {
                at += 1;
            }
            quote @ (b'"' | b'\'' | b'`') => {
                let inside = &bytes[at + 1..];
                // An apostrophe without a partner in its line is no quote.
                let close = inside
                    .iter()
                    .enumerate()
                    .position(|(i, &byte)| byte == quote && (i == 0 || inside[i - 1] != b'\\'));
                match close {
                    Some(close) => at += close + 2,
                    None => at += 1,
                }
                if matches!(bytes.get(at), Some(b',' | b']' | b'}')) {
                    return at;
                }
            }
            b'\\' => at += 2,
            b'$' if matches!(bytes.get(at + 1), Some(b'(' | b'{')) => {
                let close = if bytes[at + 1] == b'(' { b')' } else { b'}' };
                let inside = bytes[at..].iter().take(200).position(|&byte| byte == close);
                at += inside.map_or(1, |inside| inside + 1);
            }
            b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b')' => break,
            b'&' if matches!(bytes.get(at + 1), Some(b' ' | b'&')) => break,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// The part of a word between its quotes.
fn unquoted(raw: &str) -> Range<usize> {
    let quoted = |quote| raw.len() >= 2 && raw.starts_with(quote) && raw.ends_with(quote);
    if quoted('"') || quoted('\'') || quoted('`') { 1..raw.len() - 1 } else { 0..raw.len() }
}

/// One command: the arguments of the programs in it, and flags that name secrets themselves.
fn command(words: &[Word], found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    let mut program: Option<(usize, &[Arguments])> = None;
    let mut from = 0;
    for (at, word) in words.iter().enumerate() {
        // A path is a program where one is started from: `/auth/htpasswd` is a file.
        let path = word.text.contains('/') && !word.text.contains("bin/") && at > 0;
        let base = if path { "" } else { word.text.rsplit('/').next().unwrap_or(word.text) };
        let base = base.strip_suffix(".sh").or_else(|| base.strip_suffix(".exe")).unwrap_or(base);
        let next = RULES.commands.get(base).filter(|rules| at == 0 || !rules.iter().all(|rule| rule.first));
        if let Some(next) = next.filter(|_| !word.text.starts_with('-')) {
            if let Some((_, rules)) = program {
                programs(rules, &words[from..at], found);
            }
            program = Some((at, next));
            from = at + 1;
        }
    }
    if let Some((_, rules)) = program {
        programs(rules, &words[from..], found);
    }
    if let Some(verb) = words.iter().position(is_verb) {
        if let Some(rules) = RULES.commands.get("*") {
            programs(rules, words, found);
        }
        positional(&words[verb..], found);
    }
    for (at, word) in words.iter().enumerate() {
        any_program(word, words.get(at + 1), program.is_some(), found);
    }
}

fn is_verb(word: &Word) -> bool {
    word.text.len() < 40 && RULES.names.is_verb(word.text)
}

/// What looks like the output of a generator near a word that speaks of users or secrets: `ctl user add app X`.
fn positional(words: &[Word], found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    let mut left = 0;
    for word in words.iter().filter(|word| !word.text.starts_with('-')) {
        if is_verb(word) {
            left = REACH;
        } else if left > 0 {
            left -= 1;
            if is_mixed(word.text) && is_generated(word.text) {
                add(word, 0..word.text.len(), found);
            }
        }
    }
}

fn programs(rules: &[Arguments], words: &[Word], found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    for rule in rules {
        let letter = rule.requires.as_deref().unwrap_or_default();
        let given = |word: &Word| {
            word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains(letter)
        };
        let mut rest = words.iter();
        if (letter.is_empty() || words.iter().any(given))
            && rule.after.iter().all(|wanted| rest.any(|word| word.text == wanted))
        {
            program(rule, words, found);
        }
    }
}

fn program(rule: &Arguments, words: &[Word], found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    let separator = rule.separator.as_deref().unwrap_or(":");
    // The flags of any program are looked at word by word.
    let flags = if rule.programs.iter().any(|name| name == "*") { &[] } else { words };
    for (at, word) in flags.iter().enumerate() {
        let next = words.get(at + 1);
        for flag in &rule.value {
            let Some((word, start)) = flag_value(flag, word, next) else { continue };
            add(word, start..word.text.len(), found);
        }
        for flag in &rule.pair {
            let value = flag_value(flag, word, next).or_else(|| attached(flag, word));
            let Some((word, start)) = value else { continue };
            let ids = word.text[start..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
            if let Some(colon) = word.text[start..].find(separator).filter(|_| !ids) {
                add(word, start + colon + separator.len()..word.text.len(), found);
            }
        }
        for flag in &rule.attached {
            if let Some((word, start)) = attached(flag, word) {
                add(word, start..word.text.len(), found);
            }
        }
    }
    if !rule.positions.is_empty() {
        let plain: Vec<&Word> = words.iter().filter(|word| !word.text.starts_with('-')).collect();
        for position in &rule.positions {
            if positions(&position.split(' ').collect::<Vec<_>>(), &plain, rule.only, found) {
                break;
            }
        }
    }
}

/// Whether the words that are wanted stand somewhere, one after another; adds the secret ones.
fn positions(
    wanted: &[&str],
    words: &[&Word],
    only: Only,
    found: &mut dyn FnMut((usize, usize), Range<usize>),
) -> bool {
    for window in words.windows(wanted.len()) {
        let fits = wanted.iter().zip(window).all(|(wanted, word)| match *wanted {
            // An assignment in a program is no command.
            "*" => !word.text.ends_with('=') && word.text != ":",
            "SECRET" => {
                !is_setting(word.text)
                    && match only {
                        Only::Any | Only::Worth => true,
                        Only::MadeUp => is_made_up(word.text) && !word.text.contains(['(', '[']),
                        Only::Random => is_mixed(word.text) && !word.text.contains(['/', '=', ':', '.']),
                    }
            }
            "user:SECRET" => {
                let value = word.text.find([':', '=']).map(|at| &word.text[at + 1..]);
                value.is_some_and(|value| only != Only::MadeUp || is_made_up(value))
            }
            "NAME" => name::class(word.text.rsplit(':').next().unwrap_or_default()).is_some(),
            wanted => wanted.eq_ignore_ascii_case(word.text),
        });
        if !fits {
            continue;
        }
        for (wanted, word) in wanted.iter().zip(window) {
            match *wanted {
                "SECRET" => add(word, 0..word.text.len(), found),
                "user:SECRET" => {
                    if let Some(at) = word.text.find(['=', ':']) {
                        add(word, at + 1..word.text.len(), found);
                    }
                }
                _ => {}
            }
        }
        return true;
    }
    false
}

/// Whether a word is `name=value`.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, value)| {
        !value.trim_matches('=').is_empty()
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// The value of `flag`, if `word` is that flag: the next word, or what stands behind `=`.
fn flag_value<'w, 't>(
    flag: &str,
    word: &'w Word<'t>,
    next: Option<&'w Word<'t>>,
) -> Option<(&'w Word<'t>, usize)> {
    let rest = word.text.strip_prefix(flag)?;
    if rest.is_empty() {
        return next.filter(|next| !next.text.starts_with("--")).map(|next| (next, 0));
    }
    rest.starts_with('=').then_some((word, flag.len() + 1))
}

/// What is attached to a short flag: the `X` of `-pX`.
fn attached<'w, 't>(flag: &str, word: &'w Word<'t>) -> Option<(&'w Word<'t>, usize)> {
    let rest = word.text.strip_prefix(flag)?;
    let short = flag.len() == 2 || !flag.starts_with('-');
    (short && !rest.is_empty() && !rest.starts_with('=')).then_some((word, flag.len()))
}

/// Adds a value, without its quotes, if it is worth it.
fn add(word: &Word, range: Range<usize>, found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    let Some(value) = word.text.get(range.clone()) else { return };
    let inner = unquoted(value);
    let value = &value[inner.clone()];
    if is_worth(value, Class::Password) && !value.bytes().all(|byte| b"$({:})".contains(&byte)) {
        found(word.place, range.start + inner.start..range.start + inner.end);
    }
}

/// Flags that say by their name that a secret follows, pairs, and `-pX` where it looks like nothing else.
fn any_program(
    word: &Word,
    next: Option<&Word>,
    known: bool,
    found: &mut dyn FnMut((usize, usize), Range<usize>),
) {
    if !word.text.starts_with('-') {
        // A header, as HTTPie takes it.
        if let Some((header, value)) = word.text.split_once(':')
            && name::is_header(header)
            && !value.contains(' ')
            && is_made_up(value)
        {
            add(word, header.len() + 1..word.text.len(), found);
        }
        // A login: the tags of images are no such words.
        if let Some((user, password)) = word.text.split_once(':')
            && (is_coined(password) || is_mixed(password) && is_generated(password))
            && user.starts_with(|c: char| c.is_ascii_alphabetic())
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-@+".contains(&byte))
        {
            add(word, user.len() + 1..word.text.len(), found);
        }
        return;
    }
    let (flag, value) =
        word.text.split_once('=').map_or((word.text, None), |(flag, value)| (flag, Some(value)));
    let (holder, start) = match (value, next) {
        (Some(_), _) => (word, flag.len() + 1),
        (None, Some(next)) if !next.text.starts_with('-') => (next, 0),
        _ => {
            if !known {
                odd(word, found);
            }
            return;
        }
    };
    let name = flag.trim_start_matches('-');
    if name.contains(|c: char| !c.is_alphanumeric() && !"-_.:/".contains(c)) {
        return;
    }
    let text = &holder.text[start..];
    if RULES.pairs.contains(flag)
        && let Some((user, password)) = text.split_once(':')
        && is_made_up(password)
        && !password.starts_with("//")
        && !text.contains(char::is_whitespace)
    {
        add(holder, start + user.len() + 1..holder.text.len(), found);
    } else if RULES.flags.contains(flag)
        || value.is_none() && name::flag_class(name).is_some_and(|class| is_worth(text, class))
        // The program is not named where its image is it.
        || flag.len() == 2
            && (!known && is_random(text) || is_mixed(text) && is_generated(text))
            && !text.contains(['/', '=', ':', '.', '|'])
    {
        add(holder, start..holder.text.len(), found);
    } else if !known {
        odd(word, found);
    }
}

/// `-pX` of no program that is known: only if `X` is no number, path or word.
fn odd(word: &Word, found: &mut dyn FnMut((usize, usize), Range<usize>)) {
    let Some(value) = word.text.strip_prefix("-p") else { return };
    let has = |test: fn(&u8) -> bool| value.as_bytes().iter().any(test);
    let odd = value.len() >= 6
        && !value.contains(['=', '/', ':', '.'])
        && has(u8::is_ascii_alphabetic)
        && (has(u8::is_ascii_digit) || has(u8::is_ascii_uppercase));
    if odd && !is_placeholder(value.trim_matches(['"', '\''])) {
        add(word, 2..word.text.len(), found);
    }
}
