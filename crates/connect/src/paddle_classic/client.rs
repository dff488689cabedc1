//! The client. It can request the paths in [`Path`], and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{ObjectKind, RawObject, UnixSeconds};
use tokio::sync::Mutex;

use super::cursor::{self, Cursor, STATES};
use super::path::Path;
use super::record::Record;
use super::{DIALECT, SANDBOX_HOST, catalog, filing, key, kind, page};
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
const LARGEST_OF_TRANSACTIONS: u64 = 300;
/// Payments may show some days after the day that they are dated.
const PAYMENTS_OVERLAP_S: i64 = 3 * 86_400;
/// As many subscriptions are read again at once for what was reported of them; the others are with the daily listing.
const REFRESHED_MAX: usize = 40;

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
        let (plans, products) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { config, transport, limiter, plans, products })))
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
        let is_sandbox = self.0.config.base.host_str() == Some(SANDBOX_HOST);
        Ok(Account::new(key::account_id(&self.0.config.key, is_sandbox)))
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
            (kind::ALERT, None) => self.alerts(at).await,
            (kind::TRANSACTION, None) => self.transactions(at).await,
            (kind::COUPON, None) => self.coupons(at).await,
            (kind::PAYMENT, Some(since)) => self.payments_since(UnixSeconds(since)).await,
            (kind::ALERT, Some(since)) => self.alerts_since(UnixSeconds(since)).await,
            // What is new of these is not to be had by itself: alerts name it, and the daily listing has all of it.
            (kind::SUBSCRIPTION | kind::TRANSACTION | kind::COUPON, Some(_)) => {
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
            kind::SUBSCRIPTION => self.subscription(id).await?,
            kind::PAYMENT => self.payment(id).await?,
            kind::PLAN => self.plan(id).await?,
            kind::ALERT => self.alert(id).await?,
            _ => return Err(ConnectError::NotFound { kind, id: id.to_owned(), request_id: None }),
        };
        let Some(object) = found else { return Ok(Retrieved::Missing) };
        let embedded = filing::buyer(&object).into_iter().filter(|_| kind == kind::SUBSCRIPTION);
        let embedded = embedded.map(|object| self.private(object)).collect();
        Ok(Retrieved::Found { object: self.private(object), incomplete: None, embedded })
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

/// Lists.
impl Client {
    async fn by_offset(&self, kind: ObjectKind, path: Path, at: Cursor) -> Result<Page, ConnectError> {
        let largest = if kind == kind::PRODUCT { LARGEST_OF_USERS } else { LARGEST };
        let parameters = vec![("limit", largest.to_string()), ("offset", at.at.to_string())];
        let read = self.rows(kind, path, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, largest), largest, 1);
        let page = self.page(kind, &read, next, |row| filing::file(kind, row).map(Some));
        if kind == kind::PLAN {
            let mut plans = self.0.plans.lock().await;
            plans.extend(page.objects.iter().map(|plan| (plan.id.clone(), plan.body.to_string())));
        }
        Ok(page)
    }

    async fn subscriptions(&self, at: Cursor) -> Result<Page, ConnectError> {
        let state = STATES.get(at.step).unwrap_or(&STATES[0]);
        let parameters = vec![
            ("state", (*state).to_owned()),
            ("page", (at.at + 1).to_string()),
            ("results_per_page", LARGEST_OF_USERS.to_string()),
        ];
        let read = self.rows(kind::SUBSCRIPTION, Path::Users, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST_OF_USERS), 1, STATES.len());
        self.subscriptions_of(&read, next).await
    }

    /// Each with its plan, and beside it its buyer.
    async fn subscriptions_of(&self, read: &Rows, next: Option<Cursor>) -> Result<Page, ConnectError> {
        let plans = self.plans_of(&read.rows).await?;
        let plan = |row: &str| plan_id(row).and_then(|id| plans.get(&id)).map(String::as_str);
        let mut page =
            self.page(kind::SUBSCRIPTION, read, next, |row| filing::with_plan(row, plan(row)).map(Some));
        // Those of the whole row: privacy leaves them their ids.
        let buyers = page.objects.iter().filter_map(filing::buyer);
        page.embedded = buyers.map(|buyer| self.private(buyer)).collect();
        Ok(page)
    }

    async fn payments(&self, at: Cursor) -> Result<Page, ConnectError> {
        let windows = cursor::payment_windows(at.anchor);
        let mut parameters = vec![("limit", LARGEST.to_string()), ("offset", at.at.to_string())];
        if let Some(days) = windows.get(at.step) {
            parameters.push(("is_paid", "1".to_owned()));
            parameters.extend(days.from.map(|day| ("from", day.to_string())));
            parameters.extend(days.before.map(|day| ("to", day.to_string())));
        } else {
            // After all that was paid, what is due next.
            parameters.push(("is_paid", "0".to_owned()));
        }
        let read = self.rows(kind::PAYMENT, Path::Payments, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST), LARGEST, windows.len() + 1);
        let mut page =
            self.page(kind::PAYMENT, &read, next, |row| filing::file(kind::PAYMENT, row).map(Some));
        // How far back it got shows in the last one.
        page.objects.sort_by_key(|payment| std::cmp::Reverse(payment.created_at));
        Ok(page)
    }

    async fn payments_since(&self, since: UnixSeconds) -> Result<Page, ConnectError> {
        let from = UnixSeconds(since.0 - PAYMENTS_OVERLAP_S).timestamp().strftime("%Y-%m-%d").to_string();
        let mut all = Rows::default();
        loop {
            let parameters = vec![
                ("is_paid", "1".to_owned()),
                ("from", from.clone()),
                ("limit", LARGEST.to_string()),
                ("offset", all.rows.len().to_string()),
            ];
            let read = self.rows(kind::PAYMENT, Path::Payments, parameters, retry::BACKGROUND).await?;
            let is_last = !is_full(&read, LARGEST);
            all.extend(read);
            if is_last {
                return Ok(
                    self.page(kind::PAYMENT, &all, None, |row| filing::file(kind::PAYMENT, row).map(Some))
                );
            }
        }
    }

    async fn alerts(&self, at: Cursor) -> Result<Page, ConnectError> {
        let (from, before) = cursor::alert_window(at.anchor, at.step);
        let before = before.map(|day| format!("{day} 00:00:00"));
        let read = self.alert_rows(format!("{from} 00:00:00"), before, at.at + 1).await?;
        let steps = usize::try_from(cursor::ALERTS_REACH_DAYS).unwrap_or(0) + 1;
        let next = at.after(is_full(&read, LARGEST_OF_USERS), 1, steps);
        Ok(self.page(kind::ALERT, &read, next, filing::alert))
    }

    /// With the subscriptions that they are about, as they are now.
    async fn alerts_since(&self, since: UnixSeconds) -> Result<Page, ConnectError> {
        let from = since.timestamp().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let (mut all, mut number) = (Rows::default(), 1);
        loop {
            let read = self.alert_rows(from.clone(), None, number).await?;
            let is_last = !is_full(&read, LARGEST_OF_USERS);
            all.extend(read);
            number += 1;
            if is_last {
                break;
            }
        }
        let mut page = self.page(kind::ALERT, &all, None, filing::alert);
        let named = page.objects.iter().filter_map(|alert| alert.counterparts.subscription.clone());
        let named: std::collections::BTreeSet<String> = named.collect();
        for id in named.into_iter().take(REFRESHED_MAX) {
            if let Some(subscription) = self.subscription(&id).await? {
                page.embedded.extend(filing::buyer(&subscription).map(|buyer| self.private(buyer)));
                page.embedded.push(self.private(subscription));
            }
        }
        Ok(page)
    }

    async fn alert_rows(
        &self,
        from: String,
        before: Option<String>,
        number: u64,
    ) -> Result<Rows, ConnectError> {
        let mut parameters = vec![
            ("page", number.to_string()),
            ("alerts_per_page", LARGEST_OF_USERS.to_string()),
            ("query_tail", from),
        ];
        parameters.extend(before.map(|before| ("query_head", before)));
        self.rows(kind::ALERT, Path::Alerts, parameters, retry::BACKGROUND).await
    }

    /// Product by product: there is no list of all.
    async fn transactions(&self, at: Cursor) -> Result<Page, ConnectError> {
        let products = self.products().await?;
        let Some(product) = products.get(at.step) else {
            return Ok(Page { honours_window: true, ..Page::default() });
        };
        let parameters = vec![
            ("page", (at.at + 1).to_string()),
            ("results_per_page", LARGEST_OF_TRANSACTIONS.to_string()),
        ];
        let path = Path::Transactions(*product);
        let read = self.rows(kind::TRANSACTION, path, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST_OF_TRANSACTIONS), 1, products.len());
        Ok(self.page(kind::TRANSACTION, &read, next, |row| filing::file(kind::TRANSACTION, row).map(Some)))
    }

    async fn coupons(&self, at: Cursor) -> Result<Page, ConnectError> {
        let products = self.products().await?;
        let Some(product) = products.get(at.step) else {
            return Ok(Page { honours_window: true, ..Page::default() });
        };
        let parameters = vec![
            ("product_id", product.to_string()),
            ("limit", LARGEST.to_string()),
            ("offset", at.at.to_string()),
        ];
        let read = self.rows(kind::COUPON, Path::Coupons, parameters, retry::BACKGROUND).await?;
        let next = at.after(is_full(&read, LARGEST), LARGEST, products.len());
        Ok(self.page(kind::COUPON, &read, next, |row| filing::file(kind::COUPON, row).map(Some)))
    }
}

/// Single objects, and what is remembered.
impl Client {
    async fn subscription(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        // By default the list leaves out those that were deleted.
        for state in [None, Some("deleted")] {
            let mut parameters = vec![("subscription_id", id.to_owned())];
            parameters.extend(state.map(|state| ("state", state.to_owned())));
            let read = self.found(kind::SUBSCRIPTION, Path::Users, parameters).await?;
            let page = self.subscriptions_of(&read, None).await?;
            if let Some(found) = page.objects.into_iter().find(|object| object.id == id) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    async fn payment(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        let Some((subscription, _)) = id.split_once('-') else { return Ok(None) };
        let mut offset = 0;
        loop {
            let parameters = vec![
                ("subscription_id", subscription.to_owned()),
                ("limit", LARGEST.to_string()),
                ("offset", offset.to_string()),
            ];
            let read = self.found(kind::PAYMENT, Path::Payments, parameters).await?;
            let filed = read.rows.iter().filter_map(|row| filing::file(kind::PAYMENT, row).ok());
            if let Some(found) = filed.into_iter().find(|object| object.id == id) {
                return Ok(Some(found));
            }
            if !is_full(&read, LARGEST) {
                return Ok(None);
            }
            offset += LARGEST;
        }
    }

    async fn plan(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        let read = self.found(kind::PLAN, Path::Plans, vec![("plan", id.to_owned())]).await?;
        let filed = read.rows.iter().filter_map(|row| filing::file(kind::PLAN, row).ok());
        Ok(filed.into_iter().find(|object| object.id == id))
    }

    /// Alerts can't be requested one by one. One that was just delivered is among the newest.
    async fn alert(&self, id: &str) -> Result<Option<RawObject>, ConnectError> {
        const PAGES: u64 = 8;
        let anchor = self.0.config.clock.now().day(&jiff::tz::TimeZone::UTC);
        let (from, _) = cursor::alert_window(anchor, 90);
        for number in 1..=PAGES {
            let read = self.alert_rows(format!("{from} 00:00:00"), None, number).await?;
            let filed = read.rows.iter().filter_map(|row| filing::alert(row).ok().flatten());
            if let Some(found) = filed.into_iter().find(|object| object.id == id) {
                return Ok(Some(found));
            }
            if !is_full(&read, LARGEST_OF_USERS) {
                break;
            }
        }
        Ok(None)
    }

    /// The plans of these subscriptions: all that are remembered, once again from the list if one is new.
    async fn plans_of(&self, rows: &[String]) -> Result<BTreeMap<String, String>, ConnectError> {
        let mut plans = self.0.plans.lock().await;
        let is_known = |row: &String| plan_id(row).is_none_or(|id| plans.contains_key(&id));
        if !rows.iter().all(is_known) {
            let mut offset = 0;
            loop {
                let parameters = vec![("limit", LARGEST.to_string()), ("offset", offset.to_string())];
                let read = self.rows(kind::PLAN, Path::Plans, parameters, retry::BACKGROUND).await?;
                let filed = read.rows.iter().filter_map(|row| filing::file(kind::PLAN, row).ok());
                plans.extend(filed.map(|plan| (plan.id, plan.body.into())));
                if !is_full(&read, LARGEST) {
                    break;
                }
                offset += LARGEST;
            }
        }
        Ok(plans.clone())
    }

    async fn products(&self) -> Result<Vec<u64>, ConnectError> {
        let mut known = self.0.products.lock().await;
        if let Some(products) = &*known {
            return Ok(products.clone());
        }
        let mut products = Vec::new();
        loop {
            let offset = products.len().to_string();
            let parameters = vec![("limit", LARGEST_OF_USERS.to_string()), ("offset", offset)];
            let read = self.rows(kind::PRODUCT, Path::Products, parameters, retry::BACKGROUND).await?;
            let filed = read.rows.iter().filter_map(|row| filing::file(kind::PRODUCT, row).ok());
            products.extend(filed.filter_map(|product| product.id.parse::<u64>().ok()));
            if !is_full(&read, LARGEST_OF_USERS) {
                break;
            }
        }
        *known = Some(products.clone());
        Ok(products)
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
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("vendor_id", vendor).append_pair("vendor_auth_code", code);
        body.extend_pairs(parameters);
        let content_type = "application/x-www-form-urlencoded";
        let verb = Verb::Post { content_type, body: body.finish(), idempotency_key: None };
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
            Failed::Answer(answer) => {
                let said = Said { permission: None, message: "no reason given".to_owned() };
                attempts::meaning(&answer, kind, path, said)
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

fn plan_id(row: &str) -> Option<String> {
    Record::read(kind::SUBSCRIPTION, row).ok()?.text("plan_id")
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, {:?})", self.0.transport.host(), self.0.config.key)
    }
}
