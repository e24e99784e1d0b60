//! Different resources: one container needs much more of its node than another.

use super::{Case, SplitReason};
use crate::facts::known::Known;
use crate::facts::quoted;
use crate::topology::Container;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// From which factor on two requests are very different.
const FACTOR: i128 = 8;

/// Whether the containers need very different amounts: of CPU or memory, a device that only one has, or a guarantee
/// for one and nothing at all for another.
pub(super) fn find(case: &Case) -> Option<Known<SplitReason>> {
    ratio(case, "cpu", "CPU")
        .or_else(|| ratio(case, "memory", "memory"))
        .or_else(|| device(case))
        .or_else(|| classes(case))
}

fn ratio(case: &Case, resource: &str, word: &str) -> Option<Known<SplitReason>> {
    let asks =
        |&member: &usize| Some((amount(&requests(&case.pod.containers[member]).get(resource)?.0)?, member));
    let asked: Vec<(i128, usize)> =
        case.members.iter().filter_map(asks).filter(|(amount, _)| *amount > 0).collect();
    let (least, small) = asked.iter().min().copied()?;
    let (most, large) = asked.iter().max().copied()?;
    if most < least.saturating_mul(FACTOR) {
        return None;
    }
    let (large_name, small_name) = (case.name(large), case.name(small));
    let why = format!("{large_name} asks for {} times the {word} of {small_name}", most / least);
    let field = case.pod.containers[large].path.key("resources").key("requests").key(resource);
    Some(Known::new(SplitReason::DifferentResources, why, field))
}

/// A resource other than CPU, memory and disk that only one container asks for.
fn device(case: &Case) -> Option<Known<SplitReason>> {
    let devices = |member: usize| {
        let requests = requests(&case.pod.containers[member]);
        requests.keys().map(|key| (*key).to_owned()).filter(|key| is_special(key)).collect::<Vec<_>>()
    };
    case.members.iter().find_map(|&member| {
        let device = devices(member).into_iter().next()?;
        let others = case.members.iter().filter(|&&other| other != member);
        let alone = others.clone().all(|&other| devices(other).is_empty());
        let why = format!("only {} needs {}", case.name(member), quoted(&device));
        let field = case.pod.containers[member].path.key("resources");
        alone.then(|| Known::new(SplitReason::DifferentResources, why, field))
    })
}

/// Huge pages, and devices such as `nvidia.com/gpu`.
pub(super) fn is_special(resource: &str) -> bool {
    resource.starts_with("hugepages-") || is_device(resource)
}

/// A device that only some nodes have: its name has a domain.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/helper/helpers.go`, `IsExtendedResourceName`.
pub(super) fn is_device(resource: &str) -> bool {
    resource.contains('/') && !resource.starts_with("requests.") && !resource.starts_with("kubernetes.io/")
}

/// One container with guaranteed resources beside one without any.
///
/// Source: `k8s.io/kubectl/pkg/util/qos/qos.go`, applied to each container.
fn classes(case: &Case) -> Option<Known<SplitReason>> {
    let guaranteed = |member: usize| {
        let container = &case.pod.containers[member];
        let requests = requests(container);
        let limit = |key: &str| container.spec.resources.as_ref()?.limits.as_ref()?.get(key);
        ["cpu", "memory"].into_iter().all(|key| {
            let (request, limit) = (requests.get(key).and_then(|request| amount(&request.0)), limit(key));
            request.is_some_and(|amount| amount > 0) && request == limit.and_then(amount_of)
        })
    };
    let bare = |member: usize| {
        let requests = requests(&case.pod.containers[member]);
        !requests.contains_key("cpu") && !requests.contains_key("memory")
    };
    let sure = case.members.iter().copied().find(|&member| guaranteed(member))?;
    let none = case.members.iter().copied().find(|&member| bare(member))?;
    let why = format!("{} has guaranteed CPU and memory, {} asks for none", case.name(sure), case.name(none));
    Some(Known::new(SplitReason::DifferentResources, why, case.pod.containers[sure].path.key("resources")))
}

/// What a container asks for: its requests, and its limits where it has no request of its own.
///
/// Source: `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`, `SetDefaults_Pod`.
pub(super) fn requests(container: &Container) -> BTreeMap<&str, &Quantity> {
    let resources = container.spec.resources.as_ref();
    let limits = resources.and_then(|resources| resources.limits.as_ref()).into_iter().flatten();
    let requests = resources.and_then(|resources| resources.requests.as_ref()).into_iter().flatten();
    limits.chain(requests).map(|(key, quantity)| (key.as_str(), quantity)).collect()
}

fn amount_of(quantity: &Quantity) -> Option<i128> {
    amount(&quantity.0)
}

/// A quantity in thousandths, rounded down; `None` for what is no quantity.
///
/// Source: `k8s.io/apimachinery/pkg/api/resource/quantity.go`.
fn amount(text: &str) -> Option<i128> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let value = digits(whole)?.checked_mul(1000)?.checked_add(digits(&thousandths)?)?;
    let binary = |power: u32| 1024_i128.checked_pow(power);
    let factor = match suffix {
        "m" => return Some(value / 1000),
        "" => 1,
        "k" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "P" => 1_000_000_000_000_000,
        "E" => 1_000_000_000_000_000_000,
        "Ki" => binary(1)?,
        "Mi" => binary(2)?,
        "Gi" => binary(3)?,
        "Ti" => binary(4)?,
        "Pi" => binary(5)?,
        "Ei" => binary(6)?,
        exponent => 10_i128
            .checked_pow(exponent.strip_prefix(['e', 'E'])?.parse().ok().filter(|power| *power < 20)?)?,
    };
    value.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn quantities_are_thousandths() {
        let table = [
            ("100m", Some(100)),
            ("1", Some(1000)),
            ("1.5", Some(1500)),
            ("1Ki", Some(1_024_000)),
            ("1e3", Some(1_000_000)),
            ("", Some(0)),
            ("x", None),
            ("99999999999999999999999999999999999999999999", None),
        ];
        for (text, expected) in table {
            assert_eq!(amount(text), expected, "{text}");
        }
    }
}
