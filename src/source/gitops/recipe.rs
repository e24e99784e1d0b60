//! How the objects of an applier are made, and where they go: what `flux` and `argo` find out, and `follow` carries out.

use super::super::kustomize;
use super::chart::{ChartReference, Release};
use super::cluster::Cluster;
use super::substitution::Substitution;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What an applier does.
#[derive(Debug)]
pub struct Recipe {
    /// The cluster that its objects go to.
    pub cluster: Cluster,
    /// Where the objects go that name no namespace.
    pub namespace: Option<String>,
    /// What its objects are made of, in order: of two that are the same object the later one counts.
    pub makes: Vec<Make>,
    /// Labels and annotations that each of its objects gets.
    pub common: Common,
}

/// Labels and annotations for all objects.
#[derive(Debug, Default)]
pub struct Common {
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The annotations.
    pub annotations: BTreeMap<String, String>,
}

/// What objects are made of.
#[derive(Debug)]
pub enum Make {
    /// A folder that kustomize builds.
    Kustomization(Box<Kustomization>),
    /// Files as they are.
    Files(Vec<PathBuf>),
    /// A release of a chart.
    Chart(ChartReference, Box<Release>),
    /// Objects that the applier says itself, such as the Applications of an ApplicationSet.
    Objects(Vec<Said>),
}

/// A folder that kustomize builds, with what the controller does to it first.
#[derive(Debug)]
pub struct Kustomization {
    /// The kustomization of the folder ([`kustomize::find`]), or one that is made of its files
    /// ([`kustomize::Kustomization::of_resources`]), with what the controller sets and adds.
    ///
    /// [`kustomize::find`]: super::super::kustomize::find
    /// [`kustomize::Kustomization::of_resources`]: super::super::kustomize::Kustomization::of_resources
    pub file: kustomize::Kustomization,
    /// What becomes of the text that is built, if anything.
    pub substitution: Option<Substitution>,
}

/// What an applier reads, without its being built.
#[derive(Debug)]
pub enum Reach {
    /// A folder that kustomize builds, or whose files are built together.
    Kustomization(Box<kustomize::Kustomization>),
    /// Files as they are.
    Files(Vec<PathBuf>),
}

/// An object that its applier says itself.
#[derive(Debug)]
pub struct Said {
    /// The object, redacted as its applier is.
    pub object: Json,
    /// The line of the applier's text, from 1, that says it.
    pub line: u32,
}
