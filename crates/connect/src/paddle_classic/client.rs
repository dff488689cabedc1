//! The client. It can request the paths in [`Path`], and nothing else.

mod lists;
mod objects;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{ObjectKind, RawObject, UnixSeconds};
use tokio::sync::Mutex;

use super::cursor::Cursor;
use super::path::Path;
use super::record::Record;
use super::{DIALECT, SANDBOX_HOST, catalog, key, kind, page};
use crate::attempts::{self, Failed, Request, Said, Unreadable};
use crate::limiter::{Limiter, Rate};
use crate::retry::{self, AttemptLimits};
use crate::transport::{Answer, Transport, Verb};
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, ListRequest, Page, Probe, Retrieved, Source,
    Webhook, WebhookEndpoint, probe,
};

/// 150 a minute are allowed where a limit is documented; 120 are asked for, one after the other.
const RATE: Rate = Rate { per_second: 2, share_percent: 100, at_once: 1 };
/// Rows of a page.
const LARGEST: u64 = 500;
const LARGEST_OF_USERS: u64 = 250;

/// Reads from one account on one server. All clients of a server share its limit.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    transport: Transport,
    limiter: Arc<Limiter>,
    /// Plans by their ids, as they were written.
    plans: Mutex<BTreeMap<String, String>>,
    /// Ids of products that are bought once, whose sales are listed.
    products: Mutex<Option<Vec<u64>>>,
    /// Coupons by their codes, as they were written; `None`: that one is not listed.
    coupons: Mutex<BTreeMap<String, Option<String>>>,
}

type Parameters = Vec<(&'static str, String)>;

/// Rows, the provider's clock, and how long the answer was.
#[derive(Default)]
struct Rows {
    rows: Vec<String>,
    server_time: Option<UnixSeconds>,
    bytes: usize,
}

impl Client {
    /// Prepares a client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address cannot be one of an API, or the machine trusts no certificates.
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        let transport = Transport::new(&DIALECT, &config, &config.base)?;
        let limiter = Limiter::of(&config, transport.host(), RATE);
        let (plans, products, coupons) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { config, transport, limiter, plans, products, coupons })))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    /// No request says whose a key is: the account is known by its vendor ID.
    ///
    /// # Errors
    /// When the key is refused or the server cannot be reached.
    pub async fn account(&self) -> Result<Account, ConnectError> {
        let limit = vec![("limit", "1".to_owned())];
        self.rows(kind::PLAN, Path::Plans, limit, retry::INTERACTIVE).await?;
        Ok(Account::new(key::account_id(&self.0.config.key, self.is_test_mode())))
    }

    /// Codes don't say which environment they are for: the address does.
    pub fn is_test_mode(&self) -> bool {
        self.0.config.base.host_str() == Some(SANDBOX_HOST)
    }

    /// Finds out what can be read, by requesting one row of each list.
    ///
    /// # Errors
    /// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        let request = |request: ListRequest| async move {
            let one = |name| vec![(name, "1".to_owned())];
            let (path, parameters) = match request.kind {
                kind::SUBSCRIPTION => (Path::Users, one("results_per_page")),
                kind::PAYMENT => (Path::Payments, one("limit")),
                kind::PLAN => (Path::Plans, one("limit")),
                kind::MODIFIER => (Path::Modifiers, one("results_per_page")),
                kind::ALERT => (Path::Alerts, one("alerts_per_page")),
                // Coupons and transactions are those of products.
                _ => (Path::Products, one("limit")),
            };
            self.rows(request.kind, path, parameters, retry::INTERACTIVE).await.map(|_| Page::default())
        };
        probe::each(catalog::LISTS, request).await
    }

    /// Reads one page of a list.
    ///
    /// # Errors
    /// When the server has no such list, the key may not read it, or there is no readable answer after retrying.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        let now = self.0.config.clock.now();
        let at = Cursor::of(request.starting_after.as_deref(), now);
        match (request.kind, request.created_gte) {
            (kind::PLAN, _) => self.by_offset(kind::PLAN, Path::Plans, at).await,
            (kind::PRODUCT, _) => self.by_offset(kind::PRODUCT, Path::Products, at).await,
            (kind::SUBSCRIPTION, None) => self.subscriptions(at).await,
            (kind::PAYMENT, None) => self.payments(at).await,
            (kind::MODIFIER, None) => self.modifiers(at).await,
            (kind::ALERT, None) => self.alerts(at).await,
            (kind::TRANSACTION, None) => self.transactions(at).await,
            (kind::COUPON, None) => self.coupons(at).await,
            (kind::PAYMENT, Some(since)) => self.payments_since(UnixSeconds(since)).await,
            (kind::ALERT, Some(since)) => self.alerts_since(UnixSeconds(since)).await,
            // What is new of these is not to be had by itself: alerts name it, and the daily listing has all of it.
            (kind::SUBSCRIPTION | kind::MODIFIER | kind::TRANSACTION | kind::COUPON, Some(_)) => {
                Ok(Page { honours_window: true, ..Page::default() })
            }
            (kind, _) => Err(ConnectError::EndpointAbsent { kind }),
        }
    }

    /// Nothing comes with a list of its own inside.
    ///
    /// # Errors
    /// Never.
    pub async fn list_children(&self, _: &Children) -> Result<Page, ConnectError> {
        Ok(Page { honours_window: true, ..Page::default() })
    }

    /// Reads one object in its current state.
    ///
    /// # Errors
    /// When such objects cannot be requested one by one, or there is no readable answer after retrying.
    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let found = match kind {
            kind::SUBSCRIPTION => {
                return Ok(match self.subscription(id).await? {
                    Some((object, embedded)) => Retrieved::Found { object, incomplete: None, embedded },
                    None => Retrieved::Missing,
                });
            }
            kind::PAYMENT => self.payment(id).await?,
            kind::PLAN => self.plan(id).await?,
            kind::ALERT => self.alert(id).await?,
            _ => return Err(ConnectError::NotFound { kind, id: id.to_owned(), request_id: None }),
        };
        let Some(object) = found else { return Ok(Retrieved::Missing) };
        Ok(Retrieved::Found { object: self.private(object), incomplete: None, embedded: Vec::new() })
    }

    /// Alerts are kept as they are: there is no list of events about objects.
    ///
    /// # Errors
    /// Always.
    pub async fn events(&self, _: UnixSeconds, _: Option<&str>) -> Result<EventPage, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: kind::ALERT })
    }

    /// The address for alerts is entered by hand.
    ///
    /// # Errors
    /// Always.
    pub async fn create_webhook(&self, _: &str) -> Result<Webhook, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    /// # Errors
    /// Always: nothing says where alerts are sent.
    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    /// # Errors
    /// Never: what was entered by hand is removed by hand.
    pub async fn delete_webhook(&self, _: &str) -> Result<(), ConnectError> {
        Ok(())
    }
}

/// Requests.
impl Client {
    /// The rows of an answer; none where what was asked for is unknown.
    async fn found(
        &self,
        kind: ObjectKind,
        path: Path,
        parameters: Parameters,
    ) -> Result<Rows, ConnectError> {
        let answer = self.ask(kind, path, parameters, retry::BACKGROUND).await?;
        match answer {
            Ok(rows) => Ok(rows),
            Err((refusal, _)) if refusal.is_about_the_object() => Ok(Rows::default()),
            Err((refusal, status)) => Err(refusal.explain(kind, path.text(), status)),
        }
    }

    /// A list from its beginning to its end.
    async fn all_rows(
        &self,
        kind: ObjectKind,
        path: Path,
        narrowed: Parameters,
        largest: u64,
    ) -> Result<Rows, ConnectError> {
        let mut all = Rows::default();
        loop {
            let mut parameters = narrowed.clone();
            parameters.push(("limit", largest.to_string()));
            parameters.push(("offset", all.rows.len().to_string()));
            let read = self.rows(kind, path, parameters, retry::BACKGROUND).await?;
            let is_last = !is_full(&read, largest);
            all.extend(read);
            if is_last {
                return Ok(all);
            }
        }
    }

    async fn rows(
        &self,
        kind: ObjectKind,
        path: Path,
        parameters: Parameters,
        attempts: AttemptLimits,
    ) -> Result<Rows, ConnectError> {
        let answer = self.ask(kind, path, parameters, attempts).await?;
        answer.map_err(|(refusal, status)| refusal.explain(kind, path.text(), status))
    }

    /// Sends a request under the limiter until it is answered in a way that asking again would not change.
    async fn ask(
        &self,
        kind: ObjectKind,
        path: Path,
        parameters: Parameters,
        attempts: AttemptLimits,
    ) -> Result<Result<Rows, (page::Refusal, u16)>, ConnectError> {
        let Inner { config, transport, limiter, .. } = &*self.0;
        let text = path.text();
        let segments: Vec<&str> = ["api", "2.0"].into_iter().chain(text.split('/')).collect();
        let (vendor, code) = key::parts(&config.key);
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("vendor_id", vendor)
            .append_pair("vendor_auth_code", code)
            .extend_pairs(parameters)
            .finish();
        let content_type = "application/x-www-form-urlencoded";
        let verb = Verb::Post { content_type, body, idempotency_key: None };
        let path = format!("/{text}");
        let request =
            Request { url: transport.url(&segments, []), verb: &verb, path: path.clone(), attempts };
        let read = |answer: &Answer| -> Result<_, Unreadable> {
            let rows = page::rows(&answer.body)?.map(|rows| Rows {
                rows: rows.into_iter().map(str::to_owned).collect(),
                server_time: answer.server_time,
                bytes: answer.body.len(),
            });
            Ok(rows.map_err(|refusal| (refusal, answer.status)))
        };
        let outcome = attempts::answered((config, transport), &request, &**limiter, read).await;
        outcome.map_err(|failed| match failed {
            Failed::Other(error) => error,
            // Its own refusals come with what they mean, and it has no permissions.
            Failed::Answer(answer) if matches!(answer.status, 400..=403) => match page::rows(&answer.body) {
                Ok(Err(refusal)) => refusal.explain(kind, path, answer.status),
                _ => {
                    let Unreadable { reason, .. } = Unreadable::unlike(Source::PaddleClassic);
                    let (of, request_id) = (Source::PaddleClassic, answer.request_id);
                    ConnectError::Unreadable { of, path, reason, request_id }
                }
            },
            Failed::Answer(answer) => {
                let said = Said { permission: None, message: "no reason given".to_owned() };
                attempts::meaning(Source::PaddleClassic, &answer, kind, path, said)
            }
        })
    }

    fn page(
        &self,
        kind: ObjectKind,
        read: &Rows,
        next: Option<Cursor>,
        file: impl Fn(&str) -> Result<Option<RawObject>, String>,
    ) -> Page {
        let mut page = Page {
            has_more: next.is_some(),
            next: next.map(Cursor::text),
            server_time: read.server_time,
            bytes: read.bytes,
            honours_window: true,
            ..Page::default()
        };
        for (index, row) in read.rows.iter().enumerate() {
            match file(row) {
                Ok(object) => page.objects.extend(object.map(|object| self.private(object))),
                Err(reason) => {
                    page.unreadable.push(format!("{kind} number {} of a page: {reason}", index + 1))
                }
            }
        }
        page
    }

    fn private(&self, object: RawObject) -> RawObject {
        self.0.config.privacy.applied_to(Source::PaddleClassic, object)
    }
}

impl Rows {
    fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.server_time = self.server_time.or(other.server_time);
        self.bytes += other.bytes;
    }
}

fn is_full(read: &Rows, largest: u64) -> bool {
    read.rows.len() as u64 >= largest
}

/// Of a list that is asked for beside another: what it adds is not worth failing for.
fn none_if_refused(read: Result<Rows, ConnectError>) -> Result<Rows, ConnectError> {
    match read {
        Err(ConnectError::Refused { .. } | ConnectError::EndpointAbsent { .. }) => Ok(Rows::default()),
        read => read,
    }
}

fn modifier_id(row: &str) -> Option<u64> {
    Record::read(kind::MODIFIER, row).ok()?.text("modifier_id")?.parse().ok()
}

fn plan_id(row: &str) -> Option<String> {
    Record::read(kind::SUBSCRIPTION, row).ok()?.text("plan_id")
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, {:?})", self.0.transport.host(), self.0.config.key)
    }
}

#[cfg(test)]
mod tests;
