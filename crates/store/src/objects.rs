//! The objects of one connection: what the provider sent, the newest version of each, and how far reading has come.

mod batch;

use std::path::Path;

use model::{CustomerId, ObjectKind};

use crate::StoreError;

pub use batch::{Batch, Committed, Dangling, DanglingExample, Followup, KindFacts, Prepared, Stored, Window};

/// A handle on one `objects.db`, cheap to clone and usable from many threads.
#[derive(Clone)]
pub struct Objects {}

#[expect(unused_variables, reason = "signatures first")]
#[expect(clippy::unimplemented, reason = "signatures first")]
#[expect(clippy::missing_errors_doc, reason = "signatures first")]
impl Objects {
    /// Opens the objects in a connection's folder for reading and writing; makes them when there are none. Only one
    /// handle (with its clones) may write, in all processes together: a second gets `AlreadyOpen`.
    pub fn open(connection_dir: &Path) -> Result<Self, StoreError> {
        unimplemented!()
    }
    /// Opens for reading only, also while another process writes. `Missing` when nothing was ever written.
    pub fn open_read_only(connection_dir: &Path) -> Result<Self, StoreError> {
        unimplemented!()
    }
    /// Writes a batch: all of it or nothing. Needs a tokio runtime.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, StoreError> {
        unimplemented!()
    }
    /// As [`Objects::commit`], for threads outside of a runtime.
    pub fn commit_blocking(&self, batch: Batch) -> Result<Committed, StoreError> {
        unimplemented!()
    }
    pub fn get(&self, kind: ObjectKind, id: &str) -> Result<Option<Stored>, StoreError> {
        unimplemented!()
    }
    /// Those of the ids that are there, in any order.
    pub fn get_many(&self, kind: ObjectKind, ids: &[String]) -> Result<Vec<Stored>, StoreError> {
        unimplemented!()
    }
    /// Everything of these kinds that belongs to a customer, itself or through its invoice, subscription or charge;
    /// the customer object included. Sorted by kind.
    pub fn by_customer(
        &self,
        customer: &CustomerId,
        kinds: &[ObjectKind],
    ) -> Result<Vec<Stored>, StoreError> {
        unimplemented!()
    }
    /// [`Objects::by_customer`] for many customers in one go: one answer per customer, in their order.
    pub fn read_customers(
        &self,
        customers: &[CustomerId],
        kinds: &[ObjectKind],
    ) -> Result<Vec<Vec<Stored>>, StoreError> {
        unimplemented!()
    }
    /// Every customer id that is there or that any object names, in order; at most `limit` of those after `after`.
    pub fn customer_ids(
        &self,
        after: Option<&CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        unimplemented!()
    }
    /// Every customer id, see [`Objects::customer_ids`].
    pub fn all_customer_ids(&self) -> Result<Vec<CustomerId>, StoreError> {
        unimplemented!()
    }
    /// The lines of an invoice or the items of a subscription that were kept as objects of their own.
    pub fn children(&self, parent: ObjectKind, id: &str) -> Result<Vec<Stored>, StoreError> {
        unimplemented!()
    }
    /// Objects of a kind in the order of their ids, tombstones too; at most `limit` of those after the id `after`.
    pub fn scan(
        &self,
        kind: ObjectKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        unimplemented!()
    }
    /// How many there are of each kind and how far they reach, without reading them.
    pub fn kinds(&self) -> Result<Vec<KindFacts>, StoreError> {
        unimplemented!()
    }
    pub fn windows(&self) -> Result<Vec<Window>, StoreError> {
        unimplemented!()
    }
    pub fn followups(&self) -> Result<Vec<Followup>, StoreError> {
        unimplemented!()
    }
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        unimplemented!()
    }
    /// References to objects that are neither there nor known to be deleted.
    pub fn dangling(&self) -> Result<Vec<Dangling>, StoreError> {
        unimplemented!()
    }
    /// The ids of a kind that some object names and that are neither there nor known to be deleted.
    pub fn missing(&self, kind: ObjectKind, limit: usize) -> Result<Vec<String>, StoreError> {
        unimplemented!()
    }
    /// What the database's own check and a recount find wrong; empty when all is well. Reads the whole file.
    pub fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        unimplemented!()
    }
}
