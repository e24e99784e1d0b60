//! Stage 3: documents become objects with an identity.
