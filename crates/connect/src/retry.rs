//! When to retry, and after how long, as providers' own libraries do. A repeated request changes nothing: reads never do, and
//! writes carry an idempotency key, or else are sent [`ONCE`].

use std::time::Duration;

use crate::transport::Answer;
use crate::{Backoff, NoAnswer};

/// What became of one attempt that did not end in a readable answer.
#[derive(Debug)]
pub(crate) enum Failure {
    NoAnswer(NoAnswer),
    /// An answer with a status other than success.
    Status(Answer),
    /// A success whose body cannot be read; `is_cut` when it ends too early.
    Unreadable {
        answer: Answer,
        reason: String,
        is_cut: bool,
    },
}

/// How many attempts each failure gets, the first included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttemptLimits {
    pub(crate) connection: u32,
    /// Executed again, it would do the same again: an answer that is lost may be one of success.
    is_once: bool,
}

/// A person waits for the answer.
pub(crate) const INTERACTIVE: AttemptLimits = AttemptLimits { connection: 3, is_once: false };
/// Nobody does.
pub(crate) const BACKGROUND: AttemptLimits = AttemptLimits { connection: 6, is_once: false };
/// A write that a provider can't recognize when it is repeated.
pub(crate) const ONCE: AttemptLimits = AttemptLimits { connection: 1, is_once: true };

const PROVIDER_FAILURE: u32 = 6;
/// A request to slow down is not a failure: it passes, at the latest when the account's other tools are done.
const RATE_LIMITED: u32 = 20;
/// An answer that is whole but no JSON comes from something that is no Stripe API, and will again.
const NOT_JSON: u32 = 3;
/// A longer wait than this is handed to the caller, who can say so on a page.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

impl Failure {
    /// How long to wait before the next attempt; `None`: this was the last. `attempt` counts from 1.
    pub(crate) fn wait(
        &self,
        attempt: u32,
        limits: AttemptLimits,
        backoff: Backoff,
        jitter: u8,
    ) -> Option<Duration> {
        if attempt >= self.attempts(limits) {
            return None;
        }
        let wait = match self {
            Self::Status(Answer { retry_after: Some(seconds), .. }) => {
                Duration::from_secs(*seconds).max(backoff.first)
            }
            _ => backoff.after(attempt, jitter),
        };
        (wait <= LONGEST_WAIT).then_some(wait)
    }

    fn attempts(&self, limits: AttemptLimits) -> u32 {
        match self {
            // What was refused for its rate was not executed.
            Self::Status(answer) if limits.is_once && answer.status == 429 => RATE_LIMITED,
            _ if limits.is_once => 1,
            Self::NoAnswer(NoAnswer::Connection(_)) => limits.connection,
            Self::NoAnswer(NoAnswer::TooLarge | NoAnswer::NotPublic) => 1,
            Self::Unreadable { is_cut: true, .. } => PROVIDER_FAILURE,
            Self::Unreadable { .. } => NOT_JSON,
            Self::Status(answer) => match (answer.should_retry, answer.status) {
                (Some(false), _) => 1,
                (_, 429) => RATE_LIMITED,
                // The server lacks the endpoint, and says so by this status.
                (None, 501) => 1,
                (Some(true), _) | (None, 409 | 500..) => PROVIDER_FAILURE,
                (None, _) => 1,
            },
        }
    }
}

/// The same for all attempts of one call, so that the provider executes it only once.
pub(crate) fn idempotency_key() -> String {
    let chance = || getrandom::u64().unwrap_or_default();
    format!("chartsy-{:016x}{:016x}", chance(), chance())
}

#[cfg(test)]
mod tests;
