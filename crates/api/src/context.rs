//! What the handlers share.

use std::sync::{Arc, LazyLock};

use ::metrics::columns::{Ledger, split_customer_id};
use ::metrics::ledger::PriceBook;
use ::metrics::view::View;
use ::sync::runner::source_of;
use ::sync::{Business, ReferenceRates, Runner};
use connect::{Network, Source};
use futures_util::future::BoxFuture;
use mail::{Mailer, Operator};
use model::billing::CustomerHistory;
use model::{Clock, ConnectionId, CustomerId, Secret};
use serde::Serialize;
use store::{Catalog, ConnectionRecord, DataDir};
use tokio_util::sync::CancellationToken;
use url::Url;
use utoipa::ToSchema;

use crate::access::passkey::Ceremonies;
use crate::access::sign_on::SignOn;
use crate::access::throttle::Throttle;
use crate::access::visits::Visits;
use crate::answers::GivenAnswers;
use crate::audit::GivenLists;
use crate::blocking;
use crate::customers::billing;
use crate::http::address::TrustedProxies;
use crate::http::rows::RowLimit;
use crate::problem::Problem;
use crate::watch::Counters;

/// Who can create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Anybody, each with a workspace of their own.
    Open,
    /// Whoever was invited to a workspace.
    #[default]
    Invited,
    /// Nobody. Invitations can be accepted with accounts that exist.
    Closed,
}

/// How visitors book a demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookDemo {
    /// With a form, which goes to the person who runs the server.
    Form,
    /// At this address, such as a calendar's.
    At(Url),
}

/// What the server was started with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The address that people open, where it is not the one that is listened on.
    pub public_url: Option<Url>,
    /// The server listens on a loopback address. A proxy may still bring anybody there: nobody is trusted for it.
    pub is_loopback: bool,
    /// Asked for when the owner's account is made. Without one, none can be made.
    pub setup_code: Option<Secret>,
    /// The server encrypts connections itself.
    pub is_tls: bool,
    /// How providers and other servers are reached.
    pub network: Network,
    /// Whose word about where a request came from is believed.
    pub trusted_proxies: TrustedProxies,
    /// Sends email. Without one, links are printed for the operator.
    pub mailer: Option<Mailer>,
    /// The address that is listened on, for links where there is no public one.
    pub local_url: Option<Url>,
    /// A link that signs in. Only a demo has one.
    pub entry: Option<Entry>,
    pub sign_up: SignUp,
    /// Without it, no demo is offered.
    pub book_demo: Option<BookDemo>,
    /// How many rows of lists a workspace is answered in a minute; no limit by default.
    pub rows_per_minute: Option<u32>,
    /// Passwords that are guessed soon are refused, though they meet the rules.
    pub refuses_guessable_passwords: bool,
}

/// Whoever knows the code is signed in as this user.
#[derive(Debug, Clone)]
pub struct Entry {
    pub code: Secret,
    pub login: String,
}

/// A sample merchant that can be connected.
#[derive(Debug, Clone)]
pub struct SampleMerchant {
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
}

/// Where a started sample merchant answers, and the key that it takes.
#[derive(Debug, Clone)]
pub struct SampleAccount {
    /// Whose API it speaks.
    pub source: Source,
    /// Where it answers. The fragment, which is never sent, says what to start there again.
    pub api_base: Url,
    pub key: Secret,
}

type StartSample = dyn Fn(&'static str) -> BoxFuture<'static, anyhow::Result<SampleAccount>> + Send + Sync;

/// The sample merchants, and how one is started. The binary knows how; the API only offers them.
#[derive(Clone)]
pub struct Samples {
    pub merchants: &'static [SampleMerchant],
    pub start: Arc<StartSample>,
}

pub(crate) static LOCAL: LazyLock<Url> = LazyLock::new(|| {
    // Only where a server was started without any address, as in tests.
    Url::parse("http://127.0.0.1:8080").unwrap_or_else(|_| unreachable!())
});

/// Shared by all handlers.
pub struct Context {
    pub data: DataDir,
    pub catalog: Catalog,
    pub runner: Runner,
    pub rates: Arc<ReferenceRates>,
    pub clock: Clock,
    pub options: Options,
    pub samples: Samples,
    pub throttle: Throttle,
    pub visits: Visits,
    pub rows: RowLimit,
    /// Challenges of passkeys that wait for an answer.
    pub passkeys: Ceremonies,
    pub sign_on: SignOn,
    pub counters: Counters,
    pub mailer: Mailer,
    answers: GivenAnswers,
    pub(crate) given: GivenLists,
    /// Cancelled when the server is asked to stop: streams end then.
    pub stopping: CancellationToken,
}

pub type Shared = Arc<Context>;

/// What was billed to a customer in one account.
pub struct CustomerAccount {
    pub record: ConnectionRecord,
    /// The provider's id.
    pub customer: CustomerId,
    pub history: CustomerHistory,
    pub prices: PriceBook,
}

impl Context {
    pub fn new(
        data: DataDir,
        catalog: Catalog,
        runner: Runner,
        clock: Clock,
        options: Options,
        samples: Samples,
    ) -> Self {
        let sign_on = SignOn::new(options.network.clone());
        let throttle = Throttle::new(clock.clone());
        let visits = Visits::new(clock.clone());
        let rows = RowLimit::new(options.rows_per_minute, clock.clone());
        let no_mail = || Mailer::new(None, Operator::default(), data.clone(), catalog.clone(), clock.clone());
        let mailer = options.mailer.clone().unwrap_or_else(no_mail);
        let stopping = CancellationToken::new();
        let rates =
            Arc::new(ReferenceRates::open(data.clone(), catalog.clone()).over(options.network.clone()));
        Self {
            data,
            catalog,
            runner,
            rates,
            clock,
            options,
            samples,
            throttle,
            visits,
            rows,
            passkeys: Ceremonies::default(),
            sign_on,
            counters: Counters::default(),
            mailer,
            answers: GivenAnswers::default(),
            given: GivenLists::default(),
            stopping,
        }
    }

    /// The numbers of a connection, or of several together, as they are now.
    ///
    /// # Errors
    /// When a ledger can neither be read nor built.
    pub async fn view(&self, business: &Business) -> Result<View, Problem> {
        let (rates, workspace) = (Arc::clone(&self.rates), business.workspace().clone());
        let rates = blocking(move || rates.of(&workspace)).await??;
        let view = self.runner.view(business, rates, self.clock.now()).await?;
        Ok(self.answers.remembered(business.id(), view))
    }

    /// The numbers of a single connection, as they are now.
    ///
    /// # Errors
    /// As [`Context::view`].
    pub async fn view_of(&self, record: ConnectionRecord) -> Result<View, Problem> {
        self.view(&Business::One(Box::new(record))).await
    }

    /// All that was billed to one customer, and the prices it was billed at.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn history(
        &self,
        record: ConnectionRecord,
        customer: CustomerId,
    ) -> Result<(CustomerHistory, PriceBook), Problem> {
        let objects = self.runner.objects(&record.workspace, &record.id).await?;
        let source = source_of(&record)?;
        Ok(blocking(move || billing::read(source, &objects, &customer)).await??)
    }

    /// All that was billed to a customer in each of its accounts, the one by which it is known first. Empty where the
    /// customer is of none of these connections. `together`: the ledger of several; one alone needs none.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn accounts(
        &self,
        business: &Business,
        together: Option<&Ledger>,
        customer: &CustomerId,
    ) -> Result<Vec<CustomerAccount>, Problem> {
        let ids: Vec<(ConnectionId, CustomerId)> = match together {
            Some(ledger) => ledger.accounts_of(customer).iter().filter_map(split_customer_id).collect(),
            None => {
                business.connections().iter().map(|record| (record.id.clone(), customer.clone())).collect()
            }
        };
        let mut accounts = Vec::with_capacity(ids.len());
        for (connection, customer) in ids {
            let record = business.connections().iter().find(|record| record.id == connection);
            let Some(record) = record.cloned() else { continue };
            let (history, prices) = self.history(record.clone(), customer.clone()).await?;
            accounts.push(CustomerAccount { record, customer, history, prices });
        }
        Ok(accounts)
    }

    /// The address of a page, for mails. Never from what a request says of the host: a link in a mail must lead here.
    pub fn page(&self, path: &str) -> Url {
        let base = self.options.public_url.as_ref().or(self.options.local_url.as_ref());
        let mut url = base.cloned().unwrap_or_else(|| LOCAL.clone());
        let path = format!("{}{path}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// The address of a page that opens something with a code. The code is in the fragment, which browsers send to nobody.
    pub fn page_with_code(&self, path: &str, code: &Secret) -> Secret {
        let mut url = self.page(path);
        url.set_fragment(Some(code.expose()));
        Secret::new(url.to_string())
    }

    /// Whether cookies may only travel by https.
    pub fn is_https(&self) -> bool {
        self.options.is_tls || self.options.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}
