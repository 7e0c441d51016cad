//! What a question is, and how its answer arrives.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A question and the shape of its answer. Equal questions have equal answers at one revision.
pub trait Question: Clone + Eq + Send + 'static {
    type Answer: Send + Sync + 'static;
}

/// An answer and the revision it was true at; cheap to clone.
#[derive(Debug)]
pub struct Answered<T> {
    pub value: Arc<T>,
    pub at: super::Revision,
}

impl<T> Clone for Answered<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            at: self.at,
        }
    }
}

/// The part of a long list that fits the screen.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Page<R> {
    /// How many rows match, on this page or not.
    pub total: u64,
    /// The place of `rows[0]` among them, from 0.
    pub first: u64,
    pub rows: Vec<R>,
}
