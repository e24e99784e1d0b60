//! Options that cannot both be meant.

use super::{Command, Format, Render};

impl Command {
    /// Which options of the command contradict each other, if any do.
    pub fn contradiction(&self) -> Option<&'static str> {
        match self {
            Command::Render(Render { format: Format::Html, flavor: Some(_), .. }) => {
                Some("--flavor is a kind of Markdown, and --format html writes none; leave one of them out")
            }
            Command::Render(Render { format: Format::Markdown, theme: Some(_), .. }) => {
                Some("--theme is for HTML, and this writes Markdown; leave it out, or use --templates")
            }
            _ => None,
        }
    }
}
