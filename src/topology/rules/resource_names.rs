//! The objects that a Role or a ClusterRole names, one by one: `resourceNames`.
//!
//! Source: `k8s.io/api/rbac/v1/types.go`, `PolicyRule`.

use super::super::Selector;
use super::super::build::{Cast, Draft, Reference, target};
use crate::catalog::{FieldPath, Relation, Scope};
use crate::document::{Identity, Value};
use crate::model::Object;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds a reference to each object of the input that a rule names. One that whoever holds the Role may make itself,
/// such as the Lease that elects a leader, need not be in the input.
pub(super) fn apply(role: &Object, cast: &Cast, draft: &mut Draft) {
    let list = FieldPath::of("rules");
    let rules = list.find(&role.value).map(Value::items).unwrap_or_default();
    let holder = Holder { role, cast };
    for (index, rule) in rules.iter().enumerate() {
        let place = list.item(index, rule);
        let kinds: BTreeSet<(&str, &str)> =
            texts(rule, "resources").filter_map(|resource| holder.kind(rule, resource)).collect();
        if kinds.is_empty() || texts(rule, "resourceNames").next().is_none() {
            continue;
        }
        let names = place.key("resourceNames");
        let namespaces = holder.namespaces();
        for (group, kind) in kinds {
            let makes = rules.iter().any(|rule| may_create(rule, group, kind, cast));
            for (at, name) in names.find(&role.value).map(Value::items).unwrap_or_default().iter().enumerate()
            {
                let Some(text) = name.as_str().filter(|text| !text.is_empty()) else { continue };
                for to in holder.named(group, kind, text, &namespaces) {
                    let maker = makes.then(|| holder.maker()).flatten();
                    if let Some(maker) = maker.filter(|_| is_namespaced(&role.identity)) {
                        draft.expect(to.clone(), maker);
                    }
                    let reference = Reference::new(role, to, Relation::References, names.item(at, name));
                    draft.add(Reference { optional: true, ..reference });
                }
            }
        }
    }
}

struct Holder<'a> {
    role: &'a Object,
    cast: &'a Cast<'a>,
}

impl<'a> Holder<'a> {
    /// The group and the kind that a resource of a rule means; a subresource is about the object that has it.
    fn kind<'b>(&self, rule: &'b Value, resource: &'b str) -> Option<(&'b str, &'a str)> {
        let resource = resource.split('/').next().unwrap_or(resource);
        let kind = self.cast.catalog.kind_of_resource(resource)?;
        let known = |group: &&str| self.cast.catalog.kind(group, kind).is_some();
        texts(rule, "apiGroups").find(known).map(|group| (group, kind))
    }

    /// The objects that a name means: in the namespace of a Role, and wherever a ClusterRole is granted.
    fn named(&self, group: &str, kind: &str, name: &str, namespaces: &[Arc<str>]) -> Vec<Identity> {
        let own = &self.role.identity;
        if self.cast.catalog.scope(group, kind) == Some(Scope::Cluster) {
            // A Role rules over its namespace only, whatever it names.
            let cluster_wide =
                (!is_namespaced(own)).then(|| target(own, group, kind, None, name, self.cast.catalog));
            return cluster_wide.into_iter().collect();
        }
        let each = namespaces.iter();
        each.map(|namespace| target(own, group, kind, Some(namespace), name, self.cast.catalog)).collect()
    }

    /// The namespaces in which the rules count.
    fn namespaces(&self) -> Vec<Arc<str>> {
        let own = &self.role.identity;
        if is_namespaced(own) {
            return vec![Arc::clone(&own.namespace)];
        }
        if self.bindings("ClusterRoleBinding").next().is_some() {
            return self.cast.namespaces(&own.environment).map(|(name, _)| Arc::clone(name)).collect();
        }
        let granted = self.bindings("RoleBinding").map(|binding| Arc::clone(&binding.identity.namespace));
        granted.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The bindings of a kind that grant the Role.
    fn bindings(&self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        let own = &self.role.identity;
        let members = self.cast.of_kind(&own.environment, kind).into_iter().map(|member| &*member.object);
        members.filter(move |binding| {
            let text = |path: &str| binding.value.at(path).and_then(Value::as_str);
            text("roleRef.kind") == Some(&own.kind)
                && text("roleRef.name") == Some(&own.name)
                && (!is_namespaced(own) || binding.identity.namespace == own.namespace)
        })
    }

    /// Who acts with the rights of a Role: a workload that runs as an account which holds it, else that account.
    fn maker(&self) -> Option<Identity> {
        let accounts = self.bindings("RoleBinding").flat_map(|binding| {
            let subjects = binding.value.at("subjects").map(Value::items).unwrap_or_default();
            subjects.iter().filter_map(move |subject| account(binding, subject))
        });
        let accounts: BTreeSet<Identity> = accounts.collect();
        let runs = accounts.iter().find_map(|account| {
            let all = Selector::default();
            let mut near = self.cast.picked(&account.environment, &account.namespace, &all);
            let runs = near.find(|member| {
                let name = member.pod.as_ref().and_then(|pod| pod.spec.service_account_name.as_deref());
                name == Some(&account.name)
            });
            runs.map(|member| member.object.identity.clone())
        });
        runs.or_else(|| accounts.into_iter().next())
    }
}

/// The ServiceAccount that a subject of a binding is.
fn account(binding: &Object, subject: &Value) -> Option<Identity> {
    let text = |key| subject.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let account = binding.identity.sibling("", "ServiceAccount", text("name")?);
    let namespace = text("namespace").map_or_else(|| account.namespace.clone(), Arc::from);
    (text("kind") == Some("ServiceAccount")).then_some(Identity { namespace, ..account })
}

/// Whether a rule lets one make objects of a kind. Nobody can be let make an object of one name only.
fn may_create(rule: &Value, group: &str, kind: &str, cast: &Cast) -> bool {
    let has = |key, wanted: &str| texts(rule, key).any(|text| text == wanted || text == "*");
    let of_kind = |resource: &str| resource == "*" || cast.catalog.kind_of_resource(resource) == Some(kind);
    has("verbs", "create") && has("apiGroups", group) && texts(rule, "resources").any(of_kind)
}

fn is_namespaced(identity: &Identity) -> bool {
    !identity.namespace.is_empty()
}

fn texts<'a>(rule: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    rule.get(key).map(Value::items).unwrap_or_default().iter().filter_map(Value::as_str)
}
