//! podviz reads Kubernetes manifests and writes pages that explain every pod and every container.

pub mod catalog;
pub mod diagram;
pub mod escape;
pub mod facts;
pub mod model;
pub mod names;
pub mod page;
pub mod problem;
pub mod source;
pub mod topology;
