//! Values of a type that their field does not take: the API server refuses the object, and nothing is worked out from
//! them.

use super::Pod;
use crate::catalog::{Catalog, FieldPath, Wanted, WrongType};
use crate::model::Object;
use crate::problem::{Code, Level, Problem, Problems};

/// How many are told of one object.
const MOST: usize = 50;

/// A problem for each such value of an object and of its pod.
pub(super) fn tell(object: &Object, pod: Option<&Pod>, catalog: &Catalog, problems: &mut Problems) {
    let identity = &object.identity;
    let mut wrong = catalog.types().wrong_in(&identity.group, &identity.kind, &object.value);
    if let Some((pod, spec)) = pod.and_then(|pod| Some((pod, pod.path.find(&object.value)?))) {
        wrong.extend(catalog.types().wrong_in_pod(spec, &pod.path));
    }
    for one in wrong.into_iter().take(MOST) {
        problems.push(problem(object, &one));
    }
}

/// A scalar is shown as it is written where a string is wanted; anything else cannot be read.
fn problem(object: &Object, wrong: &WrongType) -> Problem {
    let title = object.identity.title();
    // The keys of a Secret are not named.
    let is_hidden = object.identity.is("", "Secret") && wrong.wanted == Wanted::Text;
    let field = match is_hidden {
        true => format!("{}.…", wrong.field.to_string().split('.').next().unwrap_or_default()),
        false => wrong.field.to_string(),
    };
    let is_shown = wrong.wanted == Wanted::Text && wrong.value.scalar_text().is_some();
    let (level, code, reason) = if is_shown {
        let reason = format!("{title}: `{field}` must be a string; put quotes around it");
        (Level::Warning, Code::ScalarType, reason)
    } else {
        let must = wrong.wanted.words();
        let reason =
            format!("{title}: `{field}` must be {must}; Kubernetes refuses it, and it is unreadable here");
        // Nothing is worked out from an annotation.
        let is_annotation = wrong.field.is_within(&FieldPath::of("metadata.annotations"));
        (if is_annotation { Level::Warning } else { Level::Error }, Code::InvalidField, reason)
    };
    let line = wrong.field.line(&object.value);
    let column = if line == wrong.value.line { wrong.value.column } else { 1 };
    Problem::new(level, code, reason).at_place(object.place(line), column)
}
