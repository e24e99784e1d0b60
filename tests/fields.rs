//! Every field of what Kubernetes runs is told: set it, and some page says something else. The few that are not told stand in
//! `fields/*.yaml` with the reason why.
//!
//! The fields come from `k8s-openapi`, so that a new version of Kubernetes makes this fail until somebody has looked at what
//! it brings.

use k8s_openapi::api::{
    apps::v1 as apps, batch::v1 as batch, core::v1 as core, networking::v1 as networking,
};
use podviz::catalog::Catalog;
use podviz::document::Limits;
use podviz::model::{Grouping, take_inventory};
use podviz::page::{self, Site};
use podviz::problem::Problems;
use podviz::source::load;
use podviz::{facts, topology};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor, value};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// What a file of `fields/` says of one type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Told {
    /// A manifest in which `"@"` stands for an object of the type.
    frame: Value,
    /// The least that such an object says.
    #[serde(default)]
    least: Map<String, Value>,
    /// What else it says, by the field that needs it.
    #[serde(default)]
    with: BTreeMap<String, Map<String, Value>>,
    /// A value of each field that is told.
    told: BTreeMap<String, Value>,
    /// Why a field is not told.
    #[serde(default)]
    not_told: BTreeMap<String, String>,
}

/// The types, each with its fields.
fn types() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut types = BTreeMap::new();
    macro_rules! fields {
        ($($module:ident::$name:ident),* $(,)?) => {
            $( types.insert(stringify!($name), fields_of::<$module::$name>()); )*
        };
    }
    fields!(
        core::PodSpec,
        core::Container,
        core::Probe,
        core::Lifecycle,
        core::LifecycleHandler,
        core::VolumeMount,
        core::VolumeDevice,
        core::Volume,
        core::SecurityContext,
        core::PodSecurityContext,
        core::ContainerPort,
        core::EnvVarSource,
        core::EnvFromSource,
        core::EmptyDirVolumeSource,
        core::VolumeProjection,
        core::TopologySpreadConstraint,
        core::Toleration,
        core::PodDNSConfig,
        core::ServiceSpec,
        core::ServicePort,
        core::PodTemplateSpec,
        apps::DeploymentSpec,
        apps::StatefulSetSpec,
        apps::DaemonSetSpec,
        apps::ReplicaSetSpec,
        batch::JobSpec,
        batch::CronJobSpec,
        networking::NetworkPolicySpec,
        networking::NetworkPolicyPeer,
        networking::NetworkPolicyPort,
    );
    types
}

/// Learns which fields a type reads: its `Deserialize` names them.
struct Ask(Vec<&'static str>);

impl<'de> Deserializer<'de> for &mut Ask {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, value::Error> {
        Err(Error::custom("not a mapping with known fields"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, value::Error> {
        self.0 = fields.to_vec();
        Err(Error::custom("asked"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn fields_of<T: for<'de> Deserialize<'de>>() -> Vec<&'static str> {
    let mut ask = Ask(Vec::new());
    let _ = T::deserialize(&mut ask);
    assert!(!ask.0.is_empty(), "a type without fields");
    ask.0
}

fn told() -> BTreeMap<String, Told> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fields");
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the files") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let value = podviz::document::parse(text.as_bytes()).expect("YAML");
        let types: BTreeMap<String, Told> = serde_json::from_value(value.to_json())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.extend(types);
    }
    all
}

/// The manifest with an object of the type in its place.
fn manifest(frame: &Value, object: &Map<String, Value>) -> Value {
    match frame {
        Value::String(text) if text == "@" => Value::Object(object.clone()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), manifest(value, object))).collect())
        }
        Value::Array(items) => items.iter().map(|item| manifest(item, object)).collect(),
        other => other.clone(),
    }
}

/// All that the pages say, without the manifest itself. It stands on one line, so that no line number gives a change away.
fn said(manifest: &Value) -> BTreeSet<String> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);
    let text = manifest.to_string();
    let documents = load("all.json", text.as_bytes(), &Limits::default()).documents;
    let (inventory, _) = take_inventory(documents, &CATALOG, &Grouping::plain("default"));
    let (topology, _) = topology::connect(&inventory, &CATALOG);
    let site: Site =
        page::build("test", &topology, &facts::derive(&topology, &CATALOG), &CATALOG, &Problems::none());
    let mut said = BTreeSet::new();
    for page in site.pages.iter().filter(|page| !page.path.to_string().starts_with("source")) {
        said.insert(format!("{} {:?} {:?}", page.path, page.lead, page.author));
        for section in page.sections.iter().filter(|section| section.anchor != "source") {
            said.insert(format!("{} {}: {:?}", page.path, section.anchor, section.blocks));
        }
    }
    said
}

#[test]
fn every_field_is_told_or_stands_with_a_reason() {
    let (types, files) = (types(), told());
    let mut faults = Vec::new();
    for name in files.keys().filter(|name| !types.contains_key(name.as_str())) {
        faults.push(format!("{name}: no such type is listed"));
    }
    for (name, fields) in types {
        let Some(told) = files.get(name) else {
            faults.push(format!("{name}: no file of tests/fields says how it is told"));
            continue;
        };
        let known: BTreeSet<&str> =
            told.told.keys().chain(told.not_told.keys()).map(String::as_str).collect();
        faults.extend(
            known
                .iter()
                .filter(|field| !fields.contains(field))
                .map(|field| format!("{name}.{field}: no such field")),
        );
        for field in fields {
            let Some(value) = told.told.get(field) else {
                if told.not_told.get(field).is_none_or(|reason| reason.len() < 10) {
                    faults.push(format!("{name}.{field}: neither told nor with a reason why not"));
                }
                continue;
            };
            let mut least = told.least.clone();
            least.extend(told.with.get(field).cloned().unwrap_or_default());
            let mut more = least.clone();
            more.insert(field.to_owned(), value.clone());
            if said(&manifest(&told.frame, &least)) == said(&manifest(&told.frame, &more)) {
                faults.push(format!("{name}.{field}: no page says anything of {value}"));
            }
        }
    }
    assert!(faults.is_empty(), "{} fields are not told:\n{}", faults.len(), faults.join("\n"));
}
