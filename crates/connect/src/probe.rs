//! What a key may read, checked before anything is saved.

use futures_util::future::join_all;
use model::ObjectKind;

use crate::{ConnectError, List, ListRequest, Page, PaymentMethodTerms, ProviderMrrTerms};

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
    /// What you lose without it.
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

/// Requests one object of each list, and says what that shows of the key.
///
/// # Errors
/// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
pub(crate) async fn each<A: Future<Output = Result<Page, ConnectError>>>(
    lists: &[List],
    request: impl Fn(ListRequest) -> A,
) -> Result<Vec<Probe>, ConnectError> {
    let one_of = |list: &List| request(ListRequest { limit: 1, ..ListRequest::new(list.kind) });
    let answers = join_all(lists.iter().map(one_of)).await;
    let probes = lists.iter().zip(answers).map(|(list, answer)| {
        Ok(Probe {
            kind: list.kind,
            label: list.label,
            permission: list.permission,
            state: state(list.is_required, answer)?,
            is_required: list.is_required,
            without: list.without,
        })
    });
    probes.collect()
}

/// Says what a request for the provider's own figures shows of the key.
///
/// # Errors
/// When the key is refused or the server cannot be reached.
pub(crate) fn of_provider_mrr<T>(
    terms: &ProviderMrrTerms,
    answer: Result<T, ConnectError>,
) -> Result<Probe, ConnectError> {
    Ok(Probe {
        kind: terms.kind,
        label: terms.label,
        permission: terms.permission,
        state: state(false, answer)?,
        is_required: false,
        without: terms.without,
    })
}

/// Says what a request for payment methods shows of the key.
///
/// # Errors
/// When the key is refused or the server cannot be reached.
pub(crate) fn of_payment_methods(
    terms: &PaymentMethodTerms,
    answer: Result<(), ConnectError>,
) -> Result<Probe, ConnectError> {
    Ok(Probe {
        kind: terms.kind,
        label: terms.label,
        permission: terms.permission,
        state: state(false, answer)?,
        is_required: false,
        without: terms.without,
    })
}

fn state<T>(is_required: bool, answer: Result<T, ConnectError>) -> Result<ProbeState, ConnectError> {
    match answer {
        Ok(_) => Ok(ProbeState::Granted),
        Err(ConnectError::PermissionMissing { permission, .. }) => Ok(ProbeState::Missing { permission }),
        Err(ConnectError::EndpointAbsent { .. }) => Ok(ProbeState::Absent),
        // An optional list must not keep anyone from connecting, however oddly the server fails on it.
        Err(
            ConnectError::ProviderFailed { .. }
            | ConnectError::Unreadable { .. }
            | ConnectError::Refused { .. },
        ) if !is_required => Ok(ProbeState::Absent),
        Err(error) => Err(error),
    }
}
