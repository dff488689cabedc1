//! Access to one account, whichever the provider.

use jiff::tz::TimeZone;
use model::{Day, ObjectKind, ProviderMrr, UnixSeconds};

use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, ListRequest, Page, Probe, Retrieved, Source,
    Webhook, WebhookEndpoint, paddle, paddle_classic, probe, stripe,
};

/// The same call to whichever source's client this is.
macro_rules! each {
    ($this:expr, $client:ident => $call:expr) => {
        match &$this.0 {
            Inner::Stripe($client) => $call,
            Inner::Paddle($client) => $call,
            Inner::PaddleClassic($client) => $call,
            #[cfg(feature = "made-up")]
            Inner::Rest($client) => $call,
        }
    };
}

/// Reads from one account on one server. Clones share its rate limits.
#[derive(Clone)]
pub struct Client(Inner);

#[derive(Clone)]
enum Inner {
    Stripe(stripe::Client),
    Paddle(paddle::Client),
    PaddleClassic(paddle_classic::Client),
    /// Of each source whose API is plain.
    #[cfg(feature = "made-up")]
    Rest(crate::rest::Client),
}

impl Client {
    /// Prepares a client for the key's source; nothing is sent yet.
    ///
    /// # Errors
    /// When the address cannot be one of an API, or the machine trusts no certificates.
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        Ok(Self(match config.key.source() {
            Source::Stripe => Inner::Stripe(stripe::Client::new(config)?),
            Source::Paddle => Inner::Paddle(paddle::Client::new(config)?),
            Source::PaddleClassic => Inner::PaddleClassic(paddle_classic::Client::new(config)?),
            #[cfg(feature = "made-up")]
            Source::MadeUp => Inner::Rest(crate::rest::Client::new(&crate::made_up::API, config)?),
        }))
    }

    pub fn source(&self) -> Source {
        self.config().key.source()
    }

    pub fn config(&self) -> &ClientConfig {
        each!(self, client => client.config())
    }

    /// Whether it reads test data, which some keys say only once a request was answered.
    pub fn is_test_mode(&self) -> bool {
        match &self.0 {
            Inner::Paddle(client) => client.is_test_mode(),
            Inner::PaddleClassic(client) => client.is_test_mode(),
            _ => self.config().key.is_test_mode(),
        }
    }

    /// The account that the key belongs to. A server without accounts, or a key that may not read its own, gets one
    /// derived from what is known.
    ///
    /// # Errors
    /// When the key is refused or the server cannot be reached.
    pub async fn account(&self) -> Result<Account, ConnectError> {
        each!(self, client => client.account().await)
    }

    /// Finds out what the key may read, by requesting one object of each list, and a day of the provider's own figures.
    ///
    /// # Errors
    /// When the key is refused, the server cannot be reached, or it fails on a list that is indispensable.
    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        let mut probes = each!(self, client => client.probe().await)?;
        if let Some(terms) = self.source().payment_methods() {
            probes.push(probe::of_payment_methods(terms, self.check_payment_methods().await)?);
        }
        if let Some(terms) = self.source().provider_mrr() {
            let today = self.config().clock.now().day(&TimeZone::UTC);
            probes.push(probe::of_provider_mrr(&terms, self.provider_mrr(today.previous(), today).await)?);
        }
        Ok(probes)
    }

    /// Finds out whether the key may read payment methods. If so, they are asked for again from now on, also where an
    /// earlier answer refused them.
    ///
    /// # Errors
    /// `PermissionMissing` when it may not; `EndpointAbsent` where there are none to read; when there is no readable answer.
    pub async fn check_payment_methods(&self) -> Result<(), ConnectError> {
        match &self.0 {
            Inner::Stripe(client) => client.check_payment_methods().await,
            _ => Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("payment_method") }),
        }
    }

    /// Whether an answer refused to say what customers and agreements are paid with.
    pub fn lacks_payment_methods(&self) -> bool {
        match &self.0 {
            Inner::Stripe(client) => client.lacks_payment_methods(),
            _ => false,
        }
    }

    /// What the provider itself says MRR was at the end of each day, in UTC, from one day until before another.
    ///
    /// # Errors
    /// `EndpointAbsent` where the provider has no such figures; when the key may not read them, or there is no readable answer.
    pub async fn provider_mrr(&self, from: Day, until: Day) -> Result<ProviderMrr, ConnectError> {
        match &self.0 {
            Inner::Paddle(client) => client.provider_mrr(from, until).await,
            _ => Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("metrics") }),
        }
    }

    /// The provider's clock, if it reports it.
    pub async fn server_time(&self) -> Option<UnixSeconds> {
        let request = ListRequest { limit: 1, ..ListRequest::new(self.source().prices()) };
        self.list(&request).await.ok()?.server_time
    }

    /// Reads one page of a list.
    ///
    /// # Errors
    /// When the server has no such list, the key may not read it, or there is no readable answer after retrying.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        each!(self, client => client.list(request).await)
    }

    /// Reads the next page of a list that came truncated inside its parent.
    ///
    /// # Errors
    /// As [`Client::list`]; `NotFound` when the parent is gone.
    pub async fn list_children(&self, children: &Children) -> Result<Page, ConnectError> {
        each!(self, client => client.list_children(children).await)
    }

    /// Reads one object in its current state.
    ///
    /// # Errors
    /// When the server cannot retrieve such objects, the key may not, or there is no readable answer after retrying.
    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        each!(self, client => client.retrieve(kind, id).await)
    }

    /// One page of what happened since an instant of the provider's clock; `after` as the page before says.
    ///
    /// # Errors
    /// As [`Client::list`].
    pub async fn events(&self, since: UnixSeconds, after: Option<&str>) -> Result<EventPage, ConnectError> {
        each!(self, client => client.events(since, after).await)
    }

    /// Registers an endpoint for everything that changes stored objects. This is the only thing that we ever write to
    /// a provider.
    ///
    /// # Errors
    /// When the key may not write webhook endpoints, the provider refuses the address, or does not answer.
    pub async fn create_webhook(&self, url: &str) -> Result<Webhook, ConnectError> {
        each!(self, client => client.create_webhook(url).await)
    }

    /// The account's endpoints.
    ///
    /// # Errors
    /// When the key may not read webhook endpoints, or there is no readable answer.
    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        each!(self, client => client.webhooks().await)
    }

    /// Removes an endpoint. It is not an error if the endpoint no longer exists.
    ///
    /// # Errors
    /// When the key may not write webhook endpoints, or the provider does not answer.
    pub async fn delete_webhook(&self, id: &str) -> Result<(), ConnectError> {
        each!(self, client => client.delete_webhook(id).await)
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        each!(self, client => client.fmt(f))
    }
}

#[cfg(test)]
mod tests {
    use model::Clock;

    use super::*;

    const KEYS: &[&str] = &[
        "rk_test_000000000000000000000000",
        "pdl_sdbx_apikey_01kc0000000000000000000001_aBcDeFgHiJkLmNoPqRsTuV_xyz",
        "12345:0123456789abcdef0123456789abcdef0123456789abcdef01",
    ];

    /// Requests run beside each other, on any thread.
    #[tokio::test]
    async fn whatever_is_asked_of_a_client_can_be_asked_from_any_task() {
        for source in Source::ALL {
            let Some(key) = KEYS.iter().find_map(|key| source.parse_key(key).ok()) else { continue };
            let client = Client::new(ClientConfig::new(key, Clock::default())).unwrap();
            let task = async move {
                let kind = client.source().bills();
                drop(client.list(&ListRequest::new(kind)).await);
                drop(client.retrieve(kind, "x").await);
                drop((client.probe().await, client.account().await, client.webhooks().await));
                drop(client.events(UnixSeconds(0), None).await);
                drop(client.provider_mrr(Day(0), Day(1)).await);
                drop((client.create_webhook("x").await, client.delete_webhook("x").await));
            };
            tokio::spawn(task).abort();
        }
    }
}
