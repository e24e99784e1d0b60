//! Calls of podviz that no terminal and no setting of the caller's can change.

use crate::files::Tree;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What podviz answers when it is called with `arguments` in `folder`, and reads `typed`.
pub fn podviz(folder: &Path, arguments: &[&str], typed: &[u8]) -> Output {
    answer(&mut command(folder, arguments), typed)
}

/// A call with `arguments` in `folder`, in an environment that is always the same.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podviz"));
    command.args(arguments).current_dir(folder);
    for name in
        ["CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "NO_COLOR", "PODVIZ_CONFIG", "RUST_BACKTRACE", "TERM"]
    {
        command.env_remove(name);
    }
    command
}

/// What `command` answers when it reads `typed`.
pub fn answer(command: &mut Command, typed: &[u8]) -> Output {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("podviz starts");
    let mut stdin = child.stdin.take().expect("a standard input");
    let typed = typed.to_vec();
    // A call that reads nothing may be over already, and one that prints much does not read on.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&typed)));
    let output = child.wait_with_output().expect("podviz ends");
    writer.join().expect("all is typed");
    output
}

/// The exit status of a call that ended by itself.
pub fn status(output: &Output) -> i32 {
    output.status.code().expect("podviz ends by itself")
}

/// What a call printed and how it ended, as files; of a status of 0 only if `always`.
pub fn files(output: Output, stdout: &str, always: bool) -> Tree {
    let ended = match status(&output) {
        0 if !always => Vec::new(),
        status => format!("{status}\n").into_bytes(),
    };
    let files = [(stdout, output.stdout), ("stderr.txt", output.stderr), ("status.txt", ended)];
    let files = files.into_iter().filter(|(_, bytes)| !bytes.is_empty());
    files.map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}
