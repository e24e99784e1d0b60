//! `inject`, one folder a call, made in a copy of its folder `in`: `arguments.txt` holds an argument a line, `expected/` what
//! comes back: the files that changed, what was said, and the exit status. A call that succeeds is made twice: the second
//! time nothing changes.

use crate::call::{files, podviz, status};
use crate::files::{Tree, copy, tree};
use std::fs;
use std::path::Path;

/// What the call of a folder changes, and what it says.
pub fn rewritten(folder: &Path) -> Tree {
    let arguments = fs::read_to_string(folder.join("arguments.txt")).expect("arguments");
    let arguments: Vec<&str> = arguments.lines().collect();
    let before = tree(&folder.join("in"));
    let temp = copy(&before);
    let output = podviz(temp.path(), &arguments, b"");
    let after = tree(temp.path());
    assert!(before.keys().eq(after.keys()), "no file comes or goes");
    let is_check = arguments.contains(&"--check");
    assert!(status(&output) <= 1 || before == after, "nothing is written");
    assert!(!is_check || before == after, "a check writes nothing");
    if status(&output) == 0 && !is_check {
        let again = podviz(temp.path(), &arguments, b"");
        let said = String::from_utf8_lossy(&again.stderr);
        assert!(said.contains("up to date"), "{said}");
        assert!(after == tree(temp.path()), "the second time nothing changes");
        let check = podviz(temp.path(), &[&arguments[..], &["--check"]].concat(), b"");
        assert_eq!((status(&check), check.stderr.len(), check.stdout.len()), (0, 0, 0), "all is fresh");
    }
    let changed = after.into_iter().filter(|(path, bytes)| before.get(path) != Some(bytes));
    let changed = changed.map(|(path, bytes)| (format!("files/{path}"), bytes));
    changed.chain(files(output, "stdout.txt", true)).collect()
}
