//! Whom a name means: the kind, the group and the namespace that stand beside it, or what a host leads to.

use super::super::address::{addresses, is_cluster_form, is_localhost};
use super::super::build::{Cast, HOST, target};
use super::super::rules::service_name::Target;
use crate::catalog::EdgeRule;
use crate::catalog::vocabulary::NameForm;
use crate::document::{Identity, Value};
use crate::model::Object;

/// A name that a field gives.
pub(super) struct Mention<'a> {
    /// The name.
    pub name: String,
    /// The mapping with the keys that say more about it.
    pub holder: Option<&'a Value>,
}

/// The object that is meant; `None` for a host that means nobody.
pub(super) fn named(rule: &EdgeRule, by: &Object, mention: &Mention, cast: &Cast) -> Option<Identity> {
    match rule.form {
        NameForm::Host => host(by, &mention.name, cast),
        NameForm::Domain => Some(domain(by, &mention.name, cast)),
        NameForm::Name | NameForm::Key => Some(object(rule, by, mention.holder, None, &mention.name, cast)),
        NameForm::Tagged => {
            let name = mention.name.split([':', '@']).next().unwrap_or_default();
            (!name.is_empty()).then(|| object(rule, by, mention.holder, None, name, cast))
        }
        NameForm::Namespaced => Some(match mention.name.split_once('/') {
            Some((namespace, name)) => {
                let namespace = Some(namespace).filter(|namespace| !matches!(*namespace, "" | "."));
                object(rule, by, mention.holder, namespace, name, cast)
            }
            None => object(rule, by, mention.holder, None, &mention.name, cast),
        }),
    }
}

fn object(
    rule: &EdgeRule,
    by: &Object,
    holder: Option<&Value>,
    namespace: Option<&str>,
    name: &str,
    cast: &Cast,
) -> Identity {
    let text = |key: &Option<String>| {
        key.as_deref().and_then(|key| holder?.get(key)?.as_str()).filter(|text| !text.is_empty())
    };
    let default = rule.to.as_deref().unwrap_or_default();
    let (default_kind, default_group) =
        default.split_once('.').map_or((default, None), |(kind, group)| (kind, Some(group)));
    let kind = text(&rule.kind).unwrap_or(default_kind);
    let kind = cast.catalog.kind_of_resource(kind).unwrap_or(kind);
    let group = match text(&rule.group) {
        // An apiVersion ends in a version, an API group does not.
        Some(group) => {
            let group =
                group.rsplit_once('/').map_or(if is_version(group) { "" } else { group }, |(group, _)| group);
            // The core group has no name; some kinds write it all the same.
            cast.catalog.successor(if group == "core" { "" } else { group }, kind)
        }
        None if kind == default_kind => default_group.unwrap_or_else(|| cast.catalog.group_of(kind)),
        None => cast.catalog.group_of(kind),
    };
    let group = if kind == HOST { "" } else { group };
    let namespace = namespace.or_else(|| text(&rule.namespace));
    let target = |namespace| target(&by.identity, group, kind, namespace, name, cast.catalog);
    let named = match (&rule.within, namespace) {
        (Some(within), None) => {
            let own = target(None);
            let is_there = !own.namespace.is_empty() && cast.find(&own).is_some();
            let elsewhere = || cast.only_one(&own).unwrap_or_else(|| target(Some(within)));
            if is_there { own } else { elsewhere() }
        }
        (_, namespace) => target(namespace),
    };
    // Of a kind that the catalog does not know, only the input says where its objects stand.
    let at_large = Identity { namespace: "".into(), ..named.clone() };
    let is_at_large = cast.catalog.scope(group, kind).is_none() && cast.find(&at_large).is_some();
    if is_at_large { at_large } else { named }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The Service that a full name in the DNS means, or the node of a host outside. No search list is added to it.
///
/// Source: kubernetes.io/docs/concepts/services-networking/service/#externalname.
fn domain(by: &Object, text: &str, cast: &Cast) -> Identity {
    let written = text.trim_end_matches('.');
    let is_full = is_cluster_form(written) && !written.to_ascii_lowercase().ends_with(".svc");
    match cast.names.meant_by(&by.identity, written) {
        Target::Service(service, true) | Target::Missing(service, true) if is_full => service,
        _ => target(&by.identity, "", HOST, None, written, cast.catalog),
    }
}

/// The Service that a host means to a pod beside the object, or the node of a host outside. A wildcard means no single
/// Service, and a name that is not one of the cluster's counts as outside only if it can stand in the public DNS.
fn host(by: &Object, text: &str, cast: &Cast) -> Option<Identity> {
    let written = if text.contains(':') {
        addresses(text).into_iter().next().map(|address| address.host)?
    } else {
        // `namespace/host`: the namespace is who may see it, not a part of the host.
        text.rsplit_once('/').map_or(text, |(_, host)| host).trim_end_matches('.').to_owned()
    };
    if is_localhost(&written) {
        return None;
    }
    let outside = |host: &str| Some(target(&by.identity, "", HOST, None, host, cast.catalog));
    if let Some(rest) = written.strip_prefix("*.") {
        let is_outside = cast.names.meant_by(&by.identity, rest) == Target::Outside
            && cast.names.meant_by(&by.identity, &format!("x.{rest}")) == Target::Outside;
        return is_outside.then(|| outside(&written)).flatten();
    }
    match cast.names.meant_by(&by.identity, &written) {
        Target::Service(service, _) | Target::Missing(service, _) => {
            (!service.namespace.is_empty()).then_some(service)
        }
        Target::Outside => outside(&written),
        Target::Nobody => None,
    }
}
