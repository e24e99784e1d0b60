//! `podviz man`: the manual, made from the description of the command line.

use super::{Cli, Voice};
use clap::{Args, Command, CommandFactory, ValueHint};
use std::path::PathBuf;

/// Print the manual page of podviz, or write the pages of all commands.
#[derive(Debug, Args)]
pub struct Manual {
    /// A folder for the pages of podviz and of every command; without it the page of podviz is printed
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// A page of the manual.
#[derive(Debug, PartialEq, Eq)]
pub struct ManualPage {
    /// What its file is called: `podviz-render.1`.
    pub name: String,
    /// The page, in the language of `man`.
    pub text: String,
}

/// The pages of podviz and of every command, that of podviz first.
pub fn manual_pages() -> Vec<ManualPage> {
    // A page for `podviz help` would only say how to get what these pages are.
    let mut podviz = Cli::command().disable_help_subcommand(true);
    podviz.build();
    let source = format!("{} {}", podviz.get_name(), podviz.get_version().unwrap_or_default());
    let shown = podviz.get_subcommands().filter(|command| !command.is_hide_set());
    std::iter::once(&podviz).chain(shown).map(|command| page(command.clone(), &source)).collect()
}

fn page(command: Command, source: &str) -> ManualPage {
    // A page that names a date would be another one each day; without a value, what follows would count as the date.
    let page = clap_mangen::Man::new(command).date(" ").source(source).manual("podviz");
    let mut text = Vec::new();
    // Only a disk refuses bytes.
    let _ = page.render(&mut text);
    ManualPage { name: page.get_filename(), text: String::from_utf8_lossy(&text).into_owned() }
}
