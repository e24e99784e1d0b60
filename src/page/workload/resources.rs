//! What each pod reserves and may use, how that comes about, and when it is evicted.

use super::containers;
use crate::facts::Known;
use crate::facts::quantity::{resource_words, size_words};
use crate::facts::resources::{PodResources, Qos, Resources, is_critical};
use crate::model::Object;
use crate::names::english;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, marked, muted, named, plain, text};
use crate::page::{Block, Inline, Prose, Table, sentence};
use crate::topology::{ContainerKind, NodeIndex, Pod, State};

/// The resources of a pod.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let resources = &facts.resources;
    if let Some(open) = open(know, index, object, pod, resources) {
        return vec![Block::List { ordered: false, items: open }];
    }
    let mut items = vec![quality(know, object, pod, resources)];
    items.push(last_resort(know, object, resources));
    items.extend(disk(know, object, resources));
    items.push(reserves(know, index, object, pod, resources));
    items.extend(unknown_overhead(know, index, pod));
    items.extend(limits(know, index, object, pod, resources));
    let mut folded = vec![Block::List { ordered: false, items }];
    folded.extend(table(know, index, object, pod, resources));
    let title = format!("Why it is {}, when it is evicted, and how that adds up", resources.qos.value.name());
    Block::fold(title, folded).into_iter().collect()
}

/// What a tool puts in later, a sentence each: with it, nobody knows what the pod as a whole reserves and may use.
fn open(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    pod: &Pod,
    resources: &PodResources,
) -> Option<Vec<Prose>> {
    let open = resources.open();
    let sentence = |&(position, which, name, written): &(usize, &str, &str, &str)| {
        let what = match which {
            "requests" => " reserves of ",
            _ => " may use at most of ",
        };
        let field = pod.containers[position].path.key("resources");
        concat(vec![
            plain("How much "),
            vec![know.container(index, position)],
            plain(format!("{what}{}, is set by substitution, unknown here: ", noun(name))),
            vec![code(written), text(" "), know.source(object, &field)],
        ])
    };
    let mut items: Vec<Prose> = open.iter().map(sentence).collect();
    let whole = "So nothing is said here of what the pod as a whole reserves, of its quality of service, and of when it is evicted.";
    items.push(plain(whole));
    (!open.is_empty()).then_some(items)
}

/// The same in short, for a strip of facts.
pub fn glance(know: &Knowledge, index: NodeIndex) -> Vec<(String, Prose)> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let resources = &facts.resources;
    if !resources.open().is_empty() {
        let unknown = vec![muted("set by substitution, unknown here")];
        return vec![("Reserves and may use".to_owned(), unknown)];
    }
    vec![
        ("Reserves".to_owned(), containers::resources(&resources.requests.value, "nothing")),
        ("May use at most".to_owned(), at_most(resources)),
        ("Quality of service".to_owned(), vec![code(resources.qos.value.name())]),
    ]
}

/// Where the field stands that something follows from.
pub fn source<T>(know: &Knowledge, object: &Object, known: &Known<T>) -> Inline {
    let other = known.declared_by.and_then(|node| know.node(node).object.as_deref());
    know.source(other.unwrap_or(object), &known.field)
}

/// The amounts that are more than nothing, in words.
pub fn some_words(resources: &Resources) -> Vec<String> {
    let some = resources.iter().filter(|(_, amount)| !amount.quantity.is_zero());
    some.map(|(name, amount)| resource_words(name, amount.quantity)).collect()
}

/// How CPU and memory are called in a sentence.
fn noun(name: &str) -> &str {
    if name == "cpu" { "CPU" } else { name }
}

fn and(words: Vec<String>) -> Prose {
    joined(words.into_iter().map(plain).collect(), "and")
}

/// What the pod may use at most, with what nothing limits.
fn at_most(resources: &PodResources) -> Prose {
    let limits = &resources.limits.value;
    let open = |name: &str| resources.unlimited.contains_key(name);
    let limited = limits.iter().filter(|(name, _)| !open(name));
    let mut words: Vec<Prose> =
        limited.map(|(name, amount)| plain(resource_words(name, amount.quantity))).collect();
    let endless = resources.unlimited.keys().map(|name| vec![muted(format!("no {} limit", noun(name)))]);
    words.extend(endless);
    let nothing = limits.iter().all(|(name, _)| open(name)) && resources.unlimited.len() > 1;
    if limits.is_empty() || nothing { vec![muted("no limit")] } else { joined(words, "and") }
}

fn who(object: &Object) -> &'static str {
    if &*object.identity.kind == "Pod" { "The pod" } else { "Each pod" }
}

fn reserves(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    pod: &Pod,
    resources: &PodResources,
) -> Prose {
    let requests = &resources.requests;
    let words = some_words(&requests.value);
    if words.is_empty() {
        let words = "reserves nothing: Kubernetes may start it on a node whose CPU and memory are all reserved \
                     by others.";
        return plain(format!("{} {words}", who(object)));
    }
    let mut prose =
        concat(vec![plain(format!("{} reserves ", who(object))), and(words), plain(" on its node")]);
    if let Some(copies) = know.node(index).copies().filter(|&many| many > 1)
        && sentence::scaled(know, index).is_none()
    {
        let total = requests.value.iter().filter(|(_, amount)| !amount.quantity.is_zero());
        let total = total.map(|(name, amount)| resource_words(name, amount.quantity.times(copies)));
        prose.extend(concat(vec![
            plain(format!(" ({copies} copies together ")),
            and(total.collect()),
            plain(")"),
        ]));
    }
    if pod.containers.len() > 1 || resources.overhead.is_some() || resources.together.is_some() {
        prose.extend(concat(vec![plain(", because "), marked(&requests.why)]));
    }
    prose.extend([text(". "), source(know, object, requests)]);
    prose
}

/// A RuntimeClass that is not in the input may add to all of it.
fn unknown_overhead(know: &Knowledge, index: NodeIndex, pod: &Pod) -> Option<Prose> {
    let class = pod.spec.runtime_class_name.as_deref()?;
    let mut targets = know.topology.from(index).map(|edge| know.node(edge.to));
    let is_here = targets.any(|node| &*node.identity.kind == "RuntimeClass" && node.state == State::Present);
    (!is_here && pod.spec.overhead.is_none()).then(|| {
        vec![
            text("RuntimeClass "),
            code(class),
            text(" is not in these manifests: if it has an overhead, each pod reserves that much more."),
        ]
    })
}

fn limits(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    pod: &Pod,
    resources: &PodResources,
) -> Vec<Prose> {
    let limits = &resources.limits;
    let counted = pod.containers.iter().filter(|one| one.kind != ContainerKind::Ephemeral).count();
    let limited = ["cpu", "memory"].into_iter().filter(|name| !resources.unlimited.contains_key(name));
    let limited = limited.filter_map(|name| Some(resource_words(name, limits.value.get(name)?)));
    let limited: Vec<String> = limited.collect();
    let mut items = Vec::new();
    if !limited.is_empty() {
        let whose = if counted > 1 { "All its containers together" } else { "It" };
        items.push(concat(vec![
            plain(format!("{whose} may use at most ")),
            and(limited),
            plain(". "),
            vec![source(know, object, limits)],
        ]));
    }
    let mut groups: Vec<(&Vec<usize>, Vec<&str>)> = Vec::new();
    for (name, free) in &resources.unlimited {
        match groups.iter_mut().find(|(others, _)| *others == free) {
            Some((_, names)) => names.push(noun(name)),
            None => groups.push((free, vec![noun(name)])),
        }
    }
    for (free, names) in groups {
        let limitless = english::list(&names, "or");
        if free.len() == counted {
            items.push(plain(format!("Nothing limits its {limitless}.")));
            continue;
        }
        let verb = english::have(free.len());
        items.push(concat(vec![
            plain(format!("Nothing limits the {limitless} of the whole pod, because ")),
            named(free, 4, |&one| vec![know.container(index, one)]),
            plain(format!(" {verb} no {limitless} limit.")),
        ]));
    }
    items
}

/// The quality of service, and what it means when the node has no memory left.
fn quality(know: &Knowledge, object: &Object, pod: &Pod, resources: &PodResources) -> Prose {
    let qos = &resources.qos;
    let memory = resources.requests.value.memory_bytes().filter(|&bytes| bytes > 0);
    let then = match (qos.value, memory) {
        _ if is_critical(pod) => {
            "When its node runs out of memory, the kubelet never evicts it: its priority is that of Kubernetes' own \
             pods."
                .to_owned()
        }
        (Qos::Guaranteed, _) => {
            "When its node runs out of memory, it is among the last to go: pods that use more than they reserve go \
             first."
                .to_owned()
        }
        (_, Some(_)) if resources.stays_within_requests() => {
            "When its node runs out of memory, pods that use more than they reserve go first: this one cannot, \
             because its memory limit is what it reserves."
                .to_owned()
        }
        (_, Some(bytes)) => format!(
            "When its node runs out of memory, it is among the first to go while it uses more than the {} it \
             reserves.",
            size_words(bytes)
        ),
        (_, None) => "When its node runs out of memory, it is among the first to go, because it reserves none. Of \
                      several such pods, the one of the lowest priority goes first."
            .to_owned(),
    };
    concat(vec![
        plain("Its quality of service is "),
        vec![code(qos.value.name())],
        plain(", because "),
        marked(&qos.why),
        plain(". "),
        vec![source(know, object, qos)],
        plain(format!(" {then}")),
    ])
}

/// What the kernel does when it cannot wait for the kubelet.
fn last_resort(know: &Knowledge, object: &Object, resources: &PodResources) -> Prose {
    let start = "When the kernel itself must end processes to get memory, those of this pod are";
    let Some(score) = &resources.oom_score_adj else {
        return plain(format!(
            "{start} neither among the first nor among the last: the more of its node's memory a container reserves, the \
             later its turn (3 to 999 is added to its score)."
        ));
    };
    let order = if score.value < 0 { "among the last" } else { "among the first" };
    vec![
        text(format!("{start} {order}: it adds {} to their score. ", score.value)),
        source(know, object, score),
    ]
}

/// When it takes too much of the disk of its node.
///
/// Source: `k8s.io/kubernetes/pkg/kubelet/eviction/eviction_manager.go`, `podEphemeralStorageLimitEviction`.
fn disk(know: &Knowledge, object: &Object, resources: &PodResources) -> Option<Prose> {
    let limits = &resources.limits;
    let bytes = limits.value.ephemeral_storage_bytes()?;
    let words = format!(
        "It is evicted when its logs, the files its containers write, and its `emptyDir` volumes take more than {} of \
         its node's disk. ",
        size_words(bytes)
    );
    Some(concat(vec![marked(&words), vec![source(know, object, limits)]]))
}

/// Each container's part in it, where there are several.
fn table(
    know: &Knowledge,
    index: NodeIndex,
    object: &Object,
    pod: &Pod,
    resources: &PodResources,
) -> Option<Block> {
    let counted = pod.containers.iter().zip(&resources.containers).enumerate();
    let counted: Vec<_> = counted.filter(|(_, (one, _))| one.kind != ContainerKind::Ephemeral).collect();
    if counted.len() < 2 && resources.overhead.is_none() && resources.together.is_none() {
        return None;
    }
    let mut rows: Vec<Vec<Prose>> = Vec::new();
    for (position, (container, needs)) in counted {
        let when = match container.kind {
            ContainerKind::Init => "while the pod starts",
            ContainerKind::Sidecar => "from its start on",
            _ => "as long as the pod runs",
        };
        rows.push(vec![
            vec![know.container(index, position)],
            plain(when),
            with_source(know, object, &needs.requests, "nothing"),
            with_source(know, object, &needs.limits, "no limit"),
            alone(&needs.qos),
        ]);
    }
    if let Some(together) = &resources.together {
        rows.push(vec![
            plain("All together, as the pod says"),
            plain("always"),
            with_source(know, object, &together.requests, "nothing"),
            with_source(know, object, &together.limits, "no limit"),
            concat(vec![vec![code(together.qos.value.name())], plain(": it "), marked(&together.qos.why)]),
        ]);
    }
    if let Some(overhead) = &resources.overhead {
        let words = with_source(know, object, overhead, "nothing");
        rows.push(vec![
            plain("Overhead"),
            plain("always"),
            words,
            vec![muted("adds to the limits that are there")],
            vec![muted("does not count")],
        ]);
    }
    rows.push(vec![
        vec![Inline::Strong("The whole pod".to_owned())],
        plain("in all"),
        containers::resources(&resources.requests.value, "nothing"),
        at_most(resources),
        vec![code(resources.qos.value.name())],
    ]);
    let head = ["Part", "Counts", "Reserves", "May use at most", "Quality of service"];
    let caption = format!("What {} reserves and may use", object.identity.title());
    Some(Block::Table(Table { caption, head: head.map(str::to_owned).to_vec(), rows }))
}

/// The quality of service that a pod of this container alone would have: only pods have one.
fn alone(qos: &Known<Qos>) -> Prose {
    concat(vec![plain("alone "), vec![code(qos.value.name())], plain(": it "), marked(&qos.why)])
}

fn with_source(know: &Knowledge, object: &Object, known: &Known<Resources>, none: &str) -> Prose {
    let mut prose = containers::resources(&known.value, none);
    if !known.value.is_empty() {
        prose.extend([text(" "), source(know, object, known)]);
    }
    prose
}
