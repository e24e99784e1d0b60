//! Compiles the knowledge files below `src`: each YAML file becomes JSON, which the program reads twenty times as fast, the
//! kinds one list that says what each file is about, and the names of images one automaton. A test compares each with
//! what the program itself reads in the YAML.
//!
//! It reads less than all of YAML, on purpose: what two readers could take for different values is an error here.

use granit_parser::{Event, Parser, ScalarStyle};
use regex_automata::dfa::{StartKind, dense};
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind};
use serde_json::{Map, Number, Value};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What is compiled: every YAML file of these folders, and these files.
const COMPILED: [&str; 3] =
    ["src/catalog", "src/source/redact/rules.yaml", "src/topology/address/known.yaml"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    for path in
        COMPILED.iter().map(|path| yaml_files(Path::new(path))).collect::<Result<Vec<_>, _>>()?.concat()
    {
        let json = read(&path)?;
        let target = out.join(path.with_extension("json"));
        fs::create_dir_all(target.parent().ok_or("a file has a folder")?)?;
        fs::write(target, json.to_string())?;
    }
    fs::write(out.join("kinds.rs"), kinds(Path::new("src/catalog/kinds"))?)?;
    fs::write(out.join("images.dfa"), images(&read(Path::new("src/catalog/images.yaml"))?)?)?;
    Ok(())
}

/// A YAML file alone, or those of a folder and the folders below it, sorted.
fn yaml_files(path: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let is_yaml = path.extension().is_some_and(|extension| extension == "yaml");
    if path.is_dir() || is_yaml {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    if !path.is_dir() {
        return Ok(if is_yaml { vec![path.to_owned()] } else { Vec::new() });
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        files.extend(yaml_files(&entry?.path())?);
    }
    files.sort();
    Ok(files)
}

/// The list of all kinds, as Rust: what each is called, and where the rest stands.
fn kinds(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut list = String::from("&[\n");
    for path in yaml_files(folder)? {
        let value = read(&path)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let empty = Vec::new();
        let succeeds = value.get("succeeds").and_then(Value::as_array).unwrap_or(&empty);
        let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a name is text")?;
        writeln!(
            list,
            "Compiled {{ kind: {:?}, group: {:?}, succeeds: &{:?}, json: include_str!(concat!(env!(\"OUT_DIR\"), \"/src/catalog/kinds/{name}.json\")) }},",
            text("kind"),
            text("group"),
            succeeds.iter().filter_map(Value::as_str).collect::<Vec<_>>(),
        )?;
    }
    list.push(']');
    Ok(list)
}

/// An automaton that says at the end of the last part of an image's repository which classes it is of, by their place in
/// the file.
fn images(classes: &Value) -> Result<Vec<u8>, Box<dyn Error>> {
    let classes = classes.as_array().ok_or("classes are a list")?;
    let patterns = classes.iter().map(|class| class.get("images").and_then(Value::as_str));
    let patterns: Vec<String> = patterns
        .map(|images| Some(format!("(?:{})$", images?)))
        .collect::<Option<_>>()
        .ok_or("each has images")?;
    let automaton = dense::Builder::new()
        .syntax(syntax::Config::new().unicode(true))
        .configure(dense::Config::new().match_kind(MatchKind::All).start_kind(StartKind::Anchored))
        .build_many(&patterns)?;
    // A pattern that is found in nothing would make every image one of its class.
    let start = regex_automata::util::start::Config::new().anchored(Anchored::Yes);
    regex_automata::dfa::Automaton::start_state(&automaton, &start)?;
    let automaton = automaton.to_sparse()?;
    let is_big = env::var("CARGO_CFG_TARGET_ENDIAN").is_ok_and(|endian| endian == "big");
    Ok(if is_big { automaton.to_bytes_big_endian() } else { automaton.to_bytes_little_endian() })
}

/// The only document of a YAML file. Keys without a value are left out: they say nothing.
fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let fault = |line: usize, why: &str| format!("{}:{line}: {why}", path.display());
    let mut open: Vec<Node> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| fault(0, &error.to_string()))?;
        let fault = |why: &str| fault(span.start.line(), why);
        let done = match event {
            Event::Scalar(text, style, 0, None) => {
                let plain = style == ScalarStyle::Plain;
                let is_absent = plain && span.start == span.end;
                let value = if plain {
                    word(if is_absent { "" } else { &text }).map_err(fault)?
                } else {
                    Value::String(text.into_owned())
                };
                if let Some(Node::Map(_, key @ None)) = open.last_mut() {
                    let Value::String(name) = value else { return Err(fault("a key is a word").into()) };
                    *key = Some(name);
                    continue;
                }
                value
            }
            Event::MappingStart(_, 0, None) => {
                open.push(Node::Map(Map::new(), None));
                continue;
            }
            Event::SequenceStart(_, 0, None) => {
                open.push(Node::List(Vec::new()));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some(Node::Map(map, _)) => Value::Object(map),
                Some(Node::List(items)) => Value::Array(items),
                None => return Err(fault("something ends that did not begin").into()),
            },
            Event::Alias(..) | Event::Scalar(..) | Event::MappingStart(..) | Event::SequenceStart(..) => {
                return Err(fault("anchors, aliases and tags are not read here").into());
            }
            Event::DocumentStart(..) if root.is_some() => return Err(fault("a second document").into()),
            _ => continue,
        };
        match open.last_mut() {
            None => root = Some(done),
            Some(Node::List(items)) => items.push(done),
            Some(Node::Map(map, key)) => {
                let key = key.take().ok_or_else(|| fault("a value without a key"))?;
                if map.contains_key(&key) || key == "<<" {
                    return Err(fault("a key stands here twice, or merges").into());
                }
                if !done.is_null() {
                    map.insert(key, done);
                }
            }
        }
    }
    root.ok_or_else(|| fault(0, "it is empty").into())
}

/// A collection that is not at its end, a mapping with the key whose value comes next.
enum Node {
    Map(Map<String, Value>, Option<String>),
    List(Vec<Value>),
}

/// A scalar without quotes.
fn word(text: &str) -> Result<Value, &'static str> {
    let is_number = text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    Ok(match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "y" | "n" | "yes" | "no" | "on" | "off" => return Err("write true or false, or quote it"),
        _ if !is_number => Value::String(text.to_owned()),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) if number.to_string() == text => Value::Number(number.into()),
            (Err(_), Ok(number)) if number.fract() != 0.0 => {
                Value::Number(Number::from_f64(number).ok_or("a number is finite")?)
            }
            (Err(_), Err(_)) => Value::String(text.to_owned()),
            _ => return Err("write the number in its plainest form, or quote it"),
        },
    })
}
