//! `podviz diff`: what a change does.

use super::{Ask, Input};
use crate::change::Severity;
use crate::change::tell::ChangeFormat;
use crate::{Goal, Sides};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// The characters that code hosts allow in a comment, with some room.
const MOST_CHARACTERS: usize = 65_000;

/// Tell what a change does to what runs: new pods, what is refused, who is exposed, rights, data, and calls that break.
///
/// Two sides are compared: two inputs, or with --git two revisions of the inputs.
#[derive(Debug, Args)]
#[command(
    override_usage = "podviz diff [OPTIONS] <OLD> <NEW>\n       podviz diff [OPTIONS] --git <BASE[..HEAD]> <INPUT>...",
    mut_arg("inputs", |inputs| inputs.value_names(["OLD", "NEW"]).help(
        "The two sides: files, folders, or graphs of podviz graph --full; with --git the manifests, which are read at two revisions"
    ))
)]
pub struct Diff {
    #[command(flatten)]
    input: Input,
    /// Compare two revisions of the inputs: BASE with the working tree, or with HEAD
    #[arg(long, value_name = "BASE[..HEAD]")]
    git: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DiffFormat,
    /// Where it is written; the standard output if absent
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Exit with 1 if an effect is at or above this level
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailLevel>,
    /// The characters of a comment in Markdown
    #[arg(long, value_name = "N", default_value_t = MOST_CHARACTERS)]
    max_characters: usize,
}

/// How a change is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Text,
    Markdown,
    Html,
    Json,
    Github,
    Gitlab,
}

/// How bad an effect has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailLevel {
    Danger,
    Warning,
    Any,
}

impl Diff {
    /// What it asks of the library.
    pub fn ask(&self) -> Ask<'_> {
        let format = match self.format {
            DiffFormat::Text => ChangeFormat::Text,
            DiffFormat::Markdown => ChangeFormat::Markdown { most: self.max_characters },
            DiffFormat::Html => ChangeFormat::Html,
            DiffFormat::Json => ChangeFormat::Json,
            DiffFormat::Github => ChangeFormat::Github,
            DiffFormat::Gitlab => ChangeFormat::Gitlab,
        };
        let fail_on = self.fail_on.map(|level| match level {
            FailLevel::Danger => Severity::Danger,
            FailLevel::Warning => Severity::Warning,
            FailLevel::Any => Severity::Notice,
        });
        let sides = match &self.git {
            Some(range) => {
                let (base, head) = range.split_once("..").unwrap_or((range, ""));
                let head = head.trim_start_matches('.');
                Sides::Revisions {
                    base: base.to_owned(),
                    head: Some(head.to_owned()).filter(|head| !head.is_empty()),
                }
            }
            None => Sides::Inputs,
        };
        let one_side = self.git.is_none() && self.input.inputs.len() != 2;
        let mistake = one_side.then(|| "name two sides: podviz diff OLD NEW, or --git BASE INPUT".to_owned());
        Ask { mistake, ..Ask::new(&self.input, Goal::Diff { sides, format, fail_on }) }
    }
}
