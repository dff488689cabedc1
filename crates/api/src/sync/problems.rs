//! `GET /connections/{id}/problems`: problems that were found, listed rather than hidden.

use ::sync::{SyncError, view};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem as Failure;

#[derive(Debug, Serialize, ToSchema)]
pub struct Problems {
    pub data: Vec<ProblemView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataProblem)]
pub struct ProblemView {
    pub code: String,
    pub title: String,
    pub detail: String,
    pub count: u64,
    pub examples: Vec<ExampleView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataProblemExample)]
pub struct ExampleView {
    pub kind: String,
    pub id: String,
    pub points_to: Option<String>,
}

/// List problems with the data
#[utoipa::path(get, path = "/api/v1/connections/{id}/problems", operation_id = "list_problems", tag = "sync",
    responses((status = 200, body = Problems)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadMetrics>,
) -> Result<Json<Problems>, Failure> {
    let files = context.data.connection_files(&record.id);
    let objects = match context.runner.objects(&record.workspace, &record.id).await {
        // Nothing was fetched yet, so nothing is wrong with it.
        Err(SyncError::Store(StoreError::Missing { .. })) => return Ok(Json(Problems { data: Vec::new() })),
        objects => objects?,
    };
    let found = blocking(move || view::problems(&objects, &files)).await??;
    let data = found.into_iter().map(|problem| ProblemView {
        code: problem.code,
        title: problem.title,
        detail: problem.detail,
        count: problem.count,
        examples: problem
            .examples
            .into_iter()
            .map(|example| ExampleView {
                kind: example.kind.to_string(),
                id: example.id,
                points_to: example.points_to,
            })
            .collect(),
    });
    Ok(Json(Problems { data: data.collect() }))
}
