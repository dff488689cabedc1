//! `chartsy serve`: the pages, the API and the work on every connection, until it is stopped.

mod approach;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::access::credential;
use api::tls::{Certificates, TlsListener};
use api::{BookDemo, Entry, Peer, ProxyBlock, SignUp, TrustedProxies};
use mail::{Mailer, Operator};
use model::{Clock, Secret};
use store::WorkspaceLimits;
use sync::runner::Callbacks;
use tokio::net::TcpListener;
use url::Url;

use self::approach::{Approach, reachable};
use crate::arguments::{DataArgs, FeedbackArgs, MailArgs, ProviderShareArgs};
use crate::failure::Advice;
use crate::folder::Folder;
use crate::outgoing::{self, Outgoing};
use crate::samples::Sandboxes;
use crate::stop::StopSignal;
use crate::work::{self, Polling};

/// More often would use up limits that the account's other tools need; less often, events would be lost.
const POLL_SECONDS: std::ops::RangeInclusive<u64> = 5..=86_400;
/// In the catalog's facts: whether the server that used the folder last refuses guessable passwords.
pub const REFUSES_GUESSABLE: &str = "refuses_guessable_passwords";
const WORKSPACES_WITH_OPEN_SIGN_UP: u32 = 10;
/// In place of an address.
const NO_RATES: &str = "none";
/// Reading two small files costs nothing, and a certificate is renewed once in months.
const LOOK_AT_CERTIFICATE_EVERY: Duration = Duration::from_secs(2);
/// How long work in progress may take once the server is stopping.
const GRACE: Duration = Duration::from_secs(8);

#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    data: DataArgs,
    /// Where to listen. Creating the owner account requires the setup code that is printed
    #[arg(long, value_name = "ADDR", env = "CHARTSY_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address that people open, if it differs from the one to listen on; with it, providers deliver changes as
    /// they happen
    #[arg(long, value_name = "URL", env = "CHARTSY_PUBLIC_URL", value_parser = web_address)]
    public_url: Option<Url>,
    /// File with the TLS certificate and its chain, in PEM format; a renewed one is used without a restart
    #[arg(long, value_name = "FILE", env = "CHARTSY_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// File with the private key of the certificate, in PEM format
    #[arg(long, value_name = "FILE", env = "CHARTSY_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Address or block (10.0.0.0/8) of a proxy that is trusted to say where requests come from (X-Forwarded-For,
    /// X-Forwarded-Proto, Forwarded); can be repeated
    #[arg(
        long = "trusted-proxy",
        value_name = "ADDRESS",
        env = "CHARTSY_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    trusted_proxies: Vec<ProxyBlock>,
    /// URL of new reference rates, in one of the European Central Bank's formats; {from} is replaced by the first day
    /// that is needed. 'none' turns downloads off
    #[arg(long, value_name = "URL", env = "CHARTSY_RATES_URL", default_value = connect::rates::ECB,
        value_parser = rates_address)]
    rates_url: String,
    /// A second URL, requested if the first one fails or has no new rates
    #[arg(long, value_name = "URL", env = "CHARTSY_RATES_FALLBACK_URL", default_value = NO_RATES,
        value_parser = rates_address)]
    rates_fallback_url: String,
    /// How often to poll for a connection's changes
    #[arg(long, value_name = "SECONDS", env = "CHARTSY_POLL_SECONDS", default_value_t = Polling::default().seconds,
        value_parser = clap::value_parser!(u64).range(POLL_SECONDS))]
    poll_seconds: u64,
    /// The same when its webhook delivers, for anything that was missed
    #[arg(long, value_name = "SECONDS", env = "CHARTSY_POLL_SECONDS_WITH_WEBHOOKS", default_value_t = Polling::default().seconds_with_webhooks,
        value_parser = clap::value_parser!(u64).range(POLL_SECONDS))]
    poll_seconds_with_webhooks: u64,
    #[command(flatten)]
    share: ProviderShareArgs,
    /// Who can create an account
    #[arg(long, value_name = "WHO", env = "CHARTSY_SIGN_UP", value_enum, default_value_t = SignUpBy::Invited)]
    sign_up: SignUpBy,
    /// Days after which entries of the audit log are deleted; by default, they are kept
    #[arg(long, value_name = "DAYS", env = "CHARTSY_AUDIT_RETENTION_DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36_500))]
    audit_retention_days: Option<u32>,
    /// How many connections a workspace can have; no limit by default
    #[arg(long, value_name = "COUNT", env = "CHARTSY_MAX_CONNECTIONS", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: Option<u32>,
    /// How many members a workspace can have; no limit by default
    #[arg(long, value_name = "COUNT", env = "CHARTSY_MAX_MEMBERS", value_parser = clap::value_parser!(u32).range(1..))]
    max_members: Option<u32>,
    /// How many workspaces a person can own, or 'none' for no limit; by default 10 with '--sign-up open', and no limit otherwise
    #[arg(long, value_name = "COUNT", env = "CHARTSY_MAX_WORKSPACES", value_parser = workspace_limit)]
    max_workspaces: Option<WorkspaceLimit>,
    /// How many rows of lists a workspace can get from the API in a minute; no limit by default
    #[arg(long, value_name = "COUNT", env = "CHARTSY_MAX_ROWS_PER_MINUTE", value_parser = clap::value_parser!(u32).range(1..))]
    max_rows_per_minute: Option<u32>,
    /// Refuse new passwords that are easy to guess for somebody who knows the user's name, email address and workspaces;
    /// common ones are always refused
    #[arg(long, env = "CHARTSY_REFUSE_GUESSABLE_PASSWORDS")]
    refuse_guessable_passwords: bool,
    #[command(flatten)]
    mail: MailArgs,
    #[command(flatten)]
    feedback: FeedbackArgs,
}

impl Serve {
    /// Strangers can enter any address: none of them leads into the network of the server, unless the operator wants that.
    pub fn outgoing_by_default(&self) -> Outgoing {
        if self.sign_up == SignUpBy::Open { Outgoing::Public } else { Outgoing::Any }
    }
}

pub async fn run(args: Serve) -> anyhow::Result<()> {
    let mail = args.mail.settings()?;
    let operator = args.feedback.operator(mail.is_some())?;
    let book_demo = args.feedback.book_demo(&operator)?;
    let folder = Folder::open(&args.data.data)?;
    folder.check_master_key()?;
    folder.catalog.limit_workspaces(WorkspaceLimits {
        connections: args.max_connections,
        members: args.max_members,
        workspaces: workspaces_of_person(args.max_workspaces, args.sign_up),
    });
    // For other commands, which work for the same users.
    folder.catalog.set_meta(REFUSES_GUESSABLE, yes_or_no(args.refuse_guessable_passwords))?;
    folder.catalog.set_meta(outgoing::OF_SERVER, outgoing::name())?;
    let approach = Approach {
        listen: args.listen,
        public_url: args.public_url.as_ref(),
        is_tls: args.tls_cert.is_some(),
        has_proxy: !args.trusted_proxies.is_empty(),
        has_mail: mail.is_some(),
    };
    for warning in approach.warnings() {
        tracing::warn!("{warning}");
    }
    let tls = args.tls_cert.zip(args.tls_key);
    let tls = tls.map(|(certificate, key)| Certificates::load(&certificate, &key)).transpose()?;
    let site = Site {
        listen: args.listen,
        tls: tls.map(Arc::new),
        trusted_proxies: args.trusted_proxies.into_iter().collect(),
        public_url: args.public_url,
        rates_urls: rates_addresses(args.rates_url, args.rates_fallback_url),
        polling: Polling {
            seconds: args.poll_seconds,
            seconds_with_webhooks: args.poll_seconds_with_webhooks,
        },
        provider_share_percent: args.share.provider_share_percent,
        mail,
        operator,
        entry: None,
        sign_up: args.sign_up.into(),
        book_demo,
        rows_per_minute: args.max_rows_per_minute,
        refuses_guessable_passwords: args.refuse_guessable_passwords,
    };
    let server = Server::start(folder, site).await?;
    if let Some(days) = args.audit_retention_days {
        tokio::spawn(api::audit::retention::keep_up(Arc::clone(&server.context), days));
    }
    println!("Chartsy is running at {}", server.url);
    if let Some(code) = &server.setup_code {
        println!("setup code: {} (needed to create the owner account)", code.expose());
    }
    server.until_stopped().await
}

/// `--max-workspaces`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WorkspaceLimit(Option<u32>);

fn workspace_limit(text: &str) -> Result<WorkspaceLimit, String> {
    if text == "none" {
        return Ok(WorkspaceLimit(None));
    }
    let count = text.parse().ok().filter(|count| *count > 0);
    count
        .map(|count| WorkspaceLimit(Some(count)))
        .ok_or_else(|| "use a number of at least 1, or 'none'".to_owned())
}

/// Where anybody can sign up, nobody fills the server with workspaces.
fn workspaces_of_person(set: Option<WorkspaceLimit>, sign_up: SignUpBy) -> Option<u32> {
    match set {
        Some(WorkspaceLimit(most)) => most,
        None => (sign_up == SignUpBy::Open).then_some(WORKSPACES_WITH_OPEN_SIGN_UP),
    }
}

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

fn web_address(text: &str) -> Result<Url, String> {
    let url: Url = text.parse().map_err(|error| format!("{error}; use https://host"))?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if is_web { Ok(url) } else { Err("it must start with https:// or http://".to_owned()) }
}

/// Without a first address nothing is requested, not even from the second one.
fn rates_addresses(first: String, second: String) -> Vec<String> {
    if first == NO_RATES {
        return Vec::new();
    }
    [first, second].into_iter().filter(|address| address != NO_RATES).collect()
}

fn rates_address(text: &str) -> Result<String, String> {
    if text != NO_RATES {
        web_address(&text.replace("{from}", "2000-01-01"))?;
    }
    Ok(text.to_owned())
}

/// `--sign-up`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SignUpBy {
    /// Anyone; each person gets a workspace of their own
    Open,
    /// Anyone who was invited to a workspace
    Invited,
    /// Nobody; invitations can be accepted only with existing accounts
    Closed,
}

impl From<SignUpBy> for SignUp {
    fn from(by: SignUpBy) -> Self {
        match by {
            SignUpBy::Open => Self::Open,
            SignUpBy::Invited => Self::Invited,
            SignUpBy::Closed => Self::Closed,
        }
    }
}

/// What a server is started with.
pub struct Site {
    pub listen: SocketAddr,
    /// Without one, connections are not encrypted.
    pub tls: Option<Arc<Certificates>>,
    pub trusted_proxies: TrustedProxies,
    pub public_url: Option<Url>,
    /// URLs of new reference rates, the first before the second. Empty: only those inside the binary.
    pub rates_urls: Vec<String>,
    pub polling: Polling,
    pub provider_share_percent: u8,
    /// The mail server. Without one, links are printed.
    pub mail: Option<mail::MailSettings>,
    pub operator: Operator,
    pub entry: Option<Entry>,
    pub sign_up: SignUp,
    pub book_demo: Option<BookDemo>,
    /// Of each workspace; no limit by default.
    pub rows_per_minute: Option<u32>,
    pub refuses_guessable_passwords: bool,
}

/// A server that is answering.
pub struct Server {
    /// What a person on this machine opens.
    pub url: String,
    /// What making the owner's account needs, until there is one.
    pub setup_code: Option<Secret>,
    pub context: api::Shared,
    pub sandboxes: Sandboxes,
    stop_signal: StopSignal,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    mailing: tokio::task::JoinHandle<()>,
    // Last, so that the folder is released only after everything else has ended.
    _lock: store::ServerLock,
}

impl Server {
    /// Takes the folder, starts the work on its connections, and listens.
    pub async fn start(folder: Folder, site: Site) -> anyhow::Result<Self> {
        let Site {
            listen,
            tls,
            trusted_proxies,
            public_url,
            rates_urls,
            polling,
            provider_share_percent,
            mail,
            operator,
            entry,
            sign_up,
            book_demo,
            rows_per_minute,
            refuses_guessable_passwords,
        } = site;
        let stop_signal = StopSignal::listen()?;
        let lock = folder.data.lock_server()?;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            let help = "choose another address with --listen, or port 0 for any free port";
            anyhow::Error::from(Advice::new(format!("can't listen on {listen}: {error}"), help))
        })?;
        let addr = listener.local_addr()?;
        let sandboxes = Sandboxes::default();
        sandboxes.resume(&folder.connections()?).await;
        let setup_code = setup_code(&folder)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let local = Url::parse(&format!("{scheme}://{}", reachable(addr)))?;
        // With TLS, the certificate is for another name than that of this machine.
        let callbacks =
            Callbacks { public: public_url.clone(), local: Some(local.clone()).filter(|_| tls.is_none()) };
        let runner = work::for_server(&folder, callbacks, polling, provider_share_percent)?;
        runner.start();
        let mailer = Mailer::new(mail, operator, folder.data.clone(), folder.catalog.clone(), Clock::System);
        let options = api::Options {
            public_url: public_url.clone(),
            is_loopback: addr.ip().is_loopback(),
            setup_code: setup_code.clone(),
            is_tls: tls.is_some(),
            network: outgoing::network(),
            trusted_proxies,
            mailer: Some(mailer.clone()),
            local_url: Some(local),
            entry,
            sign_up,
            book_demo,
            rows_per_minute,
            refuses_guessable_passwords,
        };
        let samples = sandboxes.offered();
        let context = api::Context::new(folder.data, folder.catalog, runner, Clock::System, options, samples);
        let context = Arc::new(context);
        if !rates_urls.is_empty() {
            let stop = context.stopping.clone();
            tokio::spawn(Arc::clone(&context.rates).keep_up(rates_urls, Clock::System, stop));
        }
        let mailing = tokio::spawn(mailer.run(context.stopping.clone()));
        let router = api::router(Arc::clone(&context));
        let stop = context.stopping.clone();
        // Made once: a plain router assembles its routes and layers for each connection, which takes a millisecond
        // each time.
        let service = router.into_make_service_with_connect_info::<Peer>();
        let serving = match tls {
            None => tokio::spawn(async move {
                axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
            }),
            Some(certificates) => {
                tokio::spawn(Arc::clone(&certificates).keep_current(LOOK_AT_CERTIFICATE_EVERY, stop.clone()));
                let listener = TlsListener::new(listener, certificates)?;
                tokio::spawn(async move {
                    axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await
                })
            }
        };
        let url = public_url.map_or_else(|| format!("{scheme}://{}", reachable(addr)), |url| url.to_string());
        Ok(Self { url, setup_code, context, sandboxes, stop_signal, serving, mailing, _lock: lock })
    }

    /// Runs until a signal, or until serving fails.
    pub async fn until_stopped(mut self) -> anyhow::Result<()> {
        tokio::select! {
            stopped = self.stop_signal.received() => stopped?,
            ended = &mut self.serving => ended??,
        }
        self.stop().await
    }

    /// Ends requests, then the work on connections, within [`GRACE`].
    pub async fn stop(self) -> anyhow::Result<()> {
        self.context.stopping.cancel();
        let ending = async {
            if !self.serving.is_finished()
                && let Err(error) = self.serving.await
            {
                tracing::warn!(%error, "the server did not stop cleanly");
            }
            self.context.runner.stop().await;
            if let Err(error) = self.mailing.await {
                tracing::warn!(%error, "the task that sends email did not stop cleanly");
            }
            self.sandboxes.stop().await;
        };
        if tokio::time::timeout(GRACE, ending).await.is_err() {
            tracing::warn!(
                "stopped before all work had ended; nothing is lost, the next start continues from the last commit"
            );
        }
        Ok(())
    }
}

/// A code, as long as nobody owns the server. Also on a loopback address: a proxy on this machine may bring anybody there,
/// and what it sends can't be distinguished from a visitor on this machine.
fn setup_code(folder: &Folder) -> anyhow::Result<Option<Secret>> {
    Ok(if folder.catalog.has_owner()? { None } else { Some(credential::new_setup_code()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_owns_ten_workspaces_where_anybody_can_sign_up_unless_the_operator_says_otherwise() {
        assert_eq!(workspaces_of_person(None, SignUpBy::Open), Some(10));
        assert_eq!(workspaces_of_person(None, SignUpBy::Invited), None);
        assert_eq!(workspaces_of_person(Some(WorkspaceLimit(Some(3))), SignUpBy::Invited), Some(3));
        assert_eq!(workspaces_of_person(workspace_limit("none").ok(), SignUpBy::Open), None);
        assert!(workspace_limit("0").is_err());
    }
}
