//! The programs that build: those that make something of kustomizations, and helm.

use super::tool::Tool;
use super::{helm, kustomize};
use std::path::PathBuf;

/// The programs that build.
#[derive(Clone, Debug)]
pub struct Tools {
    /// kustomize, or kubectl.
    pub kustomize: Tool,
    /// helm.
    pub helm: Tool,
}

impl Tools {
    /// Those on the PATH, if they may be started: none that stands in one of the `inputs`.
    pub fn find(allowed: bool, inputs: &[PathBuf]) -> Tools {
        Tools {
            kustomize: Tool::of(&kustomize::TOOLS, allowed, inputs),
            helm: Tool::of(&helm::TOOLS, allowed, inputs),
        }
    }
}
