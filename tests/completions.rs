//! What `podviz completions` and `podviz man` print, given to the shells and to the `man` of this machine. A shell that is not
//! installed is passed over.

mod files;

use clap::{Arg, Command as Described, CommandFactory, ValueHint};
use files::tree;
use podviz::cli::Cli;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn podviz(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_podviz")).args(arguments).output().expect("podviz runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

/// What a program says to a text; `None` where it is not installed.
fn ask(program: &str, arguments: &[&str], text: &str) -> Option<Output> {
    let started = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = started else {
        eprintln!("passed over: there is no {program}");
        return None;
    };
    child.stdin.take().expect("a standard input").write_all(text.as_bytes()).expect("the program reads");
    Some(child.wait_with_output().expect("the program ends"))
}

/// The commands that people are told of.
fn commands() -> Vec<Described> {
    Cli::command().get_subcommands().filter(|command| !command.is_hide_set()).cloned().collect()
}

#[test]
fn every_shell_understands_its_script() {
    for shell in ["bash", "zsh", "fish"] {
        let script = podviz(&["completions", shell]);
        let Some(output) = ask(shell, &["-n"], &script) else { continue };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{shell}: {said}");
    }
}

#[test]
fn every_script_knows_every_command() {
    for shell in ["bash", "elvish", "fish", "nushell", "powershell", "zsh"] {
        let script = podviz(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
    }
}

#[test]
fn bash_completes_commands_options_values_and_paths() {
    let script = podviz(&["completions", "bash"]);
    // What bash itself gives to a completing function and takes from it.
    let complete = "compopt() { :; }
try() {
  COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _podviz podviz \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
  echo \"${COMPREPLY[*]}\"
}
try podviz re
try podviz diagram --vi
try podviz diagram examples --view sta
try podviz graph --config Cargo.t
";
    let Some(output) = ask("bash", &["--norc"], &format!("{script}{complete}")) else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        said,
        "render reach\n--view\nstates\nCargo.toml\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn files_and_folders_are_completed_as_such() {
    for command in commands() {
        for argument in command.get_arguments() {
            let name = argument.get_value_names().and_then(<[_]>::first).map(clap::builder::Str::as_str);
            let hint = argument.get_value_hint();
            let fits = match name {
                Some("DIR") => hint == ValueHint::DirPath,
                Some("FILE") => matches!(hint, ValueHint::FilePath | ValueHint::AnyPath),
                Some("INPUT") => hint == ValueHint::AnyPath,
                _ => true,
            };
            assert!(fits, "{} {}: {hint:?}", command.get_name(), shown(argument));
        }
    }
}

fn shown(argument: &Arg) -> String {
    argument.get_long().map_or_else(|| argument.get_id().to_string(), |long| format!("--{long}"))
}

#[test]
fn the_manual_has_a_page_for_each_command_and_leaves_the_pages_of_others_alone() {
    let folder = TempDir::new().expect("a temporary folder");
    let manual = folder.path().join("share/man/man1");
    let write = || {
        Command::new(env!("CARGO_BIN_EXE_podviz"))
            .args(["man", "--quiet", "--output"])
            .arg(&manual)
            .status()
            .expect("podviz runs")
    };
    assert!(write().success());
    fs::write(manual.join("podvizier.1"), "mine").expect("a file");
    fs::write(manual.join("podviz.1"), "old").expect("a file");
    assert!(write().success());

    let pages = tree(&manual);
    let mut names: Vec<String> =
        commands().iter().map(|command| format!("podviz-{}.1", command.get_name())).collect();
    names.extend(["podviz.1".to_owned(), "podvizier.1".to_owned()]);
    names.sort();
    assert_eq!(pages.keys().cloned().collect::<Vec<_>>(), names);
    assert_eq!(pages["podvizier.1"], b"mine");
    assert_eq!(
        pages["podviz.1"],
        podviz(&["man"]).into_bytes(),
        "the page of podviz is the one that is printed"
    );
    for (name, page) in pages.iter().filter(|(name, _)| *name != "podvizier.1") {
        let page = std::str::from_utf8(page).expect("text");
        let title = name.trim_end_matches(".1");
        let source = format!("podviz {}", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&format!(".TH {title} 1 \" \" \"{source}\" podviz")), "{page}");
        let Some(output) = ask("man", &["--warnings", "--local-file", "-"], page) else { continue };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{name}: {said}");
    }
}

#[test]
fn every_command_stands_on_the_first_page_of_the_manual() {
    let page = podviz(&["man"]);
    for command in commands() {
        let name = format!("podviz\\-{}(1)", command.get_name());
        assert!(page.contains(&name), "{name}");
    }
}
