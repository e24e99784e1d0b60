//! What a tool built: the documents of one environment, and what went wrong.

use super::budget::Excess;
use super::redact::Values;
use crate::document::{Document, SourceFile};
use crate::problem::Problems;
use std::sync::Arc;

/// What one environment holds.
#[derive(Debug, Default)]
pub struct Built {
    /// Its objects.
    pub documents: Vec<Document>,
    /// Where objects go that name no namespace, if that is known.
    pub namespace: Option<String>,
    /// What its Secrets hold.
    pub values: Values,
    /// What is missing in these objects, in a clause, where not all of it could be built.
    pub incomplete: Option<String>,
    /// What went wrong.
    pub problems: Problems,
    /// How many bytes the tool printed.
    pub bytes: usize,
    /// Why it holds nothing, or files as they are, if that is for want of what is left of the budget.
    pub excess: Option<Excess>,
}

impl Built {
    /// The text that all documents stand in, without them: whoever gives it its origin puts it back.
    pub fn take_file(&mut self) -> Option<SourceFile> {
        let file = Arc::clone(&self.documents.first()?.file);
        for document in &mut self.documents {
            document.file = Arc::default();
        }
        Some(Arc::try_unwrap(file).unwrap_or_else(|file| SourceFile {
            path: file.path.clone(),
            lines: file.lines.clone(),
            origin: None,
        }))
    }

    /// Puts a text in the place of the one that all documents stand in.
    pub fn put_file(&mut self, file: SourceFile) {
        let file = Arc::new(file);
        for document in &mut self.documents {
            document.file = Arc::clone(&file);
        }
    }
}
