//! How a change is told: as text, Markdown, HTML, JSON, and in the forms that code hosts put beside lines.

mod annotation;
mod html;
mod json;
mod markdown;
mod picture;
mod site;
mod text;
mod words;

pub use annotation::{github, gitlab};
pub use html::html;
pub use json::json;
pub use markdown::markdown;
pub use site::comparison;
pub use text::text;

/// The line that a comment begins with, so that whoever keeps it up to date finds it.
pub const MARKER: &str = "<!-- podviz:diff -->";

/// How a change is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeFormat {
    /// For a terminal.
    Text,
    /// A comment of at most so many characters.
    Markdown {
        /// The characters.
        most: usize,
    },
    /// A page of its own.
    Html,
    /// The schema `podviz/diff/1`.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
}

/// What the two sides are called.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The old one.
    pub old: String,
    /// The new one.
    pub new: String,
}

/// The change in a format.
pub fn tell(change: &super::Change, names: &Names, format: ChangeFormat) -> String {
    match format {
        ChangeFormat::Text => text(change),
        ChangeFormat::Markdown { most } => markdown(change, most),
        ChangeFormat::Html => html(change, names),
        ChangeFormat::Json => json(change, names),
        ChangeFormat::Github => github(change),
        ChangeFormat::Gitlab => gitlab(change),
    }
}
