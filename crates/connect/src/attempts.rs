//! One request, sent until it is answered in a way that asking again would not change, and what its failures mean: the same for
//! all providers.

use std::pin::Pin;
use std::time::Duration;

use model::ObjectKind;
use tokio::time::sleep;
use url::Url;

use crate::outline::Fields;
use crate::retry::{AttemptLimits, Failure};
use crate::transport::{Answer, Transport, Verb};
use crate::{ClientConfig, ConnectError, NoAnswer, Source};

/// One request, repeated as often as needed.
pub(crate) struct Request<'a> {
    pub url: Url,
    pub verb: &'a Verb,
    /// As errors name it.
    pub path: String,
    pub attempts: AttemptLimits,
}

/// What a request that is under way occupies. Dropping it makes room.
pub(crate) trait InFlight: Send {}

impl<T: Send> InFlight for T {}

pub(crate) type Entering<'a> = Pin<Box<dyn Future<Output = Box<dyn InFlight + 'a>> + Send + 'a>>;

/// Whose turn it is: what keeps requests below a provider's limits.
pub(crate) trait Turns: Sync {
    /// Waits until a request may be sent.
    fn enter(&self) -> Entering<'_>;

    /// The provider refused a request for its limits.
    fn refused(&self, answer: &Answer, pause: Duration);
}

/// Why a call gave nothing: the last answer as it was, or that there was none.
pub(crate) enum Failed {
    Answer(Answer),
    Other(ConnectError),
}

/// A success whose body is not what it has to be.
pub(crate) struct Unreadable {
    pub reason: String,
    pub is_cut: bool,
}

impl Unreadable {
    /// Something else answers than this provider.
    pub fn unlike(of: Source) -> Self {
        Self { reason: format!("it is not like {}'s API", of.texts().name), is_cut: false }
    }
}

/// Whatever a provider answers has a field of this name. Another object is from something else.
pub(crate) fn unreadable(of: Source, body: &[u8], field: &str, error: serde_json::Error) -> Unreadable {
    match serde_json::from_slice(body) {
        Ok(Fields(fields)) if fields.iter().all(|(name, _)| name != field) => Unreadable::unlike(of),
        _ => error.into(),
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self { reason: why(&error), is_cut: error.is_eof() }
    }
}

/// A JSON error in words that hold nothing of the text.
pub(crate) fn why(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it is truncated",
        serde_json::error::Category::Io => "it stopped arriving",
        serde_json::error::Category::Syntax => "it is not JSON",
        serde_json::error::Category::Data => "it has an unexpected shape",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// Sends a request under the limits.
pub(crate) async fn answered<T>(
    (config, transport): (&ClientConfig, &Transport),
    request: &Request<'_>,
    turns: &dyn Turns,
    read: impl Fn(&Answer) -> Result<T, Unreadable>,
) -> Result<T, Failed> {
    let mut attempt = 1;
    loop {
        let outcome = {
            let _in_flight = turns.enter().await;
            transport.send(request.url.clone(), request.verb).await
        };
        let failure = match outcome {
            Err(no_answer) => Failure::NoAnswer(no_answer),
            Ok(answer) if !(200..300).contains(&answer.status) => Failure::Status(answer),
            Ok(answer) => match read(&answer) {
                Ok(value) => return Ok(value),
                Err(Unreadable { reason, is_cut }) => Failure::Unreadable { answer, reason, is_cut },
            },
        };
        let wait = failure.wait(attempt, request.attempts, config.backoff, config.network.jitter());
        if let Failure::Status(answer) = &failure
            && answer.status == 429
        {
            let pause = answer.retry_after.and(wait).unwrap_or_default();
            turns.refused(answer, pause);
        }
        let Some(wait) = wait else {
            return Err(give_up(config.key.source(), failure, transport.host(), &request.path));
        };
        tracing::debug!(path = request.path, attempt, wait_ms = wait.as_millis(), "retrying a request");
        sleep(wait).await;
        attempt += 1;
    }
}

fn give_up(of: Source, failure: Failure, host: String, path: &str) -> Failed {
    let path = path.to_owned();
    Failed::Other(match failure {
        Failure::Status(answer) => return Failed::Answer(answer),
        Failure::NoAnswer(NoAnswer::TooLarge) => {
            let reason = "it is larger than 64 MiB".to_owned();
            ConnectError::Unreadable { of, path, reason, request_id: None }
        }
        Failure::NoAnswer(no_answer) => ConnectError::Unreachable { host, reason: no_answer.to_string() },
        Failure::Unreadable { answer, reason, .. } => {
            ConnectError::Unreadable { of, path, reason, request_id: answer.request_id }
        }
    })
}

/// What a provider says about a refusal, in words that may be shown.
pub(crate) struct Said {
    /// The permission that would have been needed, by its own name.
    pub permission: Option<String>,
    pub message: String,
}

/// What a status means to the caller, unless the provider's own words say otherwise.
pub(crate) fn meaning(
    of: Source,
    answer: &Answer,
    kind: ObjectKind,
    path: String,
    said: Said,
) -> ConnectError {
    let Said { permission, message } = said;
    let request_id = answer.request_id.clone();
    match answer.status {
        401 => ConnectError::KeyRefused { of, request_id },
        403 => ConnectError::PermissionMissing { of, permission, request_id },
        404 | 405 | 501 => ConnectError::EndpointAbsent { kind },
        429 => ConnectError::RateLimited { of, retry_after: answer.retry_after, request_id },
        status @ 500.. => ConnectError::ProviderFailed { of, status, request_id },
        _ => refused(of, answer, path, message),
    }
}

/// A refusal for reasons that only the message says.
pub(crate) fn refused(of: Source, answer: &Answer, path: String, message: String) -> ConnectError {
    ConnectError::Refused { of, path, status: answer.status, message, request_id: answer.request_id.clone() }
}

/// The longest message that is handed on.
const LONGEST_MESSAGE: usize = 300;

/// A message without what may be a secret or a person's: words that begin like keys, and email addresses.
pub(crate) fn safe_words(message: &str, secrets: &[&str]) -> String {
    let is_unsafe = |word: &str| {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        word.contains('@') || secrets.iter().any(|prefix| word.starts_with(prefix))
    };
    let words = message.split_whitespace().map(|word| if is_unsafe(word) { "***" } else { word });
    let message = words.collect::<Vec<_>>().join(" ");
    message.chars().take(LONGEST_MESSAGE).collect()
}
