//! Kustomizations: which files they refer to, what `kustomize build` makes of them, and where each of its lines comes from.

mod build;
mod cause;
mod chain;
mod file;
mod generator;
mod origin;
mod partial;
mod patch;
mod reference;
mod trace;

pub use build::{Made, TOOLS, Unit, as_they_are, build, finish, make, missing_tool};
pub use file::{Kustomization, NAMES, Role};
pub use reference::{Library, Volume, find};

use crate::problem::Code;
use std::borrow::Cow;

/// Why something of a kustomization is not built, where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line in the kustomization file, from 1; 0 if it is about the whole file.
    pub line: u32,
    /// The column, from 1; 0 if it is about the whole file.
    pub column: u32,
    /// What kind of fault it is.
    pub code: Code,
    /// The reason; nothing in it is quoted that could be secret.
    pub message: String,
    /// The next step.
    pub help: Cow<'static, str>,
}
