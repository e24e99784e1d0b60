//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.

pub mod diagram;
pub mod escape;
pub mod model;
pub mod problem;
