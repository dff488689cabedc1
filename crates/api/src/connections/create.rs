//! `POST /connections`: save a connection and start its import.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use connect::Network;
use model::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::admission::{self, AdmissionError, Candidate, Destination, Wishes};
use super::dto::ConnectionView;
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::json::Body;
use crate::problem::Problem;
use crate::sources::list::SAMPLE;

/// An account of a provider, or a sample merchant.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectRequest {
    /// The id of one of the sources, or `sample`.
    source: String,
    /// A key that reads the account. A sample merchant needs none.
    #[schema(value_type = Option<String>, format = Password)]
    key: Option<Secret>,
    /// Where the API is, when it is not the provider's own address.
    api_base: Option<String>,
    /// By default the account's name.
    name: Option<String>,
    /// Store nothing that identifies a customer.
    #[serde(default)]
    gdpr: bool,
    /// Of `sample`: one of its merchants.
    merchant: Option<String>,
}

/// Connect an account and start its import
#[utoipa::path(post, path = "/api/v1/connections", operation_id = "create_connection", tag = "connections",
    request_body = ConnectRequest, responses((status = 201, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<ConnectRequest>,
) -> Result<(StatusCode, Json<ConnectionView>), Problem> {
    if request.source == SAMPLE {
        let merchant = request.merchant.ok_or_else(|| Problem::field("merchant", "choose a merchant"))?;
        let view = sample(&context, &access, &merchant).await?;
        context
            .record(AuditEvent::new(&access.by, &access.workspace, "connection.created").on(&view.id))
            .await?;
        return Ok((StatusCode::CREATED, Json(view)));
    }
    let source = admission::source(&request.source)?;
    let key = request.key.ok_or_else(|| Problem::field("key", "enter a key"))?;
    let base = admission::parse_base(source, request.api_base.as_deref())?;
    let candidate =
        admission::examine(source, &key, base, context.options.network.clone(), context.clock.clone())
            .await?;
    let wishes = Wishes { name: request.name.as_deref(), gdpr: request.gdpr, is_sample: false };
    let view = save(&context, &access, candidate, wishes).await?;
    context.record(AuditEvent::new(&access.by, &access.workspace, "connection.created").on(&view.id)).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

async fn sample(context: &Shared, access: &Access<Manage>, id: &str) -> Result<ConnectionView, Problem> {
    let merchant = context.samples.merchants.iter().find(|merchant| merchant.id == id);
    let merchant = merchant.ok_or_else(|| Problem::field("merchant", "sample merchant not found"))?;
    let started = (context.samples.start)(merchant.id).await.map_err(|error| Problem::internal(&error))?;
    let wishes = Wishes { name: Some(merchant.name), is_sample: true, gdpr: false };
    let candidate = admission::examine(
        started.source,
        &started.key,
        Some(started.api_base),
        Network::Real,
        context.clock.clone(),
    )
    .await?;
    save(context, access, candidate, wishes).await
}

async fn save(
    context: &Arc<Context>,
    access: &Access<Manage>,
    candidate: Candidate,
    wishes: Wishes<'_>,
) -> Result<ConnectionView, Problem> {
    let shared = Arc::clone(context);
    let (catalog, workspace) = (access.catalog(context), access.workspace.clone());
    let (name, Wishes { is_sample, gdpr, .. }) = (wishes.name.map(str::to_owned), wishes);
    let saved = blocking(move || -> Result<_, AdmissionError> {
        let destination = Destination { data: &shared.data, catalog: &catalog, workspace: &workspace };
        let wishes = Wishes { name: name.as_deref(), is_sample, gdpr };
        candidate.save(&destination, wishes, &shared.clock)
    });
    let record = saved.await??;
    context.runner.start_sync(&record.id);
    Ok(ConnectionView::new(record, context))
}
