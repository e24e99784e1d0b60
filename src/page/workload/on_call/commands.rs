//! The commands that somebody on call types, with the names of this workload filled in.
//!
//! Source: kubernetes.io/docs/reference/kubectl/generated: `kubectl logs` takes a selector, with `--prefix` to tell pods apart
//! and `--previous` for the container before the last restart; `kubectl debug` takes pods and nodes only.

use crate::document::{Identity, Value};
use crate::model::Object;
use crate::topology::{Container, ContainerKind, Pod};

/// A command: what it shows or does, and what to type.
type Command = (String, String);

/// How many containers have commands of their own.
const MOST_CONTAINERS: usize = 4;

/// The commands for a first look, and those for afterwards. None where a name is none that Kubernetes takes: nobody shall
/// copy what a shell would read as something else.
pub fn of(object: &Object, pod: &Pod) -> (Vec<Command>, Vec<Command>) {
    let identity = &object.identity;
    let names = [&identity.namespace, &identity.name];
    if !names.into_iter().all(|name| is_plain(name)) || identity.name.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let pods = pods(object, pod);
    let asked = Asked { namespace: namespace(identity), target: target(identity), pods, identity };
    (asked.first(pod), asked.more(pod))
}

/// What all commands of a workload share.
struct Asked<'a> {
    identity: &'a Identity,
    /// ` -n shop`.
    namespace: String,
    /// `deployment/web`.
    target: String,
    /// What names its pods to `get` and `logs`: a selector, or the name of the only one.
    pods: Pods,
}

enum Pods {
    One(String),
    Of(String),
    /// Nothing that kubectl takes tells them from others.
    Any,
}

impl Asked<'_> {
    fn kubectl(&self, rest: &str) -> String {
        format!("kubectl{} {rest}", self.namespace)
    }

    /// What stands behind `get` or `describe`.
    fn pods(&self) -> String {
        match &self.pods {
            Pods::One(name) => format!("pod/{name}"),
            Pods::Of(selector) => format!("pods -l {selector}"),
            Pods::Any => "pods".to_owned(),
        }
    }

    fn logs(&self, container: &str, more: &str) -> Option<String> {
        let rest = format!("-c {container} --tail=100{more}");
        Some(self.kubectl(&match &self.pods {
            Pods::One(name) => format!("logs {name} {rest}"),
            Pods::Of(selector) => format!("logs -l {selector} --prefix {rest}"),
            Pods::Any => return None,
        }))
    }

    fn first(&self, pod: &Pod) -> Vec<Command> {
        let does = if matches!(self.pods, Pods::Any) { "The pods of its namespace" } else { "Its pods" };
        let mut commands = vec![(does.to_owned(), self.kubectl(&format!("get {} -o wide", self.pods())))];
        for container in running(pod) {
            let logs = self.logs(&container.key, "");
            commands.extend(logs.map(|logs| (format!("Logs of {}", container.key), logs)));
        }
        if self.identity.is("batch", "CronJob") {
            commands.push(("Its runs".to_owned(), self.kubectl("get jobs")));
        }
        commands.push((
            "Events of its namespace".to_owned(),
            self.kubectl("get events --sort-by=.lastTimestamp"),
        ));
        commands
            .push(("What its pods wait for".to_owned(), self.kubectl(&format!("describe {}", self.pods()))));
        commands
    }

    fn more(&self, pod: &Pod) -> Vec<Command> {
        let mut commands = Vec::new();
        for container in running(pod) {
            let does = format!("Logs of {} before its last restart", container.key);
            commands.extend(self.logs(&container.key, " --previous").map(|logs| (does, logs)));
        }
        for container in first_of(pod, |kind| kind == ContainerKind::Init) {
            let logs = self.logs(&container.key, "");
            commands.extend(logs.map(|logs| (format!("Logs of {}", container.key), logs)));
        }
        if !self.is_pod() {
            commands
                .push(("The whole workload".to_owned(), self.kubectl(&format!("describe {}", self.target))));
        }
        if rolls_out(self.identity) {
            for (does, verb) in [
                ("Whether an update goes on", "status"),
                ("Earlier versions", "history"),
                ("Back to the version before", "undo"),
            ] {
                commands.push((does.to_owned(), self.kubectl(&format!("rollout {verb} {}", self.target))));
            }
        }
        if let Some(one) = self.a_pod() {
            commands.extend(self.forward(pod, &one));
            commands.extend(running(pod).flat_map(|container| self.shell(container, &one)));
        }
        commands
    }

    fn is_pod(&self) -> bool {
        matches!(self.pods, Pods::One(_))
    }

    /// One pod, as an argument: where there are several, the first that is found.
    fn a_pod(&self) -> Option<String> {
        Some(match &self.pods {
            Pods::One(name) => format!("pod/{name}"),
            Pods::Of(_) => {
                format!("\"$({} | head -n 1)\"", self.kubectl(&format!("get {} -o name", self.pods())))
            }
            Pods::Any => return None,
        })
    }

    /// Its first port on this machine. Ports below 1024 are not everybody's to open.
    fn forward(&self, pod: &Pod, one: &str) -> Option<Command> {
        let ports = pod.running().flat_map(|container| container.spec.ports.iter().flatten());
        let ports = ports.filter(|port| port.protocol.as_deref().unwrap_or("TCP") == "TCP");
        let port = ports.map(|port| port.container_port).find(|port| (1..=65535).contains(port))?;
        let here = if port < 1024 { port + 8000 } else { port };
        let does = format!("Its port {port} at localhost:{here}");
        Some((does, self.kubectl(&format!("port-forward {one} {here}:{port}"))))
    }

    /// A shell in a container, and beside one whose image has none.
    fn shell(&self, container: &Container, pod: &str) -> Vec<Command> {
        let name = &container.key;
        let debug = format!("debug -it {pod} --image=busybox:1.37 --target={name}");
        let debug = (format!("A shell beside {name}, for images without one"), self.kubectl(&debug));
        if has_no_shell(&container.image) {
            return vec![debug];
        }
        vec![(format!("A shell in {name}"), self.kubectl(&format!("exec -it {pod} -c {name} -- sh"))), debug]
    }
}

/// The containers that run as long as the pod, as far as they have names and commands of their own.
fn running(pod: &Pod) -> impl Iterator<Item = &Container> {
    first_of(pod, |kind| matches!(kind, ContainerKind::App | ContainerKind::Sidecar))
}

fn first_of(pod: &Pod, is: impl Fn(ContainerKind) -> bool) -> impl Iterator<Item = &Container> {
    let named =
        pod.containers.iter().filter(move |one| is(one.kind) && !one.name.is_empty() && is_plain(&one.name));
    named.take(MOST_CONTAINERS)
}

fn namespace(identity: &Identity) -> String {
    if identity.namespace.is_empty() { String::new() } else { format!(" -n {}", identity.namespace) }
}

/// `deployment/web`; a kind of someone else's with its group.
fn target(identity: &Identity) -> String {
    let kind = identity.kind.to_lowercase();
    match identity.group.contains('.') {
        true => format!("{kind}.{}/{}", identity.group, identity.name),
        false => format!("{kind}/{}", identity.name),
    }
}

fn rolls_out(identity: &Identity) -> bool {
    matches!((&*identity.group, &*identity.kind), ("apps", "Deployment" | "StatefulSet" | "DaemonSet"))
}

/// How its pods are named.
///
/// Source: `k8s.io/api/batch/v1/types.go`, `JobNameLabel`: the Job's controller gives its pods the label.
fn pods(object: &Object, pod: &Pod) -> Pods {
    let identity = &object.identity;
    if identity.is("", "Pod") {
        return Pods::One(identity.name.to_string());
    }
    if identity.is("batch", "Job") {
        return Pods::Of(format!("batch.kubernetes.io/job-name={}", identity.name));
    }
    let selector = object.value.at("spec.selector");
    let labels = selector.and_then(|selector| selector.get("matchLabels")).or(selector);
    let labels: Vec<(String, String)> = match labels.map(Value::entries) {
        Some(entries) if !entries.is_empty() => entries
            .iter()
            .filter_map(|entry| Some((entry.key.to_string(), entry.value.scalar_text()?)))
            .collect(),
        _ => pod.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
    };
    let is_whole = selector.and_then(|selector| selector.get("matchExpressions")).is_none();
    // Expressions say less than the labels of the template, which fulfil them.
    let labels = if is_whole { labels } else { pod.labels.clone().into_iter().collect() };
    let are_plain = labels.iter().all(|(key, value)| is_plain(key) && is_plain(value));
    let words: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if are_plain && !words.is_empty() { Pods::Of(words.join(",")) } else { Pods::Any }
}

/// Whether a shell takes the text as it is: what Kubernetes allows in names and labels.
fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    text.chars().all(is_safe) && !text.starts_with('-')
}

/// Whether the name of an image says that it holds a program and nothing else.
///
/// Source: github.com/GoogleContainerTools/distroless: "They do not contain package managers, shells", except with a tag
/// `debug`.
fn has_no_shell(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    (name.contains("distroless") && !name.contains("debug"))
        || name.contains("/pause:")
        || name.starts_with("pause:")
}
