//! What the program does for each command: it asks the library, prints or writes what comes back, and says how it ended.

mod book;
mod charts;
mod check;
mod diff;
mod manual;
mod mcp;
mod print;
mod regions;
mod settings;

use anyhow::Context;
use check::Check;
use podviz::cli::{Ask, Cli, Command, Messages};
use podviz::output::Extent;
use podviz::output::publish::{guard, publish};
use podviz::{Product, run};
use print::{print, print_styled};

/// How the program ended, as other programs may rely on it.
pub(crate) enum Exit {
    /// Everything was done.
    Complete,
    /// It was done, but some input was left out; or the answer is no.
    Incomplete,
    /// Nothing was written.
    Failed,
}

impl Exit {
    /// Complete if `is_complete`, else incomplete.
    fn of(is_complete: bool) -> Exit {
        if is_complete { Exit::Complete } else { Exit::Incomplete }
    }
}

/// Does what is asked. `mending` is the command that brings up to date what a check finds stale.
pub(crate) fn perform(cli: &Cli, messages: &Messages, mending: &str) -> anyhow::Result<Exit> {
    let check = Check { messages, mending };
    match &cli.command {
        Command::Init(init) => settings::write(init, messages),
        Command::Completions(completions) => print(&[completions.script()]).map(|()| Exit::Complete),
        Command::Man(manual) => manual::write(manual, messages),
        Command::Diff(diff) => diff::compare(diff, messages),
        Command::Mcp(mcp) => mcp::serve(mcp),
        Command::Charts(charts) if charts.fetch => charts::fetch(charts, messages, &check),
        Command::Inject(inject) => regions::rewrite(inject, messages, &check),
        Command::Mdbook(mdbook) => book::answer(mdbook, messages),
        command => make(command.ask().context("this command reads no manifests")?, messages, &check),
    }
}

/// Makes what the library makes of manifests, and prints or writes it.
fn make(ask: Ask, messages: &Messages, check: &Check) -> anyhow::Result<Exit> {
    if let Some(mistake) = ask.mistake {
        anyhow::bail!(mistake);
    }
    let folder = ask.folder;
    let destination = folder.map(|to| guard(to.path, ask.inputs, to.force)).transpose()?;
    let request = ask.request();
    let (product, problems) = match run(&request) {
        Ok(made) => made,
        Err((error, problems)) => {
            messages.problems(&problems);
            messages.problem(&error.problem());
            return Ok(Exit::Failed);
        }
    };
    let mut is_complete = !problems.left_something_out();
    let mut extent = Extent::default();
    match product {
        Product::Text(text) => print(&[text])?,
        Product::Pieces(pieces) => print(&pieces)?,
        Product::Styled(text) => print_styled(&text)?,
        Product::Answer { text, yes } => {
            print_styled(&text)?;
            // An answer is told by the status alone, whatever else was met.
            is_complete = yes;
        }
        // Commands that ask for these put them somewhere themselves.
        Product::Regions(_) => {}
        Product::Files(files, known) => {
            let (folder, destination) =
                folder.zip(destination).context("a site needs a folder to be written to")?;
            if folder.is_check {
                messages.problems(&problems);
                return Ok(Exit::of(check.site(&files, &destination, known.as_ref())? && is_complete));
            }
            extent = Extent::of(&files, folder.index);
            publish(&files, &destination)?;
        }
    }
    messages.problems(&problems);
    if let Some(folder) = folder {
        messages.done(&format!("Wrote {extent}; open {}", folder.path.join(folder.index).display()));
        if extent.has_several() {
            messages.done("-e NAME renders one environment alone");
        }
    }
    Ok(Exit::of(is_complete))
}
