//! The settings that `podviz init` writes: every key, with what it does, and what was found as its value.

/// WIP.
pub fn starter() -> String {
    String::new()
}
