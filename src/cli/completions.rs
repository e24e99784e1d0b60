//! `podviz completions`: what a shell needs to complete a command line, made from the description of the command line.

use super::{Cli, Voice};
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell as Known;
use clap_complete_nushell::Nushell;

/// Print what a shell needs to complete command lines.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell that completes
    #[arg(value_name = "SHELL")]
    shell: Shell,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// A shell that completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

impl Completions {
    /// The script, which the shell runs when it starts.
    pub fn script(&self) -> String {
        let mut command = Cli::command();
        let mut script = Vec::new();
        let name = command.get_name().to_owned();
        let known = match self.shell {
            Shell::Bash => Known::Bash,
            Shell::Elvish => Known::Elvish,
            Shell::Fish => Known::Fish,
            Shell::Powershell => Known::PowerShell,
            Shell::Zsh => Known::Zsh,
            Shell::Nushell => {
                clap_complete::generate(Nushell, &mut command, name, &mut script);
                return text(&script);
            }
        };
        clap_complete::generate(known, &mut command, name, &mut script);
        text(&script)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
