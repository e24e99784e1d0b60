//! A GitOps controller's object applies what it brings to its cluster.
//!
//! `source` followed the controllers and wrote down who brings each object; the field is the one that says where its manifests
//! are.

use super::super::build::{Cast, Draft, Member, Reference};
use crate::catalog::{FieldPath, Relation};
use crate::document::Identity;
use crate::model::Object;

pub(super) fn apply(member: &Member, cast: &Cast, draft: &mut Draft) {
    // An object that is several, such as the pods of an operator, comes to the cluster once.
    let delivery = member.object.delivery.as_deref().filter(|_| member.part_of.is_none());
    let Some(by) = delivery.and_then(|delivery| delivery.applied_by.last()) else { return };
    if let Some(applier) = cast.find(by).filter(|_| *by != member.object.identity) {
        let field = FieldPath::of(field(&applier.object, by));
        draft.add(Reference::new(&applier.object, member.object.identity.clone(), Relation::Applies, field));
    }
}

/// The field of an applier that says where its manifests are.
fn field(applier: &Object, by: &Identity) -> &'static str {
    let is_there = |path: &&str| applier.value.at(path).is_some();
    let fields: &[&str] = match &*by.kind {
        "Kustomization" => &["spec.path", "spec.sourceRef"],
        "HelmRelease" => &["spec.chartRef", "spec.chart.spec.chart", "spec.chart"],
        "Application" => &["spec.source.path", "spec.source.chart", "spec.source", "spec.sources"],
        "ApplicationSet" => &["spec.generators"],
        _ => &[],
    };
    fields.iter().find(|path| is_there(path)).copied().unwrap_or("spec")
}
