//! The client: what can be requested from a server, and what each of its failures means.

use std::sync::Arc;

use model::{ObjectKind, RawObject};

use super::expansions::Expansions;
use super::limiter::{Access, Endpoint, Limiter};
use super::page;
use super::refusal::Refusal;
use super::{Children, ClientConfig, DIALECT, ListRequest, Page, Probe, Retrieved, catalog, facts};
use crate::attempts::{self, Failed, Request, Said, Unreadable};
use crate::retry::{self, AttemptLimits};
use crate::stripe::kind;
use crate::transport::{Answer, Transport, Verb};
use crate::{ConnectError, Privacy, Source, probe};

/// Reads from one account on one server. Clones share its rate limits.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    transport: Transport,
    limiter: Limiter,
    expansions: Expansions,
}

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
        // In GDPR mode no card is kept, so none is asked for.
        let expansions = Expansions::new(config.privacy == Privacy::AsReceived);
        let limiter = Limiter::new(config.limits, config.key.is_test_mode(), config.share_percent);
        Ok(Self(Arc::new(Inner { config, transport, limiter, expansions })))
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
        let mut levels = self.0.expansions.now();
        let found = loop {
            call.query = levels.query("", kind);
            let found = self.call(&call, |answer| self.read_object(answer, kind)).await;
            if !self.0.expansions.lower(&mut levels, kind, &found) {
                break found;
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

    /// Finds out whether the key may read payment methods. If so, they are asked for again from now on, also where an
    /// earlier answer refused them.
    ///
    /// # Errors
    /// `PermissionMissing` when it may not; `EndpointAbsent` when the server has none; else as `list`.
    pub async fn check_payment_methods(&self) -> Result<(), ConnectError> {
        let endpoint = Endpoint { kind: kind::PAYMENT_METHOD, access: Access::List };
        let query = vec![("limit", "1".to_owned())];
        let path = vec!["v1", "payment_methods"];
        let call = Call { endpoint, path, query, verb: Verb::Get, attempts: retry::INTERACTIVE };
        match self.call(&call, |_| Ok(())).await {
            Ok(()) => {}
            // Some versions list only those of a customer; the permission is checked before that.
            Err(Failed::Answer(answer)) if answer.status == 400 => {}
            Err(failed) => return Err(self.explain(failed, &call)),
        }
        self.0.expansions.ask_for_methods_again();
        Ok(())
    }

    /// Whether an answer refused to say what customers and subscriptions are paid with.
    pub fn lacks_payment_methods(&self) -> bool {
        self.0.expansions.lack_methods()
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
        let mut levels = self.0.expansions.now();
        let page = loop {
            call.query = list_query(request);
            call.query.extend(levels.query("data.", kind));
            let page = self.call(&call, |answer| self.read_page(answer, request, None)).await;
            if !self.0.expansions.lower(&mut levels, kind, &page) {
                break page;
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
