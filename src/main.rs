//! The program: parse, perform, tell, exit.

mod command;

use clap::Parser;
use command::{Exit, perform};
use podviz::cli::{Cli, Messages, mending};
use podviz::problem::Problem;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = podviz::source::keep() {
        return code;
    }
    let cli = Cli::parse();
    #[cfg(unix)]
    end_cleanly();
    let voice = cli.command.voice();
    let messages = Messages::new(voice.message_format, voice.color, voice.quiet, voice.verbose);
    let exit = perform(&cli, &messages, &mending(std::env::args_os())).unwrap_or_else(|error| {
        messages.problem(&Problem::fatal(format!("{error:#}")));
        Exit::Failed
    });
    exit.into()
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

/// When podviz is interrupted or told to end, so is what it started, and nothing is left in the temporary folder. The
/// status is that of a program that the signal ends: 130 for an interruption.
#[cfg(unix)]
fn end_cleanly() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ends =
        [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| *signal != SIGHUP || !outlives_its_terminal());
    // Without handlers signals do what they always did.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(ends) else { return };
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            podviz::source::sweep();
            std::process::exit(128 + signal);
        }
    });
}

/// Whether podviz is to go on when its terminal is closed, as `nohup` has it: it was started with that signal ignored.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_none_or(|mask| mask & (1 << (signal_hook::consts::SIGHUP - 1)) != 0)
}
