//! What every unit of work on a connection needs, and the two things that all of them do: write, and send requests
//! until there is an answer.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use connect::{Client, ConnectError, Page, Source};
use model::{Clock, ObjectKind, RawObject, UnixSeconds};
use store::{Batch, Inbox, Objects, StoreError};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::SyncError;
use crate::blocking::blocking;
use crate::created::Created;
use crate::namings::Namings;
use crate::outage::Outage;
use crate::reporter::Reporter;
use crate::versions::keep_newest;
use crate::writing::{Written, write};

/// The latest instant at which any object of the file was requested. The key keeps its first name, since files have it.
const REQUESTED_THROUGH: &str = "asked_through";

/// After this long without an answer, the outage is shown on the pages.
const LONG_MS: i64 = 60_000;

/// How long to wait for a provider that does not respond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    pub first: Duration,
    pub longest: Duration,
    /// After this long without any answer. `None`: never.
    pub give_up_after: Option<Duration>,
}

impl RetryPolicy {
    /// A server's: it can wait until tomorrow.
    pub const ENDLESS: Self =
        Self { first: Duration::from_secs(5), longest: Duration::from_secs(300), give_up_after: None };
    /// For a person who is waiting at a terminal: three minutes.
    pub const MINUTES: Self = Self {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(20),
        give_up_after: Some(Duration::from_secs(180)),
    };
}

pub(crate) struct Context {
    pub client: Client,
    pub objects: Objects,
    /// Where objects that could not be fetched wait for another attempt.
    pub inbox: Inbox,
    /// What came with deliveries that are in the inbox.
    pub created: Created,
    pub clock: Clock,
    pub retry_policy: RetryPolicy,
    pub cancel: CancellationToken,
    pub reporter: Reporter,
    /// Receives every commit.
    pub written: mpsc::UnboundedSender<Written>,
    /// Customers whose personal data is removed whenever it arrives.
    pub erased: Arc<HashSet<String>>,
    /// Of a load that is going on.
    pub namings: Arc<Namings>,
    /// When the account was created.
    pub account_created_at: Option<UnixSeconds>,
    pub request_clock: RequestClock,
    pub outage: Outage,
}

/// When the last request was made.
pub(crate) struct RequestClock(AtomicI64);

impl RequestClock {
    /// # Errors
    /// What the store says.
    pub fn until_now(objects: &Objects) -> Result<Self, StoreError> {
        // A file from before this was noted says it all the same.
        let through = match objects.meta(REQUESTED_THROUGH)?.and_then(|at| at.parse().ok()) {
            None => objects.latest_seen_at()?.map(|at| at.0),
            noted => noted,
        };
        Ok(Self(AtomicI64::new(through.unwrap_or(i64::MIN))))
    }
}

impl Context {
    /// Reads a fact about the objects.
    pub async fn meta(&self, key: &'static str) -> Result<Option<String>, SyncError> {
        let objects = self.objects.clone();
        blocking(move || Ok(objects.meta(key)?)).await
    }

    pub fn source(&self) -> Source {
        self.client.source()
    }

    /// Whether nothing can be computed without objects of this kind.
    pub fn is_required(&self, kind: ObjectKind) -> bool {
        self.source().is_required(kind)
    }

    /// The time of a request: by the clock, but never earlier than any request before, even if the clock was set
    /// back, because a later request counts as newer.
    pub fn requested_at(&self) -> UnixSeconds {
        let now = self.clock.now().0;
        UnixSeconds(self.request_clock.0.fetch_max(now, Ordering::Relaxed).max(now))
    }

    /// Writes a batch, and counts it.
    pub async fn commit(&self, batch: Batch) -> Result<(), SyncError> {
        let written = self.writing(batch).await?;
        self.tell(written);
        Ok(())
    }

    /// Writes a batch; the caller reports it later.
    pub fn writing(&self, mut batch: Batch) -> impl Future<Output = Result<Written, SyncError>> + use<> {
        self.leave_out_the_erased(&mut batch.objects);
        if !batch.objects.is_empty() {
            let through = self.request_clock.0.load(Ordering::Relaxed).max(batch.seen_at.0);
            batch.meta.push((REQUESTED_THROUGH.to_owned(), through.to_string()));
        }
        let (prices, balance) = (self.source().price_list_kinds(), self.source().balance_kinds());
        let is_listed = |kind: ObjectKind| prices.contains(&kind) || balance.contains(&kind);
        let listed = batch.objects.iter().filter(|object| is_listed(object.kind));
        let listed: Vec<_> = listed.map(|object| (object.kind, object.id.clone())).collect();
        let (source, namings, objects) = (self.source(), Arc::clone(&self.namings), self.objects.clone());
        async move {
            let stored = objects.clone();
            let note = move || {
                let mut batch = batch;
                keep_newest(source, &stored, &mut batch.objects)?;
                namings.note(source, &batch.objects);
                Ok(batch)
            };
            let written = write(objects, blocking(note).await?).await?;
            Ok(Written { listed, ..written })
        }
    }

    /// Deletes the personal data of customers who were erased. What does not say whose it is may be theirs.
    pub fn leave_out_the_erased(&self, objects: &mut [RawObject]) {
        if self.erased.is_empty() {
            return;
        }
        for object in objects {
            let customer = object.counterparts.customer.as_ref();
            if customer.is_none_or(|customer| self.erased.contains(customer)) {
                object.body = self.source().redacted(object.kind, &object.body);
            }
        }
    }

    pub fn tell(&self, written: Written) {
        if let Some(kept) = &written.kept {
            self.reporter.kept(kept);
        }
        if self.written.send(written).is_err() {
            tracing::debug!("the ledger task has ended");
        }
    }

    /// Repeats a request until there is an answer that another attempt would not change.
    pub async fn ask<T, F>(&self, mut request: impl FnMut() -> F) -> Result<T, SyncError>
    where
        F: Future<Output = Result<T, ConnectError>>,
    {
        let mut pauses = Pauses::new(self.retry_policy);
        loop {
            match self.try_once(request()).await {
                Err(SyncError::Provider(error)) if error.is_retryable() => {
                    let pause = pauses.next(error.clone(), self.clock.now_ms())?;
                    self.reporter.message(Some(waiting(self.source(), pause)));
                    if let Some(waited_seconds) = pauses.is_long(self.clock.now_ms()) {
                        self.outage.report(SyncError::GaveUp { waited_seconds, source: error }).await;
                    }
                    tokio::select! {
                        () = self.cancel.cancelled() => return Err(SyncError::Cancelled),
                        () = tokio::time::sleep(pause) => {}
                    }
                }
                answer => {
                    self.reporter.message(None);
                    if answer.is_ok() {
                        self.outage.is_over().await;
                    }
                    return answer;
                }
            }
        }
    }

    /// Tries as often as the client itself does.
    pub async fn try_once<T>(
        &self,
        request: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, SyncError> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(SyncError::Cancelled),
            answer = request => answer.map_err(SyncError::from),
        }
    }
}

/// Logs objects of a page that are skipped: without an id they can't be stored.
pub(crate) fn say_what_is_left_out(page: &Page) {
    for what in &page.unreadable {
        tracing::warn!(what, "an object without an id was skipped");
    }
}

/// For the page: what is being waited for, and how long.
pub(crate) fn waiting(source: Source, pause: Duration) -> String {
    format!("{} is not responding; trying again in {} s", source.texts().name, pause.as_secs().max(1))
}

/// Growing waits, with a limit.
#[derive(Debug)]
pub(crate) struct Pauses {
    retry_policy: RetryPolicy,
    next: Duration,
    since_ms: Option<i64>,
}

impl Pauses {
    pub fn new(retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, next: retry_policy.first, since_ms: None }
    }

    /// How long to wait after a failure.
    ///
    /// # Errors
    /// `GaveUp` when it has failed for as long as the policy allows.
    pub fn next(&mut self, error: ConnectError, now_ms: i64) -> Result<Duration, SyncError> {
        let since_ms = *self.since_ms.get_or_insert(now_ms);
        let waited = Duration::from_millis(u64::try_from(now_ms - since_ms).unwrap_or(0));
        if self.retry_policy.give_up_after.is_some_and(|limit| waited >= limit) {
            return Err(SyncError::GaveUp { waited_seconds: waited.as_secs(), source: error });
        }
        let requested_pause = match error {
            ConnectError::RateLimited { retry_after: Some(seconds), .. } => Duration::from_secs(seconds),
            _ => Duration::ZERO,
        };
        let pause =
            self.next.max(requested_pause).min(self.retry_policy.longest.max(self.retry_policy.first));
        self.next = (self.next * 2).min(self.retry_policy.longest);
        Ok(pause)
    }

    /// For how long nothing was answered, where somebody should know.
    pub fn is_long(&self, now_ms: i64) -> Option<u64> {
        let waited_ms = now_ms - self.since_ms?;
        (waited_ms >= LONG_MS).then_some(waited_ms.unsigned_abs() / 1000)
    }

    pub fn is_waiting(&self) -> bool {
        self.since_ms.is_some()
    }

    /// There was an answer.
    pub fn reset(&mut self) {
        *self = Self::new(self.retry_policy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone() -> ConnectError {
        ConnectError::Unreachable { host: "api.example.com".to_owned(), reason: "timeout".to_owned() }
    }

    #[test]
    fn pauses_grow_to_the_longest_and_start_over_after_an_answer() {
        let mut pauses = Pauses::new(RetryPolicy::ENDLESS);
        let seconds: Vec<u64> = (0..8).map(|n| pauses.next(gone(), n).unwrap().as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 300, 300]);
        pauses.reset();
        assert_eq!(pauses.next(gone(), 0).unwrap().as_secs(), 5);
    }

    #[test]
    fn retries_end_only_where_it_has_an_end() {
        let mut pauses = Pauses::new(RetryPolicy::MINUTES);
        assert!(pauses.next(gone(), 1_000).is_ok());
        assert!(pauses.next(gone(), 180_000).is_ok());
        let error = pauses.next(gone(), 181_000).unwrap_err();
        assert_eq!(error.code(), "provider_unreachable");
        assert_eq!(
            error.to_string(),
            "the provider did not answer for 180 s: api.example.com can't be reached: timeout"
        );
    }

    #[test]
    fn a_wait_that_the_provider_asks_for_is_kept() {
        for of in connect::Source::ALL.iter().copied() {
            let limited = ConnectError::RateLimited { of, retry_after: Some(9), request_id: None };
            assert_eq!(Pauses::new(RetryPolicy::MINUTES).next(limited, 0).unwrap().as_secs(), 9);
        }
    }
}
