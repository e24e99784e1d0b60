//! A pod taken apart: the parts, their calls, and a manifest to start from.

use std::collections::BTreeSet;

/// A pod taken apart.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The parts, in the order of the pod.
    pub parts: Vec<SplitPart>,
    /// Who calls whom across parts: the containers, by their indexes in the pod, and the port.
    pub calls: Vec<(usize, usize, i32)>,
    /// A manifest to start from: YAML that podviz itself reads, with comments where a person decides. It holds what the
    /// input holds, redacted.
    pub manifest: String,
}

/// One workload of a pod taken apart.
#[derive(Clone, Debug)]
pub struct SplitPart {
    /// The name of its workload and its Service.
    pub name: String,
    /// The kind of its workload: `Deployment`, `StatefulSet` or `DaemonSet`.
    pub kind: &'static str,
    /// The container that it is there for.
    pub member: usize,
    /// All its containers, by their indexes in the pod.
    pub containers: Vec<usize>,
    /// Those of them that nothing in the manifest ties to this part.
    pub unsure: Vec<usize>,
    /// How many copies it starts with; nothing for a DaemonSet.
    pub replicas: Option<i64>,
    /// Whether its main container keeps data.
    pub keeps_data: bool,
    /// The ports on which it is called.
    pub ports: BTreeSet<i32>,
}
