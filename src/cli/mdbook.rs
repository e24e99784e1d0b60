//! `podviz mdbook`: what mdBook calls.

use super::Voice;
use clap::{Args, Subcommand};

/// Answer mdBook.
#[derive(Debug, Args)]
pub struct Mdbook {
    /// What mdBook asks, if it does not hand over a book.
    #[command(subcommand)]
    pub question: Option<Question>,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// What mdBook asks.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Exit with 0 if a renderer can show what podviz writes, such as html
    Supports {
        /// The renderer
        #[arg(value_name = "RENDERER")]
        renderer: String,
    },
}
