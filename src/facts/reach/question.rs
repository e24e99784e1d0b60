//! Asking whether one end may connect to the other: what `podviz reach` answers.

use super::crew;
use super::{End, IpRange, Policies, Reason, Verdict};
use crate::catalog::{Catalog, Relation, Selection};
use crate::document::Value;
use crate::topology::subject::{Found, SubjectError, find_subject_in};
use crate::topology::{Node, NodeIndex, Selector, Topology, crew_ports, service_ports};
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
            Target::End(end) => {
                let ends = apart(policies, topology, end, &self.to.name);
                ends.into_iter().map(|(end, name)| (end, name, *number)).collect()
            }
            Target::Service(index) => {
                let service = &topology.nodes[index];
                let found = behind(policies, topology, index, *number, protocol)?;
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
        let sources = apart(policies, topology, from, &self.from.name);
        let several = sources.len() > 1;
        let mut passages: Vec<Passage> = Vec::new();
        for (end, to, port) in ends {
            for (source, from) in &sources {
                let verdict = policies.verdict(topology, *source, end, Some(port), protocol);
                let to = if several { format!("from {from} to {to}") } else { to.clone() };
                passages.push(Passage { to, port, verdict });
            }
        }
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
            Target::End(End::Pod(index, _)) | Target::Service(index) => Some(index),
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
    let found = find_subject_in(topology, catalog, subject, namespace, environment);
    if let (Err(_), Some(one)) = (&found, numbered(topology, subject, namespace, environment)) {
        return Ok(one);
    }
    let Found::Object(index) = found? else {
        return Err(QuestionError::NoEnd(subject.to_owned()));
    };
    let node = &topology.nodes[index];
    let name = topology.title(&node.identity);
    if node.pod.is_some() || !node.crew.is_empty() {
        Ok(Named { name, target: Target::End(End::Pod(index, None)) })
    } else if node.identity.is("", "Service") {
        Ok(Named { name, target: Target::Service(index) })
    } else {
        Err(QuestionError::NoEnd(name))
    }
}

/// One of the numbered pods that a workload makes: `pod/db-0`. None where no workload, or several, make one of this name.
fn numbered(
    topology: &Topology,
    subject: &str,
    namespace: Option<&str>,
    environment: Option<&str>,
) -> Option<Named> {
    let (kind, rest) = subject.split_once(['/', ' '])?;
    let (inside, name) =
        rest.split_once('/').map_or((namespace, rest), |(inside, name)| (Some(inside), name));
    let is_pod = ["pod", "pods", "po"].iter().any(|word| kind.eq_ignore_ascii_case(word));
    let workloads = topology.workloads().filter(|(_, node, _)| {
        inside.is_none_or(|inside| *node.identity.namespace == *inside)
            && environment.is_none_or(|environment| *node.identity.environment == *environment)
    });
    let mut pods = workloads.filter_map(|(index, node, pod)| Some((index, node, pod.number_of(name)?)));
    let (index, node, number) = pods.next().filter(|_| is_pod && pods.next().is_none())?;
    let name = topology.title(&node.identity.sibling("", "Pod", name));
    Some(Named { name, target: Target::End(End::Pod(index, Some(number))) })
}

/// The pods of an end that some policy singles out one by one, and one for all the others, each with its name.
fn apart(policies: &Policies, topology: &Topology, end: End, name: &str) -> Vec<(End, String)> {
    let whole = || vec![(end, name.to_owned())];
    let End::Pod(index, None) = end else { return whole() };
    if !topology.nodes[index].crew.is_empty() {
        return crew::ends(policies, topology, index, name, None);
    }
    let (numbers, more) = policies.singled_out(topology, index);
    let Some(pod) = topology.nodes[index].pod.as_deref().filter(|_| !numbers.is_empty()) else {
        return whole();
    };
    let one = |number: i64| (End::Pod(index, Some(number)), format!("pod {} of {name}", pod.name_of(number)));
    let rest = more.then(|| (end, format!("any other pod of {name}")));
    numbers.into_iter().map(one).chain(rest).collect()
}

/// The pods behind a Service, with the port that a connection to one of its ports ends at.
pub(super) fn behind(
    policies: &Policies,
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
        let pod = node.pod.as_deref();
        // Without an address of its own, nothing turns the Service's port into another.
        let port = if is_headless {
            number
        } else {
            let ports = match pod {
                Some(pod) => service_ports(&object.value, pod),
                None => crew_ports(&object.value, &node.crew),
            };
            let port = ports.into_iter().find(|port| port.port == number && port.protocol == protocol)?;
            port.target.ok()?
        };
        let selector = object.value.at("spec.selector").map(|value| Selector::read(value, Selection::Labels));
        let Some(pod) = pod else {
            let ends = crew::ends(policies, topology, edge.to, &node.identity.title(), selector.as_ref());
            return Some(ends.into_iter().map(|(end, name)| (end, name, port)).collect());
        };
        let ends = apart(policies, topology, End::Pod(edge.to, None), &node.identity.title());
        let meant = ends.into_iter().filter_map(move |(end, name)| match end {
            End::Pod(_, number) if edge.part.is_some() => {
                let is_picked = selector.as_ref().is_none_or(|one| one.matches(&pod.labels_of(number)));
                is_picked.then_some((end, name, port))
            }
            _ => Some((end, name, port)),
        });
        let meant: Vec<_> = meant.collect();
        // No policy names the pods that the Service picks: they are among the others.
        let only = edge.part.as_ref().filter(|_| meant.is_empty());
        let rest =
            only.map(|part| (End::Pod(edge.to, None), format!("{part} of {}", node.identity.title()), port));
        Some(meant.into_iter().chain(rest).collect::<Vec<_>>())
    });
    let ends: Vec<_> = ends.flatten().collect();
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
