//! Asking whether one end may connect to the other: what `podviz reach` answers.

use super::{End, IpRange, Policies, Reason, Verdict};
use crate::catalog::{Catalog, Relation};
use crate::document::Value;
use crate::topology::subject::{Found, SubjectError, find_subject_in};
use crate::topology::{Node, NodeIndex, Topology, service_ports};
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

/// A port as it is asked for: `80`, `80/TCP`, `53/UDP`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The number, from 1 to 65,535.
    pub number: i64,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Port, String> {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "TCP"));
        let number = number.parse().ok().filter(|number: &i64| (1..=65_535).contains(number));
        let number = number.ok_or("write a number from 1 to 65535, such as 80 or 53/UDP")?;
        let protocol = protocol.to_ascii_uppercase();
        if matches!(protocol.as_str(), "TCP" | "UDP" | "SCTP") {
            Ok(Port { number, protocol })
        } else {
            Err("the protocol is TCP, UDP or SCTP".to_owned())
        }
    }
}

/// Who wants to connect to whom.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who opens the connection.
    pub from: Named,
    /// Who is meant to accept it.
    pub to: Named,
    /// The port: of the Service where one is asked for, else of the pod or address.
    pub port: Port,
}

/// An end with the name that people know it by.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name: `Pod default/a`, `10.0.0.0/8`.
    pub name: String,
    target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    End(End),
    Service(NodeIndex),
}

/// Why a question has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// The subject is not in the input, or it is not clear which one is meant.
    #[error(transparent)]
    Subject(#[from] SubjectError),
    /// The subject neither is nor makes pods.
    #[error(
        "{0} is no end of a connection; ask about a pod, a workload, an IP, a CIDR, or a Service as the destination"
    )]
    NoEnd(String),
    /// A Service opens no connections.
    #[error("{0} is a Service, which opens no connections; ask about one of its workloads")]
    FromService(String),
    /// Both ends are outside of the cluster.
    #[error("both ends are outside of the cluster, where no NetworkPolicy rules")]
    BothOutside,
    /// The ends are not applied together.
    #[error("{0} and {1} are in different environments")]
    Apart(String, String),
    /// The Service has no such port.
    #[error("{service} has no port {port}; it has {has}")]
    NoPort {
        /// The Service.
        service: String,
        /// The port that was asked for.
        port: String,
        /// The ports that it has.
        has: String,
    },
    /// No pod is behind the Service.
    #[error("{0} leads to no pod in these manifests, so no NetworkPolicy decides")]
    NobodyBehind(String),
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Whether every passage is allowed.
    pub allowed: bool,
    /// What decided, each once: of the passages that are denied, or of all where none is.
    pub because: Vec<Reason>,
    /// What it does not cover, a sentence each; names in backticks.
    pub notes: Vec<String>,
    /// The connections that the question is about: one, or one for each workload behind a Service.
    pub passages: Vec<Passage>,
}

/// One connection of a question.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The end that accepts it.
    pub to: String,
    /// The port there.
    pub port: i64,
    /// Whether it may be opened.
    pub verdict: Verdict,
}

impl Question {
    /// Finds out whom the question is about; `namespace` narrows both ends.
    ///
    /// # Errors
    ///
    /// If an end is not in the input, is ambiguous, or cannot be one.
    pub fn read(
        topology: &Topology,
        catalog: &Catalog,
        (from, to): (&str, &str),
        namespace: Option<&str>,
        port: &Port,
    ) -> Result<Question, QuestionError> {
        let find = |subject, environment: Option<&Arc<str>>| {
            named(topology, catalog, subject, namespace, environment.map(|name| &**name))
        };
        let environment =
            |named: &Named| named.target.node().map(|index| &topology.nodes[index].identity.environment);
        // An end that several environments have is meant where the other one is.
        let (from, to) = match (find(from, None), find(to, None)) {
            (Ok(one), Err(_)) if environment(&one).is_some() => {
                let other = find(to, environment(&one))?;
                (one, other)
            }
            (Err(_), Ok(other)) if environment(&other).is_some() => (find(from, environment(&other))?, other),
            (from, to) => (from?, to?),
        };
        match (environment(&from), environment(&to)) {
            _ if matches!(from.target, Target::Service(_)) => Err(QuestionError::FromService(from.name)),
            (None, None) => Err(QuestionError::BothOutside),
            (Some(one), Some(other)) if one != other => Err(QuestionError::Apart(from.name, to.name)),
            _ => Ok(Question { from, to, port: port.clone() }),
        }
    }

    /// Asks the policies. A connection to a Service is allowed only if every workload behind it may be reached, because
    /// the Service picks among them.
    ///
    /// # Errors
    ///
    /// If a Service has no such port, or leads to no pod.
    pub fn answer(&self, topology: &Topology, policies: &Policies) -> Result<Answer, QuestionError> {
        let Port { number, protocol } = &self.port;
        let mut notes = Vec::new();
        let ends = match self.to.target {
            Target::End(end) => vec![(end, self.to.name.clone(), *number)],
            Target::Service(index) => {
                let service = &topology.nodes[index];
                let found = behind(topology, index, *number, protocol)?;
                if is_headless(service) {
                    notes.push(
                        "A headless Service hands out addresses of pods: the port is the pod's.".to_owned(),
                    );
                }
                found
            }
        };
        let Target::End(from) = self.from.target else {
            return Err(QuestionError::FromService(self.from.name.clone()));
        };
        let passages = ends.into_iter().map(|(end, to, port)| {
            let verdict = policies.verdict(topology, from, end, Some(port), protocol);
            Passage { to, port, verdict }
        });
        let passages: Vec<Passage> = passages.collect();
        let allowed = passages.iter().all(|passage| passage.verdict.allowed);
        let mut because = Vec::new();
        for passage in passages.iter().filter(|passage| passage.verdict.allowed == allowed) {
            notes.extend(passage.verdict.notes.iter().cloned());
            because.extend(passage.verdict.because.iter().cloned());
        }
        because.sort_by_key(|reason| (reason.direction.turn(), reason.policy, reason.rule));
        because.dedup();
        let mut seen = BTreeSet::new();
        notes.retain(|note| seen.insert(note.clone()));
        Ok(Answer { allowed, because, notes, passages })
    }
}

impl Target {
    fn node(self) -> Option<NodeIndex> {
        match self {
            Target::End(End::Pod(index)) | Target::Service(index) => Some(index),
            Target::End(End::Outside(_)) => None,
        }
    }
}

fn named(
    topology: &Topology,
    catalog: &Catalog,
    subject: &str,
    namespace: Option<&str>,
    environment: Option<&str>,
) -> Result<Named, QuestionError> {
    if let Some(range) = IpRange::read(subject) {
        return Ok(Named { name: subject.to_owned(), target: Target::End(End::Outside(range)) });
    }
    let Found::Object(index) = find_subject_in(topology, catalog, subject, namespace, environment)? else {
        return Err(QuestionError::NoEnd(subject.to_owned()));
    };
    let node = &topology.nodes[index];
    let name = topology.title(&node.identity);
    if node.pod.is_some() {
        Ok(Named { name, target: Target::End(End::Pod(index)) })
    } else if node.identity.is("", "Service") {
        Ok(Named { name, target: Target::Service(index) })
    } else {
        Err(QuestionError::NoEnd(name))
    }
}

/// The pods behind a Service, with the port that a connection to one of its ports ends at.
pub(super) fn behind(
    topology: &Topology,
    index: NodeIndex,
    number: i64,
    protocol: &str,
) -> Result<Vec<(End, String, i64)>, QuestionError> {
    let service = &topology.nodes[index];
    let title = service.identity.title();
    let Some(object) = &service.object else { return Err(QuestionError::NobodyBehind(title)) };
    let declared = object.value.at("spec.ports").map(Value::items).unwrap_or_default();
    let declared = declared.iter().filter_map(|entry| {
        let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        Some((entry.get("port")?.as_i64()?, protocol))
    });
    let declared: Vec<(i64, &str)> = declared.collect();
    let is_headless = is_headless(service);
    if !is_headless && !declared.is_empty() && !declared.contains(&(number, protocol)) {
        let has: Vec<String> = declared.iter().map(|(port, protocol)| format!("{port}/{protocol}")).collect();
        let port = format!("{number}/{protocol}");
        return Err(QuestionError::NoPort { service: title, port, has: has.join(", ") });
    }
    let selected = topology.from(index).filter(|edge| edge.relation == Relation::Selects);
    let ends = selected.filter_map(|edge| {
        let node = &topology.nodes[edge.to];
        let pod = node.pod.as_deref()?;
        // Without an address of its own, nothing turns the Service's port into another.
        let port = if is_headless {
            number
        } else {
            let ports = service_ports(&object.value, pod);
            let port = ports.into_iter().find(|port| port.port == number && port.protocol == protocol)?;
            port.target.ok()?
        };
        Some((End::Pod(edge.to), node.identity.title(), port))
    });
    let ends: Vec<_> = ends.collect();
    if ends.is_empty() { Err(QuestionError::NobodyBehind(title)) } else { Ok(ends) }
}

/// Whether a Service has no address of its own.
pub(super) fn is_headless(service: &Node) -> bool {
    let object = service.object.as_ref();
    object.and_then(|object| object.value.at("spec.clusterIP")).and_then(Value::as_str) == Some("None")
}

#[cfg(test)]
mod tests {
    use super::Port;

    #[test]
    fn ports_are_numbers_with_a_protocol() {
        let read = |text: &str| text.parse::<Port>().map(|port| (port.number, port.protocol));
        assert_eq!(read("80"), Ok((80, "TCP".to_owned())));
        assert_eq!(read("53/udp"), Ok((53, "UDP".to_owned())));
        for wrong in ["", "http", "0", "65536", "-1", "80/", "80/ICMP", "80/TCP/UDP"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
