//! `POST /connections`: save an account and start loading it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Secret, WorkspaceId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::admission::{self, AdmissionError, Candidate, Place, Wishes};
use super::dto::ConnectionView;
use crate::access::identity::Tenant;
use crate::blocking;
use crate::context::{Context, Shared};
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum ConnectRequest {
    Stripe {
        /// A restricted or secret key.
        #[schema(value_type = String, format = Password)]
        key: Secret,
        /// Where the API is, when it is not Stripe's own address.
        api_base: Option<String>,
        /// Without one it is the account's.
        name: Option<String>,
        /// Keep nothing that identifies a customer.
        #[serde(default)]
        gdpr: bool,
    },
    Sample {
        /// One of the sample source's merchants.
        merchant: String,
    },
}

/// Connect an account and start loading it
#[utoipa::path(post, path = "/api/v1/connections", operation_id = "create_connection", tag = "connections",
    request_body = ConnectRequest, responses((status = 201, body = ConnectionView)))]
pub async fn handle(
    State(context): State<Shared>,
    tenant: Tenant,
    Body(request): Body<ConnectRequest>,
) -> Result<(StatusCode, Json<ConnectionView>), Problem> {
    let view = match request {
        ConnectRequest::Stripe { key, api_base, name, gdpr } => {
            let base = admission::parse_base(api_base.as_deref())?;
            let candidate = admission::examine(&key, base, context.clock.clone()).await?;
            let wishes = Wishes { name: name.as_deref(), gdpr, is_sample: false };
            save(&context, tenant.workspace, candidate, wishes).await?
        }
        ConnectRequest::Sample { merchant } => sample(&context, tenant.workspace, &merchant).await?,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

async fn sample(context: &Shared, workspace: WorkspaceId, id: &str) -> Result<ConnectionView, Problem> {
    let merchant = context.samples.merchants.iter().find(|merchant| merchant.id == id);
    let merchant = merchant.ok_or_else(|| Problem::field("merchant", "there is no such sample merchant"))?;
    let started = (context.samples.start)(merchant.id).await.map_err(|error| Problem::internal(&error))?;
    let wishes = Wishes { name: Some(merchant.name), is_sample: true, gdpr: false };
    let candidate = admission::examine(&started.key, Some(started.api_base), context.clock.clone()).await?;
    save(context, workspace, candidate, wishes).await
}

async fn save(
    context: &Arc<Context>,
    workspace: WorkspaceId,
    candidate: Candidate,
    wishes: Wishes<'_>,
) -> Result<ConnectionView, Problem> {
    let shared = Arc::clone(context);
    let (name, Wishes { is_sample, gdpr, .. }) = (wishes.name.map(str::to_owned), wishes);
    let saved = blocking(move || -> Result<_, AdmissionError> {
        let place = Place { data: &shared.data, catalog: &shared.catalog, workspace: &workspace };
        let wishes = Wishes { name: name.as_deref(), is_sample, gdpr };
        candidate.save(&place, wishes, &shared.clock)
    });
    let record = saved.await??;
    context.runner.start_sync(&record.id);
    Ok(ConnectionView::new(record, context))
}
