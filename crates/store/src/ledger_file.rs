//! The ledger on disk: numbered chunks of bytes. A projection, so anything wrong with it means: rebuild.

use std::path::Path;

use crate::StoreError;

/// A handle on one `ledger.db`.
pub struct LedgerFile {}

#[expect(unused_variables, clippy::unimplemented, clippy::missing_errors_doc, reason = "signatures first")]
impl LedgerFile {
    /// Opens the ledger of a connection's folder; a new one is empty.
    pub fn open(connection_dir: &Path) -> Result<Self, StoreError> {
        unimplemented!()
    }
    /// All chunks in the order of their numbers.
    pub fn load(&self) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        unimplemented!()
    }
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        unimplemented!()
    }
    /// Puts these chunks and facts in place of all that was there, together or not at all.
    pub fn replace_all<I>(&self, chunks: I, meta: &[(String, String)]) -> Result<(), StoreError>
    where
        I: IntoIterator<Item = (u32, Vec<u8>)>,
    {
        unimplemented!()
    }
    /// Puts these chunks and facts in place of those with the same number or key, together or not at all.
    pub fn put(&self, chunks: Vec<(u32, Vec<u8>)>, meta: &[(String, String)]) -> Result<(), StoreError> {
        unimplemented!()
    }
    /// Removes the file of a connection's folder, damaged or not.
    pub fn delete(connection_dir: &Path) -> Result<(), StoreError> {
        unimplemented!()
    }
}
