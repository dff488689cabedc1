//! `GET /sources`.

use axum::Json;
use axum::extract::State;
use connect::Source as Provider;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;

/// The source of merchants that do not exist.
pub const SAMPLE: &str = "sample";

#[derive(Debug, Serialize, ToSchema)]
pub struct Sources {
    pub data: Vec<Source>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Source {
    /// As requests name it; `sample` has merchants that do not exist.
    pub id: &'static str,
    pub name: &'static str,
    /// The provider's page for creating a key, with name and permissions filled in.
    pub key_link: Option<String>,
    pub permissions: Vec<Permission>,
    pub merchants: Vec<Merchant>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Permission {
    pub kind: &'static str,
    pub label: &'static str,
    /// What the provider's dashboard calls it.
    pub permission: &'static str,
    pub access: &'static str,
    /// Nothing can be computed without it.
    pub is_required: bool,
    /// What you lose without it.
    pub without: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Merchant {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
}

/// List what can be connected, and what each source needs
#[utoipa::path(get, path = "/api/v1/sources", operation_id = "list_sources", tag = "connections",
    responses((status = 200, body = Sources)))]
pub async fn handle(State(context): State<Shared>, _: Access<ReadMetrics>) -> Json<Sources> {
    let merchants = context.samples.merchants.iter();
    let merchants = merchants.map(|m| Merchant { id: m.id, name: m.name, description: m.description });
    let sample = Source {
        id: SAMPLE,
        name: "Sample merchant",
        key_link: None,
        permissions: Vec::new(),
        merchants: merchants.collect(),
    };
    Json(Sources { data: Provider::ALL.iter().map(|source| provider(*source)).chain([sample]).collect() })
}

fn provider(source: Provider) -> Source {
    let permissions = source.lists().iter().map(|list| Permission {
        kind: list.kind.as_str(),
        label: list.label,
        permission: list.permission,
        access: "read",
        is_required: list.is_required,
        without: list.without,
    });
    let payment_methods = source.payment_methods().map(|terms| Permission {
        kind: terms.kind.as_str(),
        label: terms.label,
        permission: terms.permission,
        access: "read",
        is_required: false,
        without: terms.without,
    });
    let own_figures = source.provider_mrr().map(|terms| Permission {
        kind: terms.kind.as_str(),
        label: terms.label,
        permission: terms.permission,
        access: "read",
        is_required: false,
        without: terms.without,
    });
    let permissions = permissions.chain(payment_methods).chain(own_figures);
    Source {
        id: source.id(),
        name: source.texts().name,
        key_link: source.key_link(),
        permissions: permissions.collect(),
        merchants: Vec::new(),
    }
}
