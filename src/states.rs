//! Two states of the input: both are studied, and compared.

use crate::catalog::Catalog;
use crate::change::tell::{ChangeFormat, Names};
use crate::change::{self, Severity};
use crate::problem::Problems;
use crate::product::Study;
use crate::request::{Earlier, Error, Product, Request, Sides};
use crate::source::revision::{Revision, check_out};
use crate::{facts, model, source, studies, topology};
use std::path::PathBuf;

/// What a change between two sides does.
pub(crate) fn difference(
    request: &Request,
    sides: &Sides,
    format: ChangeFormat,
    fail_on: Option<Severity>,
    problems: &mut Problems,
) -> Result<Product, Error> {
    let (revisions, inputs, names) = match sides {
        Sides::Inputs => {
            let [old, new] = [0, 1].map(|at| request.inputs.get(at..=at).unwrap_or_default().to_vec());
            let names = Names { old: shown(&old), new: shown(&new) };
            (Vec::new(), [old, new], names)
        }
        Sides::Revisions { base, head } => {
            let old = at(request, base)?;
            let new = head.as_deref().map(|head| at(request, head)).transpose()?;
            let of = |revision: &Revision| revision.inputs.clone();
            let inputs = [of(&old), new.as_ref().map_or_else(|| request.inputs.clone(), of)];
            let names = Names {
                old: base.clone(),
                new: head.clone().unwrap_or_else(|| "the working tree".to_owned()),
            };
            (std::iter::once(old).chain(new).collect(), inputs, names)
        }
    };
    let studies = studies(request, &[&inputs[0], &inputs[1]], problems)?;
    drop(revisions);
    let mut sides = studies.into_iter().map(|side| side.or_else(|error| nothing(request, error)));
    let (Some(old), Some(new)) = (sides.next().transpose()?, sides.next().transpose()?) else {
        return Err(Error::NothingToDocument);
    };
    if old.topology.nodes.is_empty() && new.topology.nodes.is_empty() {
        return Err(Error::NothingToDocument);
    }
    let change = change::compare(old.side(), new.side());
    let fails = fail_on.is_some_and(|level| change.verdict().is_some_and(|verdict| verdict >= level));
    Ok(Product::Answer { text: change::tell::tell(&change, &names, format), yes: !fails })
}

/// What is known of the input, and of an earlier state of it with what that is called.
pub(crate) fn with_earlier(
    request: &Request,
    earlier: &Earlier,
    problems: &mut Problems,
) -> Result<(Study, Option<(Study, String)>), Error> {
    let (name, is_revision) = match earlier {
        Earlier::Revision(name) => (name, true),
        Earlier::Named(name) => (name, !source::is_there(name.as_ref())),
    };
    let revision = is_revision.then(|| at(request, name)).transpose()?;
    let inputs =
        revision.as_ref().map_or_else(|| vec![PathBuf::from(name)], |revision| revision.inputs.clone());
    let mut studies = studies(request, &[&request.inputs, &inputs], problems)?.into_iter();
    drop(revision);
    let (Some(new), Some(old)) = (studies.next(), studies.next()) else {
        return Err(Error::NothingToDocument);
    };
    let old = old.or_else(|error| nothing(request, error))?;
    Ok((new?, Some((old, name.clone()))))
}

fn at(request: &Request, name: &str) -> Result<Revision, Error> {
    check_out(&request.inputs, name).map_err(|problem| Error::Revision(Box::new(problem)))
}

fn shown(inputs: &[PathBuf]) -> String {
    inputs.iter().map(|input| input.display().to_string()).collect::<Vec<_>>().join(" ")
}

/// A side without anything is one that all came to, or went from; so is one without the environment that is asked for.
fn nothing(request: &Request, error: Error) -> Result<Study, Error> {
    match error {
        Error::NothingToDocument | Error::NoSuchEnvironment { .. } | Error::EnvironmentEmpty(_) => {
            study_of_nothing(request)
        }
        error => Err(error),
    }
}

/// What is known of no input at all.
fn study_of_nothing(request: &Request) -> Result<Study, Error> {
    let catalog = Catalog::embedded();
    let settings = request.settings(&catalog)?;
    let catalog =
        catalog.with_settings(settings, &request.cluster_domain).for_kubernetes(request.kubernetes());
    let (topology, problems) = topology::connect(&model::Inventory::default(), &catalog);
    let facts = facts::derive(&topology, &catalog);
    Ok(Study { catalog, topology, facts, charts: Vec::new(), known: None, problems })
}
