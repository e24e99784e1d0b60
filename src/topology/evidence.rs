//! What a container says about whom it talks to: addresses in its variables, its command and arguments, and the
//! ConfigMap files that it mounts, each with the field that holds it. Secret values are never looked at, and probes
//! are no calls.

pub mod expansion;
mod file;
mod mount;
mod script;
mod setting;
mod shelf;
mod tree;
mod variable;
mod variables;

use super::address::known::{KNOWN, Means};
use super::address::{Address, Form, addresses, says_own_port};
use super::{Container, Pod};
use crate::catalog::{FieldPath, image_base_name};
use crate::document::{Identity, Value};
use crate::model::Object;
use expansion::expand;
pub use mount::{Named, note_named};
use setting::Setting;
pub use shelf::Shelf;
use variable::Variable;
pub use variables::SecretKey;
use variables::{Told, Variables, secret_keys};

/// One address that a container names.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The index of the container in [`Pod::containers`].
    pub container: usize,
    /// The address; of a place to listen at, the host is empty.
    pub address: Address,
    /// The variable, the flag or the setting that holds it; empty where there is none.
    pub key: String,
    /// What the words around it say that it is.
    pub means: Option<Means>,
    /// Whether the name of another program's Service is called all the same.
    pub weak: bool,
    /// Where it stands, in the words of the facts: `env DB_URL`, `ConfigMap shop/app key K`, `arg --upstream`.
    pub via: String,
    /// What sort of text holds it.
    pub place: Place,
    /// The field that holds it.
    pub field: FieldPath,
    /// The line of the text in the field, from 1, where it has several.
    pub line: Option<u32>,
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
    /// One whose format is known.
    Document,
}

impl Place {
    /// Whether it is a file.
    pub fn is_file(self) -> bool {
        matches!(self, Place::File | Place::Document)
    }
}

/// What a container's manifest refers to.
pub struct Sources<'a, 'b> {
    /// The namespace of the pod.
    pub namespace: &'b str,
    /// The ConfigMap of a name in the namespace of the pod.
    pub config_map: &'b dyn Fn(&str) -> Option<&'a Object>,
    /// The keys of the Secret of a name in the namespace of the pod; none of one that is not in the input.
    pub secret_keys: &'b dyn Fn(&str) -> Vec<String>,
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
    named: &Named,
    shelf: &mut Shelf<'a>,
    take: &mut dyn FnMut(Evidence) -> Wanted,
) {
    let volumes = mount::volumes(pod);
    let mut reader = Reader { container: 0, makes_certificates: false, take, wanted: Wanted::More };
    for (index, container) in pod.containers.iter().enumerate() {
        let variables = Variables::of(container, sources, shelf);
        reader.container = index;
        reader.makes_certificates = makes_certificates(container);
        reader.variables(&variables);
        reader.commands(container, &variables);
        if reader.wanted == Wanted::OwnOnly {
            continue;
        }
        for file in mount::read(&volumes, container, sources, named) {
            reader.file(&file, shelf);
        }
    }
}

/// The keys of Secrets that hold addresses, as their names say, by the container that gets them as variables. Which addresses,
/// is not known.
pub fn addresses_in_secrets(pod: &Pod, sources: &Sources<'_, '_>) -> Vec<(usize, SecretKey)> {
    let containers = pod.containers.iter().enumerate();
    let found = containers.flat_map(|(index, container)| {
        secret_keys(container, sources).into_iter().map(move |key| (index, key))
    });
    found.filter(|(_, one)| KNOWN.is_answer(&one.variable) || KNOWN.is_answer(&one.key)).collect()
}

/// Whether a container writes certificates: the names among its arguments go into these.
fn makes_certificates(container: &Container) -> bool {
    let spec = &container.spec;
    let image = image_base_name(&container.image);
    let lists = || [&spec.command, &spec.args].into_iter().flatten().flatten();
    let base = |word: &String| KNOWN.makes_certificates(word.rsplit('/').next().unwrap_or_default());
    let beside = |word: &String| KNOWN.is_beside_certificate(word.split('=').next().unwrap_or_default());
    KNOWN.makes_certificates(image) || lists().next().is_some_and(base) || lists().any(beside)
}

struct Reader<'a> {
    container: usize,
    makes_certificates: bool,
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
    value: &'a str,
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

    fn add(&mut self, text: &Text, setting: Setting) {
        let Setting { key, address, line, means, weak, .. } = setting;
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
            key,
            means,
            weak,
            via: text.via.clone(),
            place: text.place,
            field: text.field.clone(),
            line: text.value.contains('\n').then_some(line),
            declared_by: text.declared_by.clone(),
            written,
            address,
        });
    }

    /// Reads a text of one line.
    fn read(&mut self, text: &Text) {
        self.read_line(text, &addresses(text.value));
    }

    fn read_line(&mut self, text: &Text, addresses: &[Address]) {
        for address in addresses {
            let setting = self.setting(text.key, address.clone());
            self.add(text, setting);
        }
    }

    fn setting(&self, key: &str, address: Address) -> Setting {
        let known = match KNOWN.means(key) {
            None if self.makes_certificates && KNOWN.is_host(key) => Some((Means::Itself, false)),
            // Text for people stands in files only.
            known => known.filter(|(means, _)| *means != Means::Prose),
        };
        let (means, weak) = (known.map(|(means, _)| means), known.is_some_and(|(_, weak)| weak));
        Setting { key: key.to_owned(), address, line: 1, means, weak, is_written: true }
    }

    /// Reads a file, or a value of many lines.
    fn read_lines(&mut self, text: Text, settings: &[Setting]) {
        let mut text = text;
        for setting in settings {
            if text.declared_by.is_some() && self.wanted == Wanted::OwnOnly {
                return;
            }
            if text.place.is_file() {
                text.place = if setting.is_written { Place::File } else { Place::Document };
            }
            let key = if setting.key.is_empty() { text.key.to_owned() } else { setting.key.clone() };
            self.add(&text, Setting { key, ..setting.clone() });
        }
    }

    /// Reads what a shell runs.
    fn read_script(&mut self, text: Text, variables: &Variables) {
        let mut text = text;
        for one in script::read(text.value, &|name| variables.known(name)) {
            let line = text.value.get(..one.at).map_or(1, |before| before.matches('\n').count() as u32 + 1);
            if one.written.chars().count() <= MOST_SHOWN
                && !one.written.contains('\n')
                && text.value.len() > MOST_SHOWN
            {
                text.written = one.written;
            }
            let setting = self.setting(&one.key, one.address);
            let means = if one.is_called { Some(Means::Called) } else { setting.means };
            self.add(&text, Setting { line, means, ..setting });
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
        let setting = self.setting(text.key, address);
        self.add(text, setting);
    }

    fn variables(&mut self, variables: &Variables) {
        for Told { variable, reading } in variables.told() {
            let Some(value) = &variable.value else { continue };
            let text = Text {
                key: &variable.name,
                via: variable.via(),
                place: if matches!(reading, Reading::Lines(_)) { Place::File } else { Place::Variable },
                field: variable.field.clone(),
                declared_by: variable.declared_by.clone(),
                value,
                written: variable.written(),
            };
            match (port(value), reading) {
                (Some(port), _) if is_own_port(&variable.name, variables) => self.listens(&text, port),
                (_, Reading::Line(addresses)) if !self.pair(variable, addresses, variables) => {
                    self.read_line(&text, addresses);
                }
                (_, Reading::Line(_)) => {}
                (_, Reading::Lines(settings)) => self.read_lines(text, settings),
            }
        }
    }

    /// A host whose port stands in a variable beside it: `DB_HOST` is `db`, `DB_PORT` is `5432`.
    fn pair(&mut self, variable: &Variable, addresses: &[Address], variables: &Variables) -> bool {
        let name = &variable.name;
        let hosts = ["HOST", "HOSTNAME", "HOSTADDR", "IP"];
        let prefix = hosts.iter().find_map(|end| name.strip_suffix(end));
        let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) else { return false };
        let Some(other) = variables.get(&format!("{prefix}PORT")) else { return false };
        let Some(port) = other.value.as_deref().and_then(port) else { return false };
        let [address] = addresses else { return false };
        if address.port.is_some() {
            return false;
        }
        // A name alone becomes as sure as a connection string; a URL stays one.
        let form = if address.form == Form::Bare { Form::Keyed } else { address.form };
        let address = Address { port: Some(port), form, ..address.clone() };
        let Setting { key, address, means, weak, .. } = self.setting(&variable.name, address);
        self.give(Evidence {
            container: self.container,
            address,
            key,
            means,
            weak,
            line: None,
            via: format!("env {}+{}", variable.name, other.name),
            place: Place::Variable,
            field: variable.field.clone(),
            declared_by: variable.declared_by.clone(),
            written: vec![variable.written(), other.written()],
        });
        true
    }

    /// Reads the command and the arguments. Those of a program that is known to call somebody are read as it reads them.
    fn commands(&mut self, container: &Container, variables: &Variables) {
        let lists = [("command", &container.spec.command), ("args", &container.spec.args)];
        let lists = lists.map(|(key, list)| (container.path.key(key), list.as_deref().unwrap_or_default()));
        let all = lists.iter().flat_map(|(path, list)| list.iter().enumerate().map(move |one| (path, one)));
        let all: Vec<(&FieldPath, (usize, &String))> = all.collect();
        let words: Vec<String> =
            all.iter().map(|(_, (_, raw))| expand(raw, |name| variables.known(name))).collect();
        let Some(told) = script::of_list(&words) else {
            let is_shell = words.first().is_some_and(|word| is_shell(word));
            for (path, list) in &lists {
                self.arguments(path, list, is_shell, variables);
            }
            return;
        };
        for one in told {
            let Some((path, (index, _))) = all.get(one.at) else { continue };
            let text = Text {
                key: "",
                via: format!("arg {index}"),
                place: Place::Argument,
                field: path.named_item(*index, ""),
                declared_by: None,
                value: &words[one.at],
                written: one.written,
            };
            let setting = self.setting("", one.address);
            self.add(&text, Setting { means: Some(Means::Called), ..setting });
        }
    }

    fn arguments(&mut self, path: &FieldPath, list: &[String], is_shell: bool, variables: &Variables) {
        let mut flag: Option<String> = None;
        for (index, raw) in list.iter().enumerate() {
            let argument = expand(raw, |name| variables.known(name));
            let is_long = argument.trim().contains(char::is_whitespace);
            let before = flag.take();
            let is_script = is_long
                && (argument.trim().contains('\n')
                    || (is_shell && !argument.starts_with('-'))
                    || script::is_script(&argument));
            let (key, value) = if is_script {
                (String::new(), argument.as_str())
            } else if argument.starts_with('-') && !is_long {
                match argument.split_once('=') {
                    Some((key, value)) => (key.to_owned(), value),
                    None => {
                        flag = Some(argument);
                        continue;
                    }
                }
            } else if argument.starts_with("--") && is_long {
                argument
                    .split_once('=')
                    .map_or((String::new(), argument.as_str()), |(key, value)| (key.to_owned(), value))
            } else if let Some((key, value)) = of_property(&argument).filter(|_| before.is_none()) {
                (key.to_owned(), value)
            } else {
                // Behind `-c` a shell finds its script.
                let before =
                    before.filter(|flag| flag.starts_with("--") || !(flag.ends_with('c') || is_long));
                (before.unwrap_or_default(), argument.as_str())
            };
            let key = Some(key).filter(|key| !key.contains(char::is_whitespace)).unwrap_or_default();
            let text = Text {
                via: if key.is_empty() { format!("arg {index}") } else { format!("arg {key}") },
                key: &key,
                place: Place::Argument,
                field: path.named_item(index, ""),
                declared_by: None,
                value,
                written: if raw.starts_with('-') || key.is_empty() || raw.contains(&*key) {
                    raw.clone()
                } else {
                    format!("{key} {raw}")
                },
            };
            match port(value) {
                Some(port) if key.starts_with('-') && says_own_port(&key) => self.listens(&text, port),
                _ if is_script => self.read_script(text, variables),
                _ => self.read(&text),
            }
        }
    }

    fn file<'a>(&mut self, file: &mount::File<'a>, shelf: &mut Shelf<'a>) {
        let mount::File { map, key, value, .. } = *file;
        let Some(text) = value.as_str() else { return };
        let identity = &map.identity;
        let via = format!("ConfigMap {}/{} key {key}", identity.namespace, identity.name);
        let settings = shelf.settings(map, key, text);
        // A file of one short line is a value.
        let one_line =
            text.len() <= MOST_OF_A_VALUE && !text.trim().contains('\n') && !key.ends_with(".json");
        let text = Text {
            key,
            via,
            place: if one_line { Place::Variable } else { Place::File },
            field: FieldPath::of("data").key(key),
            declared_by: Some(identity.clone()),
            value: text,
            written: text.trim().to_owned(),
        };
        self.read_lines(text, &settings);
    }
}

/// The addresses in a value.
enum Reading {
    /// Of one that is a line.
    Line(Vec<Address>),
    /// Of one that is read as a file is.
    Lines(Vec<Setting>),
}

impl Reading {
    fn of(name: &str, value: &str) -> Reading {
        match value.trim().contains('\n') {
            true => Reading::Lines(file::settings_of(name, value, 0)),
            false => Reading::Line(addresses(value)),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Reading::Line(addresses) => addresses.is_empty(),
            Reading::Lines(settings) => settings.is_empty(),
        }
    }
}

/// Whether a program is a shell, so that what it is told is a script.
fn is_shell(program: &str) -> bool {
    let base = program.rsplit('/').next().unwrap_or_default();
    matches!(base, "sh" | "bash" | "ash" | "dash" | "ksh" | "zsh" | "fish" | "busybox" | "su")
}

/// `key=value` among arguments, without dashes: `db.host=db`.
fn of_property(argument: &str) -> Option<(&str, &str)> {
    let (key, value) = argument.split_once('=')?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let begins = key.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_one = !value.contains(char::is_whitespace) && !value.contains("=http") && key.contains(['.', '_']);
    (begins && is_one && key.chars().all(is_key)).then_some((key, value))
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
