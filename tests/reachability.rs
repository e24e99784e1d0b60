//! What a change says of connections, against every question that may be asked about both sides: random NetworkPolicies, and
//! policies of the kinds that other tools publish as cases.

use podviz::catalog::Catalog;
use podviz::change::{Connection, End, Side, compare};
use podviz::document::Limits;
use podviz::facts::reach::{Port, Question};
use podviz::facts::{self, Facts};
use podviz::model::{Grouping, take_inventory};
use podviz::source::load;
use podviz::topology::{self, Topology};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::LazyLock;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// The workloads: namespace, name, and labels.
const WORKLOADS: [(&str, &str, &str); 4] = [
    ("a", "web", "app: web, tier: front"),
    ("a", "db", "app: db, tier: back"),
    ("b", "api", "app: api, tier: back"),
    ("b", "job", "app: job, tier: front"),
];
const NAMESPACES: [(&str, &str); 2] = [("a", "team: red"), ("b", "team: blue")];
/// An address within one of the blocks that policies name, and one without.
const ADDRESSES: [&str; 2] = ["203.0.113.7", "198.51.100.9"];
const PORTS: [(i64, &str); 3] = [(80, "TCP"), (5432, "TCP"), (53, "UDP")];

struct Study {
    topology: Topology,
    facts: Facts,
}

impl Study {
    /// The workloads with some policies.
    fn of(policies: &str) -> Study {
        let mut text = String::new();
        for (name, labels) in NAMESPACES {
            let _ = write!(
                text,
                "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n---\n"
            );
        }
        for (namespace, name, labels) in WORKLOADS {
            let _ = write!(
                text,
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{{labels}}}}}\n\
                 spec: {{containers: [{{name: c, image: 'acme/c:1', ports: [{{name: http, containerPort: 80}}]}}]}}\n---\n"
            );
        }
        text.push_str(policies);
        let documents = load("a.yaml", text.as_bytes(), &Limits::default()).documents;
        let (inventory, _) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
        let (topology, _) = topology::connect(&inventory, &CATALOG);
        let facts = facts::derive(&topology, &CATALOG);
        Study { topology, facts }
    }

    fn side(&self) -> Side<'_> {
        Side { catalog: &CATALOG, topology: &self.topology, facts: &self.facts }
    }

    /// Every question that is answered with yes: from, to, port.
    fn allowed(&self) -> BTreeSet<(String, String, String)> {
        let mut allowed = BTreeSet::new();
        for (from, to) in pairs() {
            for (number, protocol) in PORTS {
                let port = Port { number, protocol: protocol.to_owned() };
                let question =
                    Question::read(&self.topology, &CATALOG, (&from, &to), None, &port).expect("a question");
                let answer = question.answer(&self.topology, self.facts.policies()).expect("an answer");
                if answer.allowed {
                    allowed.insert((from.clone(), to.clone(), format!("{number}/{protocol}")));
                }
            }
        }
        allowed
    }
}

/// Every two ends of which at least one is a workload.
fn pairs() -> Vec<(String, String)> {
    let workloads: Vec<String> =
        WORKLOADS.iter().map(|(namespace, name, _)| format!("Pod {namespace}/{name}")).collect();
    let mut pairs = Vec::new();
    for one in &workloads {
        pairs
            .extend(workloads.iter().filter(|other| *other != one).map(|other| (one.clone(), other.clone())));
        for address in ADDRESSES {
            pairs.push((one.clone(), address.to_owned()));
            pairs.push((address.to_owned(), one.clone()));
        }
    }
    pairs
}

/// Whether an end of a line means somebody.
fn means(end: &End, whom: &str) -> bool {
    let is_pod = whom.starts_with("Pod ");
    match end {
        End::Cluster => is_pod,
        End::Namespace(name) => whom.starts_with(&format!("Pod {name}/")),
        End::Workload(subject) => subject == whom,
        End::Outside => !is_pod,
        End::Block(cidr) => !is_pod && cidr.starts_with(&whom[..whom.rfind('.').unwrap_or(0)]),
    }
}

fn opens(port: &str, wanted: &str) -> bool {
    let (numbers, protocol) = port.split_once('/').unwrap_or((port, ""));
    let (number, of) = wanted.split_once('/').expect("a port");
    let number: i64 = number.parse().expect("a number");
    let bounds = numbers.split_once('-').unwrap_or((numbers, numbers));
    let within = |(first, last): (&str, &str)| {
        Some(first.parse::<i64>().ok()? <= number && number <= last.parse().ok()?)
    };
    port == "all" || protocol == of && within(bounds) == Some(true)
}

/// What lines of connections say of the same questions.
fn told(lines: &[Connection]) -> BTreeSet<(String, String, String)> {
    let mut told = BTreeSet::new();
    for (from, to) in pairs() {
        for (number, protocol) in PORTS {
            let wanted = format!("{number}/{protocol}");
            let is_told = |line: &Connection| {
                means(&line.from, &from)
                    && means(&line.to, &to)
                    && line.ports.iter().any(|port| opens(port, &wanted))
            };
            if lines.iter().any(is_told) {
                told.insert((from.clone(), to.clone(), wanted));
            }
        }
    }
    told
}

/// A change of policies says what differs between all answers before and after, and nothing else.
fn check(old: &str, new: &str) {
    let (before, after) = (Study::of(old), Study::of(new));
    let change = compare(before.side(), after.side());
    let (was, is) = (before.allowed(), after.allowed());
    for (word, lines, these, others) in
        [("opened", &change.connections.opened, &is, &was), ("closed", &change.connections.closed, &was, &is)]
    {
        // A block that was open before stays part of all addresses outside: these have no name without it.
        let is_outside =
            |(from, to, _): &&(String, String, String)| !(from.starts_with("Pod ") && to.starts_with("Pod "));
        let mut told = told(lines);
        let stays: Vec<_> = these.intersection(others).filter(is_outside).cloned().collect();
        stays.iter().for_each(|one| _ = told.remove(one));
        assert_eq!(told, these.difference(others).cloned().collect(), "{word} from\n{old}\nto\n{new}");
    }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.roll(from.len() as u64)).expect("an index")]
    }

    fn policies(&mut self) -> String {
        (0..self.roll(4)).map(|at| self.policy(at)).collect()
    }

    fn policy(&mut self, at: u64) -> String {
        let pods = [
            "{}",
            "{matchLabels: {app: web}}",
            "{matchLabels: {tier: back}}",
            "{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}",
        ];
        let (namespace, selected) = (self.pick(&["a", "b"]), self.pick(&pods));
        let mut text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{at}, namespace: {namespace}}}\nspec:\n  podSelector: {selected}\n"
        );
        let directions = [("Ingress", "ingress", "from"), ("Egress", "egress", "to")];
        let types = match self.roll(3) {
            0 => &directions[..1],
            1 => &directions[1..],
            _ => &directions[..],
        };
        let names: Vec<&str> = types.iter().map(|(name, ..)| *name).collect();
        let _ = writeln!(text, "  policyTypes: [{}]", names.join(", "));
        for (_, key, peers) in types {
            let rules: Vec<String> = (0..self.roll(3)).map(|_| self.rule(peers)).collect();
            let _ = writeln!(text, "  {key}: [{}]", rules.join(", "));
        }
        text + "---\n"
    }

    fn rule(&mut self, peers: &str) -> String {
        let all = [
            "{podSelector: {}}",
            "{podSelector: {matchLabels: {app: web}}}",
            "{namespaceSelector: {}}",
            "{namespaceSelector: {matchLabels: {team: red}}}",
            "{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {tier: back}}}",
            "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}",
            "{ipBlock: {cidr: 203.0.113.0/24}}",
            "{ipBlock: {cidr: 0.0.0.0/0}}",
        ];
        let mut parts = Vec::new();
        if self.roll(5) > 0 {
            let list: Vec<&str> = (0..=self.roll(2)).map(|_| self.pick(&all)).collect();
            parts.push(format!("{peers}: [{}]", list.join(", ")));
        }
        if self.roll(2) > 0 {
            let ports = [
                "{port: 80}",
                "{port: http}",
                "{port: 5000, endPort: 6000}",
                "{port: 53, protocol: UDP}",
                "{protocol: TCP}",
            ];
            parts.push(format!("ports: [{}]", self.pick(&ports)));
        }
        format!("{{{}}}", parts.join(", "))
    }
}

#[test]
fn random_policies_are_compared_as_every_question_is_answered() {
    let mut dice = Dice(20);
    for _ in 0..200 {
        let (old, new) = (dice.policies(), dice.policies());
        check(&old, &new);
    }
}
