//! Every example of `rules.yaml`, one by one.

use super::super::text::redact_file;
use super::super::value::is_harmless;
use super::super::{name, structure};
use super::{Group, file};

/// `{pw}`, `{hex32}` and the like become made-up values.
fn expand(text: &str) -> String {
    const KINDS: [(&str, &str); 7] = [
        ("hex", "0a3f9c1e7b2d8465"),
        ("aln", "k7Qz2Rf9Lw3Xd5Bn8Vt4Hs6Mp1"),
        ("low", "k7z2qr3f5lw4xd6b"),
        ("upp", "K7Z2QR3F5LW4XD6B"),
        ("let", "kQzRfLwXdBnVtHsMp"),
        ("dig", "1974628351"),
        ("pw", "Bodafemi4Kola37"),
    ];
    let mut text = text.replace("{pw}", KINDS[6].1);
    for (kind, letters) in KINDS {
        while let Some(start) = text.find(&format!("{{{kind}")) {
            let Some(len) = text[start..].find('}') else { break };
            let Ok(count) = text[start + 1 + kind.len()..start + len].parse::<usize>() else { break };
            let value: String = letters.chars().cycle().take(count).collect();
            text.replace_range(start..=start + len, &value);
        }
    }
    text
}

/// How an example is read.
type Reader = fn(&str) -> Option<String>;

/// As lines of text.
fn lines(text: &str) -> Option<String> {
    redact_file(text, "", false, Vec::new())
}

/// As a document, if it is one.
fn document(text: &str) -> Option<String> {
    structure::redact(text, "", 0)
}

fn hidden(redact_by: Reader, example: &str, faults: &mut Vec<String>) {
    let example = expand(example);
    let plain = example.replace(['«', '»'], "");
    let mut want = String::new();
    for (at, part) in example.split(['«', '»']).enumerate() {
        if at % 2 == 0 {
            want.push_str(part);
        } else {
            want.push_str(&part.split('\n').map(|_| super::super::MARK).collect::<Vec<_>>().join("\n"));
        }
    }
    let redact = |text: &str| redact_by(text).unwrap_or_else(|| text.to_owned());
    let got = redact(&plain);
    let again = redact(&got);
    if again != got {
        faults.push(format!("{got}\n     gives {again} when read again"));
    }
    if got != want || want == plain {
        faults.push(format!("{plain}\n     gives {got}\n     not   {want}"));
    }
}

fn shown(redact_by: Reader, example: &str, faults: &mut Vec<String>) {
    let example = expand(example);
    if let Some(got) = redact_by(&example) {
        faults.push(format!("{example}\n     gives {got}"));
    }
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} examples:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn names_say_what_their_examples_say() {
    let mut faults = Vec::new();
    for entry in file().names {
        let class = |name: &String| name::pair_class(name);
        faults.extend(
            entry
                .hides
                .iter()
                .filter(|name| class(name).is_none())
                .map(|name| format!("{name} says nothing")),
        );
        let said = |name: &&String| {
            class(name).is_some_and(|class| {
                !matches!(class, name::Class::Login | name::Class::Auth | name::Class::Reference)
            })
        };
        faults.extend(entry.shows.iter().filter(said).map(|name| format!("{name} says {:?}", class(name))));
        if entry.source.is_empty() {
            faults.push(format!("{:?} has no source", entry.group));
        }
        assert!(entry.group != Group::Whole || !entry.words.is_empty());
    }
    report(&faults);
}

#[test]
fn fields_say_what_stands_beside_them() {
    let mut faults = Vec::new();
    for entry in file().fields {
        entry.hides.iter().for_each(|example| hidden(document, example, &mut faults));
        entry.shows.iter().for_each(|example| shown(document, example, &mut faults));
        if entry.source.is_empty() || entry.hides.is_empty() && entry.shows.is_empty() {
            faults.push(format!("{:?} has no source or no example", entry.group));
        }
    }
    report(&faults);
}

#[test]
fn values_of_harmless_kinds_are_known() {
    let mut faults = Vec::new();
    for entry in file().values {
        let shows = entry.shows.iter().map(|value| expand(value)).filter(|value| !is_harmless(value));
        faults.extend(shows.map(|value| format!("{}: {value} is not", entry.name)));
        let hides = entry.hides.iter().map(|value| expand(value)).filter(|value| is_harmless(value));
        faults.extend(hides.map(|value| format!("{}: {value} is", entry.name)));
        if entry.source.is_empty() || entry.shows.is_empty() {
            faults.push(format!("{} has no source or no example", entry.name));
        }
    }
    report(&faults);
}

#[test]
fn tokens_are_found_anywhere() {
    let mut faults = Vec::new();
    for entry in file().tokens {
        for example in &entry.hides {
            hidden(lines, example, &mut faults);
            hidden(lines, &format!("note: \"{example}\", and more"), &mut faults);
        }
        entry.shows.iter().for_each(|example| shown(lines, example, &mut faults));
        if entry.source.is_empty() || entry.hides.is_empty() {
            faults.push(format!("{} has no source or no example", entry.name));
        }
    }
    report(&faults);
}

#[test]
fn secret_arguments_are_found() {
    let mut faults = Vec::new();
    for entry in file().arguments {
        entry.hides.iter().for_each(|example| hidden(lines, example, &mut faults));
        entry.shows.iter().for_each(|example| shown(lines, example, &mut faults));
        if entry.source.is_empty() || entry.hides.is_empty() {
            faults.push(format!("{:?} has no source or no example", entry.programs));
        }
    }
    report(&faults);
}

#[test]
fn lines_of_files_and_scripts_are_understood() {
    let mut faults = Vec::new();
    for entry in file().lines {
        entry.hides.iter().for_each(|example| hidden(lines, example, &mut faults));
        entry.shows.iter().for_each(|example| shown(lines, example, &mut faults));
        if entry.source.is_empty() || entry.hides.is_empty() && entry.files.is_none() {
            faults.push(format!("{} has no source or no example", entry.name));
        }
    }
    report(&faults);
}
