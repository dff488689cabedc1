//! `chartsy demo`: the pages with a sample merchant, in one command.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use api::access::{credential, password};
use api::connections::admission::{self, Destination, Wishes};
use api::{Entry, SignUp, TrustedProxies};
use connect::Network;
use mail::Operator;
use model::{Clock, Secret};
use store::{ConnectionRecord, NewUser};
use sync::RunnerConfig;

use super::serve::{Server, Site};
use crate::folder::Folder;
use crate::work::Polling;

const USERNAME: &str = "demo";

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Store the data here; by default in a folder that is deleted at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// small, mid or empty
    #[arg(long, default_value = "small")]
    merchant: String,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
}

pub async fn run(args: Demo) -> anyhow::Result<()> {
    let merchant = crate::samples::MERCHANTS.iter().find(|merchant| merchant.id == args.merchant);
    let merchant = merchant
        .with_context(|| format!("'{}' is not a sample merchant: use small, mid or empty", args.merchant))?;
    let place = TemporaryOr::new(args.data)?;
    let folder = Folder::open(place.path())?;
    let password = make_owner(&folder).await?;
    let is_ours = folder.catalog.user_by_login(USERNAME)?.is_some();
    let entry = Entry { code: credential::new_setup_code()?, login: USERNAME.to_owned() };
    let site = Site {
        listen: args.listen,
        tls: None,
        trusted_proxies: TrustedProxies::default(),
        public_url: None,
        rates_urls: vec![connect::rates::ECB.to_owned()],
        polling: Polling::default(),
        provider_share_percent: RunnerConfig::SHARE_PERCENT,
        mail: None,
        operator: Operator::default(),
        entry: is_ours.then(|| entry.clone()),
        sign_up: SignUp::default(),
        book_demo: None,
        rows_per_minute: None,
        refuses_guessable_passwords: false,
    };
    let server = Server::start(folder, site).await?;
    connect(&server, merchant.id, merchant.name).await?;
    // The code signs in; a folder that belongs to somebody else asks for its own password.
    let path = if is_ours { format!("/enter/{}", entry.code.expose()) } else { "/".to_owned() };
    let url = format!("{}{path}", server.url.trim_end_matches('/'));
    println!("the MRR Breakdown of {} is at {url}", merchant.name);
    if let Some(password) = password {
        println!("from another browser, sign in as {USERNAME} with the password {}", password.expose());
    }
    if !args.no_open {
        open_browser(&url);
    }
    server.until_stopped().await
}

/// An account to sign in with, if there is none yet. Its password is different on each machine.
async fn make_owner(folder: &Folder) -> anyhow::Result<Option<Secret>> {
    if folder.catalog.has_owner()? {
        return Ok(None);
    }
    let password = Secret::new(format!("Demo-{}", credential::new_setup_code()?.expose()));
    let hash = password::hash(password.clone()).await.map_err(|problem| anyhow::anyhow!(problem.title))?;
    let owner = NewUser {
        full_name: "Demo".to_owned(),
        email: "demo@example.com".to_owned(),
        username: USERNAME.to_owned(),
        password_hash: Some(Secret::new(hash)),
        is_email_confirmed: true,
    };
    folder.catalog.create_owner(&owner, Clock::System.now())?;
    Ok(Some(password))
}

/// The merchant's connection: the one of the last demo on this folder, or a new one.
async fn connect(server: &Server, id: &'static str, name: &str) -> anyhow::Result<ConnectionRecord> {
    let context = &server.context;
    let workspace = context.catalog.default_workspace()?.id;
    let existing = context.catalog.connections(&workspace)?.into_iter().find(|record| record.is_sample);
    if let Some(record) = existing {
        return Ok(record);
    }
    let started = (context.samples.start)(id).await?;
    let candidate = admission::examine(
        started.source,
        &started.key,
        Some(started.api_base),
        Network::Real,
        Clock::System,
    )
    .await?;
    let destination = Destination { data: &context.data, catalog: &context.catalog, workspace: &workspace };
    let record = candidate.save(
        &destination,
        Wishes { name: Some(name), is_sample: true, gdpr: false },
        &Clock::System,
    )?;
    context.runner.start_sync(&record.id);
    Ok(record)
}

fn open_browser(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = std::process::Command::new(opener)
        .arg(url)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::info!(%error, "the browser could not be opened");
    }
}

/// The user's folder, or a temporary one that is deleted when the demo ends.
struct TemporaryOr {
    path: PathBuf,
    is_temporary: bool,
}

impl TemporaryOr {
    fn new(chosen: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(path) = chosen {
            return Ok(Self { path, is_temporary: false });
        }
        let name = format!("chartsy-demo-{}", credential::new_setup_code()?.expose());
        Ok(Self { path: std::env::temp_dir().join(name), is_temporary: true })
    }

    fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Drop for TemporaryOr {
    fn drop(&mut self) {
        if self.is_temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(path = %self.path.display(), %error, "the demo's folder could not be deleted");
        }
    }
}
