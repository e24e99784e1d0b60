//! Something that is true, with the reason and the field that it follows from.

use crate::catalog::FieldPath;
use crate::topology::NodeIndex;
use std::borrow::Cow;

/// Something that is true, with the reason and the field that it follows from.
#[derive(Clone, Debug, PartialEq)]
pub struct Known<T> {
    /// What is true.
    pub value: T,
    /// Why, in a few words without a full stop, raw; names of things stand in backticks (see [`quoted`]).
    pub why: Cow<'static, str>,
    /// The field that says so. Where a default applies, the field that would say otherwise.
    pub field: FieldPath,
    /// The object whose manifest holds the field, where that is not the one that the fact is about.
    pub declared_by: Option<NodeIndex>,
}

impl<T> Known<T> {
    /// A value, why it is so, and the field of the same object that says so.
    pub fn new(value: T, why: impl Into<Cow<'static, str>>, field: FieldPath) -> Known<T> {
        Known { value, why: why.into(), field, declared_by: None }
    }

    /// The same, said by a field of another object.
    pub fn said_by(mut self, node: NodeIndex) -> Known<T> {
        self.declared_by = Some(node);
        self
    }
}

/// The name of a thing in backticks, as it stands in reasons. Backticks in the name itself are turned into
/// apostrophes, so that the name ends where it seems to.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quoted_name_cannot_end_its_quotes() {
        assert_eq!(quoted("web"), "`web`");
        assert_eq!(quoted("a` b `c"), "`a' b 'c`");
    }
}
