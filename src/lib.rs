//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.

#![cfg_attr(
    not(test),
    warn(
        clippy::disallowed_methods,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::unwrap_used
    )
)]

pub mod diagram;
pub mod escape;
pub mod model;
pub mod problem;
