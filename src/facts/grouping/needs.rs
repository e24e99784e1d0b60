//! Different resources: one container needs much more of its node than another.

use super::{Case, SplitReason};
use crate::facts::known::Known;
use crate::facts::quoted;
use crate::facts::resources::{Qos, Resources};

/// From which factor on two requests are very different.
const FACTOR: i64 = 8;

/// Whether the containers need very different amounts: of CPU or memory, a device that only one has, or a guarantee
/// for one and nothing at all for another.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    let cpu = || ratio(case, "cpu", "CPU", Resources::cpu_m);
    let memory = || ratio(case, "memory", "memory", Resources::memory_bytes);
    cpu().or_else(memory).or_else(|| device(case)).or_else(|| classes(case))
}

/// Two requests for one resource, of which one is many times the other.
fn ratio(
    case: &Case,
    resource: &str,
    word: &str,
    amount: fn(&Resources) -> Option<i64>,
) -> Option<Known<SplitReason>> {
    let asks = |&member: &usize| Some((amount(requests(case, member)?)?, member));
    let asked: Vec<(i64, usize)> =
        case.members.iter().filter_map(asks).filter(|(amount, _)| *amount > 0).collect();
    let (least, small) = asked.iter().min().copied()?;
    let (most, large) = asked.iter().max().copied()?;
    let factor = most / least;
    let why = format!("{} asks for {factor} times the {word} of {}", case.name(large), case.name(small));
    let field = case.pod.containers[large].path.key("resources").key("requests").key(resource);
    (factor >= FACTOR).then(|| Known::new(SplitReason::DifferentResources, why, field))
}

/// A resource other than CPU, memory and disk that only one container asks for.
fn device(case: &Case) -> Option<Known<SplitReason>> {
    let special = |member: usize| {
        let mut names = requests(case, member).into_iter().flat_map(Resources::iter).map(|(name, _)| name);
        names.find(|name| is_special(name)).map(str::to_owned)
    };
    let mut found = case.members.iter().filter_map(|&member| Some((member, special(member)?)));
    let (member, device) = found.next()?;
    let why = format!("only {} needs {}", case.name(member), quoted(&device));
    let field = case.pod.containers[member].path.key("resources");
    found.next().is_none().then(|| Known::new(SplitReason::DifferentResources, why, field))
}

/// Huge pages, and devices such as `nvidia.com/gpu`.
fn is_special(resource: &str) -> bool {
    resource.starts_with("hugepages-") || is_device(resource)
}

/// A device that only some nodes have: its name has a domain.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/helper/helpers.go`, `IsExtendedResourceName`.
pub(super) fn is_device(resource: &str) -> bool {
    resource.contains('/') && !resource.starts_with("requests.") && !resource.starts_with("kubernetes.io/")
}

/// One container with guaranteed resources beside one without any.
fn classes(case: &Case) -> Option<Known<SplitReason>> {
    let of = |wanted: Qos| {
        let class = |member: usize| case.resources.containers.get(member).map(|one| one.qos.value);
        case.members.iter().copied().find(|&member| class(member) == Some(wanted))
    };
    let (sure, none) = (of(Qos::Guaranteed)?, of(Qos::BestEffort)?);
    let why = format!("{} has guaranteed CPU and memory, {} asks for none", case.name(sure), case.name(none));
    Some(Known::new(SplitReason::DifferentResources, why, case.pod.containers[sure].path.key("resources")))
}

/// What a container asks for, defaults included.
pub(super) fn requests<'a>(case: &'a Case, member: usize) -> Option<&'a Resources> {
    case.resources.containers.get(member).map(|one| &one.requests.value)
}
