//! Messages: one line a problem, and a help line where there is a next step. Every name in them is escaped.

use crate::escape::terminal;
use crate::problem::{Code, Level, Problem, Problems};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;

/// How many warnings of one code people are told one by one.
const MOST_ALIKE: usize = 5;

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// When messages are colored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that can.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Writes messages to the standard error.
#[derive(Debug)]
pub struct Messages {
    /// How.
    pub format: MessageFormat,
    /// The least level that is written.
    pub level: Level,
}

#[derive(Serialize)]
struct Entry<'a> {
    level: Level,
    code: &'a str,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: String,
    help: Option<String>,
}

impl Messages {
    /// Messages as the user wants them.
    pub fn new(format: MessageFormat, color: ColorChoice, quiet: bool, verbose: bool) -> Messages {
        let choice = match color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let level = match (quiet, verbose) {
            (true, _) => Level::Error,
            (_, true) => Level::Note,
            _ => Level::Warning,
        };
        Messages { format, level }
    }

    /// Writes the problems that are bad enough. For people, many warnings of one code become a few and a count;
    /// errors are always written.
    pub fn problems(&self, problems: &Problems) {
        let folds = self.format == MessageFormat::Text && self.level > Level::Note;
        let mut warnings: BTreeMap<Code, usize> = BTreeMap::new();
        for problem in problems.iter().filter(|problem| problem.level >= self.level) {
            if folds && problem.level == Level::Warning {
                let alike = warnings.entry(problem.code).or_default();
                *alike += 1;
                if *alike > MOST_ALIKE {
                    continue;
                }
            }
            self.problem(problem);
        }
        for (code, alike) in warnings.into_iter().filter(|(_, alike)| *alike > MOST_ALIKE) {
            let more = crate::names::count(alike - MOST_ALIKE, "more warning", "more warnings");
            self.line(Level::Warning, code.id(), &format!("{more} of this kind; -v prints them all"), None);
        }
    }

    fn problem(&self, problem: &Problem) {
        match self.format {
            MessageFormat::Text => {
                let place = problem.place.as_ref().map(|place| match (place.line, place.column) {
                    (0, _) => format!("{}: ", terminal(&place.file)),
                    (line, 0) => format!("{}:{line}: ", terminal(&place.file)),
                    (line, column) => format!("{}:{line}:{column}: ", terminal(&place.file)),
                });
                let (place, message) = (place.unwrap_or_default(), terminal(&problem.message));
                self.line(
                    problem.level,
                    problem.code.id(),
                    &format!("{place}{message}"),
                    problem.help.as_deref(),
                );
            }
            MessageFormat::Json => {
                let known = |number: u32| Some(number).filter(|number| *number > 0);
                let text = |raw: &str| terminal(raw).to_string();
                write_json(&Entry {
                    level: problem.level,
                    code: problem.code.id(),
                    file: problem.place.as_ref().map(|place| text(&place.file)),
                    line: problem.place.as_ref().and_then(|place| known(place.line)),
                    column: problem.place.as_ref().and_then(|place| known(place.column)),
                    message: text(&problem.message),
                    help: problem.help.as_deref().map(text),
                });
            }
        }
    }

    /// Writes why nothing was made.
    pub fn fatal(&self, message: &str, help: Option<&str>) {
        match self.format {
            MessageFormat::Text => self.line(Level::Error, "", &terminal(message).to_string(), help),
            MessageFormat::Json => write_json(&Entry {
                level: Level::Error,
                code: "nothing-made",
                file: None,
                line: None,
                column: None,
                message: terminal(message).to_string(),
                help: help.map(|help| terminal(help).to_string()),
            }),
        }
    }

    /// Writes what was done, unless only errors are wanted or a program reads along.
    pub fn done(&self, message: &str) {
        if self.level < Level::Error && self.format == MessageFormat::Text {
            write_line(&terminal(message).to_string());
        }
    }

    fn line(&self, level: Level, code: &str, message: &str, help: Option<&str>) {
        let color = match level {
            Level::Error => AnsiColor::Red,
            Level::Warning => AnsiColor::Yellow,
            Level::Note => AnsiColor::Cyan,
        };
        let style = Style::new().bold().fg_color(Some(color.into()));
        let code = if code.is_empty() { String::new() } else { format!("[{code}]") };
        write_line(&format!("{style}{}{code}{style:#}: {message}", level.word()));
        if let Some(help) = help {
            write_line(&format!("  help: {}", terminal(help)));
        }
    }
}

/// A closed standard error is no reason to stop.
fn write_line(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

fn write_json(entry: &Entry) {
    write_line(&serde_json::to_string(entry).unwrap_or_default());
}
