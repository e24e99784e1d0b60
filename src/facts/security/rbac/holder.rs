//! Whom a binding gives rights: a service account, a person, or a group.

use crate::document::{Identity, Value};
use std::sync::Arc;

/// Whom a binding gives rights.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A ServiceAccount, by namespace and name.
    Account(Arc<str>, Arc<str>),
    /// A person, or a program with a certificate of its own.
    User(Arc<str>),
    /// Everyone in a group.
    Group(Arc<str>),
}

const ACCOUNT: &str = "system:serviceaccount:";
const ACCOUNTS: &str = "system:serviceaccounts";
const AUTHENTICATED: &str = "system:authenticated";

impl Holder {
    /// Reads one of a binding's subjects; `None` where it names nobody. A service account without a namespace is one
    /// of the binding's.
    ///
    /// Source: `k8s.io/kubernetes/pkg/registry/rbac/validation/rule.go`, `appliesToUser`.
    pub(super) fn read(subject: &Value, namespace: &Arc<str>) -> Option<Holder> {
        let text = |key: &str| subject.get(key).and_then(Value::scalar_text).filter(|text| !text.is_empty());
        let name = text("name")?;
        match text("kind").as_deref() {
            Some("ServiceAccount") => {
                let namespace = text("namespace").map_or_else(|| Arc::clone(namespace), Into::into);
                (!namespace.is_empty()).then(|| Holder::Account(namespace, name.into()))
            }
            Some("User") => Some(Holder::user(&name)),
            Some("Group") => Some(Holder::Group(name.into())),
            _ => None,
        }
    }

    /// A user; service accounts are users, too.
    fn user(name: &str) -> Holder {
        let account = name.strip_prefix(ACCOUNT).and_then(|account| account.split_once(':'));
        match account {
            Some((namespace, name)) => Holder::Account(namespace.into(), name.into()),
            None => Holder::User(name.into()),
        }
    }

    /// As whom a ServiceAccount may hold rights: as itself, and as one of its groups.
    pub(super) fn of_account(account: &Identity) -> [Holder; 4] {
        [
            Holder::Account(Arc::clone(&account.namespace), Arc::clone(&account.name)),
            Holder::Group(format!("{ACCOUNTS}:{}", account.namespace).into()),
            Holder::Group(ACCOUNTS.into()),
            Holder::Group(AUTHENTICATED.into()),
        ]
    }

    /// Whether a ServiceAccount holds rights as this one.
    pub fn covers(&self, account: &Identity) -> bool {
        Holder::of_account(account).contains(self)
    }

    /// What the groups that Kubernetes fills itself mean, names in backticks; `None` for any other holder.
    pub fn meaning(&self) -> Option<String> {
        let Holder::Group(name) = self else {
            return (*self == Holder::User("system:anonymous".into()))
                .then(|| "callers who have not logged in".to_owned());
        };
        Some(match &**name {
            AUTHENTICATED => "everyone who can log in, every ServiceAccount included".to_owned(),
            "system:unauthenticated" => "callers who have not logged in".to_owned(),
            "system:masters" => "the administrators of the cluster, whom nothing limits".to_owned(),
            "system:nodes" => "the kubelets of all nodes".to_owned(),
            ACCOUNTS => "every ServiceAccount of the cluster".to_owned(),
            other => {
                let namespace = other.strip_prefix(ACCOUNTS)?.strip_prefix(':')?;
                format!("every ServiceAccount in namespace {}", crate::facts::quoted(namespace))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Holder;

    #[test]
    fn a_service_account_is_a_user_too() {
        let account = Holder::Account("shop".into(), "web".into());
        assert_eq!(Holder::user("system:serviceaccount:shop:web"), account);
        assert_eq!(Holder::user("jane"), Holder::User("jane".into()));
    }

    #[test]
    fn groups_of_kubernetes_have_a_meaning() {
        let group = Holder::Group("system:serviceaccounts:shop".into());
        assert_eq!(group.meaning().as_deref(), Some("every ServiceAccount in namespace `shop`"));
        assert_eq!(Holder::Group("system:serviceaccountsx".into()).meaning(), None);
        assert_eq!(Holder::Group("developers".into()).meaning(), None);
    }
}
