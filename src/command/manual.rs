//! `podviz man`: prints the first page of the manual, or writes them all.

use super::Exit;
use super::print::print;
use anyhow::Context;
use podviz::cli::{Manual, Messages, manual_pages};
use podviz::output::publish::write_manual;

/// Prints or writes them.
pub(super) fn write(manual: &Manual, messages: &Messages) -> anyhow::Result<Exit> {
    let pages = manual_pages();
    match (&manual.output, pages.first()) {
        (Some(folder), _) => {
            let files = pages.iter().map(|page| (page.name.as_str(), page.text.as_str()));
            write_manual(folder, files)
                .with_context(|| format!("cannot write the manual into `{}`", folder.display()))?;
            messages.done(&format!("Wrote {} pages of the manual into {}", pages.len(), folder.display()));
        }
        (None, Some(page)) => print(&[&page.text])?,
        (None, None) => {}
    }
    Ok(Exit::Complete)
}
