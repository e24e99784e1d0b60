//! What podviz knows about well-known images: the classes of `images.yaml`.

use crate::document::compiled::compiled;
use regex::{Regex, RegexBuilder};
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, sparse};
use regex_automata::util::start;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::sync::{LazyLock, OnceLock};

/// How large a compiled expression may be.
const MOST_BYTES: usize = 256 << 10;

/// A class of images that do the same in a pod.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageClass {
    /// Its name in one or two words, such as `logging`.
    pub class: String,
    /// A regular expression for the whole last part of the repository: `redis` of `registry.example/library/redis:7`.
    #[schemars(with = "String")]
    images: WholeName,
    /// A regular expression that must be found in what stands before that part, if given.
    #[schemars(with = "Option<String>")]
    #[serde(default)]
    path: Option<Part>,
    /// What a container with such an image does in a pod of several.
    pub part: ImagePart,
    /// What it does as an init container, where that is clear from the image alone.
    #[serde(default)]
    pub task: Option<InitTask>,
    /// What it does, as words that follow `it`.
    pub does: String,
}

/// What a container does in a pod of several, as far as its image says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImagePart {
    /// It helps the main container.
    Sidecar,
    /// It carries what others send to localhost to somewhere outside.
    Ambassador,
    /// It turns what another container reports into another form.
    Adapter,
    /// It stands in front of another container.
    InboundProxy,
    /// An ambassador or an inbound proxy, whichever way its traffic goes; else a sidecar.
    Proxy,
    /// An inbound proxy if it talks to another container on localhost; else a program of its own.
    WebServer,
    /// Nothing by itself: its command says what it does.
    Tool,
    /// A program of its own that keeps data.
    Store,
}

/// What an init container prepares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InitTask {
    /// It waits until something else is there.
    WaitFor,
    /// It brings a database's schema up to date.
    Migrate,
    /// It sets owners and permissions of files.
    Permissions,
    /// It fetches files from elsewhere.
    Fetch,
    /// It copies files of its image into a volume.
    CopyFiles,
    /// It writes configuration from a template.
    Render,
    /// It sets up the pod's network.
    Network,
    /// It changes settings of the kernel.
    Kernel,
}

/// A regular expression for a whole name; none where the build compiled it.
#[derive(Clone, Debug)]
struct WholeName(Option<Regex>);

/// A regular expression for a part of a name.
#[derive(Clone, Debug)]
struct Part(Regex);

impl<'de> Deserialize<'de> for WholeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WholeName, D::Error> {
        let text = String::deserialize(deserializer)?;
        expression(&text)?;
        expression(&format!("^(?:{text})$")).map(|regex| WholeName(Some(regex)))
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Part, D::Error> {
        expression(&String::deserialize(deserializer)?).map(Part)
    }
}

/// Source: docs.rs/regex, `Error::Syntax`: the last line of the message says why, the others repeat the expression.
fn expression<E: serde::de::Error>(text: &str) -> Result<Regex, E> {
    RegexBuilder::new(text).size_limit(MOST_BYTES).build().map_err(|error| {
        let message = error.to_string();
        let why = message.lines().last().unwrap_or_default();
        E::custom(format!("this is no regular expression: {}", why.strip_prefix("error: ").unwrap_or(why)))
    })
}

impl ImageClass {
    /// Whether an image of this name at this place is of this class.
    fn holds(&self, name: &str, place: &str) -> bool {
        self.images.0.as_ref().is_some_and(|images| images.is_match(name))
            && self.path.as_ref().is_none_or(|path| path.0.is_match(place))
    }
}

/// All that is known of images.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// The classes of users.
    own: Vec<ImageClass>,
    /// The classes that are part of the program, each with what must be found in the path before the name.
    embedded: Vec<(ImageClass, Option<Lazy>)>,
}

/// An expression of our own that is built when it is first asked for.
#[derive(Debug)]
struct Lazy {
    text: String,
    built: OnceLock<Option<Regex>>,
}

/// A class as the build left it; the expressions of all names are one automaton.
#[derive(Deserialize)]
struct Compiled {
    class: String,
    #[serde(default)]
    path: Option<String>,
    part: ImagePart,
    #[serde(default)]
    task: Option<InitTask>,
    does: String,
}

/// The classes that are part of the program.
pub(super) fn embedded() -> Images {
    let classes: Vec<Compiled> = compiled!("catalog/images.json");
    let embedded = classes.into_iter().map(|Compiled { class, path, part, task, does }| {
        let path = path.map(|text| Lazy { text, built: OnceLock::new() });
        (ImageClass { class, images: WholeName(None), path: None, part, task, does }, path)
    });
    Images { own: Vec::new(), embedded: embedded.collect() }
}

impl Images {
    /// Adds classes of users; they come first.
    pub(super) fn learn(&mut self, classes: Vec<ImageClass>) {
        self.own.splice(0..0, classes);
    }

    /// The first class that an image, as written in a manifest, is of.
    pub(super) fn class_of(&self, image: &str) -> Option<&ImageClass> {
        let place = repository(image).rsplit_once('/').map_or("", |(place, _)| place);
        let own = self.own.iter().find(|class| class.holds(image_base_name(image), place));
        own.or_else(|| {
            let classes = named(image_base_name(image)).into_iter().filter_map(|at| self.embedded.get(at));
            let mut classes = classes.filter(|(_, path)| path.as_ref().is_none_or(|path| path.is_in(place)));
            classes.next().map(|(class, _)| class)
        })
    }
}

impl Lazy {
    fn is_in(&self, text: &str) -> bool {
        let built = self.built.get_or_init(|| Regex::new(&self.text).ok());
        built.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// The embedded classes whose expression matches a whole name, sorted.
fn named(name: &str) -> Vec<usize> {
    static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/images.dfa"));
    static AUTOMATON: LazyLock<sparse::DFA<&[u8]>> =
        LazyLock::new(|| sparse::DFA::from_bytes(BYTES).expect("the build made it; a test reads it").0);
    let start = start::Config::new().anchored(Anchored::Yes);
    let Ok(start) = AUTOMATON.start_state(&start) else { return Vec::new() };
    let end = name.bytes().fold(start, |state, byte| AUTOMATON.next_state(state, byte));
    let end = AUTOMATON.next_eoi_state(end);
    if !AUTOMATON.is_match_state(end) {
        return Vec::new();
    }
    let found = (0..AUTOMATON.match_len(end)).map(|at| AUTOMATON.match_pattern(end, at).as_usize());
    let mut found: Vec<usize> = found.collect();
    found.sort_unstable();
    found
}

/// The last part of an image's repository: `redis` of `registry.example/library/redis:7@sha256:…`.
pub fn image_base_name(image: &str) -> &str {
    let repository = repository(image);
    repository.rsplit('/').next().unwrap_or_default()
}

/// An image without its tag and digest; a colon before the last slash belongs to the registry's port.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    name[last..].find(':').map_or(name, |colon| &name[..last + colon])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_classes_follow_the_vocabulary() {
        let classes = embedded();
        let class = |image: &str| classes.class_of(image).map(|class| class.class.as_str());
        let table = [
            ("fluent/fluent-bit:3.0", Some("logging")),
            ("registry.example:5000/library/redis:7@sha256:00", Some("data store")),
            ("oliver006/redis_exporter", Some("metrics")),
            ("nginx/nginx-prometheus-exporter:1.1", Some("metrics")),
            ("nginx:1.27", Some("web server")),
            ("gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.11", Some("database proxy")),
            ("gcr.io/cloudsql-docker/gce-proxy:1.37", Some("database proxy")),
            ("cr.l5d.io/linkerd/proxy:stable", Some("mesh")),
            ("acme/proxy:1", None),
            ("datadog/agent:7", Some("telemetry")),
            ("acme/agent:7", None),
            ("quay.io/oauth2-proxy/oauth2-proxy:v7", Some("authentication")),
            ("quay.io/prometheus-operator/prometheus-config-reloader:v0.89", Some("configuration")),
            ("registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.4.0", Some("storage driver")),
            ("", None),
            ("acme/redis-client", None),
        ];
        for (image, expected) in table {
            assert_eq!(class(image), expected, "{image}");
        }
    }

    #[test]
    fn the_base_name_has_no_registry_tag_or_digest() {
        assert_eq!(image_base_name("registry:5000/a/web:1@sha256:0"), "web");
        assert_eq!(image_base_name("registry:5000/web"), "web");
        assert_eq!(image_base_name("web"), "web");
        assert_eq!(image_base_name(""), "");
    }
}
