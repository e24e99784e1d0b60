//! The views: one file a question. Each turns topology and facts into a [`Diagram`](super::Diagram).
