//! What Go templates of ApplicationSets become: asked for, and kept, so that each is rendered once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A template with its parameters, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// The template.
    pub text: String,
    /// Its root, a JSON object.
    pub params: String,
}

/// Why a template gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It uses a value that is not there.
    Missing,
    /// It calls a function of this name that its controller does not have.
    NoFunction(String),
    /// It fails, for a reason that ends a sentence.
    Failed(String),
}

/// What was rendered so far.
pub type Texts = BTreeMap<Request, Result<String, Fault>>;

/// What helm made of templates so far, for all sets.
#[derive(Debug, Default)]
pub struct Renderings(Mutex<Texts>);

impl Renderings {
    /// Takes what is known out of what is wanted.
    pub fn take(&self, wanted: BTreeSet<Request>, texts: &mut Texts) -> BTreeSet<Request> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (there, not): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|request| known.contains_key(request));
        texts.extend(
            there.into_iter().filter_map(|request| known.get(&request).cloned().map(|text| (request, text))),
        );
        not.into_iter().collect()
    }

    /// Notes what templates became.
    pub fn keep(&self, texts: impl IntoIterator<Item = (Request, Result<String, Fault>)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(texts);
    }
}
