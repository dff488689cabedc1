//! The client. It can request the lists in the catalog, their entities, and our own notification settings: nothing else.

mod history;
mod metrics;

use std::sync::{Arc, OnceLock};

use model::{ObjectKind, RawObject, UnixSeconds};
use url::Url;

use super::catalog::LISTS;
use super::filing::Filed;
use super::page::{self, Pagination};
use super::refusal::{Refusal, explain};
use super::refused::Refused;
use super::{DIALECT, LIVE_BASE, SANDBOX_BASE, delivery, filing, key, kind, query};
use crate::attempts::{self, Failed, Request, Unreadable};
use crate::limiter::{Limiter, Rate};
use crate::retry::{self, AttemptLimits};
use crate::transport::{Answer, Transport, Verb};
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, ListRequest, Page, Probe, Retrieved, Source,
    probe,
};

/// Paddle's "Rate limiting": 240 requests a minute from one address of a network.
const RATE: Rate = Rate { per_second: 4, share_percent: 97, at_once: 32 };

/// Reads from one account on one server. All clients of a server share its limit.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    /// One, or both of Paddle's own where the key does not say which of them it is for.
    hosts: Vec<Host>,
    /// The place of the host that has accepted the key.
    host: OnceLock<usize>,
    refused: Refused,
}

struct Host {
    transport: Transport,
    limiter: Arc<Limiter>,
}

/// One request, repeated as often as needed.
pub(super) struct Call<'a> {
    pub kind: ObjectKind,
    pub path: Vec<&'a str>,
    pub query: Vec<(&'static str, String)>,
    pub verb: Verb,
    pub attempts: AttemptLimits,
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address cannot be one of an API or is that of the other environment, or the machine trusts no certificates.
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        let mut bases = vec![config.base.clone()];
        if is_at(&config.base, LIVE_BASE) && key::is_of_any_environment(&config.key) {
            bases.push(Source::Paddle.default_base(true));
        }
        require_same_environment(&config)?;
        let host = |base: &Url| {
            let transport = Transport::new(&DIALECT, &config, base)?;
            let limiter = Limiter::of(&config, transport.host(), RATE);
            Ok(Host { transport, limiter })
        };
        let hosts = bases.iter().map(host).collect::<Result<_, ConnectError>>()?;
        let (host, refused) = (OnceLock::new(), Refused::default());
        Ok(Self(Arc::new(Inner { config, hosts, host, refused })))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// Whether it reads from the sandbox. What a key of before May 2025 is for is known once a server has accepted it.
    pub fn is_test_mode(&self) -> bool {
        self.0.config.key.is_test_mode() || self.0.host.get().is_some_and(|place| *place > 0)
    }

    fn now(&self) -> UnixSeconds {
        self.0.config.clock.now()
    }

    /// No request says whose a key is: the account is known by the key. What it is paid in shows in its newest payment.
    ///
    /// # Errors
    /// When the key is refused or the server cannot be reached.
    pub async fn account(&self) -> Result<Account, ConnectError> {
        let call = Call {
            query: query::newest_payment(),
            attempts: retry::INTERACTIVE,
            ..Call::get(kind::TRANSACTION, vec!["transactions"])
        };
        let account = Account::new(key::account_id(&self.0.config.key));
        match self.request(&call, |answer| page::payout_currency(&answer.body)).await {
            Ok(default_currency) => Ok(Account { default_currency, ..account }),
            Err(
                ConnectError::PermissionMissing { .. }
                | ConnectError::EndpointAbsent { .. }
                | ConnectError::Refused { .. },
            ) => Ok(account),
            Err(error) => Err(error),
        }
    }

    /// Finds out what the key may read, by requesting one object of each list.
    ///
    /// # Errors
    /// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        let request = |request| async move { self.list_with(&request, retry::INTERACTIVE).await };
        probe::each(LISTS, request).await
    }

    /// Reads one page of a list.
    ///
    /// # Errors
    /// When the server has no such list, the key may not read it, or there is no readable answer after retrying.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        match request.kind {
            kind::EVENT => self.told(request).await,
            _ => self.list_with(request, retry::BACKGROUND).await,
        }
    }

    /// Reads one object in its current state.
    ///
    /// # Errors
    /// When the server cannot retrieve such objects, the key may not, or there is no readable answer after retrying.
    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        // An address drops a segment of dots and would name the list instead.
        if matches!(id, "" | "." | "..") {
            return Ok(Retrieved::Missing);
        }
        if matches!(kind, kind::ADDRESS | kind::BUSINESS) {
            return self.newest_snapshot(kind, id).await;
        }
        if kind == kind::ADJUSTMENT {
            return self.listed(kind, id).await;
        }
        let Some(list) = query::path(kind).filter(|_| !matches!(kind, kind::EVENT | kind::HISTORY)) else {
            return Ok(Retrieved::Missing);
        };
        let call = Call::get(kind, vec![list, id]);
        let read = |answer: &Answer| {
            let filed = filing::file(kind, page::entity(&answer.body)?.get());
            filed.map_err(|reason| Unreadable { reason, is_cut: false })
        };
        match self.including(call, read).await {
            Ok(filed) => Ok(self.found(filed)),
            Err(Failed::Answer(answer))
                if answer.status == 404 && Refusal::of(&answer).is_about_the_entity() =>
            {
                Ok(Retrieved::Missing)
            }
            Err(failed) => Err(explain(failed, kind, &format!("/{list}/{id}"))),
        }
    }

    /// Adjustments can be requested only in their list.
    async fn listed(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let request = ListRequest::new(kind);
        let mut call = Call { query: query::list(&request), ..Call::get(kind, vec!["adjustments"]) };
        call.query.push(("id", id.to_owned()));
        let page = self.request(&call, |answer| self.read_page(answer, &request)).await?;
        match page.objects.into_iter().find(|object| object.id == id) {
            Some(object) => Ok(Retrieved::Found { object, incomplete: None, embedded: page.embedded }),
            None => Err(ConnectError::NotFound { kind, id: id.to_owned(), request_id: None }),
        }
    }

    /// Addresses and businesses can be requested only by who knows their customer. Each change of them is an event, with the
    /// whole of it.
    async fn newest_snapshot(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let call = Call { query: query::events_about(kind, id), ..Call::get(kind::EVENT, vec!["events"]) };
        let found = self.request(&call, |answer| {
            let body = page::read(&answer.body)?;
            let snapshots = body.data.iter().filter_map(|event| delivery::snapshot(kind, event.get()));
            Ok(snapshots.into_iter().find(|filed| filed.object.id == id))
        });
        match found.await? {
            Some(filed) => Ok(self.found(filed)),
            None => Err(ConnectError::NotFound { kind, id: id.to_owned(), request_id: None }),
        }
    }

    /// One page of the list of events since an instant.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn events(&self, since: UnixSeconds, after: Option<&str>) -> Result<EventPage, ConnectError> {
        let request = ListRequest {
            created_gte: Some(since.0),
            starting_after: after.map(str::to_owned),
            ..ListRequest::new(kind::EVENT)
        };
        let page = self.list_with(&request, retry::BACKGROUND).await?;
        Ok(EventPage::of(page, since, after, delivery::event))
    }

    async fn list_with(&self, request: &ListRequest, attempts: AttemptLimits) -> Result<Page, ConnectError> {
        let kind = request.kind;
        if kind == kind::HISTORY {
            return self.newest_history(attempts).await;
        }
        let Some(path) = query::path(kind) else { return Err(ConnectError::EndpointAbsent { kind }) };
        let call = Call { query: query::list(request), attempts, ..Call::get(kind, vec![path]) };
        let read = |answer: &Answer| self.read_page(answer, request);
        let page = match kind {
            kind::TRANSACTION => self.including(call, read).await,
            _ => self.call(&call, read).await,
        };
        page.map_err(|failed| explain(failed, kind, &format!("/{path}")))
    }

    fn read_page(&self, answer: &Answer, request: &ListRequest) -> Result<Page, Unreadable> {
        let of_kind = query::filed_as(request.kind);
        let mut page = self.read_filed(answer, of_kind, |raw| filing::file(of_kind, raw))?;
        page.honours_window = page.objects.iter().all(|object| request.has(object.created_at));
        if of_kind == kind::SUBSCRIPTION {
            let told = page.objects.iter().filter(|one| filing::has_history(one)).map(history_of);
            let foreseen = page.objects.iter().filter(|one| filing::is_unbilled(one)).map(recurring_of);
            page.incomplete = told.chain(foreseen).collect();
        }
        if of_kind != request.kind {
            // What was asked for is what they name.
            page.objects = std::mem::take(&mut page.embedded);
            page.objects.retain(|object| object.kind == request.kind);
            page.honours_window = true;
        }
        Ok(page)
    }

    fn read_filed(
        &self,
        answer: &Answer,
        of_kind: ObjectKind,
        file: impl Fn(&str) -> Result<Filed, String>,
    ) -> Result<Page, Unreadable> {
        let body = page::read(&answer.body)?;
        let Pagination { has_more, next } = body.meta.pagination;
        let own = |next: &str| {
            let bases = self.0.hosts.iter().map(|host| host.transport.url(&[], []));
            bases.into_iter().find_map(|base| page::cursor(next, &base))
        };
        let mut page = Page {
            has_more,
            next: next.and_then(|next| own(&next)),
            server_time: answer.server_time,
            bytes: answer.body.len(),
            honours_window: true,
            ..Page::default()
        };
        for (index, raw) in body.data.iter().enumerate() {
            match file(raw.get()) {
                Ok(filed) => {
                    page.embedded.extend(filed.embedded.into_iter().map(|object| self.private(object)));
                    page.objects.push(self.private(filed.object));
                }
                Err(reason) => {
                    page.unreadable.push(format!("{of_kind} number {} of a page: {reason}", index + 1));
                }
            }
        }
        Ok(page)
    }

    fn found(&self, filed: Filed) -> Retrieved {
        let embedded = filed.embedded.into_iter().map(|object| self.private(object)).collect();
        // It was resumed, perhaps, and says nothing of that.
        let incomplete = (filed.object.kind == kind::SUBSCRIPTION).then(|| history_of(&filed.object));
        Retrieved::Found { object: self.private(filed.object), incomplete, embedded }
    }

    fn private(&self, object: RawObject) -> RawObject {
        // Events are not kept: what is kept of the entities in them is requested, or filed by itself.
        if object.kind == kind::EVENT {
            return object;
        }
        self.0.config.privacy.applied_to(Source::Paddle, object)
    }

    /// Asks for entities with what they name or will bill, less what the key may not read.
    async fn including<T>(
        &self,
        call: Call<'_>,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Failed> {
        let with = |include| {
            let mut whole =
                Call { path: call.path.clone(), query: call.query.clone(), verb: Verb::Get, ..call };
            whole.query.extend(include);
            whole
        };
        if call.kind == kind::SUBSCRIPTION {
            let recurring = with(Some(("include", kind::RECURRING.as_str().to_owned())));
            return match self.call(&recurring, &read).await {
                // Of some there is nothing to foresee.
                Err(Failed::Answer(answer))
                    if answer.status == 400 || Refusal::of(&answer).is_about_a_permission(answer.status) =>
                {
                    self.call(&call, read).await
                }
                outcome => outcome,
            };
        }
        if call.kind != kind::TRANSACTION {
            return self.call(&call, read).await;
        }
        loop {
            let left_out = self.0.refused.at(self.now());
            let failed = match self.call(&with(query::includes(left_out)), &read).await {
                Err(Failed::Answer(answer)) => answer,
                outcome => return outcome,
            };
            let refusal = Refusal::of(&failed);
            let fewer = match refusal.is_about_a_permission(failed.status) {
                true => query::without(left_out, refusal.permission().as_deref()),
                false => None,
            };
            match fewer {
                Some(fewer) => self.0.refused.note(fewer, self.now()),
                None => return Err(Failed::Answer(failed)),
            }
        }
    }

    pub(super) async fn request<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, ConnectError> {
        self.call(call, read).await.map_err(|failed| explain(failed, call.kind, &call.named()))
    }

    fn host(&self) -> &Host {
        let hosts = &self.0.hosts;
        self.0.host.get().and_then(|place| hosts.get(*place)).unwrap_or(&hosts[0])
    }

    /// Sends a request under the limiter until it is answered in a way that asking again would not change.
    async fn call<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Failed> {
        let hosts = &self.0.hosts;
        let mut place = self.0.host.get().copied().unwrap_or(0);
        loop {
            let Host { transport, limiter } = hosts.get(place).unwrap_or(&hosts[0]);
            let query = call.query.iter().map(|(name, value)| (*name, value.as_str()));
            let url = transport.url(&call.path, query);
            let request = Request { url, verb: &call.verb, path: call.named(), attempts: call.attempts };
            let outcome = attempts::answered((&self.0.config, transport), &request, &**limiter, &read).await;
            let is_elsewhere = match &outcome {
                Err(Failed::Answer(answer)) => Refusal::of(answer).is_about_the_key(answer.status),
                _ => false,
            };
            // A key from before keys named their environment may be for the next one; one that was accepted is not.
            if is_elsewhere && self.0.host.get().is_none() && place + 1 < hosts.len() {
                place += 1;
                continue;
            }
            if outcome.is_ok() {
                self.0.host.get_or_init(|| place);
            }
            return outcome;
        }
    }
}

impl<'a> Call<'a> {
    pub(super) fn get(kind: ObjectKind, path: Vec<&'a str>) -> Self {
        Self { kind, path, query: Vec::new(), verb: Verb::Get, attempts: retry::BACKGROUND }
    }

    fn named(&self) -> String {
        format!("/{}", self.path.join("/"))
    }
}

fn history_of(subscription: &RawObject) -> Children {
    Children { parent_kind: kind::SUBSCRIPTION, parent_id: subscription.id.clone(), starting_after: None }
}

fn recurring_of(subscription: &RawObject) -> Children {
    Children { parent_kind: kind::RECURRING, ..history_of(subscription) }
}

fn is_at(base: &Url, own: &str) -> bool {
    Url::parse(own).is_ok_and(|own| own.host() == base.host())
}

/// A key of one environment at the address of the other would only ever be refused, for a reason that nobody could guess.
fn require_same_environment(config: &ClientConfig) -> Result<(), ConnectError> {
    let is_test_mode = config.key.is_test_mode();
    let other = if is_test_mode { LIVE_BASE } else { SANDBOX_BASE };
    if key::is_of_any_environment(&config.key) || !is_at(&config.base, other) {
        return Ok(());
    }
    Err(ConnectError::OtherEnvironment { host: crate::http::host_of(&config.base), is_test_mode })
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, {:?})", self.host().transport.host(), self.0.config.key)
    }
}

#[cfg(test)]
mod tests;
