//! The part that a container plays in its pod: the main one, one of several peers, or a helper.

use serde::Serialize;

/// The part that a container plays in its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerRole {
    /// The pod is there for its sake.
    Main,
    /// One of several containers of equal rank.
    Peer,
    /// It prepares or serves the others.
    Helper,
}
