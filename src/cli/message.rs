//! Messages: one line a problem, and a help line where there is a next step. Every name in them is escaped, and long ones
//! are shortened.

use crate::escape::terminal;
use crate::names::{short_message, short_path};
use crate::problem::{Code, Few, Level, More, Problem, Problems, Told, fold};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde::Serialize;
use std::io::Write;

/// How many problems people are told one by one.
const FEW: Few = Few { of_a_file: 5, of_a_code: 10, of_all: 40 };

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
struct Entry {
    level: Level,
    code: Code,
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

    /// Writes the problems that are bad enough. For people, many of one code become a few and a count.
    pub fn problems(&self, problems: &Problems) {
        let shown = problems.iter().filter(|problem| problem.level >= self.level);
        match self.format {
            MessageFormat::Json => shown.for_each(write_json),
            MessageFormat::Text if self.level == Level::Note => {
                shown.for_each(|problem| self.problem(problem));
            }
            MessageFormat::Text => {
                for told in fold(shown, FEW) {
                    match told {
                        Told::One { problem, help } => self.one(problem, help),
                        Told::More(more) => self.more(&more),
                    }
                }
            }
        }
    }

    /// Writes one problem.
    pub fn problem(&self, problem: &Problem) {
        match self.format {
            MessageFormat::Json => write_json(problem),
            MessageFormat::Text => self.one(problem, problem.help.as_deref()),
        }
    }

    /// Writes what was done, unless only errors are wanted or a program reads along.
    pub fn done(&self, message: &str) {
        if self.level < Level::Error && self.format == MessageFormat::Text {
            write_line(&terminal(message).to_string());
        }
    }

    fn one(&self, problem: &Problem, help: Option<&str>) {
        let place = problem.place.as_ref().map(|place| {
            let file = terminal(&short_path(&place.file));
            match (place.line, place.column) {
                (0, _) => format!("{file}: "),
                (line, 0) => format!("{file}:{line}: "),
                (line, column) => format!("{file}:{line}:{column}: "),
            }
        });
        let message = terminal(&short_message(&problem.message));
        self.line(problem.level, problem.code, &format!("{}{message}", place.unwrap_or_default()), help);
    }

    fn more(&self, more: &More) {
        let place =
            more.file.map(|file| format!(" in `{}`", terminal(&short_path(file)))).unwrap_or_default();
        let words = format!("{}{place}; -v prints them all", more.words());
        self.line(more.level, more.code, &words, None);
    }

    fn line(&self, level: Level, code: Code, message: &str, help: Option<&str>) {
        let color = match level {
            Level::Error => AnsiColor::Red,
            Level::Warning => AnsiColor::Yellow,
            Level::Note => AnsiColor::Cyan,
        };
        let style = Style::new().bold().fg_color(Some(color.into()));
        // That nothing was made is what the status says.
        let code = if code == Code::NothingMade { String::new() } else { format!("[{}]", code.id()) };
        write_line(&format!("{style}{}{code}{style:#}: {message}", level.word()));
        if let Some(help) = help {
            write_line(&format!("  help: {}", terminal(&short_message(help))));
        }
    }
}

/// A closed standard error is no reason to stop.
fn write_line(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Everything at its full length, since programs open the file and know the code.
fn write_json(problem: &Problem) {
    let known = |number: u32| Some(number).filter(|number| *number > 0);
    let text = |raw: &str| terminal(raw).to_string();
    let place = problem.place.as_ref();
    let entry = Entry {
        level: problem.level,
        code: problem.code,
        file: place.map(|place| text(&place.file)),
        line: place.and_then(|place| known(place.line)),
        column: place.and_then(|place| known(place.column)),
        message: text(&problem.message),
        help: problem.help.as_deref().map(text),
    };
    write_line(&serde_json::to_string(&entry).unwrap_or_default());
}
