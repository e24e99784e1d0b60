//! Who calls whom, as the values in manifests tell: calls to Services and to the outside, and addresses on localhost.

use super::{NodeIndex, Topology};
use crate::catalog::FieldPath;

/// One call that a container's manifest shows: one a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The workload whose container calls.
    pub from: NodeIndex,
    /// The container, by its index in [`super::Pod::containers`].
    pub container: usize,
    /// The Service, present or missing, or the host outside.
    pub to: NodeIndex,
    /// The host as written.
    pub host: String,
    /// The port: what the text says, else the scheme's default, else the Service's only port.
    pub port: Option<u16>,
    /// Whether the text itself names the port.
    pub names_port: bool,
    /// Whether the Service has this port; `true` where there is no telling.
    pub port_exists: bool,
    /// Where it is said: `env DB_URL`, `env A_HOST+A_PORT`, `ConfigMap ns/name key K`, `arg --upstream`.
    pub via: String,
    /// What is written there, for people, such as `CART_ADDR=cart:7070`; two for a pair of variables. It is redacted.
    pub written: Vec<String>,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The line of its file that names the address, where the field has several lines.
    pub line: Option<u32>,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
    /// The address that `hostAliases` of the pod gives to the host.
    pub alias: Option<String>,
    /// Whether the settings declare it.
    pub is_declared: bool,
    /// How sure it is, in percent.
    pub confidence: u8,
}

/// An address on localhost, or a port to listen at, that a container's manifest names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// The workload.
    pub from: NodeIndex,
    /// The container, by its index in [`super::Pod::containers`].
    pub container: usize,
    /// The port: what the text says, else the scheme's default.
    pub port: u16,
    /// Whether the container listens there; otherwise it calls.
    pub listens: bool,
    /// The field that says so, in the object of `declared_by`.
    pub field: FieldPath,
    /// The workload, or a ConfigMap that it reads.
    pub declared_by: NodeIndex,
}

/// A variable that holds an address from a Secret, as its name says. Which address, nobody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretAddress {
    /// The workload whose container reads it.
    pub from: NodeIndex,
    /// The container, by its index in [`super::Pod::containers`].
    pub container: usize,
    /// The Secret.
    pub secret: NodeIndex,
    /// The variable.
    pub variable: String,
    /// The key of the Secret.
    pub key: String,
    /// The field of the workload that says so.
    pub field: FieldPath,
}

impl Topology {
    /// The addresses that a workload gets from Secrets, in the order of its containers.
    pub fn secret_addresses(&self, workload: NodeIndex) -> impl Iterator<Item = &SecretAddress> {
        let start = self.secret_addresses.partition_point(|one| one.from < workload);
        self.secret_addresses[start..].iter().take_while(move |one| one.from == workload)
    }

    /// The calls of a workload, in the order of its containers.
    pub fn calls_of(&self, workload: NodeIndex) -> &[Call] {
        let start = self.calls.partition_point(|call| call.from < workload);
        let end = self.calls.partition_point(|call| call.from <= workload);
        &self.calls[start..end]
    }

    /// The calls of one container of a workload.
    pub fn calls_of_container(&self, workload: NodeIndex, container: usize) -> &[Call] {
        let calls = self.calls_of(workload);
        let start = calls.partition_point(|call| call.container < container);
        let end = calls.partition_point(|call| call.container <= container);
        &calls[start..end]
    }

    /// The calls of others to a Service or a host outside, sorted by the caller.
    pub fn calls_to(&self, target: NodeIndex) -> impl Iterator<Item = &Call> {
        self.calls_in.get(&target).into_iter().flatten().map(|&index| &self.calls[index])
    }

    /// The addresses on localhost that a workload's manifest names, in the order of its containers.
    pub fn local_addresses(&self, workload: NodeIndex) -> &[LocalAddress] {
        let start = self.local.partition_point(|local| local.from < workload);
        let end = self.local.partition_point(|local| local.from <= workload);
        &self.local[start..end]
    }
}
