//! A merchant that is lived through from its first day and held in memory.

use model::{ObjectKind, UnixSeconds};
use serde_json::Value;

use super::{IntendedStep, ListPage, ListQuery, Merchant, UnknownCursor};

/// What a merchant's life follows from: the same start gives the same bytes on every machine.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub seed: u64,
    /// `None`: as many as the merchant usually has.
    pub customers: Option<usize>,
    /// The present: the history ends here, and `advance` goes on from here.
    pub now: UnixSeconds,
}

/// A simulated merchant.
pub struct Simulated {}

impl Simulated {
    /// An account on its first day.
    pub fn empty(_start: Start) -> Self {
        unimplemented!()
    }

    /// A small SaaS in one currency.
    pub fn small(_start: Start) -> Self {
        unimplemented!()
    }

    /// Every billing situation, in five currencies.
    pub fn mid(_start: Start) -> Self {
        unimplemented!()
    }
}

impl Merchant for Simulated {
    fn account(&self) -> Value {
        unimplemented!()
    }
    fn now(&self) -> UnixSeconds {
        unimplemented!()
    }
    fn list(&self, _query: &ListQuery) -> Result<ListPage, UnknownCursor> {
        unimplemented!()
    }
    fn get(&self, _kind: ObjectKind, _id: &str) -> Option<Value> {
        unimplemented!()
    }
    fn discount(&self, _id: &str) -> Option<Value> {
        unimplemented!()
    }
    fn intended(&self) -> Box<dyn Iterator<Item = IntendedStep> + Send + '_> {
        unimplemented!()
    }
    fn advance(&mut self, _to: UnixSeconds) -> Vec<Value> {
        unimplemented!()
    }
}
