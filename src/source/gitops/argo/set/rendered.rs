//! What Go templates become: asked for in rounds, so that one call of helm renders all that a round wants.

use super::super::super::renderings::{Fault, Request, Texts};
use super::params::Params;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What Go prints where nothing is.
const NO_VALUE: &str = "<no value>";

/// Gives what is rendered, and notes what is not yet.
#[derive(Debug)]
pub struct Rendered<'a> {
    texts: &'a Texts,
    wanted: RefCell<BTreeSet<Request>>,
    /// How many bytes may still be asked for.
    left: RefCell<usize>,
}

/// What asking for a text may give instead of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// It is not rendered yet, and noted.
    NotYet,
    /// It cannot be rendered.
    Fault(Fault),
    /// Too much was asked for.
    TooMuch,
}

impl<'a> Rendered<'a> {
    /// With what is rendered, and how many bytes may be asked for beside.
    pub fn new(texts: &'a Texts, bytes: usize) -> Rendered<'a> {
        Rendered { texts, wanted: RefCell::default(), left: RefCell::new(bytes) }
    }

    /// What a template becomes with `params` as its root. If `strict`, a value that is not there is a fault where it would be
    /// printed.
    ///
    /// Upstream it is a fault wherever it is read, also by `default`; but who writes a default says what is meant.
    pub fn text(&self, text: &str, params: &Params, strict: bool) -> Result<String, Nothing> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let request = Request { text: text.to_owned(), params: Json::Object(params.clone()).to_string() };
        match self.texts.get(&request) {
            Some(Ok(text)) if strict && text.contains(NO_VALUE) => Err(Nothing::Fault(Fault::Missing)),
            Some(Ok(text)) => Ok(text.clone()),
            Some(Err(fault)) => Err(Nothing::Fault(fault.clone())),
            None => {
                let mut left = self.left.borrow_mut();
                let size = request.text.len() + request.params.len();
                *left = left.checked_sub(size).ok_or(Nothing::TooMuch)?;
                self.wanted.borrow_mut().insert(request);
                Err(Nothing::NotYet)
            }
        }
    }

    /// What is not rendered yet.
    pub fn into_wanted(self) -> BTreeSet<Request> {
        self.wanted.into_inner()
    }
}
