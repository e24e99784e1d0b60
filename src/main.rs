//! The program: parse, run, tell, exit.

use anyhow::Context;
use clap::Parser;
use podviz::cli::{Cli, Command, Init, Inject, Manual, Mdbook, Messages, Question, manual_pages, mending};
use podviz::inject::inject;
use podviz::mdbook;
use podviz::output::publish::{Drift, compare, guard, publish, write_manual, write_settings};
use podviz::output::rewrite::rewrite;
use podviz::output::{Extent, drift};
use podviz::problem::{Code, Level, Problem};
use podviz::{Product, first_settings, run};
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;

/// How the program ended, as other programs may rely on it.
enum Exit {
    /// Everything was done.
    Complete,
    /// It was done, but some input was left out; or the answer is no.
    Incomplete,
    /// Nothing was written.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Complete => 0,
            Exit::Incomplete => 1,
            Exit::Failed => 2,
        })
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    #[cfg(unix)]
    end_cleanly();
    let voice = cli.command.voice();
    let messages = Messages::new(voice.message_format, voice.color, voice.quiet, voice.verbose);
    match perform(&cli, &messages) {
        Ok(exit) => exit.into(),
        Err(error) => {
            messages.fatal(&format!("{error:#}"), None);
            Exit::Failed.into()
        }
    }
}

/// When podviz is interrupted or told to end, so is what it started, and nothing is left in the temporary folder. The
/// status is that of a program that the signal ends: 130 for an interruption.
#[cfg(unix)]
fn end_cleanly() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    // Without handlers signals do what they always did.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            podviz::source::sweep();
            std::process::exit(128 + signal);
        }
    });
}

fn perform(cli: &Cli, messages: &Messages) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Init(init) => return start(init, messages),
        Command::Completions(completions) => {
            write_out(&completions.script(), &mut std::io::stdout().lock())?;
            return Ok(Exit::Complete);
        }
        Command::Man(manual) => return tell(manual, messages),
        Command::Inject(command) => return rewrite_regions(command, messages),
        Command::Mdbook(call) => return serve_book(call, messages),
        _ => {}
    }
    if let Some(contradiction) = cli.command.contradiction() {
        anyhow::bail!(contradiction);
    }
    let request = cli.command.request().context("this command reads no manifests")?;
    let inputs = cli.command.inputs();
    let destination = cli.command.output().map(|(folder, force)| guard(folder, inputs, force)).transpose()?;
    let (product, problems) = match run(&request) {
        Ok(made) => made,
        Err((error, problems)) => {
            messages.problems(&problems);
            refuse(error, messages);
            return Ok(Exit::Failed);
        }
    };
    let mut answer = None;
    let mut extent = Extent::default();
    match product {
        Product::Text(text) => write_out(&text, &mut std::io::stdout().lock())?,
        Product::Styled(text) => write_out(&text, &mut anstream::stdout().lock())?,
        Product::Answer { text, yes } => {
            write_out(&text, &mut anstream::stdout().lock())?;
            answer = Some(yes);
        }
        // Commands that ask for these put them somewhere themselves.
        Product::Regions(_) => {}
        Product::Files(files) => {
            let destination = destination.context("a site needs a folder to be written to")?;
            if cli.command.is_check() {
                let drift = compare(&files, &destination)?;
                messages.problems(&problems);
                let is_fresh = report(&drift, messages)?;
                return Ok(if is_fresh && !problems.left_something_out() {
                    Exit::Complete
                } else {
                    Exit::Incomplete
                });
            }
            extent = Extent::of(&files, cli.command.index());
            publish(&files, &destination)?;
        }
    }
    messages.problems(&problems);
    if let Some((folder, _)) = cli.command.output() {
        messages.done(&format!("Wrote {extent}; open {}", folder.join(cli.command.index()).display()));
        if extent.has_several() {
            messages.done("-e NAME renders one environment alone");
        }
    }
    // An answer is told by the status alone, whatever else was met.
    let complete = answer.unwrap_or_else(|| !problems.left_something_out());
    Ok(if complete { Exit::Complete } else { Exit::Incomplete })
}

/// Tells what is stale, and how to mend it; whether nothing is.
fn report(drift: &Drift, messages: &Messages) -> anyhow::Result<bool> {
    if drift.is_none() {
        messages.done(&drift.words());
        return Ok(true);
    }
    let bare = std::io::stdout();
    let written = match shows_diffs_to_people() {
        true => drift.write(&mut anstream::stdout().lock(), |diff| drift::for_terminal(&diff)),
        false => drift.write(&mut bare.lock(), |diff| diff),
    };
    is_written(written)?;
    out_of_date(&drift.words(), messages);
    Ok(false)
}

/// Whether diffs are colored, and spelled for a terminal.
fn shows_diffs_to_people() -> bool {
    let bare = std::io::stdout();
    anstream::AutoStream::choice(&bare) != anstream::ColorChoice::Never || bare.is_terminal()
}

/// Says that something is stale, and which command mends it.
fn out_of_date(words: &str, messages: &Messages) {
    let problem = Problem::new(Level::Error, Code::OutOfDate, words);
    let problem = problem.help(format!("to bring it up to date: {}", mending(std::env::args_os())));
    messages.problems(&[problem].into_iter().collect());
}

/// Says why nothing was made.
fn refuse(error: podviz::Error, messages: &Messages) {
    match error.problem() {
        Some(problem) => messages.problems(&[problem].into_iter().collect()),
        None => {
            let help = error.help();
            messages.fatal(&format!("{:#}", anyhow::Error::from(error)), help.as_deref());
        }
    }
}

/// Makes the marked regions of Markdown files anew; with `--check` only tells which are stale.
fn rewrite_regions(command: &Inject, messages: &Messages) -> anyhow::Result<Exit> {
    let jobs = match command.jobs() {
        Ok(jobs) => jobs,
        Err(error) => {
            refuse(error, messages);
            return Ok(Exit::Failed);
        }
    };
    let injected = inject(jobs);
    messages.problems(&injected.problems);
    if injected.has_failed() {
        injected.errors.into_iter().for_each(|error| refuse(error, messages));
        messages.problems(&injected.failures);
        return Ok(Exit::Failed);
    }
    let left_out = injected.problems.left_something_out();
    if !command.check {
        rewrite(&injected.rewrites)
            .map_err(|(path, reason)| anyhow::anyhow!("cannot write {}: {reason}", path.display()))?;
        messages.done(&injected.words());
        return Ok(if left_out { Exit::Incomplete } else { Exit::Complete });
    }
    let diffs = injected.diffs();
    if !diffs.is_empty() {
        match shows_diffs_to_people() {
            true => is_written(anstream::stdout().lock().write_all(drift::for_terminal(&diffs).as_bytes()))?,
            false => write_out(&diffs, &mut std::io::stdout().lock())?,
        }
        out_of_date(&injected.stale_words(), messages);
    }
    Ok(if diffs.is_empty() && !left_out { Exit::Complete } else { Exit::Incomplete })
}

/// Answers mdBook. It takes any status but 0 for a reason to stop, so input that was left out is told and no failure.
fn serve_book(call: &Mdbook, messages: &Messages) -> anyhow::Result<Exit> {
    if let Some(Question::Supports { renderer }) = &call.question {
        return Ok(if mdbook::supports(renderer) { Exit::Complete } else { Exit::Incomplete });
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).context("cannot read the book")?;
    match mdbook::preprocess(&text) {
        Ok((book, problems)) => {
            messages.problems(&problems);
            write_out(&book, &mut std::io::stdout().lock())?;
            Ok(Exit::Complete)
        }
        Err((faults, problems)) => {
            messages.problems(&problems);
            for fault in faults {
                messages.fatal(&fault.message(), fault.help.as_deref());
            }
            Ok(Exit::Failed)
        }
    }
}

/// Writes the first settings of a folder.
fn start(init: &Init, messages: &Messages) -> anyhow::Result<Exit> {
    let (text, there) = first_settings(&init.folder)?;
    if let Some(there) = there.as_deref().filter(|_| !init.force) {
        messages.fatal(
            &format!("{}: the settings are there already", there.display()),
            Some("--force replaces them"),
        );
        return Ok(Exit::Failed);
    }
    let path = there.unwrap_or_else(|| init.folder.join("podviz.yaml"));
    let shown = path.strip_prefix(".").unwrap_or(&path).display();
    write_settings(&path, &text, init.force).with_context(|| format!("cannot write {shown}"))?;
    let folder = init.folder.display();
    messages.done(&format!("Wrote {shown}; next, write the site: podviz render {folder} -o site"));
    Ok(Exit::Complete)
}

/// Prints the first page of the manual, or writes them all.
fn tell(manual: &Manual, messages: &Messages) -> anyhow::Result<Exit> {
    let pages = manual_pages();
    match (&manual.output, pages.first()) {
        (Some(folder), _) => {
            let files = pages.iter().map(|page| (page.name.as_str(), page.text.as_str()));
            write_manual(folder, files)
                .with_context(|| format!("cannot write the manual into `{}`", folder.display()))?;
            messages.done(&format!("Wrote {} pages of the manual into {}", pages.len(), folder.display()));
        }
        (None, Some(page)) => write_out(&page.text, &mut std::io::stdout().lock())?,
        (None, None) => {}
    }
    Ok(Exit::Complete)
}

fn write_out(text: &str, out: &mut impl Write) -> anyhow::Result<()> {
    is_written(out.write_all(text.as_bytes()))
}

/// A reader that has seen enough, such as `head`, is no error.
fn is_written(result: std::io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the result")
        }
        _ => Ok(()),
    }
}
