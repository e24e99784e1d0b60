//! The Services of the input by their names in the DNS and in variables.
//!
//! Source: kubernetes.io/docs/concepts/services-networking/dns-pod-service/; `k8s.io/kubernetes/pkg/kubelet/envvars/envvars.go`.

use super::super::build::Member;
use super::super::selector::Selector;
use super::super::share::Share;
use crate::catalog::{CLUSTER_DOMAIN, Selection};
use crate::document::{Identity, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whom a host means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A Service of the input; `true` where the name can mean nothing else.
    Service(Identity, bool),
    /// A Service that is not in the input; `true` where the name can mean nothing else.
    Missing(Identity, bool),
    /// A name or an address outside of the cluster.
    Outside,
    /// Nobody: no host at all.
    Nobody,
}

/// The Services and namespaces of the input, by environment.
pub struct Names<'a> {
    /// By environment, namespace and name.
    services: BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, Entry<'a>>>>,
    /// Services that others will make, by environment, namespace and name.
    produced: BTreeSet<(Arc<str>, Arc<str>, Arc<str>)>,
    namespaces: BTreeSet<(&'a str, &'a str)>,
    by_variable: BTreeMap<(&'a str, &'a str, String), &'a str>,
    /// What the names of Services in the cluster end in: `cluster.local`.
    domain: &'a str,
}

struct Entry<'a> {
    service: &'a Value,
    ports: Vec<u16>,
    headless: bool,
    outside: bool,
}

impl<'a> Names<'a> {
    /// Looks through the members of a cluster with the given domain.
    pub fn of(members: &'a [Member], domain: &'a str) -> Names<'a> {
        let mut names = Names {
            services: BTreeMap::new(),
            produced: BTreeSet::new(),
            namespaces: BTreeSet::new(),
            by_variable: BTreeMap::new(),
            domain,
        };
        for member in members {
            let Identity { environment, group, kind, namespace, name } = &member.object.identity;
            if !namespace.is_empty() {
                names.namespaces.insert((environment, namespace));
            }
            if group.is_empty() && &**kind == "Namespace" {
                names.namespaces.insert((environment, name));
            }
            if !group.is_empty() || &**kind != "Service" {
                continue;
            }
            let entry = Entry::new(&member.object.value);
            // Kubernetes gives no variables for Services without an address.
            if !entry.headless && !entry.outside {
                let variable = name.to_ascii_uppercase().replace('-', "_");
                names.by_variable.insert((environment, namespace, variable), name);
            }
            names.services.entry(environment).or_default().entry(namespace).or_default().insert(name, entry);
        }
        names
    }

    /// Adds a Service that is not in the input and that an object of it makes.
    pub fn add_produced(&mut self, service: Identity) {
        self.produced.insert((service.environment, service.namespace, service.name));
    }

    /// What Kubernetes puts into a variable such as `CART_SERVICE_HOST` of a pod: here, the Service's name and its
    /// first port.
    pub fn behind_variable(&self, pod: &Identity, variable: &str) -> Option<String> {
        let find = |name: &str| {
            let key = (&*pod.environment, &*pod.namespace, name.to_owned());
            self.by_variable.get(&key).copied()
        };
        if let Some(name) = variable.strip_suffix("_SERVICE_HOST") {
            return find(name).map(str::to_owned);
        }
        let name = find(variable.strip_suffix("_SERVICE_PORT")?)?;
        let entry = self.find(pod, &pod.namespace, name)?;
        entry.ports.first().map(u16::to_string)
    }

    /// The ports of a Service, in their order.
    pub fn ports(&self, service: &Identity) -> &[u16] {
        let entry = self.find(service, &service.namespace, &service.name);
        entry.map(|entry| entry.ports.as_slice()).unwrap_or_default()
    }

    /// Whether a Service with an address of its own picks the pods of a member.
    pub fn selects_and_is_not_headless(&self, service: &Identity, member: &Member) -> bool {
        let entry = self.find(service, &service.namespace, &service.name);
        entry.is_some_and(|entry| !entry.headless) && self.selects(service, member)
    }

    /// Whether a Service picks the pods of a member.
    pub fn selects(&self, service: &Identity, member: &Member) -> bool {
        if service.namespace != member.object.identity.namespace {
            return false;
        }
        let entry = self.find(service, &service.namespace, &service.name);
        let (Some(entry), Some(pod)) = (entry, &member.pod) else { return false };
        let Some(selector) = entry.service.at("spec.selector") else { return false };
        let selector = Selector::read(selector, Selection::Labels);
        !selector.is_empty() && selector.share(pod) != Share::Nothing
    }

    /// Whom a host means to a pod.
    pub fn meant_by(&self, pod: &Identity, host: &str) -> Target {
        if host.parse::<std::net::IpAddr>().is_ok() {
            return Target::Outside;
        }
        let host = host.to_ascii_lowercase();
        let labels: Vec<&str> = host.split('.').skip_while(|label| label.starts_with('_')).collect();
        if let Some((service, namespace, exact)) = self.in_the_cluster(pod, &labels) {
            let there = self.is_there(pod, namespace, service);
            let identity = Identity { namespace: namespace.into(), ..pod.sibling("", "Service", service) };
            let identity = Identity { environment: Arc::clone(&pod.environment), ..identity };
            return if there { Target::Service(identity, exact) } else { Target::Missing(identity, exact) };
        }
        if labels.len() > 1 && is_public(&labels) { Target::Outside } else { Target::Nobody }
    }

    /// The Service and the namespace that the labels of a name mean, and whether they can mean nothing else.
    fn in_the_cluster<'b>(&self, pod: &'b Identity, labels: &[&'b str]) -> Option<(&'b str, &'b str, bool)> {
        let own = &*pod.namespace;
        let there = |service: &str, namespace: &str| self.is_there(pod, namespace, service);
        let headless = |service: &str, namespace: &str| {
            self.find(pod, namespace, service).is_some_and(|entry| entry.headless)
        };
        if let Some(at) = labels.iter().skip(2).position(|label| *label == "svc").map(|at| at + 2)
            && self.is_domain(&labels[at + 1..])
        {
            return is_label(labels[at - 2]).then_some((labels[at - 2], labels[at - 1], true));
        }
        match labels {
            [service] => is_label(service).then_some((service, own, false)),
            [service, namespace] if there(service, namespace) => Some((service, namespace, false)),
            // `db-0.db`: a pod behind a headless Service of its own namespace.
            [_, service] if headless(service, own) => Some((service, own, false)),
            [_, service, namespace] if headless(service, namespace) => Some((service, namespace, false)),
            // Without an address of its own or with one: the pod of a StatefulSet is meant.
            [pod, service] if is_numbered(pod) && there(service, own) => Some((service, own, false)),
            // A namespace may bear the name of a public domain.
            [service, namespace] if !DOMAINS.contains(namespace) => {
                let known = self.namespaces.contains(&(&*pod.environment, *namespace));
                (known && is_label(service)).then_some((service, namespace, false))
            }
            _ => None,
        }
    }

    /// Whether labels are the cluster's domain, or none, so that the pod's search list adds it. Where nobody said what the
    /// domain is, any below `local` may be it.
    fn is_domain(&self, labels: &[&str]) -> bool {
        labels.is_empty()
            || labels.join(".") == self.domain
            || (self.domain == CLUSTER_DOMAIN && labels.last() == Some(&"local"))
    }

    fn is_there(&self, pod: &Identity, namespace: &str, service: &str) -> bool {
        let key = || (Arc::clone(&pod.environment), Arc::from(namespace), Arc::from(service));
        self.find(pod, namespace, service).is_some()
            || (!self.produced.is_empty() && self.produced.contains(&key()))
    }

    fn find(&self, pod: &Identity, namespace: &str, service: &str) -> Option<&Entry<'a>> {
        self.services.get(&*pod.environment)?.get(namespace)?.get(service)
    }
}

impl<'a> Entry<'a> {
    fn new(service: &'a Value) -> Entry<'a> {
        let text = |path: &str| service.at(path).and_then(Value::as_str);
        let ports = service.at("spec.ports").map(Value::items).unwrap_or_default();
        let ports = ports.iter().filter_map(|port| u16::try_from(port.get("port")?.as_i64()?).ok());
        let mut numbers: Vec<u16> = Vec::new();
        for port in ports {
            if !numbers.contains(&port) {
                numbers.push(port);
            }
        }
        Entry {
            service,
            ports: numbers,
            headless: text("spec.clusterIP") == Some("None"),
            outside: text("spec.type") == Some("ExternalName"),
        }
    }
}

/// Top-level domains that are likely names of namespaces too.
const DOMAINS: &[&str] =
    &["com", "org", "net", "io", "dev", "app", "cloud", "ai", "info", "local", "internal", "test"];

/// Endings of file names, which are no domains.
const ENDINGS: &[&str] = &[
    "json",
    "yaml",
    "yml",
    "conf",
    "cfg",
    "cnf",
    "ini",
    "xml",
    "properties",
    "toml",
    "txt",
    "log",
    "jar",
    "war",
    "sh",
    "py",
    "js",
    "mjs",
    "ts",
    "rb",
    "go",
    "php",
    "sock",
    "socket",
    "pid",
    "crt",
    "cert",
    "key",
    "pem",
    "csr",
    "html",
    "htm",
    "md",
    "sql",
    "db",
    "so",
    "exe",
    "dll",
    "env",
    "tmpl",
    "tpl",
    "gz",
    "tgz",
    "tar",
    "zip",
    "java",
    "class",
    "service",
    "svc",
    "lock",
];

/// Whether labels can be a name in the DNS outside: the last one is a word, and no ending of a file.
fn is_public(labels: &[&str]) -> bool {
    let last = labels.last().copied().unwrap_or_default();
    last.len() >= 2
        && last.chars().all(|c| c.is_ascii_lowercase())
        && !ENDINGS.contains(&last)
        && labels.iter().all(|label| !label.is_empty())
}

/// Whether a pod of a StatefulSet can bear the name: `kafka-0`.
fn is_numbered(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    name.rsplit_once('-').is_some_and(|(_, number)| is_number(number))
}

/// Whether a Service can bear the name.
fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.chars().all(inner)
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.len() <= 63
        && text.chars().any(|c| c.is_ascii_lowercase())
}
