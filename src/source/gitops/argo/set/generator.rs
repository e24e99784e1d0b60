//! Generators: what the parameters of a set's Applications are.
//!
//! Source: `applicationset/generators` of `argoproj/argo-cd`.

use super::super::super::registered::RegisteredCluster;
use super::super::super::renderings::Fault;
use super::super::super::selector;
use super::super::super::template::uses_other_than;
use super::super::application::{IN_CLUSTER, IN_CLUSTER_SERVER};
use super::git;
use super::params::{Params, flatten, normalized, overlay, text};
use super::rendered::Nothing;
use super::tree::{Language, all};
use super::unknown::{Unknown, world};
use crate::document::parse;
use serde_json::{Map, Value as Json, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Most sets of parameters that one ApplicationSet may make, those in between counted.
const MOST_SETS: usize = 20_000;

/// Most bytes of them.
const MOST_BYTES: usize = 32 << 20;

/// Why there are no parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A template is not rendered yet.
    NotYet,
    /// They depend on what is not in the input: what is asked, and what is missing, for a sentence.
    Unknown(Unknown),
    /// Argo CD would refuse it, for a reason that ends a sentence.
    Refused(String),
    /// It makes too much.
    TooMuch,
}

impl From<Nothing> for Stop {
    fn from(nothing: Nothing) -> Stop {
        match nothing {
            Nothing::NotYet => Stop::NotYet,
            Nothing::TooMuch => Stop::TooMuch,
            Nothing::Fault(Fault::Missing) => {
                Stop::Refused("a template uses a value that is not there".to_owned())
            }
            Nothing::Fault(Fault::NoFunction(name)) => {
                Stop::Refused(format!("Argo CD has no function `{name}`"))
            }
            Nothing::Fault(Fault::Failed(why)) => Stop::Refused(why),
        }
    }
}

/// What generators look at.
pub struct Surroundings<'a> {
    /// The clusters that the input registers, by name.
    pub clusters: &'a [RegisteredCluster],
    /// The repositories that can be looked into.
    pub repositories: &'a dyn git::Repositories,
}

/// One set of generators at work.
pub struct Work<'a> {
    /// How templates are written.
    pub language: Language<'a>,
    /// What is looked at.
    pub surroundings: &'a Surroundings<'a>,
    sets: Cell<usize>,
    bytes: Cell<usize>,
    /// Generators of clusters that find none, since the last entry of the set's own list.
    unmatched: RefCell<Vec<Unknown>>,
}

/// The parameters of each kind of generator that one entry of a list has, with the template that the kind brings.
pub type Made = Vec<(Vec<Params>, Json)>;

impl<'a> Work<'a> {
    /// Nothing made yet.
    pub fn new(language: Language<'a>, surroundings: &'a Surroundings<'a>) -> Work<'a> {
        let (sets, bytes) = (Cell::new(MOST_SETS), Cell::new(MOST_BYTES));
        Work { language, surroundings, sets, bytes, unmatched: RefCell::default() }
    }

    /// What generators of clusters did not find, if that is worth knowing: where nothing came out of them, or where nobody says
    /// which clusters there are.
    pub fn unmatched(&self, made: usize) -> Option<Unknown> {
        let unmatched = std::mem::take(&mut *self.unmatched.borrow_mut());
        let is_worth = made == 0 || self.surroundings.clusters.is_empty();
        unmatched.into_iter().next().filter(|_| is_worth)
    }

    /// What an entry of `generators` makes. `outer` are parameters of the generator before it in a matrix; `depth` says how
    /// many matrices and merges it stands in.
    ///
    /// Source: `Transform` in `generator_spec_processor.go`.
    pub fn entry(&self, entry: &Json, outer: Option<&Params>, depth: usize) -> Result<Made, Stop> {
        let mut made = Made::new();
        for kind in KINDS {
            let Some(own) = entry.get(kind).filter(|own| !own.is_null()) else { continue };
            if depth > 1 && matches!(kind, "matrix" | "merge") {
                continue;
            }
            let interpolated = match outer {
                Some(outer) if !outer.is_empty() => self.interpolated(kind, own, outer)?,
                _ => own.clone(),
            };
            let params = self.kind(kind, &interpolated, depth)?;
            let params = match entry.get("selector").filter(|selector| !selector.is_null()) {
                Some(selector) => selected(params, selector)?,
                None => params,
            };
            made.push((params, own.get("template").cloned().unwrap_or(Json::Null)));
        }
        Ok(made)
    }

    fn kind(&self, kind: &'static str, own: &Json, depth: usize) -> Result<Vec<Params>, Stop> {
        let params = match kind {
            "list" => self.list(own),
            "git" => self.git(own),
            "clusters" => self.clusters(own),
            "matrix" => self.matrix(own, depth),
            "merge" => self.merge(own, depth),
            other => Err(Stop::Unknown(world(other, own))),
        }?;
        self.spend(&params)?;
        Ok(params)
    }

    /// Counts what is made.
    fn spend(&self, params: &[Params]) -> Result<(), Stop> {
        let sets = self.sets.get().checked_sub(params.len()).ok_or(Stop::TooMuch)?;
        let size: usize = params.iter().map(|params| weight(&Json::Object(params.clone()))).sum();
        let bytes = self.bytes.get().checked_sub(size).ok_or(Stop::TooMuch)?;
        self.sets.set(sets);
        self.bytes.set(bytes);
        Ok(())
    }

    fn list(&self, own: &Json) -> Result<Vec<Params>, Stop> {
        let mut all = Vec::new();
        for element in array(own, "elements") {
            let element =
                element.as_object().ok_or_else(|| refused("an element of its list is no mapping"))?;
            if self.language.go {
                all.push(element.clone());
                continue;
            }
            let mut params = Params::new();
            for (key, value) in element {
                match (key.as_str(), value) {
                    ("values", Json::Object(values)) => {
                        for (key, value) in values {
                            params.insert(format!("values.{key}"), only_text(key, value)?);
                        }
                    }
                    _ => drop(params.insert(key.clone(), only_text(key, value)?)),
                }
            }
            all.push(params);
        }
        let yaml = own.get("elementsYaml").and_then(Json::as_str).filter(|yaml| !yaml.trim().is_empty());
        if let Some(yaml) = yaml {
            let broken = || refused("its `elementsYaml` is no list of mappings");
            let elements = parse(yaml.as_bytes()).map_err(|_| broken())?.to_json();
            for element in elements.as_array().ok_or_else(broken)? {
                all.push(element.as_object().cloned().ok_or_else(broken)?);
            }
        }
        Ok(all)
    }

    fn git(&self, own: &Json) -> Result<Vec<Params>, Stop> {
        let address = own.get("repoURL").and_then(Json::as_str).unwrap_or_default();
        let found =
            git::params(own, self.language.go, self.surroundings.repositories).map_err(|nothing| {
                match nothing {
                    git::Nothing::Foreign => {
                        let missing = format!("the files of `{address}` are");
                        Stop::Unknown(Unknown { generator: "git", missing })
                    }
                    git::Nothing::Empty => refused("a git generator has neither `directories` nor `files`"),
                    git::Nothing::TooMuch => Stop::TooMuch,
                    git::Nothing::Broken(path) => {
                        Stop::Refused(format!("`{path}` is neither a mapping nor a list of mappings"))
                    }
                }
            })?;
        self.with_values(own, found)
    }

    /// Source: `cluster.go`: the cluster of Argo CD itself comes last, if no Secret registers it and no label is asked for.
    fn clusters(&self, own: &Json) -> Result<Vec<Params>, Stop> {
        let wanted = own.get("selector").cloned().unwrap_or(Json::Null);
        let known = self.surroundings.clusters;
        let mut params = Vec::new();
        for cluster in known {
            if selector::matches(&wanted, &cluster.labels).map_err(unknown_operator)? {
                params.push(self.cluster(cluster));
            }
        }
        let asks_all = selector::is_empty(&wanted);
        let is_own = |cluster: &RegisteredCluster| cluster.server.trim_end_matches('/') == IN_CLUSTER_SERVER;
        if params.is_empty() {
            let missing = match asks_all {
                true => "the Secrets of its clusters are".to_owned(),
                false => format!("a cluster Secret with `{}` is", selector::words(&wanted)),
            };
            let unknown = Unknown { generator: "clusters", missing };
            if known.is_empty() && !asks_all {
                return Err(Stop::Unknown(unknown));
            }
            self.unmatched.borrow_mut().push(unknown);
        }
        if asks_all && !known.iter().any(is_own) {
            let own = json!({"name": IN_CLUSTER, "nameNormalized": IN_CLUSTER, "server": IN_CLUSTER_SERVER, "project": ""});
            params.extend(own.as_object().cloned());
        }
        let params = self.with_values(own, params)?;
        if own.get("flatList").and_then(Json::as_bool) == Some(true) {
            let clusters = params.into_iter().map(Json::Object).collect();
            return Ok(vec![Map::from_iter([("clusters".to_owned(), Json::Array(clusters))])]);
        }
        Ok(params)
    }

    fn cluster(&self, cluster: &RegisteredCluster) -> Params {
        let mut params = Params::new();
        let mut put = |key: &str, value: Json| drop(params.insert(key.to_owned(), value));
        put("name", cluster.name.clone().into());
        put("nameNormalized", normalized(&cluster.name).into());
        put("server", cluster.server.clone().into());
        put("project", "".into());
        let maps = [("annotations", &cluster.annotations), ("labels", &cluster.labels)];
        if self.language.go {
            let maps = maps.into_iter().filter(|(_, map)| !map.is_empty());
            put(
                "metadata",
                maps.map(|(name, map)| (name.to_owned(), json!(map))).collect::<Map<_, _>>().into(),
            );
        } else {
            for (name, map) in maps {
                map.iter()
                    .for_each(|(key, value)| put(&format!("metadata.{name}.{key}"), value.clone().into()));
            }
        }
        params
    }

    /// Source: `matrix.go`: what the first says wins, and the second may use it.
    fn matrix(&self, own: &Json, depth: usize) -> Result<Vec<Params>, Stop> {
        let [first, second] = array(own, "generators") else {
            return Err(refused("a matrix takes exactly two generators"));
        };
        let first = self.only(first, None, depth)?;
        // All are tried, so that all templates of a round are asked for at once.
        let mut made = Vec::new();
        let mut not_yet = false;
        for one in &first {
            match self.only(second, Some(one), depth) {
                Ok(second) => {
                    for other in second {
                        made.push(self.joined(one, other)?);
                        if made.len() > self.sets.get() {
                            return Err(Stop::TooMuch);
                        }
                    }
                }
                Err(Stop::NotYet) => not_yet = true,
                Err(stop) => return Err(stop),
            }
        }
        if not_yet { Err(Stop::NotYet) } else { Ok(made) }
    }

    fn joined(&self, one: &Params, mut other: Params) -> Result<Params, Stop> {
        if self.language.go {
            overlay(&mut other, one);
            return Ok(other);
        }
        let mut joined: Params = one.iter().map(|(key, value)| (key.clone(), text(value).into())).collect();
        for (key, value) in other {
            let value = text(&value);
            if joined.get(&key).and_then(Json::as_str).is_some_and(|own| own != value) {
                return Err(Stop::Refused(format!(
                    "both generators of a matrix give `{key}`, with different values"
                )));
            }
            joined.insert(key, value.into());
        }
        Ok(joined)
    }

    /// Source: `merge.go`: what only a later generator has is dropped. Upstream gives them in no order; here they stand in
    /// that of the first generator.
    fn merge(&self, own: &Json, depth: usize) -> Result<Vec<Params>, Stop> {
        let keys: Vec<&str> = array(own, "mergeKeys").iter().filter_map(Json::as_str).collect();
        let generators = array(own, "generators");
        if generators.len() < 2 {
            return Err(refused("a merge takes two generators or more"));
        }
        if keys.is_empty() {
            return Err(refused("a merge has no `mergeKeys`"));
        }
        let made: Vec<_> = generators.iter().map(|generator| self.only(generator, None, depth)).collect();
        if made.contains(&Err(Stop::NotYet)) {
            return Err(Stop::NotYet);
        }
        let mut made = made.into_iter();
        let mut base = made.next().unwrap_or(Ok(Vec::new()))?;
        let own_keys = by_key(&base, &keys)?;
        for overrides in made {
            let overrides = overrides?;
            for (key, at) in by_key(&overrides, &keys)? {
                let Some(base) = own_keys.get(&key).and_then(|at| base.get_mut(*at)) else { continue };
                match self.language.go {
                    true => overlay(base, &overrides[at]),
                    false => base.extend(overrides[at].clone()),
                }
            }
        }
        Ok(base)
    }

    /// What the only generator of a nested entry makes.
    fn only(&self, entry: &Json, outer: Option<&Params>, depth: usize) -> Result<Vec<Params>, Stop> {
        let mut made = self.entry(entry, outer, depth + 1)?;
        match made.len() {
            1 => Ok(made.remove(0).0),
            0 => Err(refused("a generator in a matrix or a merge is of no kind that it may be")),
            _ => Err(refused("an entry in a matrix or a merge holds several generators")),
        }
    }

    /// The parameters with the `values` of their generator.
    ///
    /// Source: `appendTemplatedValues` in `value_interpolation.go`.
    fn with_values(&self, own: &Json, params: Vec<Params>) -> Result<Vec<Params>, Stop> {
        let Some(values) = own.get("values").and_then(Json::as_object).filter(|values| !values.is_empty())
        else {
            return Ok(params);
        };
        let one = |mut params: Params| {
            let value = |(key, value): (&String, &Json)| {
                let text = self.language.text(value.as_str().unwrap_or_default(), &params)?;
                Ok((key.clone(), Json::String(text)))
            };
            let values = all(values.iter().map(value))?;
            match self.language.go {
                true => {
                    params.insert("values".to_owned(), values.into_iter().collect::<Map<_, _>>().into());
                }
                false => {
                    params.extend(values.into_iter().map(|(key, value)| (format!("values.{key}"), value)));
                }
            }
            Ok(params)
        };
        Ok(all(params.into_iter().map(one))?)
    }

    /// A generator with the parameters of the one before it. Its own `values` may wait for its own parameters.
    ///
    /// Source: `RenderGeneratorParams` in `applicationset/utils/utils.go`.
    fn interpolated(&self, kind: &str, own: &Json, outer: &Params) -> Result<Json, Stop> {
        let Some(fields) = own.as_object() else { return Ok(own.clone()) };
        let language = Language { strict: self.language.go, ..self.language };
        let field = |(key, value): (&String, &Json)| {
            let value = match (key.as_str(), value) {
                ("template", _) => value.clone(),
                ("values", Json::Object(values)) if matches!(kind, "git" | "clusters") => {
                    let value = |(key, value): (&String, &Json)| {
                        let template = value.as_str().unwrap_or_default();
                        if self.language.go && uses_other_than(template, outer) {
                            return Ok((key.clone(), value.clone()));
                        }
                        match language.text(template, outer) {
                            Ok(text) => Ok((key.clone(), Json::String(text))),
                            Err(Nothing::Fault(Fault::Missing)) => Ok((key.clone(), value.clone())),
                            Err(nothing) => Err(nothing),
                        }
                    };
                    Json::Object(all(values.iter().map(value))?.into_iter().collect())
                }
                _ => self.language.tree(value, outer)?,
            };
            Ok((key.clone(), value))
        };
        Ok(Json::Object(all(fields.iter().map(field))?.into_iter().collect()))
    }
}

/// The kinds of generators, in the order in which an entry with several is gone through.
const KINDS: [&str; 9] = [
    "list",
    "clusters",
    "git",
    "scmProvider",
    "clusterDecisionResource",
    "pullRequest",
    "matrix",
    "merge",
    "plugin",
];

fn refused(reason: &str) -> Stop {
    Stop::Refused(reason.to_owned())
}

fn unknown_operator(operator: String) -> Stop {
    Stop::Refused(format!("a selector has the operator `{operator}`, which there is not"))
}

fn only_text(key: &str, value: &Json) -> Result<Json, Stop> {
    match value {
        Json::String(text) => Ok(Json::String(text.clone())),
        _ => Err(Stop::Refused(format!(
            "`{key}` in an element of its list is no text, and `goTemplate` is not set"
        ))),
    }
}

fn array<'j>(value: &'j Json, key: &str) -> &'j [Json] {
    value.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn selected(params: Vec<Params>, wanted: &Json) -> Result<Vec<Params>, Stop> {
    let mut left = Vec::new();
    for params in params {
        if selector::matches(wanted, &flatten(&params)).map_err(unknown_operator)? {
            left.push(params);
        }
    }
    Ok(left)
}

/// Where the parameters with each value of the keys are.
fn by_key(params: &[Params], keys: &[&str]) -> Result<BTreeMap<String, usize>, Stop> {
    let mut places = BTreeMap::new();
    for (at, params) in params.iter().enumerate() {
        let key: Vec<Json> = keys.iter().map(|key| params.get(*key).cloned().unwrap_or(Json::Null)).collect();
        if places.insert(Json::Array(key).to_string(), at).is_some() {
            return Err(refused("a generator of a merge gives the same `mergeKeys` twice"));
        }
    }
    Ok(places)
}

/// About how many bytes a value takes.
fn weight(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len() + 8,
        Json::Array(items) => items.iter().map(weight).sum::<usize>() + 8,
        Json::Object(map) => map.iter().map(|(key, value)| key.len() + weight(value)).sum::<usize>() + 8,
        _ => 8,
    }
}
