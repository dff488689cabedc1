//! `chartsy sandbox`: a provider to connect to.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use sandbox::{AccountFile, Faults, Limits, MerchantName, Options, Provider};

use crate::stop::StopSignal;

#[derive(Debug, clap::Args)]
pub struct Sandbox {
    /// The provider whose API it speaks
    #[arg(long, default_value_t = Provider::default())]
    provider: Provider,
    /// small, mid, empty or generated
    #[arg(long, default_value = "small")]
    merchant: MerchantName,
    /// Serve this account file instead of a merchant
    #[arg(long, value_name = "FILE", value_parser = account_file, conflicts_with_all = ["merchant", "customers"])]
    objects: Option<Arc<AccountFile>>,
    /// Write what was served to this account file when the sandbox stops
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Seed of the merchant's history
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of customers, if it is not the merchant's usual one
    #[arg(long)]
    customers: Option<u64>,
    /// The address to listen on; port 0 takes any free port
    #[arg(long, default_value = "127.0.0.1:12111")]
    listen: SocketAddr,
    /// The only key that is accepted, if it is not the provider's usual one here
    #[arg(long)]
    key: Option<String>,
    /// What a restricted key may read: customers,invoices,… or all except some, such as all,-charges
    #[arg(long, value_name = "LIST")]
    permissions: Option<String>,
    /// Faults to inject: any of 500=SHARE,reset=SHARE,truncate=SHARE,slow=SHARE,429=SHARE,storm,seed=N, or none
    #[arg(long, value_name = "LIST")]
    faults: Option<Faults>,
    /// The provider's published limits, or none: published or none
    #[arg(long, default_value = "none")]
    limits: Limits,
    /// Let the merchant's clock run: at normal speed, or this many times faster
    #[arg(long, value_name = "TIMES", num_args = 0..=1, default_missing_value = "1")]
    alive: Option<u32>,
    /// Always answer in the shapes of this version of the provider's API, such as 2024-06-20
    #[arg(long, value_name = "VERSION")]
    api_version: Option<String>,
    /// Send alerts to this address, where the provider has no request that registers one
    #[arg(long, value_name = "URL")]
    alerts_url: Option<url::Url>,
    /// The merchant's current time, such as 2026-01-31T00:00:00Z
    #[arg(long, value_name = "INSTANT")]
    now: Option<jiff::Timestamp>,
}

pub async fn run(args: Sandbox) -> anyhow::Result<()> {
    for name in args.objects.iter().flat_map(|file| file.settings().unknown()) {
        eprintln!("warning: unknown setting in the account file: {name}");
    }
    let defaults = Options::of(args.provider);
    let mut options = Options {
        merchant: args.merchant,
        objects: args.objects,
        record: args.record.clone(),
        seed: args.seed,
        customers: args.customers,
        listen: args.listen,
        key: args.key.unwrap_or(defaults.key),
        faults: args.faults.unwrap_or(defaults.faults),
        limits: args.limits,
        alive: args.alive,
        now: args.now.map(|now| model::UnixSeconds(now.as_second())),
        api_version: args.api_version,
        alerts_url: args.alerts_url,
        ..Options::of(args.provider)
    };
    if let Some(text) = &args.permissions {
        options.permit(text)?;
    }
    let mut stop_signal = StopSignal::listen()?;
    let running = sandbox::start(options).await.context("the sandbox could not be started")?;
    let mut out = std::io::stdout();
    writeln!(out, "sandbox: {} key: {}", running.api_base, running.key)?;
    if let Some(public_key) = running.public_key() {
        write!(out, "{public_key}")?;
    }
    out.flush()?;
    stop_signal.received().await?;
    let recorded = running.write_recording();
    running.stop().await;
    match args.record {
        Some(path) => recorded.with_context(|| format!("cannot write {}", path.display())),
        None => Ok(()),
    }
}

/// Reads an account file as it is named, so that a bad one is refused as any other bad argument.
fn account_file(path: &str) -> Result<Arc<AccountFile>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    AccountFile::parse(&text).map(Arc::new).map_err(|error| error.to_string())
}
