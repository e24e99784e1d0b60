//! What helm sees in the place of some files of a chart, so that it makes the same of it each time and reads nothing else:
//! templates with stand-ins for what they would make up, and schemas that refer to nothing outside of them.

use super::super::tool::{self, Scratch};
use super::schema::{Verdict, verdict};
use super::stage::{Refusal, replace, walk};
use super::stand_in::{StandIns, TEMPLATES};
use crate::document::Limits;
use crate::source::packed;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many packed charts inside each other are looked at.
const DEPTH: usize = 8;

/// The name of the file that says what values may be.
pub const SCHEMA: &str = "values.schema.json";

/// A chart that always gives the same.
#[derive(Debug)]
pub struct Settled {
    /// The folder that helm is to see, if it is another one.
    pub folder: Option<Scratch>,
    /// The files of values that helm is to read.
    pub values: Vec<PathBuf>,
    /// The functions that have stand-ins.
    pub functions: BTreeSet<&'static str>,
    /// Where files of values stand that have stand-ins.
    _values: Option<Scratch>,
}

/// Settles the chart in `folder`, or that in the `stage` made of it, and files of values. With `lenient` a schema that refers
/// to something else counts for nothing.
pub fn settle(
    folder: &Path,
    mut stage: Option<Scratch>,
    values: Vec<PathBuf>,
    lenient: bool,
    limits: &Limits,
) -> Result<Settled, Refusal> {
    let here = stage.as_ref().map_or(folder, |stage| stage.path()).to_owned();
    let files = walk(&here)?;
    let evaluates = files.iter().any(|file| {
        is_packed(&slashed(file))
            || is_template(&slashed(file))
                && read(&here.join(file), limits).is_some_and(|bytes| contains(&bytes, "tpl"))
    });
    let mut work = Work { evaluates, lenient, stand_ins: StandIns::default(), left: packed::BYTES };
    let mut put = |file: &Path, bytes: &[u8]| {
        let stage = in_scratch(&mut stage)?;
        replace(stage, folder, file, bytes).map_err(|_| Refusal::Unreadable)
    };
    for file in files {
        let path = slashed(&file);
        let Some(bytes) = read(&here.join(&file), limits) else {
            match is_schema(&path) || is_packed(&path) {
                true => return Err(Refusal::Unpacked(path)),
                false => continue,
            }
        };
        if let Some(new) = work.change(&path, &bytes, 0)? {
            put(&file, &new)?;
        }
    }
    let (mut own, mut read_from) = (None, Vec::new());
    for (at, file) in values.into_iter().enumerate() {
        let bytes = read(&file, limits).unwrap_or_default();
        read_from.push(match work.change("values.yaml", &bytes, 0)? {
            Some(new) => {
                let place = in_scratch(&mut own)?.join(format!("values-{at}.yaml"));
                fs::write(&place, new).map_err(|_| Refusal::Unreadable)?;
                place
            }
            None => file,
        });
    }
    if work.stand_ins.included {
        let (file, text) = TEMPLATES;
        put(Path::new(file), text.as_bytes())?;
    }
    Ok(Settled { folder: stage, values: read_from, functions: work.stand_ins.functions, _values: own })
}

/// A stage of the chart in `folder` with other values of its own, in the place of that stage or of none.
pub fn with_values(
    folder: &Path,
    mut stage: Option<Scratch>,
    values: &[u8],
) -> Result<Option<Scratch>, Refusal> {
    replace(in_scratch(&mut stage)?, folder, Path::new("values.yaml"), values)
        .map_err(|_| Refusal::Unreadable)?;
    Ok(stage)
}

/// The path of a folder of our own, which is made if there is none yet.
fn in_scratch(scratch: &mut Option<Scratch>) -> Result<&Path, Refusal> {
    if scratch.is_none() {
        *scratch = Some(tool::scratch().map_err(|_| Refusal::Unreadable)?);
    }
    scratch.as_ref().map(Scratch::path).ok_or(Refusal::Unreadable)
}

struct Work {
    /// Whether templates render strings of other files.
    evaluates: bool,
    /// Whether a schema that refers to something else is an empty one.
    lenient: bool,
    stand_ins: StandIns,
    /// How many bytes packed charts may still hold.
    left: usize,
}

impl Work {
    /// What stands in the place of a file, if that is something else.
    fn change(&mut self, path: &str, bytes: &[u8], depth: usize) -> Result<Option<Vec<u8>>, Refusal> {
        if is_schema(path) {
            return match verdict(bytes) {
                Verdict::Fine => Ok(None),
                Verdict::Unsure => Ok(Some(b"{}".to_vec())),
                Verdict::Foreign(_) | Verdict::Malformed if self.lenient => Ok(Some(b"{}".to_vec())),
                Verdict::Foreign(key) => Err(Refusal::Schema(path.to_owned(), key)),
                Verdict::Malformed => Err(Refusal::MalformedSchema(path.to_owned())),
            };
        }
        if is_packed(path) {
            if depth == DEPTH {
                return Err(Refusal::TooLarge);
            }
            let broken = || Refusal::Unpacked(path.to_owned());
            let tar = packed::unpack(bytes, self.left).ok_or_else(broken)?;
            self.left -= tar.len();
            let mut change = |inner: &str, bytes: Vec<u8>| {
                let refuse = |refusal| match refusal {
                    Refusal::Schema(inner, key) => Refusal::Schema(format!("{path}/{inner}"), key),
                    Refusal::MalformedSchema(inner) => Refusal::MalformedSchema(format!("{path}/{inner}")),
                    other => other,
                };
                let new = self.change(inner, &bytes, depth + 1).map_err(refuse)?;
                Ok(new.unwrap_or(bytes))
            };
            let packed = packed::rewrite(&tar, &mut change);
            return packed.map(Some).map_err(|refusal| refusal.unwrap_or_else(broken));
        }
        if !contains(bytes, "{{") || !(is_template(path) || self.evaluates && may_be_rendered(path)) {
            return Ok(None);
        }
        let text = std::str::from_utf8(bytes).ok();
        Ok(text.and_then(|text| self.stand_ins.put_into(text)).map(String::into_bytes))
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_schema(path: &str) -> bool {
    name(path).trim() == SCHEMA
}

fn is_packed(path: &str) -> bool {
    path.ends_with(".tgz") && path.split('/').rev().nth(1) == Some("charts")
}

fn is_template(path: &str) -> bool {
    path.split('/').any(|part| part == "templates")
}

/// Whether a file may hold what templates render as a template: values, and what they read as files.
fn may_be_rendered(path: &str) -> bool {
    let is_about =
        ["Chart.yaml", "Chart.lock", "requirements.yaml", "requirements.lock", "README.md", "LICENSE"];
    !is_about.contains(&name(path)) && !path.split('/').any(|part| part == "crds")
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

fn read(path: &Path, limits: &Limits) -> Option<Vec<u8>> {
    let small = fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= limits.file_bytes);
    small.then(|| fs::read(path).ok()).flatten()
}
