//! A set becomes Applications.
//!
//! Source: `GenerateApplications` in `applicationset/controllers/template/template.go` of `argoproj/argo-cd`.

use super::super::super::renderings::{Fault, Request, Texts};
use super::generator::{Stop, Surroundings, Work};
use super::merge::{fill, patch};
use super::params::Params;
use super::rendered::{Nothing, Rendered};
use super::tree::{Language, all};
use super::unknown::Unknown;
use crate::document::parse;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Most Applications of one set.
const MOST: usize = 2_000;

/// Most bytes of templates and parameters that one round may ask for.
const ROUND_BYTES: usize = 16 << 20;

/// What is known of a set's Applications.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// These templates must be rendered first.
    Wanted(BTreeSet<Request>),
    /// All that can be known.
    Done(Expansion),
}

/// The Applications of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The Applications, each with the index of its generator.
    pub applications: Vec<(usize, Json)>,
    /// What generators ask that the input does not answer.
    pub unknown: Vec<Unknown>,
    /// Names that two of its Applications have: the first counts.
    pub twice: Vec<String>,
    /// Names of Applications that Kubernetes refuses.
    pub misnamed: Vec<String>,
    /// Why Argo CD would make none of them, for a sentence.
    pub refused: Option<String>,
    /// Whether there are more than podviz shows.
    pub too_much: bool,
}

/// Makes the Applications of a set, as far as its templates are rendered.
pub fn expand(set: &Json, surroundings: &Surroundings, texts: &Texts) -> Step {
    let rendered = Rendered::new(texts, ROUND_BYTES);
    let spec = set.get("spec").unwrap_or(&Json::Null);
    let options =
        spec.get("goTemplateOptions").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    let language = Language {
        go: spec.get("goTemplate").and_then(Json::as_bool) == Some(true),
        strict: options.iter().any(|option| option.as_str() == Some("missingkey=error")),
        rendered: &rendered,
    };
    let work = Work::new(language, surroundings);
    let mut expansion = Expansion::default();
    let mut not_yet = false;
    let generators = spec.get("generators").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, generator) in generators.iter().enumerate() {
        let made = of_generator(set, spec, generator, &work);
        let unmatched = work.unmatched(made.as_ref().map_or(0, Vec::len));
        match made {
            Ok(applications) => {
                expansion.unknown.extend(unmatched);
                expansion.applications.extend(applications.into_iter().map(|application| (at, application)));
            }
            Err(Stop::NotYet) => not_yet = true,
            Err(Stop::Unknown(unknown)) => expansion.unknown.push(unknown),
            Err(Stop::TooMuch) => expansion.too_much = true,
            // Of one that fails, all fail.
            Err(Stop::Refused(why)) => {
                return Step::Done(Expansion { refused: Some(why), ..Expansion::default() });
            }
        }
    }
    if not_yet {
        return Step::Wanted(rendered.into_wanted());
    }
    if expansion.applications.len() > MOST {
        expansion.too_much = true;
        expansion.applications.truncate(MOST);
    }
    expansion.only_first_of_each_name();
    Step::Done(expansion)
}

impl Expansion {
    /// Source: `validateGeneratedApplications` in `applicationset/controllers/applicationset_controller.go`.
    fn only_first_of_each_name(&mut self) {
        let mut names = BTreeSet::new();
        let (mut twice, mut misnamed) = (BTreeSet::new(), BTreeSet::new());
        self.applications.retain(|(_, application)| {
            let name = application.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
            if !is_name(name) {
                misnamed.insert(name.to_owned());
                return false;
            }
            let is_first = names.insert(name.to_owned());
            if !is_first {
                twice.insert(name.to_owned());
            }
            is_first
        });
        self.twice = twice.into_iter().collect();
        self.misnamed = misnamed.into_iter().collect();
    }
}

fn of_generator(set: &Json, spec: &Json, generator: &Json, work: &Work) -> Result<Vec<Json>, Stop> {
    let mut applications = Vec::new();
    for (params, mut template) in work.entry(generator, None, 0)? {
        fill(&mut template, spec.get("template").unwrap_or(&Json::Null));
        if params.len() > MOST {
            return Err(Stop::TooMuch);
        }
        let one = |params: &Params| application(set, spec, &template, params, work.language);
        applications.extend(all(params.iter().map(one))?);
    }
    Ok(applications)
}

/// One Application.
fn application(
    set: &Json,
    spec: &Json,
    template: &Json,
    params: &Params,
    language: Language,
) -> Result<Json, Nothing> {
    let text = spec.get("templatePatch").and_then(Json::as_str);
    let (made, patched) = if params.is_empty() {
        (Ok(template.clone()), text.map(|text| Ok(text.to_owned())))
    } else {
        (language.tree(template, params), text.map(|text| language.text(text, params)))
    };
    let (made, patched) = match (made, patched) {
        (Err(Nothing::NotYet), Some(Err(error))) => return Err(error),
        (made, patched) => (made?, patched.transpose()?),
    };
    let mut object = Map::new();
    object.insert("apiVersion".to_owned(), "argoproj.io/v1alpha1".into());
    object.insert("kind".to_owned(), "Application".into());
    object.insert(
        "metadata".to_owned(),
        made.get("metadata").filter(|own| own.is_object()).cloned().unwrap_or(json!({})),
    );
    object.insert("spec".to_owned(), made.get("spec").cloned().unwrap_or(json!({})));
    let mut object = Json::Object(object);
    let preserves =
        spec.pointer("/syncPolicy/preserveResourcesOnDeletion").and_then(Json::as_bool) == Some(true);
    if !params.is_empty() && !preserves && is_without(&object, "/metadata/finalizers") {
        object["metadata"]["finalizers"] = json!(["resources-finalizer.argocd.argoproj.io"]);
    }
    if let Some(text) = patched {
        let broken = || Nothing::Fault(Fault::Failed("its `templatePatch` is no mapping".to_owned()));
        // One that says nothing in the end patches nothing.
        let said = match text.trim() {
            "" => Json::Null,
            text => parse(text.as_bytes()).map_err(|_| broken())?.to_json(),
        };
        match said {
            Json::Null => {}
            said if said.is_object() => patch(&mut object, &said),
            _ => return Err(broken()),
        }
    }
    // An Application always stands where its set stands.
    match set.pointer("/metadata/namespace") {
        Some(namespace) => object["metadata"]["namespace"] = namespace.clone(),
        None => {
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.shift_remove("namespace");
            }
        }
    }
    Ok(object)
}

/// Whether a name is one of Kubernetes: `IsDNS1123Subdomain` in `k8s.io/apimachinery/pkg/util/validation`.
fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(inside) && !part.starts_with('-') && !part.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_part)
}

fn is_without(object: &Json, list: &str) -> bool {
    object.pointer(list).and_then(Json::as_array).is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests;
