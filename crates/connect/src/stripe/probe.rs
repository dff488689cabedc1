//! What a key may read, found out before anything is saved.

use futures_util::future::join_all;
use model::ObjectKind;

use super::catalog::{LISTS, List};
use super::{Client, ListRequest, retry};
use crate::ConnectError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub kind: ObjectKind,
    /// In the plural, for a list on a page.
    pub label: &'static str,
    /// What the dashboard calls the permission.
    pub permission: &'static str,
    pub state: ProbeState,
    /// Whether nothing can be computed without it.
    pub is_required: bool,
    /// What will be missing without it.
    pub without: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeState {
    Granted,
    /// The permission by the provider's own name, where it says it.
    Missing {
        permission: Option<String>,
    },
    /// The server has no such endpoint.
    Absent,
}

pub(super) async fn run(client: &Client) -> Result<Vec<Probe>, ConnectError> {
    let states = join_all(LISTS.iter().map(|list| state(client, list))).await;
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

async fn state(client: &Client, list: &List) -> Result<ProbeState, ConnectError> {
    let request = ListRequest { limit: 1, ..ListRequest::new(list.kind) };
    match client.list_with(&request, retry::INTERACTIVE).await {
        Ok(_) => Ok(ProbeState::Granted),
        Err(ConnectError::PermissionMissing { permission, .. }) => Ok(ProbeState::Missing { permission }),
        Err(ConnectError::EndpointAbsent { .. }) => Ok(ProbeState::Absent),
        // A list that one can do without must not keep anyone from connecting, however oddly the server fails on it.
        Err(
            ConnectError::ProviderFailed { .. }
            | ConnectError::Unreadable { .. }
            | ConnectError::Refused { .. },
        ) if !list.is_required => Ok(ProbeState::Absent),
        Err(error) => Err(error),
    }
}
