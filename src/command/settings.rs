//! `podviz init`: writes the first settings of a folder.

use super::Exit;
use anyhow::Context;
use podviz::cli::{Init, Messages};
use podviz::first_settings;
use podviz::output::publish::write_settings;
use podviz::problem::Problem;

/// Writes them, unless there are some that may not be replaced.
pub(super) fn write(init: &Init, messages: &Messages) -> anyhow::Result<Exit> {
    let (text, there) = first_settings(&init.folder)?;
    if let Some(there) = there.as_deref().filter(|_| !init.force) {
        let problem = Problem::fatal(format!("{}: the settings are there already", there.display()));
        messages.problem(&problem.help("--force replaces them"));
        return Ok(Exit::Failed);
    }
    let path = there.unwrap_or_else(|| init.folder.join("podviz.yaml"));
    let shown = path.strip_prefix(".").unwrap_or(&path).display();
    write_settings(&path, &text, init.force).with_context(|| format!("cannot write {shown}"))?;
    let folder = init.folder.display();
    messages.done(&format!("Wrote {shown}; next, write the site: podviz render {folder} -o site"));
    Ok(Exit::Complete)
}
