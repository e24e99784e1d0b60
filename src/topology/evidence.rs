//! What a container says about whom it talks to: addresses in its variables, its command and arguments, and the
//! ConfigMap files that it mounts, each with the field that holds it. Secret values are never looked at, and probes
//! are no calls.

pub mod expansion;
mod file;
mod shelf;
mod variable;

use super::address::{Address, Form, addresses, says_own_port};
use super::{Container, Pod};
use crate::catalog::FieldPath;
use crate::document::{Identity, Value};
use crate::model::Object;
use expansion::expand;
use k8s_openapi::api::core::v1 as api;
pub use shelf::Shelf;
use std::collections::BTreeMap;
use variable::{Told, Variable, Variables};

/// One address that a container names.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The index of the container in [`Pod::containers`].
    pub container: usize,
    /// The address; of a place to listen at, the host is empty.
    pub address: Address,
    /// The variable, the flag or the setting that holds it; empty where there is none.
    pub key: String,
    /// Where it stands, in the words of the facts: `env DB_URL`, `ConfigMap shop/app key K`, `arg --upstream`.
    pub via: String,
    /// What sort of text holds it.
    pub place: Place,
    /// The field that holds it.
    pub field: FieldPath,
    /// The ConfigMap whose field it is; the workload's where there is none.
    pub declared_by: Option<Identity>,
    /// The assignments or arguments as written, for people; redacted as all of the input is.
    pub written: Vec<String>,
}

/// What sort of text holds an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The value of a variable.
    Variable,
    /// A command or an argument, maybe a whole script.
    Argument,
    /// A configuration file, or a variable of many lines.
    File,
}

/// What a container's manifest refers to.
pub struct Sources<'a, 'b> {
    /// The namespace of the pod.
    pub namespace: &'b str,
    /// The ConfigMap of a name in the namespace of the pod.
    pub config_map: &'b dyn Fn(&str) -> Option<&'a Object>,
    /// What Kubernetes puts into a variable for a Service of the namespace: `CART_SERVICE_HOST`.
    pub service_link: &'b dyn Fn(&str) -> Option<String>,
}

/// Longest file that is read as one value, in bytes.
const MOST_OF_A_VALUE: usize = 512;

/// Longest text that people are shown of a value, in characters.
const MOST_SHOWN: usize = 80;

/// Whether a ConfigMap's next address is wanted: one that many read may name very many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It is.
    More,
    /// What the workload itself says is enough.
    OwnOnly,
}

/// Gives every address that the containers of a pod name to `take`, in the order of the containers.
pub fn gather<'a>(
    pod: &Pod,
    sources: &Sources<'a, '_>,
    shelf: &mut Shelf<'a>,
    take: &mut dyn FnMut(Evidence) -> Wanted,
) {
    let mut volumes = BTreeMap::new();
    for volume in pod.spec.volumes.iter().flatten() {
        volumes.entry(volume.name.as_str()).or_insert(volume);
    }
    let mut reader = Reader { container: 0, take, wanted: Wanted::More };
    for (index, container) in pod.containers.iter().enumerate() {
        let variables = Variables::of(container, sources, shelf);
        reader.container = index;
        reader.variables(&variables);
        let lists = [("command", &container.spec.command), ("args", &container.spec.args)];
        for (key, list) in lists {
            reader.arguments(&container.path.key(key), list.as_deref().unwrap_or_default(), &variables);
        }
        reader.files(&volumes, container, sources, shelf);
    }
}

struct Reader<'a> {
    container: usize,
    take: &'a mut dyn FnMut(Evidence) -> Wanted,
    wanted: Wanted,
}

/// One text that may hold addresses.
struct Text<'a> {
    key: &'a str,
    via: String,
    place: Place,
    field: FieldPath,
    declared_by: Option<Identity>,
    written: String,
}

impl Reader<'_> {
    fn give(&mut self, evidence: Evidence) {
        if evidence.declared_by.is_none() {
            (self.take)(evidence);
        } else if self.wanted == Wanted::More {
            self.wanted = (self.take)(evidence);
        }
    }

    fn add(&mut self, text: &Text, address: Address, key: &str) {
        let long = text.written.chars().count() > MOST_SHOWN || text.written.contains('\n');
        let port = address.port.map(|port| format!(":{port}")).unwrap_or_default();
        let short = || match text.place {
            // The name of the variable is what a reader looks for; of its value, the address is enough.
            Place::Variable if text.via.starts_with("env ") => format!("{key}=…{}{port}…", address.host),
            _ => format!("{}{port}", address.host),
        };
        let written = vec![if long { short() } else { text.written.clone() }];
        self.give(Evidence {
            container: self.container,
            key: key.to_owned(),
            via: text.via.clone(),
            place: text.place,
            field: text.field.clone(),
            declared_by: text.declared_by.clone(),
            written,
            address,
        });
    }

    fn read(&mut self, text: &Text, readings: &[Reading]) {
        for (setting, address) in readings {
            self.add(text, address.clone(), setting.as_deref().unwrap_or(text.key));
        }
    }

    /// A number that is a port to listen at.
    fn listens(&mut self, text: &Text, port: u16) {
        let address = Address {
            scheme: None,
            host: String::new(),
            port: Some(port),
            form: Form::HostPort,
            alone: true,
        };
        self.add(text, address, text.key);
    }

    fn variables(&mut self, variables: &Variables) {
        for Told { variable, readings } in variables.told() {
            if variable.declared_by.is_some() && self.wanted == Wanted::OwnOnly {
                continue;
            }
            let Some(value) = &variable.value else { continue };
            let text = Text {
                key: &variable.name,
                via: variable.via(),
                place: if value.trim().contains('\n') { Place::File } else { Place::Variable },
                field: variable.field.clone(),
                declared_by: variable.declared_by.clone(),
                written: variable.written(),
            };
            match port(value) {
                Some(port) if is_own_port(&variable.name, variables) => self.listens(&text, port),
                _ if !self.pair(variable, readings, variables) => self.read(&text, readings),
                _ => {}
            }
        }
    }

    /// A host whose port stands in a variable beside it: `DB_HOST` is `db`, `DB_PORT` is `5432`.
    fn pair(&mut self, variable: &Variable, readings: &[Reading], variables: &Variables) -> bool {
        let name = &variable.name;
        let prefix = name.strip_suffix("HOST").or_else(|| name.strip_suffix("HOSTNAME"));
        let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) else { return false };
        let Some(other) = variables.get(&format!("{prefix}PORT")) else { return false };
        let Some(port) = other.value.as_deref().and_then(port) else { return false };
        let [(None, address)] = readings else { return false };
        if address.port.is_some() {
            return false;
        }
        // A name alone becomes as sure as a connection string; a URL stays one.
        let form = if address.form == Form::Bare { Form::Keyed } else { address.form };
        self.give(Evidence {
            container: self.container,
            address: Address { port: Some(port), form, ..address.clone() },
            key: variable.name.clone(),
            via: format!("env {}+{}", variable.name, other.name),
            place: Place::Variable,
            field: variable.field.clone(),
            declared_by: variable.declared_by.clone(),
            written: vec![variable.written(), other.written()],
        });
        true
    }

    fn arguments(&mut self, path: &FieldPath, list: &[String], variables: &Variables) {
        let mut flag: Option<String> = None;
        for (index, raw) in list.iter().enumerate() {
            let argument = expand(raw, |name| variables.known(name));
            let is_script = argument.trim().contains(char::is_whitespace);
            let before = flag.take();
            let (key, value) = if argument.starts_with('-') && !is_script {
                match argument.split_once('=') {
                    Some((key, value)) => (key.to_owned(), value),
                    None => {
                        flag = Some(argument);
                        continue;
                    }
                }
            } else if argument.starts_with("--") && is_script {
                argument
                    .split_once('=')
                    .map_or((String::new(), argument.as_str()), |(key, value)| (key.to_owned(), value))
            } else {
                // Behind `-c` a shell finds its script.
                let before =
                    before.filter(|flag| flag.starts_with("--") || !(flag.ends_with('c') || is_script));
                (before.unwrap_or_default(), argument.as_str())
            };
            let key = Some(key).filter(|key| !key.contains(char::is_whitespace)).unwrap_or_default();
            let text = Text {
                via: if key.is_empty() { format!("arg {index}") } else { format!("arg {key}") },
                key: &key,
                place: Place::Argument,
                field: path.named_item(index, ""),
                declared_by: None,
                written: if raw.starts_with('-') || key.is_empty() {
                    raw.clone()
                } else {
                    format!("{key} {raw}")
                },
            };
            match port(value) {
                Some(port) if key.starts_with('-') && says_own_port(&key) => self.listens(&text, port),
                _ => self.read(&text, &readings(value)),
            }
        }
    }

    fn files<'a>(
        &mut self,
        volumes: &BTreeMap<&str, &api::Volume>,
        container: &Container,
        sources: &Sources<'a, '_>,
        shelf: &mut Shelf<'a>,
    ) {
        file::each_mounted(volumes, container, sources, shelf, &mut |object, file| {
            let (identity, key) = (&object.identity, file.key);
            // A file of one short line is a value.
            let one_line = file.text.len() <= MOST_OF_A_VALUE
                && !file.text.trim().contains('\n')
                && !key.ends_with(".json");
            let text = Text {
                key,
                via: format!("ConfigMap {}/{} key {key}", identity.namespace, identity.name),
                place: if one_line { Place::Variable } else { Place::File },
                field: FieldPath::of("data").key(key),
                declared_by: Some(identity.clone()),
                written: file.text.trim().to_owned(),
            };
            self.read(&text, &file.readings);
            self.wanted
        });
    }
}

/// An address in a text, with the setting that holds it, where the text is one of many lines.
type Reading = (Option<String>, Address);

/// Every address in a value.
fn readings(value: &str) -> Vec<Reading> {
    if value.trim().contains('\n') {
        file::settings(value).into_iter().map(|(key, address)| (Some(key), address)).collect()
    } else {
        addresses(value).into_iter().map(|address| (None, address)).collect()
    }
}

/// Whether a variable holds a port that the program itself listens at: one beside a host is that of the host.
fn is_own_port(name: &str, variables: &Variables) -> bool {
    let is_beside_host = || {
        let prefix = &name[..name.len().saturating_sub("PORT".len())];
        ["HOST", "HOSTNAME", "ADDR", "ADDRESS"]
            .iter()
            .any(|end| variables.get(&format!("{prefix}{end}")).is_some())
    };
    says_own_port(name) && (name == "PORT" || !is_beside_host())
}

fn port(text: &str) -> Option<u16> {
    text.trim().parse().ok().filter(|port| *port > 0)
}

/// The entries of a ConfigMap's `data`.
fn data(object: &Object) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object.value.get("data").map(Value::entries).unwrap_or_default();
    entries.iter().map(|entry| (&*entry.key, &entry.value))
}
