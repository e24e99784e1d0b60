//! One folder, one test: what podviz makes of it is what lies in its folder `expected`.
//!
//! The name of a test is that of its folder: `cargo test --test folders facts/cpu-limit-becomes-its-request` runs that one,
//! `cargo test --test folders reach/` all of a kind, and with `PODVIZ_BLESS=1` in front, what is expected is rewritten, for these
//! alone. A folder whose program is not installed is ignored, and shown so.

mod advice;
mod apart;
mod call;
mod cases;
mod changes;
mod command_line;
mod environments;
mod examples;
mod facts;
#[path = "../files/mod.rs"]
mod files;
mod gitops;
#[path = "../golden/mod.rs"]
mod golden;
mod impact;
mod inject;
mod questions;
mod reach;
mod sentences;

use files::{Tree, folders, tests};
use golden::{assert_same, differences};
use libtest_mimic::{Arguments, Trial};
use std::path::Path;

/// The folders of `tests` that hold a test each, with what is made of one.
const KINDS: &[Kind] = &[
    Kind { name: "advice", made: advice::found, needs_tools: never },
    Kind { name: "apart", made: apart::proposed, needs_tools: never },
    Kind { name: "cases", made: cases::graph, needs_tools: never },
    Kind { name: "changes", made: changes::told, needs_tools: never },
    Kind { name: "command-line", made: command_line::answered, needs_tools: never },
    Kind { name: "environments", made: environments::built, needs_tools: environments::needs_tools },
    Kind { name: "examples", made: examples::written, needs_tools: never },
    Kind { name: "facts", made: facts::found, needs_tools: never },
    Kind { name: "gitops", made: gitops::followed, needs_tools: gitops::needs_tools },
    Kind { name: "impact", made: impact::answered, needs_tools: never },
    Kind { name: "inject", made: inject::rewritten, needs_tools: never },
    Kind { name: "reach", made: reach::answered, needs_tools: never },
    Kind { name: "sentences", made: sentences::said, needs_tools: never },
];

/// One kind of folders.
#[derive(Clone, Copy)]
struct Kind {
    /// The folder below `tests` that holds them.
    name: &'static str,
    /// The files that podviz makes of one of them.
    made: fn(&Path) -> Tree,
    /// Whether one of them needs kubectl and helm.
    needs_tools: fn(&Path) -> bool,
}

impl Kind {
    fn tests(self) -> impl Iterator<Item = Trial> {
        folders(&tests(self.name)).into_iter().map(move |(name, folder)| {
            let ignored = (self.needs_tools)(&folder) && files::tools().is_none();
            // Golden files of the examples are the whole folder; whatever else is compared has its input beside them.
            let expected = if folder.join("expected").exists() || self.name != "examples" {
                folder.join("expected")
            } else {
                folder.clone()
            };
            let test = move || {
                assert_same(&differences(&expected, &(self.made)(&folder)));
                Ok(())
            };
            Trial::test(format!("{}/{name}", self.name), test).with_ignored_flag(ignored)
        })
    }
}

fn never(_folder: &Path) -> bool {
    false
}

fn main() {
    let tests: Vec<Trial> = KINDS.iter().flat_map(|kind| kind.tests()).chain(cases::read_again()).collect();
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
