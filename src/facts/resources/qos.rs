//! The quality of service of a pod, and what makes it so.
//!
//! Source: `k8s.io/kubectl/pkg/util/qos/qos.go`, `ComputePodQOS`.

use super::ContainerResources;
use super::amounts::Resources;
use super::defaulting::Requirements;
use crate::catalog::FieldPath;
use crate::facts::known::{Known, quoted};
use crate::facts::quantity::Quantity;
use crate::facts::scene::Scene;
use crate::names::english;
use crate::topology::{Container, ContainerKind, Pod};
use serde::Serialize;

/// How safe a pod is when its node runs out of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Qos {
    /// It reserves all the CPU and memory that it may use.
    Guaranteed,
    /// It reserves some of it.
    Burstable,
    /// It reserves nothing and may use whatever is there.
    BestEffort,
    /// It depends on amounts that a tool puts in later.
    Unknown,
}

impl Qos {
    /// The name of the class.
    pub fn name(self) -> &'static str {
        match self {
            Qos::Guaranteed => "Guaranteed",
            Qos::Burstable => "Burstable",
            Qos::BestEffort => "BestEffort",
            Qos::Unknown => "unknown here",
        }
    }
}

/// The class that one container would have alone, and why: a part of a sentence about it, without its name.
pub(super) fn of_container(requests: &Resources, limits: &Resources, field: FieldPath) -> Known<Qos> {
    Known::new(class(requests, limits), cause(requests, limits), field)
}

/// The class of the pod. `resources` of the pod decide alone; else all containers must be of one class, init containers
/// and sidecars too.
pub(super) fn of_pod(
    pod: &Pod,
    containers: &[ContainerResources],
    level: Option<&Requirements>,
) -> Known<Qos> {
    if let Some(level) = level {
        let (class, cause) = (class(&level.requests, &level.limits), cause(&level.requests, &level.limits));
        return Known::new(class, format!("the pod as a whole {cause}"), pod.path.key("resources"));
    }
    let counted = pod.containers.iter().zip(containers);
    let counted: Vec<_> = counted.filter(|(one, _)| one.kind != ContainerKind::Ephemeral).collect();
    let all = pod.path.key("containers");
    match of_all(counted.iter().map(|(_, one)| one.qos.value)) {
        Qos::BestEffort => {
            Known::new(Qos::BestEffort, "no container sets a CPU or memory request or limit", all)
        }
        Qos::Guaranteed => {
            let who = match &counted[..] {
                [(one, _)] => quoted(&one.key),
                _ => "every container".to_owned(),
            };
            Known::new(Qos::Guaranteed, format!("{who} reserves all the CPU and memory that it may use"), all)
        }
        Qos::Unknown => {
            let open = counted.iter().find(|(_, one)| one.qos.value == Qos::Unknown);
            let why = "amounts of CPU or memory are set by substitution";
            Known::new(Qos::Unknown, why, open.map_or(all, |(_, one)| one.qos.field.clone()))
        }
        Qos::Burstable => {
            let of = |class: Qos| counted.iter().filter(move |(_, one)| one.qos.value == class);
            let some = if of(Qos::Burstable).next().is_some() { Qos::Burstable } else { Qos::BestEffort };
            let decisive: Vec<_> = of(some).collect();
            let field = decisive.first().map_or(all, |(_, one)| one.qos.field.clone());
            Known::new(Qos::Burstable, causes(&decisive), field)
        }
    }
}

/// The class of a pod by those of its containers: theirs, where it is the same for all.
pub(super) fn of_all(mut classes: impl Iterator<Item = Qos>) -> Qos {
    match classes.next() {
        None => Qos::BestEffort,
        Some(first) => {
            let rest: Vec<Qos> = classes.collect();
            match () {
                () if first == Qos::Unknown || rest.contains(&Qos::Unknown) => Qos::Unknown,
                () if rest.iter().all(|other| *other == first) => first,
                () => Qos::Burstable,
            }
        }
    }
}

/// The class that the cluster has recorded for a pod that runs, where that is another one than its manifest makes: it
/// never changes after the pod is made.
///
/// Source: `k8s.io/kubectl/pkg/util/qos/qos.go`, `GetPodQOS`.
pub(super) fn recorded(scene: &Scene, computed: Known<Qos>) -> Known<Qos> {
    let classes = [Qos::Guaranteed, Qos::Burstable, Qos::BestEffort];
    let status = scene.text("status.qosClass").filter(|_| scene.is("", "Pod"));
    let class = status.and_then(|status| classes.into_iter().find(|class| class.name() == status));
    match class {
        Some(class) if class != computed.value => {
            let why = "the cluster recorded it when it made the pod";
            Known::new(class, why, FieldPath::of("status.qosClass"))
        }
        _ => computed,
    }
}

/// What the containers that decide do, those that do the same in one breath.
fn causes(decisive: &[&(&Container, &ContainerResources)]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (container, resources) in decisive {
        let why = &*resources.qos.why;
        let name = container_words(container);
        match groups.iter_mut().find(|(other, _)| *other == why) {
            Some((_, names)) => names.push(name),
            None => groups.push((why, vec![name])),
        }
    }
    let clauses = groups.iter().map(|(why, names)| match names.as_slice() {
        [one] => format!("{one} {why}"),
        many => format!("each of {} {why}", english::list_up_to(4, many)),
    });
    clauses.collect::<Vec<_>>().join("; ")
}

/// `` `app` ``, ``init container `migrate` ``.
pub(super) fn container_words(container: &Container) -> String {
    match container.kind {
        ContainerKind::App => quoted(&container.key),
        kind => format!("{} {}", kind.words(), quoted(&container.key)),
    }
}

/// The class of one set of requests and limits: of CPU and memory alone, by value.
pub(super) fn class(requests: &Resources, limits: &Resources) -> Qos {
    let of = |name| match amounts(requests, limits, name) {
        (request, limit) if request != limit => Qos::Burstable,
        (request, _) if request.is_zero() => Qos::BestEffort,
        _ => Qos::Guaranteed,
    };
    if ["cpu", "memory"].iter().any(|name| requests.is_open(name) || limits.is_open(name)) {
        return Qos::Unknown;
    }
    let (cpu, memory) = (of("cpu"), of("memory"));
    if cpu == memory { cpu } else { Qos::Burstable }
}

fn amounts(requests: &Resources, limits: &Resources, name: &str) -> (Quantity, Quantity) {
    (requests.get(name).unwrap_or_default(), limits.get(name).unwrap_or_default())
}

/// Why one set of requests and limits has its class: what the container does.
fn cause(requests: &Resources, limits: &Resources) -> String {
    let which = |test: fn(Quantity, Quantity, bool) -> bool| {
        let names = [("cpu", "CPU"), ("memory", "memory")].into_iter().filter(|(name, _)| {
            let (request, limit) = amounts(requests, limits, name);
            test(request, limit, limits.get(name).is_some())
        });
        names.map(|(_, noun)| noun).collect::<Vec<_>>()
    };
    match class(requests, limits) {
        Qos::Guaranteed => return "reserves all the CPU and memory that it may use".to_owned(),
        Qos::BestEffort if requests.is_empty() && limits.is_empty() => return "sets no resources".to_owned(),
        Qos::BestEffort => return "sets no CPU or memory".to_owned(),
        Qos::Unknown => return "leaves amounts of CPU or memory to a substitution".to_owned(),
        Qos::Burstable => {}
    }
    let mut clauses = Vec::new();
    let less = which(|request, limit, _| request < limit);
    if !less.is_empty() {
        clauses.push(format!("reserves less {} than it may use", english::list(&less, "and")));
    }
    let endless = which(|request, _, is_limited| !request.is_zero() && !is_limited);
    if !endless.is_empty() {
        clauses.push(format!("has no {} limit", english::list(&endless, "or")));
    }
    let none = which(|request, limit, _| request.is_zero() && limit.is_zero());
    if !none.is_empty() {
        clauses.push(format!("sets neither a request nor a limit for {}", english::list(&none, "or")));
    }
    let more = which(|request, limit, is_limited| is_limited && request > limit);
    if !more.is_empty() {
        clauses.push(format!("reserves more {} than its limit allows", english::list(&more, "and")));
    }
    english::list_up_to(4, &clauses)
}
