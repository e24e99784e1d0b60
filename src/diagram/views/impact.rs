//! What depends on something, directly and through others, up to the ways in from outside.

use super::cast;
use super::fold::{Piece, fold};
use super::sheet::{Reason, Sheet};
use super::{Budget, Definition, Focus, Of, Scene};
use crate::diagram::{Class, Diagram, Direction, Id, Line, View};
use crate::facts::impact::{End, Impact, Reached, Step, Then, When, impact};
use crate::names::count;
use crate::topology::{Certainty, NodeIndex, State, Topology};
use std::collections::{BTreeMap, BTreeSet};

/// How many that are alike are drawn one by one.
const CROWD: usize = 5;

pub(super) static VIEW: Definition =
    Definition { name: "impact", of: Of::Everything, budget: Budget { nodes: 40, edges: 60 }, draw };

fn draw(scene: Scene, focus: &Focus) -> Option<Diagram> {
    let index = match *focus {
        Focus::Object(index) | Focus::Container(index, _) => index,
        Focus::All(_) | Focus::Namespace(..) | Focus::Application(_) => return None,
    };
    let found = impact(scene.topology, scene.facts, &[End::Object(index)]);
    if found.reached.is_empty() {
        return None;
    }
    let node = &scene.topology.nodes[index];
    let said = cast::object(node).said;
    let mut picture = Picture { scene, sheet: Sheet::default(), drawn: BTreeMap::new() };
    let mut actor = cast::object(node);
    if node.state == State::Present {
        actor = actor.noted(format!("{}: gone", node.identity.kind));
    }
    let id = picture.sheet.node(actor, None);
    picture.drawn.insert(index, id);
    picture.place(&found);
    picture.connect(&found);
    let title = format!("What depends on {said}");
    let ways = match found.ways_in.len() {
        0 => String::new(),
        1 => "; 1 of them is a way in from outside".to_owned(),
        many => format!("; {many} of them are ways in from outside"),
    };
    let things = count(found.reached.len(), "thing depends", "things depend");
    let description = format!(
        "{things} on {said}, directly or through others{ways}. An arrow leads from what depends to what it depends on; each \
         box says what happens to it if {said} is gone."
    );
    Some(picture.sheet.finish(View::Impact, title, description, Direction::Right, scene.budget))
}

/// What must be alike for boxes to be one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// Whether nothing else comes here through it.
    is_leaf: bool,
    dependency: End,
    verb: &'static str,
    kind: String,
    note: String,
}

struct Picture<'a> {
    scene: Scene<'a>,
    sheet: Sheet,
    /// The box of each.
    drawn: BTreeMap<NodeIndex, Id>,
}

impl Picture<'_> {
    /// Draws what is reached, the nearest first.
    fn place(&mut self, found: &Impact) {
        let between: BTreeSet<&End> =
            found.reached.iter().filter_map(|one| Some(&one.path.first()?.dependency)).collect();
        let things: Vec<(Key, &Reached)> =
            found.reached.iter().filter_map(|one| Some((self.key(one, &between)?, one))).collect();
        let most = self.scene.budget.nodes.saturating_sub(1);
        let crowd = |key: &Key| if key.is_leaf { CROWD } else { usize::MAX };
        for piece in fold(things, crowd, most) {
            match piece {
                Piece::One(one) => {
                    let Some(index) = one.object() else { continue };
                    let actor = cast::object(&self.scene.topology.nodes[index]);
                    let id = self.sheet.node(actor.noted(self.note(one, index)), None);
                    self.drawn.insert(index, id);
                }
                Piece::Many(key, all) => {
                    let dependency = key.dependency.title(self.scene.topology);
                    let leaf = if key.is_leaf { "leaf" } else { "" };
                    let id = Id::of('f', &["impact", &dependency, key.verb, &key.kind, &key.note, leaf]);
                    let first = all.first().and_then(|one| one.object());
                    let class =
                        first.map_or(Class::Plain, |index| cast::class(&self.scene.topology.nodes[index]));
                    let actor = cast::several(id, class, all.len(), &key.kind, &key.note);
                    let words = actor.said.clone();
                    let id = self.sheet.node(actor, None);
                    self.sheet.leave_out(format!("Not drawn one by one: {words}; the table lists them."));
                    self.drawn.extend(all.iter().filter_map(|one| Some((one.object()?, id.clone()))));
                }
            }
        }
    }

    fn key(&self, one: &Reached, between: &BTreeSet<&End>) -> Option<Key> {
        let (index, step) = (one.object()?, one.path.first()?);
        Some(Key {
            is_leaf: !between.contains(&one.end),
            dependency: step.dependency.clone(),
            verb: step.verb,
            kind: self.scene.topology.nodes[index].identity.kind.to_string(),
            note: words(one, self.scene.topology),
        })
    }

    /// The kind, and what happens: `Deployment: loses calls`.
    fn note(&self, one: &Reached, index: NodeIndex) -> String {
        format!("{}: {}", self.scene.topology.nodes[index].identity.kind, words(one, self.scene.topology))
    }

    /// The arrows along the paths, each once, with a row for each thing.
    fn connect(&mut self, found: &Impact) {
        for one in &found.reached {
            let Some(step) = one.path.first() else { continue };
            let (Some(from), Some(to)) = (step.dependent.object(), step.dependency.object()) else {
                continue;
            };
            let (Some(a), Some(b)) = (self.drawn.get(&from).cloned(), self.drawn.get(&to).cloned()) else {
                continue;
            };
            let line = if step.certainty == Certainty::Inferred { Line::Dashed } else { Line::Solid };
            self.sheet.silent_arrow(&a, &b, step.verb, line);
            let said = |index: NodeIndex| {
                let node = &self.scene.topology.nodes[index];
                (cast::object(node).said, cast::link(node))
            };
            self.sheet.row(said(from), step.verb, said(to), self.reason(step));
        }
    }

    fn reason(&self, step: &Step) -> Reason {
        Reason::field(self.scene.topology.nodes[step.declared_by].object.as_deref(), &step.field)
    }
}

/// What happens, in a few words.
fn words(one: &Reached, topology: &Topology) -> String {
    let told = one.effects.iter().filter(|(then, _)| *then != Then::NoEffectWhileRunning);
    let told: Vec<&str> = told.map(|(then, _)| then.verb(&one.end, topology)).collect();
    let later = match one.when() {
        None | Some(When::Now) => "",
        Some(When::Restart) => " at the next start",
        Some(When::New) => " where it is new",
    };
    if told.is_empty() { "goes on".to_owned() } else { format!("{}{later}", told.join(", ")) }
}
