//! What a container reserves and may use, and what happens at each limit.

use crate::facts::Known;
use crate::facts::quantity::{core_words, resource_words, size_words};
use crate::facts::resources::{
    AfterKill, AtLimit, ContainerResources, Origin, Resources, after_kill, at_limit,
};
use crate::model::Object;
use crate::page::knowledge::Knowledge;
use crate::page::prose::{code, concat, joined, listed, marked, plain, text};
use crate::page::workload::containers::substituted;
use crate::page::workload::resources::{some_words, source};
use crate::page::{Block, Prose};
use crate::topology::{Container, ContainerKind, NodeIndex, Pod};

/// The resources of a container.
pub fn blocks(know: &Knowledge, index: NodeIndex, object: &Object, pod: &Pod, position: usize) -> Vec<Block> {
    let Some(facts) = know.facts.of(index) else { return Vec::new() };
    let (Some(container), Some(needs)) =
        (pod.containers.get(position), facts.resources.containers.get(position))
    else {
        return Vec::new();
    };
    if container.kind == ContainerKind::Ephemeral {
        let words = "An ephemeral container reserves nothing and has no limits of its own.";
        return vec![Block::Paragraph(plain(words))];
    }
    let open = facts.resources.open();
    let open: Vec<Prose> = open
        .iter()
        .filter(|one| one.0 == position)
        .map(|(_, which, name, written)| {
            let field = container.path.key("resources").key(which).key(name);
            concat(vec![
                vec![code(format!("{which}.{name}")), text(" is ")],
                substituted(written),
                vec![text(". "), know.source(object, &field)],
            ])
        })
        .collect();
    if !open.is_empty() {
        return vec![Block::List { ordered: false, items: open }];
    }
    let pod_limits = facts.resources.together.as_ref().map(|together| &together.limits);
    let mut items = vec![concat(vec![
        reserves(know, object, container, needs, facts.resources.together.as_ref()),
        filled_in(&needs.requests).unwrap_or_default(),
    ])];
    items.extend(decides(pod, &facts.resources.requests.value, position));
    items.extend(rejected(know, object, needs));
    items.push(cpu(know, object, needs, pod_limits));
    items.push(memory(know, object, pod, container, needs, pod_limits));
    items.extend(memory_volumes(pod, container));
    items.extend(disk(know, object, needs));
    items.extend(devices(know, object, needs));
    items.extend(unread(know, object, &needs.limits));
    items.extend(claims(know, object, container));
    items.extend(resized(know, object, container));
    vec![Block::List { ordered: false, items }]
}

fn reserves(
    know: &Knowledge,
    object: &Object,
    container: &Container,
    needs: &ContainerResources,
    together: Option<&ContainerResources>,
) -> Prose {
    let words = some_words(&needs.requests.value);
    let shared = together.map(|together| some_words(&together.requests.value)).unwrap_or_default();
    if words.is_empty() && !shared.is_empty() {
        let shared = joined(shared.into_iter().map(plain).collect(), "and");
        let start = plain("Reserves nothing of its own: the pod reserves ");
        return concat(vec![start, shared, plain(" for all its containers together.")]);
    }
    if words.is_empty() {
        return plain("Reserves nothing: on a busy node it gets what the others leave.");
    }
    let cpu = needs.requests.value.cpu_m().filter(|&millis| millis > 0);
    let words = match (words.as_slice(), cpu) {
        ([_], Some(millis)) => plain(core_words(millis)),
        _ => joined(words.into_iter().map(plain).collect(), "and"),
    };
    let (verb, end) = match container.kind {
        ContainerKind::Init => ("Needs ", " while it runs. "),
        _ => ("Reserves ", ", whether it uses them or not. "),
    };
    let end = if words.len() == 1 { end.replace("them", "it") } else { end.to_owned() };
    concat(vec![plain(verb), words, plain(end), vec![source(know, object, &needs.requests)]])
}

/// What happens when someone changes how much it reserves or may use while it runs.
///
/// Source: kubernetes.io, "Resize CPU and memory resources assigned to containers" (KEP-1287, stable since 1.35): without
/// a policy of its own, a resource is changed without a restart.
fn resized(know: &Knowledge, object: &Object, container: &Container) -> Option<Prose> {
    let policies = container.spec.resize_policy.as_deref().filter(|policies| !policies.is_empty())?;
    let of = |wanted: bool| {
        let fitting =
            policies.iter().filter(|policy| (policy.restart_policy == "RestartContainer") == wanted);
        let names =
            fitting.map(|policy| if policy.resource_name == "cpu" { "CPU" } else { &policy.resource_name });
        names.map(plain).collect::<Vec<Prose>>()
    };
    let (restarts, stays) = (of(true), of(false));
    let mut words = plain("While it runs, ");
    if !restarts.is_empty() {
        words.extend(concat(vec![
            plain("a change of its "),
            joined(restarts.clone(), "or"),
            plain(" restarts it"),
        ]));
    }
    if !stays.is_empty() {
        let and = if restarts.is_empty() { "" } else { "; " };
        words.extend(concat(vec![
            plain(format!("{and}its ")),
            joined(stays, "and"),
            plain(" may be changed without a restart"),
        ]));
    }
    Some(concat(vec![words, plain(". "), vec![know.source(object, &container.path.key("resizePolicy"))]]))
}

/// Whether an init container needs so much that the whole pod reserves it for good.
fn decides(pod: &Pod, requests: &Resources, position: usize) -> Option<Prose> {
    let names = requests.iter().filter(|(_, amount)| amount.origin == Origin::Init(position));
    let names: Vec<Prose> = names.map(|(name, _)| vec![code(name)]).collect();
    let sidecars = pod.containers[..position].iter().any(|one| one.kind == ContainerKind::Sidecar);
    let start = if sidecars { "With the sidecars that run by then, that is more " } else { "That is more " };
    (!names.is_empty()).then(|| {
        concat(vec![
            plain(start),
            joined(names, "and"),
            plain(" than all that runs later needs, so the pod reserves it as long as it lives."),
        ])
    })
}

/// Requests above their limits, such as where a LimitRange sets a limit that the manifest does not know of.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`, `ValidateContainerResourceRequirements`.
fn rejected(know: &Knowledge, object: &Object, needs: &ContainerResources) -> Option<Prose> {
    let limits = &needs.limits.value;
    let above = needs
        .requests
        .value
        .iter()
        .filter(|(name, amount)| limits.get(name).is_some_and(|limit| amount.quantity > limit));
    let names: Vec<Prose> = above.map(|(name, _)| vec![code(name)]).collect();
    (!names.is_empty()).then(|| {
        concat(vec![
            plain("Kubernetes rejects its pod, because it reserves more "),
            listed(names, 4),
            plain(" than its limit allows. "),
            vec![source(know, object, &needs.limits)],
        ])
    })
}

/// What it does not set itself, and what counts instead.
fn filled_in(requests: &Known<Resources>) -> Option<Prose> {
    let is_filled = requests.value.iter().any(|(_, amount)| amount.origin != Origin::Written);
    (is_filled || is_unread(requests)).then(|| concat(vec![plain(" "), sentence(&requests.why), plain(".")]))
}

/// Limits that Kubernetes cannot read.
fn unread(know: &Knowledge, object: &Object, limits: &Known<Resources>) -> Option<Prose> {
    is_unread(limits).then(|| {
        let source = know.source(object, &limits.field);
        concat(vec![plain("Of its limits: "), marked(&limits.why), plain(". "), vec![source]])
    })
}

fn is_unread(known: &Known<Resources>) -> bool {
    known.why.ends_with("is no quantity")
}

/// A reason as a sentence of its own.
fn sentence(why: &str) -> Prose {
    let first = why.chars().next().map(|first| first.to_ascii_uppercase());
    let rest: String = why.chars().skip(1).collect();
    marked(&first.into_iter().chain(rest.chars()).collect::<String>())
}

/// Where a limit stands, and who sets it where the container does not.
fn set_by(know: &Knowledge, object: &Object, limits: &Known<Resources>, name: &str) -> Prose {
    let given = limits.value.amount(name).and_then(|amount| match &amount.origin {
        Origin::LimitRange(node, field) => Some((*node, field)),
        _ => None,
    });
    let Some((node, field)) = given else { return vec![source(know, object, limits)] };
    let range = know.node(node).object.as_deref().unwrap_or(object);
    vec![
        text("LimitRange "),
        know.name(node),
        text(" says so, because the container sets none itself. "),
        know.source(range, field),
    ]
}

fn cpu(
    know: &Knowledge,
    object: &Object,
    needs: &ContainerResources,
    pod_limits: Option<&Known<Resources>>,
) -> Prose {
    let limit = |known: &Known<Resources>| known.value.cpu_m().filter(|&millis| millis > 0);
    let pod_limit = pod_limits.and_then(|known| Some((known, limit(known)?)));
    match (limit(&needs.limits), pod_limit) {
        (Some(millis), _) => concat(vec![
            plain(format!(
                "May use up to {}: above that it is slowed down, never killed. ",
                core_words(millis)
            )),
            set_by(know, object, &needs.limits, "cpu"),
        ]),
        (None, Some((known, millis))) => vec![
            text(format!(
                "Has no CPU limit of its own: all containers of the pod together may use up to {}, and are slowed down \
                 above that. ",
                core_words(millis)
            )),
            source(know, object, known),
        ],
        (None, None) => plain("Nothing limits its CPU: it may use what its node has to spare."),
    }
}

fn memory(
    know: &Knowledge,
    object: &Object,
    pod: &Pod,
    container: &Container,
    needs: &ContainerResources,
    pod_limits: Option<&Known<Resources>>,
) -> Prose {
    let limit = |known: &Known<Resources>| known.value.memory_bytes().filter(|&bytes| bytes > 0);
    let pod_limit = pod_limits.and_then(|known| Some((known, limit(known)?)));
    let then = match after_kill(pod, container) {
        AfterKill::StartsAgain => " and starts again. ",
        AfterKill::PodFails => ", and its pod has failed. ",
        AfterKill::StaysDown => " and not started again. ",
        AfterKill::Rules => ", and its restart rules say whether it starts again. ",
    };
    match (limit(&needs.limits), pod_limit) {
        (Some(bytes), _) => concat(vec![
            plain(format!("Above {} of memory it is killed (", size_words(bytes))),
            vec![code("OOMKilled"), text(format!("){then}"))],
            set_by(know, object, &needs.limits, "memory"),
        ]),
        (None, Some((known, bytes))) => vec![
            text(format!(
                "Has no memory limit of its own: when all containers of the pod together use more than {}, one of them \
                 is killed. ",
                size_words(bytes)
            )),
            source(know, object, known),
        ],
        (None, None) => plain(
            "Nothing limits its memory: it may use what its node has, until that runs out and Kubernetes evicts pods.",
        ),
    }
}

/// Files in memory count as memory of the container that writes them.
fn memory_volumes(pod: &Pod, container: &Container) -> Option<Prose> {
    let in_memory = |name: &str| {
        let volume = pod.spec.volumes.iter().flatten().find(|volume| volume.name == name);
        let medium = volume.and_then(|volume| volume.empty_dir.as_ref()?.medium.as_deref());
        medium == Some("Memory")
    };
    let mut names: Vec<&str> = container
        .spec
        .volume_mounts
        .iter()
        .flatten()
        .filter(|mount| mount.read_only != Some(true) && in_memory(&mount.name))
        .map(|mount| mount.name.as_str())
        .collect();
    names.dedup();
    let word = if names.len() == 1 { "volume " } else { "volumes " };
    (!names.is_empty()).then(|| {
        let names = names.iter().map(|name| vec![code(*name)]).collect();
        concat(vec![
            plain(format!("What it writes to {word}")),
            listed(names, 4),
            plain(" stays in memory, and counts as memory that it uses."),
        ])
    })
}

fn disk(know: &Knowledge, object: &Object, needs: &ContainerResources) -> Option<Prose> {
    let bytes = needs.limits.value.ephemeral_storage_bytes()?;
    Some(concat(vec![
        plain(format!(
            "When its logs and the files it writes take more than {} of its node's disk, its pod is evicted. ",
            size_words(bytes)
        )),
        set_by(know, object, &needs.limits, "ephemeral-storage"),
    ]))
}

/// Devices and huge pages, which it gets in full or not at all.
fn devices(know: &Knowledge, object: &Object, needs: &ContainerResources) -> Option<Prose> {
    let given = needs.limits.value.iter().filter(|(name, _)| at_limit(name) == AtLimit::Refused);
    let words = given.map(|(name, amount)| plain(resource_words(name, amount.quantity)));
    let words: Vec<Prose> = words.collect();
    (!words.is_empty()).then(|| {
        concat(vec![
            plain("Its node must have "),
            listed(words, 4),
            plain(" to give to it; it gets no more than that. "),
            vec![source(know, object, &needs.limits)],
        ])
    })
}

fn claims(know: &Knowledge, object: &Object, container: &Container) -> Option<Prose> {
    let claims = container.spec.resources.as_ref()?.claims.as_ref()?;
    let names: Vec<Prose> = claims.iter().map(|claim| vec![code(&claim.name)]).collect();
    let word = if names.len() == 1 { "claim " } else { "claims " };
    (!names.is_empty()).then(|| {
        let field = container.path.key("resources").key("claims");
        concat(vec![
            plain(format!("It uses the devices of resource {word}")),
            listed(names, 4),
            plain(". "),
            vec![know.source(object, &field)],
        ])
    })
}
