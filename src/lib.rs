//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.

pub mod model;
pub mod problem;
pub mod source;
