//! What a refusal means, by Paddle's "Errors": `{error: {type, code, detail, errors}, meta: {request_id}}`.

use model::ObjectKind;
use serde::Deserialize;

use crate::attempts::{self, Failed, Said, safe_words};
use crate::transport::Answer;
use crate::{ConnectError, Source};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    error: ErrorBody,
    meta: Meta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    code: String,
    detail: String,
    errors: Vec<FieldError>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FieldError {
    field: String,
    message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    request_id: Option<String>,
}

/// What the words of an answer say.
pub(super) struct Refusal(Body);

impl Refusal {
    pub(super) fn of(answer: &Answer) -> Self {
        Self(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// A wrong, expired or revoked key is answered as a missing permission is, but for the code.
    pub(super) fn is_about_the_key(&self, status: u16) -> bool {
        let code = self.0.error.code.as_str();
        let is_named =
            code.starts_with("authentication_") || code.ends_with("_token") || code.contains("api_key");
        status == 401 || status == 403 && is_named
    }

    /// The key may not read something. Others who refuse, such as a proxy, use other words.
    pub(super) fn is_about_a_permission(&self, status: u16) -> bool {
        status == 403 && self.0.error.code == "forbidden"
    }

    /// An entity is unknown, not the path to it.
    pub(super) fn is_about_the_entity(&self) -> bool {
        matches!(self.0.error.code.as_str(), "not_found" | "entity_not_found")
    }

    /// The permission that would have been needed, where it is named.
    pub(super) fn permission(&self) -> Option<String> {
        let word = |c: char| !(c.is_ascii_lowercase() || c == '_' || c == '.');
        let mut words = self.0.error.detail.split(word).map(|word| word.trim_matches('.'));
        let found = words.find(|word| word.ends_with(".read") || word.ends_with(".write"));
        found.map(str::to_owned)
    }

    fn message(&self) -> String {
        let ErrorBody { code, detail, errors } = &self.0.error;
        if code.is_empty() && detail.is_empty() {
            return "no reason given".to_owned();
        }
        let fields = errors.iter().map(|error| format!("; {}: {}", error.field, error.message));
        safe_words(&format!("{code}: {detail}{}", fields.collect::<String>()), &["pdl_"])
    }
}

/// What a failed request for objects of a kind means to the caller.
pub(super) fn explain(failed: Failed, kind: ObjectKind, path: &str) -> ConnectError {
    let mut answer = match failed {
        Failed::Other(error) => return error,
        Failed::Answer(answer) => answer,
    };
    let refusal = Refusal::of(&answer);
    let is_plain =
        |id: &String| id.len() <= 100 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    answer.request_id = refusal.0.meta.request_id.clone().filter(is_plain);
    if refusal.is_about_the_key(answer.status) {
        return ConnectError::KeyRefused { of: Source::Paddle, request_id: answer.request_id };
    }
    let scope = || Source::Paddle.list(kind).map(|list| list.scope.to_owned());
    let permission = refusal.permission().or_else(scope);
    let said = Said { permission, message: refusal.message() };
    attempts::meaning(Source::Paddle, &answer, kind, path.to_owned(), said)
}
