//! What a key may read, checked before anything is saved.

use futures_util::future::join_all;

use super::catalog::LISTS;
use super::{Client, List, ListRequest, Probe, ProbeState, retry};
use crate::ConnectError;

impl Client {
    /// Finds out what the key may read, by requesting one object of each list.
    ///
    /// # Errors
    /// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        let states = join_all(LISTS.iter().map(|list| state(self, list))).await;
        let probes = LISTS.iter().zip(states).map(|(list, state)| {
            Ok(Probe {
                kind: list.kind,
                label: list.label,
                permission: list.permission,
                state: state?,
                is_required: list.is_required,
                without: list.without,
            })
        });
        probes.collect()
    }
}

async fn state(client: &Client, list: &List) -> Result<ProbeState, ConnectError> {
    let request = ListRequest { limit: 1, ..ListRequest::new(list.kind) };
    match client.list_with(&request, retry::INTERACTIVE).await {
        Ok(_) => Ok(ProbeState::Granted),
        Err(ConnectError::PermissionMissing { permission, .. }) => Ok(ProbeState::Missing { permission }),
        Err(ConnectError::EndpointAbsent { .. }) => Ok(ProbeState::Absent),
        // An optional list must not keep anyone from connecting, however oddly the server fails on it.
        Err(
            ConnectError::ProviderFailed { .. }
            | ConnectError::Unreadable { .. }
            | ConnectError::Refused { .. },
        ) if !list.is_required => Ok(ProbeState::Absent),
        Err(error) => Err(error),
    }
}
