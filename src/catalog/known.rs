//! What is known of one kind: what a user wrote, or what the build compiled, which is read when somebody first asks.

use super::KindRule;
use crate::document::compiled;
use std::borrow::Cow;
use std::sync::OnceLock;

/// The kinds that are part of the program, by the names of their files.
pub const KINDS: &[Compiled] = include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// A knowledge file of a kind, as the build left it.
#[derive(Debug)]
pub struct Compiled {
    /// The kind, such as `Deployment`, or one of three that stand in parentheses.
    pub kind: &'static str,
    /// The group; empty for the core group.
    pub group: &'static str,
    /// The old groups and versions of the kind.
    pub succeeds: &'static [&'static str],
    /// All that the file says, as JSON.
    pub json: &'static str,
}

impl Compiled {
    /// Whether it is about all pods, all containers or all objects.
    pub fn is_pseudo(&self) -> bool {
        self.kind.starts_with('(')
    }

    /// The rule.
    pub fn read(&self) -> KindRule {
        compiled::read(self.json)
    }
}

/// What is known of one kind.
#[derive(Debug)]
pub struct Known {
    /// The group; empty for the core group.
    pub group: Cow<'static, str>,
    /// The kind, such as `Deployment`.
    pub kind: Cow<'static, str>,
    compiled: Option<&'static Compiled>,
    rule: OnceLock<Box<KindRule>>,
}

impl Known {
    /// A kind that the build compiled.
    pub fn compiled(compiled: &'static Compiled) -> Known {
        let (group, kind) = (compiled.group.into(), compiled.kind.into());
        Known { group, kind, compiled: Some(compiled), rule: OnceLock::new() }
    }

    /// A kind that is read already.
    pub fn of(rule: KindRule) -> Known {
        let (group, kind) = (rule.group.clone().into(), rule.kind.clone().into());
        Known { group, kind, compiled: None, rule: OnceLock::from(Box::new(rule)) }
    }

    /// The rule.
    pub fn rule(&self) -> &KindRule {
        self.rule
            .get_or_init(|| Box::new(self.compiled.map(Compiled::read).expect("a kind is read or compiled")))
    }

    /// The rule alone.
    pub fn into_rule(self) -> KindRule {
        self.rule();
        *self.rule.into_inner().expect("it was read")
    }
}
