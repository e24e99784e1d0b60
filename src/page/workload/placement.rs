//! Where a pod may run, each rule in people's words with the line that says so.

mod words;

use crate::catalog::FieldPath;
use crate::facts::Known;
use crate::facts::placement::{Neighbors, PodPlacement, Priority, Spread, Toleration};
use crate::model::Object;
use crate::names::{count, thousands};
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, marked, plain, text};
use crate::page::{Block, Prose};
use crate::topology::{NodeIndex, Pod};

/// How many nodes are named one by one.
const MOST_NODES: usize = 4;

pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let page = Writer { know, object, pod, placement: &facts.placement };
    let mut items = page.place();
    items.extend(page.preferences());
    items.extend(page.neighbors());
    items.extend(facts.placement.spread.iter().map(|rule| page.spread(rule)));
    items.extend(page.tolerations());
    items.extend(page.resources());
    items.extend(page.host_ports());
    items.extend(facts.placement.priority.iter().map(|priority| page.priority(priority)));
    items.extend(page.scheduler());
    vec![Block::List { ordered: false, items }]
}

/// The nodes that it runs on, or may run on, in a few words.
pub fn in_short(know: &Knowledge, index: NodeIndex) -> Prose {
    let Some(placement) = know.facts.of(index).map(|facts| &facts.placement) else { return Prose::new() };
    if !placement.hosts.is_empty() {
        let name = |host: &crate::facts::placement::Host| match host.node {
            Some(node) => vec![know.name(node)],
            None => vec![code(&host.name)],
        };
        return listed(placement.hosts.iter().map(name).collect(), MOST_NODES);
    }
    if let Some(name) = &placement.node_name {
        return vec![text("node "), code(&name.value)];
    }
    let labels: Vec<_> = placement.labels.iter().map(|known| known.value.clone()).collect();
    let mut parts = Vec::new();
    if !labels.is_empty() {
        parts.push(words::nodes(&labels));
    } else if let Some(terms) = &placement.terms {
        parts.push(words::alternatives(&terms.value));
    }
    let resources: Vec<Prose> = placement.resources.keys().map(|name| vec![code(name)]).collect();
    if !resources.is_empty() {
        let start = if parts.is_empty() { "nodes that offer " } else { "that offer " };
        parts.push(concat(vec![plain(start), listed(resources, MOST_NODES)]));
    }
    if parts.is_empty() {
        return plain("any node that accepts it");
    }
    let mut words = Prose::new();
    for part in parts {
        if !words.is_empty() {
            words.push(text(" "));
        }
        words.extend(part);
    }
    words
}

struct Writer<'a> {
    know: &'a Knowledge<'a>,
    object: &'a Object,
    pod: &'a Pod,
    placement: &'a PodPlacement,
}

impl Writer<'_> {
    /// Where it says so, behind a sentence.
    fn source<T>(&self, known: &Known<T>) -> Prose {
        let other = known.declared_by.and_then(|index| self.know.node(index).object.as_deref());
        vec![text(" "), self.know.source(other.unwrap_or(self.object), &known.field)]
    }

    fn line(&self, field: &FieldPath) -> Prose {
        vec![text(" "), self.know.source(self.object, field)]
    }

    /// The nodes that it runs on, or may run on.
    fn place(&self) -> Vec<Prose> {
        let placement = self.placement;
        let mut items = Vec::new();
        if !placement.hosts.is_empty() {
            items.push(self.hosts());
        } else if let Some(name) = &placement.node_name {
            let words = vec![
                text("Runs on "),
                code(&name.value),
                text(
                    " only: its manifest names that node. \
                     It does not move when the node is full or gone.",
                ),
            ];
            items.push(concat(vec![words, self.source(name)]));
        }
        if placement.node_name.is_none() {
            items.extend(self.wanted());
            items.extend(self.candidates());
        }
        items
    }

    /// Where its pods run already.
    fn hosts(&self) -> Prose {
        let several = self.placement.hosts.iter().map(|host| host.pods).sum::<usize>() > 1;
        let hosts: Vec<Prose> = self
            .placement
            .hosts
            .iter()
            .map(|host| {
                let name = host.node.map_or_else(|| code(&host.name), |node| self.know.name(node));
                let pods =
                    if several { format!(" ({})", count(host.pods, "pod", "pods")) } else { String::new() };
                vec![name, text(pods)]
            })
            .collect();
        let source = self.placement.node_name.as_ref().map(|name| self.source(name)).unwrap_or_default();
        concat(vec![plain("Runs on "), listed(hosts, 8), plain(" (from the live dump)."), source])
    }

    /// What its nodes must be like. Where the input has no node to compare with, that is inferred.
    fn wanted(&self) -> Vec<Prose> {
        let placement = self.placement;
        let labels: Vec<_> = placement.labels.iter().map(|known| known.value.clone()).collect();
        let unknown = placement.candidates.is_none() && placement.hosts.is_empty();
        let inferred = if unknown { " (inferred: no Node is in the input)." } else { "." };
        let mut items = Vec::new();
        if let Some(first) = placement.labels.first() {
            let words =
                vec![plain("May run only on "), words::nodes(&labels), plain(inferred), self.source(first)];
            items.push(concat(words));
        }
        if let Some(terms) = &placement.terms {
            let start = if labels.is_empty() { "May run only on " } else { "Of these, it may run only on " };
            let words = words::alternatives(&terms.value);
            items.push(concat(vec![plain(start), words, plain(inferred), self.source(terms)]));
        }
        if items.is_empty() {
            let words = if placement.tolerates_all_taints.value {
                "May run on any node"
            } else if placement.tolerations.is_empty() {
                "May run on any node without a taint that keeps pods away"
            } else {
                "May run on any node whose taints it tolerates"
            };
            items.push(plain(format!("{words}{inferred}")));
        }
        items
    }

    /// Which nodes of the input accept it.
    fn candidates(&self) -> Vec<Prose> {
        let Some(candidates) = &self.placement.candidates else { return Vec::new() };
        let all = count(candidates.all, "node", "nodes");
        let names: Vec<Prose> = candidates.accept.iter().map(|&node| vec![self.know.name(node)]).collect();
        let refused = candidates.all - candidates.accept.len();
        let mut words = match (names.len(), refused) {
            (0, _) if candidates.all == 1 => {
                plain("The only node in these manifests does not accept it, so it stays pending.")
            }
            (0, _) => plain(format!("None of the {all} in these manifests accepts it, so it stays pending.")),
            (_, 0) if candidates.all == 1 => concat(vec![
                plain("The only node in these manifests, "),
                listed(names, 1),
                plain(", accepts it, if it has room."),
            ]),
            (_, 0) => plain(format!("Each of the {all} in these manifests accepts it, if it has room.")),
            (some, _) => {
                let verb = if some == 1 { "accepts" } else { "accept" };
                let intro = format!("Of the {all} in these manifests, {some} {verb} it, if there is room: ");
                concat(vec![plain(intro), listed(names, MOST_NODES), plain(".")])
            }
        };
        for (node, why) in candidates.refuse.iter().take(MOST_NODES) {
            let reason = concat(vec![
                plain(" "),
                vec![self.know.name(*node)],
                plain(" does not, because "),
                marked(why),
                plain("."),
            ]);
            words.extend(reason);
        }
        if refused > MOST_NODES {
            let rest = refused - MOST_NODES;
            let verb = if rest == 1 { "does" } else { "do" };
            words.push(text(format!(" {} more {verb} not.", thousands(rest))));
        }
        vec![words]
    }

    fn preferences(&self) -> Vec<Prose> {
        let item = |known: &Known<crate::facts::placement::PreferredNodes>| {
            let weight = format!(
                " (weight {} of 100), and runs elsewhere if none of them can take it.",
                known.value.weight
            );
            concat(vec![
                plain("Prefers "),
                words::nodes(&known.value.term),
                plain(weight),
                self.source(known),
            ])
        };
        self.placement.preferred.iter().map(item).collect()
    }

    fn neighbors(&self) -> Vec<Prose> {
        let item = |known: &Known<Neighbors>| {
            let rule = &known.value;
            concat(vec![neighbor(rule), self.source(known)])
        };
        self.placement.neighbors.iter().map(item).collect()
    }

    fn spread(&self, known: &Known<Spread>) -> Prose {
        let rule = &known.value;
        let least = match rule.min_domains {
            Some(least) if least > 1 => concat(vec![
                plain(format!(" At least {least} ")),
                words::places(&rule.topology_key),
                plain(" must be there for that; missing ones count as empty."),
            ]),
            _ => Prose::new(),
        };
        let pods =
            if rule.pods.is_empty() { plain("pods") } else { vec![text("pods labeled "), code(&rule.pods)] };
        let unit = count(usize::try_from(rule.max_skew).unwrap_or(0), "pod", "pods");
        let end = if rule.is_required {
            "; a pod that would break this waits."
        } else {
            "; a pod that would break this is placed all the same, if no better node can take it."
        };
        concat(vec![
            plain("Spreads "),
            pods,
            plain(" evenly over "),
            words::places(&rule.topology_key),
            plain(format!(": two of them differ by at most {unit}{end}")),
            least,
            self.source(known),
        ])
    }

    fn tolerations(&self) -> Vec<Prose> {
        let every = &self.placement.tolerates_all_taints;
        if every.value {
            let words = plain("No taint keeps it away: it tolerates all of them.");
            return vec![concat(vec![words, self.source(every)])];
        }
        let (troubles, kinds): (Vec<_>, Vec<_>) = self
            .placement
            .tolerations
            .iter()
            .filter(|known| !known.value.is_refused())
            .partition(|known| known.value.is_of_trouble());
        let mut items = Vec::new();
        if let Some(first) = kinds.first() {
            let mut names: Vec<Prose> = Vec::new();
            for known in &kinds {
                let name = words::taints(&known.value);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            let words = concat(vec![
                plain("May also run on nodes that have "),
                listed_or(names),
                plain(": that permits it, and draws it nowhere."),
                self.source(first),
            ]);
            items.push(words);
        }
        // What may stay for a time only has to leave then.
        items.extend(
            kinds.iter().filter(|known| known.value.seconds.is_some()).map(|known| self.trouble(known)),
        );
        items.extend(troubles.iter().map(|known| self.trouble(known)));
        items
    }

    /// A toleration of a taint that Kubernetes puts on a node in trouble.
    fn trouble(&self, known: &Known<Toleration>) -> Prose {
        let toleration = &known.value;
        let leaves = toleration.effect.is_empty() || toleration.effect == "NoExecute";
        let words = match toleration.seconds {
            Some(seconds) if leaves => {
                let seconds = seconds.max(0);
                format!(", it has to leave after {seconds} s.")
            }
            _ if leaves => ", it does not have to leave.".to_owned(),
            _ => ", it may still be placed there.".to_owned(),
        };
        concat(vec![
            plain("When its node gets the taint "),
            vec![code(toleration.text())],
            plain(words),
            self.source(known),
        ])
    }

    fn resources(&self) -> Vec<Prose> {
        let item = |(name, asked): (&String, &Vec<(usize, String)>)| {
            let index = self.know.topology.find(&self.object.identity);
            let who: Vec<Prose> = asked
                .iter()
                .map(|(container, amount)| {
                    let name = match index {
                        Some(index) => self.know.container(index, *container),
                        None => code(&*self.pod.containers[*container].key),
                    };
                    vec![name, text(format!(" asks for {amount}"))]
                })
                .collect();
            let first = asked.first().and_then(|(container, _)| self.pod.containers.get(*container));
            let field = first.map(|container| container.path.key("resources")).unwrap_or_default();
            concat(vec![
                vec![text("Needs a node that offers "), code(name), text(": ")],
                listed(who, MOST_NODES),
                plain("."),
                self.line(&field),
            ])
        };
        self.placement.resources.iter().map(item).collect()
    }

    fn host_ports(&self) -> Vec<Prose> {
        let ports = &self.placement.host_ports;
        let Some(first) = ports.first() else { return Vec::new() };
        let numbers: Vec<Prose> = ports.iter().map(|port| plain(port.value.to_string())).collect();
        let word = if ports.len() == 1 { "port " } else { "ports " };
        let rest = match &*self.object.identity.kind {
            "Pod" | "DaemonSet" if ports.len() == 1 => {
                " of its node: no other pod that takes this port runs there."
            }
            "Pod" | "DaemonSet" => " of its node: no other pod that takes one of these ports runs there.",
            _ => " of its node: two copies of it cannot run on the same node.",
        };
        vec![concat(vec![
            plain(format!("Takes {word}")),
            listed(numbers, MOST_NODES),
            plain(rest),
            self.source(first),
        ])]
    }

    fn priority(&self, known: &Known<Priority>) -> Prose {
        let priority = &known.value;
        let value = priority.value.map(number);
        let name = || priority.node.map_or_else(|| code(&priority.class), |node| self.know.name(node));
        let subject = match (priority.class.is_empty(), value) {
            (true, value) => plain(format!("Has priority {}", value.unwrap_or_default())),
            (false, Some(value)) => {
                vec![text("Has priority class "), name(), text(format!(" (value {value})"))]
            }
            (false, None) => {
                vec![text("Has priority class "), name(), text(" (its value is not in these manifests)")]
            }
        };
        let effect = match priority.preempts {
            Some(true) if &*self.object.identity.kind == "DaemonSet" => {
                ": when a node has no room for its pod, the scheduler evicts pods of lower priority there."
            }
            Some(true) => {
                ": when no node has room, the scheduler evicts pods of lower priority to make some."
            }
            Some(false) => ": it goes before pods of lower priority in the queue, but evicts none of them.",
            None => {
                ": it goes before pods of lower priority in the queue, and may evict them \
                 when no node has room."
            }
        };
        concat(vec![subject, plain(effect), self.source(known)])
    }

    /// The scheduler, gates, the runtime class, and the operating system.
    fn scheduler(&self) -> Vec<Prose> {
        let spec = &self.pod.spec;
        let field = |key: &str| self.line(&self.pod.path.key(key));
        let mut items = Vec::new();
        let gates: Vec<Prose> =
            spec.scheduling_gates.iter().flatten().map(|gate| vec![code(&gate.name)]).collect();
        if !gates.is_empty() {
            let word = if gates.len() == 1 { "its scheduling gate " } else { "its scheduling gates " };
            items.push(concat(vec![
                plain(format!("Stays pending until someone removes {word}")),
                listed(gates, MOST_NODES),
                plain("."),
                field("schedulingGates"),
            ]));
        }
        let scheduler = spec.scheduler_name.as_ref();
        if let Some(name) = scheduler.filter(|name| !name.is_empty() && *name != "default-scheduler") {
            items.push(concat(vec![
                vec![
                    text("Scheduler "),
                    code(name),
                    text(" places it; where that does not run, it stays pending."),
                ],
                field("schedulerName"),
            ]));
        }
        if let Some(class) = &spec.runtime_class_name {
            items.push(concat(vec![
                vec![text("Its node must have the runtime of RuntimeClass "), code(class), text(".")],
                field("runtimeClassName"),
            ]));
        }
        if let Some(os) = &spec.os {
            items.push(concat(vec![
                vec![
                    text("Is made for "),
                    code(&os.name),
                    text(": the kubelet of a node with another operating system refuses it."),
                ],
                field("os"),
            ]));
        }
        items
    }
}

/// A number with commas.
fn number(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", thousands(usize::try_from(value.unsigned_abs()).unwrap_or(usize::MAX)))
}

fn listed_or(names: Vec<Prose>) -> Prose {
    if names.len() <= MOST_NODES { joined(names, "or") } else { listed(names, MOST_NODES) }
}

/// Whom a pod wants near itself, or away.
fn neighbor(rule: &Neighbors) -> Prose {
    let place = || words::place(&rule.topology_key);
    let pods =
        if rule.pods.is_empty() { plain("any pod") } else { vec![text("a pod labeled "), code(&rule.pods)] };
    let inside = rule.namespaces.iter().flat_map(|namespaces| marked(&format!(" in {namespaces}"))).collect();
    let pods = concat(vec![pods, inside]);
    let weight = rule.weight.map(|weight| format!(" (weight {weight} of 100)")).unwrap_or_default();
    let is_node = rule.topology_key == crate::facts::placement::HOSTNAME;
    let same = || concat(vec![plain(if is_node { "on the same " } else { "in the same " }), place()]);
    match (rule.near, rule.weight, rule.are_copies) {
        (false, None, true) if is_node => plain(
            "Its copies run on distinct nodes: two of them never share one, and with too few nodes \
             the rest stay pending.",
        ),
        (false, Some(_), true) if is_node => plain(format!(
            "Its copies prefer distinct nodes{weight}; two of them share one only where \
             the others cannot take them."
        )),
        (false, None, true) => concat(vec![
            plain("Its copies run in distinct "),
            words::places(&rule.topology_key),
            plain(": with too few of these the rest stay pending."),
        ]),
        (false, Some(_), true) => concat(vec![
            plain("Its copies prefer distinct "),
            words::places(&rule.topology_key),
            plain(format!("{weight}.")),
        ]),
        (false, None, false) => concat(vec![plain("Never runs "), same(), plain(" as "), pods, plain(".")]),
        (false, Some(_), false) => concat(vec![
            plain(if is_node { "Prefers to run on another " } else { "Prefers to run in another " }),
            place(),
            plain(" than "),
            pods,
            plain(format!("{weight}.")),
        ]),
        (true, None, _) => concat(vec![
            plain("Runs only "),
            same(),
            plain(" as "),
            pods,
            plain(if rule.are_copies {
                "; the first of its copies may run anywhere."
            } else {
                ", and stays pending while there is none."
            }),
        ]),
        (true, Some(_), _) => {
            concat(vec![plain("Prefers to run "), same(), plain(" as "), pods, plain(format!("{weight}."))])
        }
    }
}
