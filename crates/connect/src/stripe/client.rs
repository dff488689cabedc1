//! The client: what can be asked of a server.

use model::{ObjectKind, RawObject};

use super::{Account, Children, ClientConfig, ListRequest, Page, Probe};
use crate::ConnectError;

/// Reads from one account of one server. Clones share its limits.
#[derive(Clone)]
pub struct Client {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retrieved {
    Found {
        object: RawObject,
        /// Its embedded lists that were cut.
        incomplete: Vec<Children>,
    },
    /// The provider's tombstone.
    Deleted(RawObject),
    /// The provider does not know it.
    Missing,
}

impl Client {
    pub fn new(_config: ClientConfig) -> Result<Self, ConnectError> {
        unimplemented!()
    }
    pub async fn account(&self) -> Result<Account, ConnectError> {
        unimplemented!()
    }
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        unimplemented!()
    }
    pub async fn list(&self, _request: &ListRequest) -> Result<Page, ConnectError> {
        unimplemented!()
    }
    pub async fn list_children(&self, _children: &Children) -> Result<Page, ConnectError> {
        unimplemented!()
    }
    pub async fn retrieve(&self, _kind: ObjectKind, _id: &str) -> Result<Retrieved, ConnectError> {
        unimplemented!()
    }
}
