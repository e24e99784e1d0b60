//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.

pub mod diagram;
pub mod model;
pub mod names;
pub mod output;
pub mod page;
pub mod problem;
