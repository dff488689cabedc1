//! `POST /feedback`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::{Fact, FromVisitor, VisitorTopic};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Picture, check_text, limit, technical_facts};
use crate::access::identity::{Person, WORKSPACE_HEADER};
use crate::access::mailing::mailbox;
use crate::access::throttle::MailKind;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Of a picture, so that it fits into a request as base64.
const MAX_PICTURE_BYTES: usize = 700_000;
const MAX_PAGE_CHARACTERS: usize = 200;

#[derive(Debug, Deserialize, ToSchema)]
pub struct FeedbackRequest {
    /// At most 5,000 characters.
    pub text: String,
    /// The path of the page that it is about, without its query.
    pub page: Option<String>,
    /// A picture of that page, without personal data: a PNG, JPEG or WebP of at most 700,000 bytes, in base64.
    pub picture: Option<String>,
}

/// Send feedback to the person who runs the server
///
/// It is sent with your name and email address, so that you get an answer.
#[utoipa::path(post, path = "/api/v1/feedback", operation_id = "send_feedback", tag = "feedback",
    request_body = FeedbackRequest, responses((status = 202, description = "Taken")))]
pub async fn handle(
    State(context): State<Shared>,
    person: Person,
    headers: HeaderMap,
    Body(request): Body<FeedbackRequest>,
) -> Result<StatusCode, Problem> {
    if !context.mailer.reaches_operator() {
        return Err(Problem::not_offered("this server doesn't take feedback"));
    }
    let text = check_text(&request.text)?;
    let picture = request.picture.map(checked_picture).transpose()?;
    let (user, method) = (person.session.user, person.session.method);
    limit(&context, &person.client, MailKind::Feedback, user.id.as_str())?;
    let (catalog, id) = (context.catalog.clone(), user.id.clone());
    let memberships = blocking(move || catalog.memberships(&id, &method)).await??;
    let named = headers.get(WORKSPACE_HEADER).and_then(|value| value.to_str().ok());
    let workspace = memberships.into_iter().find(|one| Some(one.workspace.id.as_str()) == named);
    let workspace = workspace.map(|one| one.workspace.name);
    let page = request.page.map(|page| page.chars().take(MAX_PAGE_CHARACTERS).collect::<String>());
    let facts = [
        workspace.map(|value| Fact { key: "workspace", label: "Workspace", value }),
        page.map(|value| Fact { key: "page", label: "Page", value }),
    ];
    let sent = FromVisitor {
        topic: VisitorTopic::Feedback,
        visitor: mailbox(&user)?,
        is_verified: user.email_confirmed_at.is_some(),
        text,
        facts: facts.into_iter().flatten().chain(technical_facts(&person.client)).collect(),
        picture,
    };
    context.mailer.send_to_operator(sent).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Only what is a picture by its first bytes is passed on, whatever it was said to be.
fn checked_picture(base64: String) -> Result<Picture, Problem> {
    let wrong = || {
        let title = "the picture must be a PNG, JPEG or WebP of at most 700,000 bytes, in base64";
        Problem::field("picture", title).action("send the message without the picture")
    };
    let bytes = STANDARD.decode(&base64).map_err(|_| wrong())?;
    let media_type = media_type(&bytes).filter(|_| bytes.len() <= MAX_PICTURE_BYTES).ok_or_else(wrong)?;
    Ok(Picture { media_type: media_type.to_owned(), base64 })
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_picture_is_passed_on() {
        let png = |length: usize| {
            let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
            bytes.resize(length, 0);
            STANDARD.encode(bytes)
        };
        assert_eq!(checked_picture(png(MAX_PICTURE_BYTES)).unwrap().media_type, "image/png");
        assert_eq!(checked_picture("/9j/4AAQ".to_owned()).unwrap().media_type, "image/jpeg");
        assert_eq!(checked_picture(STANDARD.encode(b"RIFF1234WEBPVP8 ")).unwrap().media_type, "image/webp");
        for wrong in [png(MAX_PICTURE_BYTES + 1), STANDARD.encode("<svg onload=x>"), "not base64!".into()] {
            assert_eq!(checked_picture(wrong).unwrap_err().field, Some("picture"));
        }
    }
}
