//! A change as the pages of the new side tell it: what is marked, and what the page of all changes says.

use super::Names;
use super::words::{LEVELS, grouped, heading, lines_that_differ, shown, values, verdict};
use crate::change::{Because, Change, Fate, FieldChange, ObjectChange, Side, Which};
use crate::document::SourceFile;
use crate::model::Subject;
use crate::page::changes::{Comparison, Differing, Effect, Field, Mark, Place, Whom};
use crate::topology::{NodeIndex, Topology};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the pages of the new side say of the old one.
pub fn comparison(change: &Change, names: &Names) -> Comparison {
    let subjects = subjects(change);
    let of_level = |level| {
        let told = grouped(change, level).into_iter().map(|(effects, message)| Effect {
            whom: effects
                .iter()
                .map(|effect| Whom {
                    title: effect.subject.clone(),
                    subject: subjects.get(&effect.subject).cloned(),
                })
                .collect(),
            message: message.to_owned(),
            code: effects.first().map(|effect| effect.code).unwrap_or_default(),
            because: effects
                .iter()
                .flat_map(|effect| effect.because.iter().take(2))
                .take(4)
                .map(place)
                .collect(),
        });
        told.collect::<Vec<Effect>>()
    };
    let effects = LEVELS.into_iter().map(|level| (heading(level), of_level(level)));
    let effects: Vec<_> = effects.filter(|(_, effects)| !effects.is_empty()).collect();
    let objects: Vec<Differing> = change.objects.iter().map(|object| differing(change, object)).collect();
    let cited = effects.iter().flat_map(|(_, effects)| effects.iter().flat_map(|effect| &effect.because));
    let cited = cited.chain(
        objects.iter().flat_map(|one| one.before.iter().chain(one.fields.iter().map(|field| &field.place))),
    );
    let cited: BTreeSet<&str> = cited.filter(|place| place.is_old).map(|place| place.file.as_str()).collect();
    let mut files = files(change.old.topology);
    files.retain(|path, _| cited.contains(path.as_str()));
    Comparison {
        old: names.old.clone(),
        verdict: verdict(change),
        effects,
        objects,
        others: others(change),
        notes: super::words::notes(change),
        files,
    }
}

fn differing(change: &Change, object: &ObjectChange) -> Differing {
    let first_line = |side: Side, which: Which, index: NodeIndex| {
        let object = side.topology.nodes[index].object.as_deref()?;
        let (file, line) = object.place(object.first_line);
        Some(Place { is_old: which == Which::Old, file: file.to_owned(), line })
    };
    Differing {
        identity: object.identity.clone(),
        title: object.subject.clone(),
        mark: mark(object.change),
        was: object.was.clone(),
        fields: shown(object).into_iter().map(field).collect(),
        before: object.old.and_then(|index| first_line(change.old, Which::Old, index)),
    }
}

fn mark(fate: Fate) -> Mark {
    match fate {
        Fate::Added => Mark::New,
        Fate::Removed => Mark::Gone,
        Fate::Changed | Fate::Renamed | Fate::Same => Mark::Changed,
    }
}

fn field(field: &FieldChange) -> Field {
    Field {
        field: field.field.clone(),
        values: values(field),
        lines: lines_that_differ(&field.old, &field.new),
        place: Place { is_old: field.side == Which::Old, file: field.file.clone(), line: field.line },
    }
}

fn place(because: &Because) -> Place {
    Place { is_old: because.side == Which::Old, file: because.file.clone(), line: because.line }
}

/// Whom each subject of an effect names on the new side.
fn subjects(change: &Change) -> BTreeMap<String, Subject> {
    let mut subjects = BTreeMap::new();
    for (_, node) in change.new.topology.present() {
        let identity = &node.identity;
        let title = change.pairing.subject(Which::New, change.new, identity);
        subjects.insert(title, Subject::Object(identity.clone()));
        let prefix = change.pairing.prefix(&identity.environment);
        for container in node.pod.iter().flat_map(|pod| &pod.containers) {
            let title =
                format!("{prefix}Container {}/{}/{}", identity.namespace, identity.name, container.key);
            subjects.insert(title, Subject::Container(identity.clone(), Arc::clone(&container.key)));
        }
    }
    subjects
}

/// Containers, namespaces and environments that are new or differ.
fn others(change: &Change) -> Vec<(Subject, Mark)> {
    let mut others = Vec::new();
    for object in &change.objects {
        let Some(new) = object.new.map(|index| &change.new.topology.nodes[index]) else { continue };
        let before = object.old.and_then(|index| change.old.topology.nodes[index].pod.as_deref());
        for container in new.pod.iter().flat_map(|pod| &pod.containers) {
            let is_new = before.is_none_or(|pod| pod.containers.iter().all(|one| one.key != container.key));
            let differs = object.below(&container.path.to_string()).next().is_some();
            if is_new || differs {
                let subject = Subject::Container(new.identity.clone(), Arc::clone(&container.key));
                others.push((subject, if is_new { Mark::New } else { Mark::Changed }));
            }
        }
    }
    let namespaces = |which: Which, topology: &Topology| -> BTreeSet<(Arc<str>, Arc<str>)> {
        let names = topology.namespaces().into_keys();
        names.map(|(environment, name)| (change.pairing.environment(which, &environment), name)).collect()
    };
    let before = namespaces(Which::Old, change.old.topology);
    let come = namespaces(Which::New, change.new.topology).into_iter().filter(|one| !before.contains(one));
    others.extend(come.map(|(environment, name)| (Subject::Namespace(environment, name), Mark::New)));
    let come = change.environments.iter().filter(|one| one.change == Fate::Added);
    others.extend(come.map(|one| (Subject::Cluster(one.name.as_str().into()), Mark::New)));
    others
}

/// The files of a side that may be shown, by their path.
fn files(topology: &Topology) -> BTreeMap<String, Arc<SourceFile>> {
    let objects = topology.nodes.iter().filter_map(|node| node.object.as_deref());
    let shown = objects.flat_map(|object| {
        let origins = object.file.origin.iter().flat_map(|origin| origin.files.iter());
        std::iter::once(&object.file).chain(origins)
    });
    shown.filter(|file| !file.lines.is_empty()).map(|file| (file.path.clone(), Arc::clone(file))).collect()
}
