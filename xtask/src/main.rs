//! What developers of podviz do by hand: begin an extension, rewrite what tests expect, build the book.

mod scaffold;
mod sentences;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

const USAGE: &str = "usage: cargo xtask new SORT NAME   begins an extension: every file that it needs, and its line in each list
       cargo xtask bless [WORDS]    rewrites what tests expect: of folders such as `advice/`, or of all tests
       cargo xtask sentences [WORDS] prints every form of sentence that tests expect, with an example: of all topics, or of `advice`
       cargo xtask book             builds the book into target/book";

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository");
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["new", sort, name] => scaffold::begin(root, sort, name).and_then(|files| {
            files.iter().for_each(|file| println!("{file}"));
            println!("Fill them in; then `cargo xtask bless`, and read `git diff`.");
            // Where a line breaks depends on the name.
            run(root, "cargo", &["fmt"])
        }),
        ["bless"] => run(root, "cargo", &["test", "--no-fail-fast"]),
        ["bless", words] => run(root, "cargo", &["test", "--test", "folders", words]),
        ["sentences", ref topic @ ..] => {
            print!("{}", sentences::sentences(root, &topic.join(" ")));
            Ok(())
        }
        ["book"] => run(root, "cargo", &["build", "--quiet"])
            .and_then(|()| run(root, "mdbook", &["build", "book", "--dest-dir", "../target/book"])),
        _ => Err(format!("{USAGE}\n\nSORT is one of: {}", scaffold::sorts(root).join(", "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a program in the repository, with podviz on its path, and with tests rewriting what they expect.
fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [root.join("target/debug")].into_iter().chain(env::split_paths(&path));
    let status = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .env("PODVIZ_BLESS", "1")
        .env("PATH", env::join_paths(folders).map_err(|error| error.to_string())?)
        .status()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} {} failed", arguments.join(" "))) }
}
