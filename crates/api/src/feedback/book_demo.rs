//! `POST /demo-requests`.

use axum::extract::State;
use axum::http::StatusCode;
use mail::{FromVisitor, Mailbox, VisitorTopic};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{check_text, limit, technical_facts};
use crate::access::account::{check_email, check_full_name};
use crate::access::throttle::MailKind;
use crate::context::{BookDemo, Shared};
use crate::http::client::Client;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct DemoRequest {
    pub full_name: String,
    /// Where the answer goes.
    pub email: String,
    /// What you would like to see: at most 5,000 characters.
    pub text: String,
}

/// Ask the person who runs the server for a demo
#[utoipa::path(post, path = "/api/v1/demo-requests", operation_id = "request_demo", tag = "feedback",
    request_body = DemoRequest, responses((status = 202, description = "Taken")))]
pub async fn handle(
    State(context): State<Shared>,
    client: Client,
    Body(request): Body<DemoRequest>,
) -> Result<StatusCode, Problem> {
    if context.options.book_demo != Some(BookDemo::Form) {
        return Err(Problem::not_offered("this server doesn't take requests for a demo"));
    }
    let full_name = check_full_name(&request.full_name)?;
    let visitor = Mailbox::new(full_name, check_email(&request.email)?)?;
    let text = check_text(&request.text)?;
    limit(&context, &client, MailKind::Demo, "")?;
    let sent = FromVisitor {
        topic: VisitorTopic::Demo,
        visitor,
        is_verified: false,
        text,
        facts: technical_facts(&client),
        picture: None,
    };
    context.mailer.send_to_operator(sent).await?;
    Ok(StatusCode::ACCEPTED)
}
