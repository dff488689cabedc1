//! The client: what can be requested from a server, and what each of its failures means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{ObjectKind, RawObject};

use super::limiter::{Access, Endpoint, Limiter};
use super::page;
use super::refusal::Refusal;
use super::{Children, ClientConfig, DIALECT, ListRequest, Page, Probe, Retrieved, catalog, facts};
use crate::attempts::{self, Failed, Request, Said, Unreadable};
use crate::retry::{self, AttemptLimits};
use crate::stripe::kind;
use crate::transport::{Answer, Transport, Verb};
use crate::{ConnectError, Source, probe};

/// Reads from one account on one server. Clones share its rate limits.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    transport: Transport,
    limiter: Limiter,
    /// For each of [`EXPANDED`], which of its lists the server answers to.
    expansions: [AtomicUsize; EXPANDED.len()],
}

/// The fields that are expanded, by kind, the longest list first: servers that lack a field refuse to expand it. A discount
/// does not say what it takes off, its coupon does.
const EXPANDED: [(ObjectKind, &[&[&str]]); 2] = [
    (kind::PRICE, &[&["tiers", "currency_options"], &["tiers"], &[]]),
    (kind::SUBSCRIPTION, &[&["discounts.source.coupon"], &["discounts"], &[]]),
];

/// One request, repeated as often as needed.
pub(super) struct Call<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) path: Vec<&'a str>,
    pub(super) query: Vec<(&'a str, String)>,
    pub(super) verb: Verb,
    pub(super) attempts: AttemptLimits,
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address cannot be one of an API, or the machine trusts no certificates.
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        let transport = Transport::new(&DIALECT, &config, &config.base)?;
        let limiter = Limiter::new(config.limits, config.key.is_test_mode(), config.share_percent);
        Ok(Self(Arc::new(Inner { config, transport, limiter, expansions: Default::default() })))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// Finds out what the key may read, by requesting one object of each list.
    ///
    /// # Errors
    /// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        let request = |request| async move { self.list_with(&request, retry::INTERACTIVE).await };
        probe::each(catalog::LISTS, request).await
    }

    /// Reads one page of a list.
    ///
    /// # Errors
    /// When the server has no such list, the key may not read it, or there is no readable answer after retrying.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        self.list_with(request, retry::BACKGROUND).await
    }

    /// Reads the next page of a list that came truncated inside its parent.
    ///
    /// # Errors
    /// As `list`; `NotFound` when the parent is gone.
    pub async fn list_children(&self, children: &Children) -> Result<Page, ConnectError> {
        let id = children.parent_id.as_str();
        let mut query = vec![("limit", "100".to_owned())];
        let (kind, path) = match children.parent_kind {
            kind::SUBSCRIPTION => {
                query.push(("subscription", id.to_owned()));
                (kind::SUBSCRIPTION_ITEM, vec!["v1", "subscription_items"])
            }
            _ => (kind::INVOICE_LINE, vec!["v1", "invoices", id, "lines"]),
        };
        query.extend(children.starting_after.clone().map(|after| ("starting_after", after)));
        let endpoint = Endpoint { kind, access: Access::Children };
        let call = Call { endpoint, path, query, verb: Verb::Get, attempts: retry::BACKGROUND };
        let request = ListRequest::new(kind);
        let page = self.call(&call, |answer| self.read_page(answer, &request, Some(children))).await;
        page.map_err(|failed| {
            let Failed::Answer(answer) = &failed else { return self.explain(failed, &call) };
            if answer.status == 404 && Refusal::of(answer).is_about_the_object() {
                let request_id = answer.request_id.clone();
                return ConnectError::NotFound { kind: children.parent_kind, id: id.to_owned(), request_id };
            }
            self.explain(failed, &call)
        })
    }

    /// Reads one object in its current state.
    ///
    /// # Errors
    /// When the server cannot retrieve such objects, the key may not, or there is no readable answer after retrying.
    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let Some(path) = catalog::object_path(kind, id) else { return Ok(Retrieved::Missing) };
        let endpoint = Endpoint { kind, access: Access::Retrieve };
        let mut call =
            Call { endpoint, path, query: Vec::new(), verb: Verb::Get, attempts: retry::BACKGROUND };
        let mut level = self.expansion(kind);
        let found = loop {
            call.query = expand("", kind, level);
            let found = self.call(&call, |answer| self.read_object(answer, kind)).await;
            match self.next_expansion(kind, level, &found) {
                Some(next) => level = next,
                None => break found,
            }
        };
        match found {
            Ok(filed) if filed.object.is_deleted => Ok(Retrieved::Deleted(filed.object)),
            Ok(filed) => Ok(Retrieved::Found {
                object: filed.object,
                incomplete: filed.incomplete,
                embedded: Vec::new(),
            }),
            Err(Failed::Answer(answer))
                if answer.status == 404 && !Refusal::of(&answer).is_about_the_path() =>
            {
                Ok(Retrieved::Missing)
            }
            Err(failed) => Err(self.explain(failed, &call)),
        }
    }

    pub(super) async fn list_with(
        &self,
        request: &ListRequest,
        attempts: AttemptLimits,
    ) -> Result<Page, ConnectError> {
        let kind = request.kind;
        let Some(path) = catalog::list_path(kind) else { return Err(ConnectError::EndpointAbsent { kind }) };
        let endpoint = Endpoint { kind, access: Access::List };
        let mut call = Call { endpoint, path, query: Vec::new(), verb: Verb::Get, attempts };
        let mut level = self.expansion(kind);
        let page = loop {
            call.query = list_query(request);
            call.query.extend(expand("data.", kind, level));
            let page = self.call(&call, |answer| self.read_page(answer, request, None)).await;
            match self.next_expansion(kind, level, &page) {
                Some(next) => level = next,
                None => break page,
            }
        };
        page.map_err(|failed| self.explain(failed, &call))
    }

    fn read_page(
        &self,
        answer: &Answer,
        request: &ListRequest,
        parent: Option<&Children>,
    ) -> Result<Page, Unreadable> {
        let page = page::read(&answer.body, request, parent, answer.server_time)?;
        let objects = page.objects.into_iter().map(|object| self.private(object)).collect();
        Ok(Page { objects, ..page })
    }

    pub(super) fn read_object(&self, answer: &Answer, kind: ObjectKind) -> Result<facts::Filed, Unreadable> {
        // A strict pass first, to distinguish a truncated body from one that is not JSON.
        let raw: &serde_json::value::RawValue = serde_json::from_slice(&answer.body)?;
        let filed = facts::file(kind, raw.get(), None);
        let filed = filed.map_err(|reason| Unreadable { reason, is_cut: false })?;
        Ok(facts::Filed { object: self.private(filed.object), ..filed })
    }

    fn private(&self, object: RawObject) -> RawObject {
        self.0.config.privacy.applied_to(Source::Stripe, object)
    }

    /// Which of the expansions to ask for.
    fn expansion(&self, kind: ObjectKind) -> usize {
        expanded(kind).map_or(0, |place| self.0.expansions[place].load(Ordering::Relaxed))
    }

    /// The one to ask for instead, where this one may be why there is no answer. One that was answered is remembered.
    fn next_expansion<T>(&self, kind: ObjectKind, level: usize, answer: &Result<T, Failed>) -> Option<usize> {
        let place = expanded(kind)?;
        match answer {
            Err(failed) => {
                let has_another = level + 1 < EXPANDED[place].1.len();
                (has_another && may_be_the_expansion(failed)).then_some(level + 1)
            }
            Ok(_) => {
                self.0.expansions[place].fetch_max(level, Ordering::Relaxed);
                None
            }
        }
    }

    /// Sends a request under the limiter until it is answered in a way that asking again would not change.
    pub(super) async fn call<T>(
        &self,
        call: &Call<'_>,
        read: impl Fn(&Answer) -> Result<T, Unreadable>,
    ) -> Result<T, Failed> {
        let Inner { config, transport, limiter, .. } = &*self.0;
        let query = call.query.iter().map(|(name, value)| (*name, value.as_str()));
        let url = transport.url(&call.path, query);
        let request = Request { url, verb: &call.verb, path: call.named(), attempts: call.attempts };
        attempts::answered((config, transport), &request, &limiter.turns(call.endpoint), read).await
    }

    /// What a refusal means to the caller.
    pub(super) fn explain(&self, failed: Failed, call: &Call<'_>) -> ConnectError {
        let answer = match failed {
            Failed::Other(error) => return error,
            Failed::Answer(answer) => answer,
        };
        let refusal = Refusal::of(&answer);
        match answer.status {
            403 if refusal.is_about_the_address() => {
                attempts::refused(Source::Stripe, &answer, call.named(), refusal.safe_message())
            }
            _ => attempts::meaning(
                Source::Stripe,
                &answer,
                call.endpoint.kind,
                call.named(),
                Said { permission: refusal.permission(), message: refusal.safe_message() },
            ),
        }
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, {:?})", self.0.transport.host(), self.0.config.key)
    }
}

impl Call<'_> {
    fn named(&self) -> String {
        format!("/{}", self.path.join("/"))
    }
}

/// A server that does not know the expansion, or a key that may not have what it adds.
fn may_be_the_expansion(failed: &Failed) -> bool {
    matches!(failed, Failed::Answer(answer) if matches!(answer.status, 400 | 403))
}

/// The place of a kind in [`EXPANDED`].
fn expanded(kind: ObjectKind) -> Option<usize> {
    EXPANDED.iter().position(|(known, _)| *known == kind)
}

fn expand(prefix: &str, kind: ObjectKind, level: usize) -> Vec<(&'static str, String)> {
    let lists = expanded(kind).map_or([].as_slice(), |place| EXPANDED[place].1);
    let fields = lists.get(level).copied().unwrap_or_default();
    fields.iter().map(|field| ("expand[]", format!("{prefix}{field}"))).collect()
}

fn list_query(request: &ListRequest) -> Vec<(&'static str, String)> {
    let mut query = vec![("limit", request.limit.clamp(1, 100).to_string())];
    if request.kind == kind::SUBSCRIPTION {
        query.push(("status", "all".to_owned()));
    }
    query.extend(request.created_gte.map(|at| ("created[gte]", at.to_string())));
    query.extend(request.created_lte.map(|at| ("created[lte]", at.to_string())));
    query.extend(request.starting_after.clone().map(|id| ("starting_after", id)));
    query
}
