//! What a server with many workspaces of one small connection each costs while nobody uses it: time on the processor over a
//! minute, and memory. Then the same while it polls the providers, which is not idle and is said apart.
//!
//! `cargo xtask bench workspaces -- [workspaces, 1000] [seconds, 60]`

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "support/process.rs"]
mod process;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use model::{Clock, ConnectionId, Secret};
use process::{KEY, OWN, Served, argument, chartsy, cpu_time, printed};
use sandbox::{MerchantName, Options, Running};
use store::{Catalog, ConnectionRecord, DataDir, LastError, NewConnection, key_context};

const CUSTOMERS: u64 = 20;
/// Of one core.
const MOST_CPU_PERCENT: f64 = 1.0;
const MOST_MEMORY_MB: u64 = 500;
/// Nobody polls before this is over.
const NEVER_SECONDS: u64 = 86_400;
/// How often a server polls by default.
const USUAL_SECONDS: u64 = 60;
/// Marks a connection that the server has not polled yet: success takes it away.
const NOT_POLLED: &str = "not_polled";
const LONGEST_START: Duration = Duration::from_secs(600);
/// What a server uses at most that has nothing left to do, and over which time.
const SETTLED_CPU_PERCENT: f64 = 2.0;
const SETTLED_OVER: Duration = Duration::from_secs(5);
const LONGEST_SETTLING: Duration = Duration::from_secs(60);
/// Between two looks at whether all have been brought up to date.
const LOOK_EVERY: Duration = Duration::from_millis(500);

fn main() -> Result<()> {
    let (workspaces, seconds) = (argument(1, 1000)?, argument(2, 60)?);
    let folder = std::env::temp_dir().join(format!("chartsy-workspaces-{}", std::process::id()));
    let runtime = tokio::runtime::Runtime::new()?;
    let measured = measure(workspaces, Duration::from_secs(seconds), &folder, &runtime);
    let removed = fs::remove_dir_all(&folder);
    measured.and_then(|()| removed.context("the folder is left behind"))
}

fn measure(workspaces: u64, over: Duration, folder: &Path, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let options = Options {
        merchant: MerchantName::Small,
        customers: Some(CUSTOMERS),
        key: KEY.to_owned(),
        ..Options::default()
    };
    let merchant = runtime.block_on(sandbox::start(options))?;
    let path = folder.join("data");
    prepare(&path, &merchant, workspaces)?;

    let idle = serve(&path, NEVER_SECONDS, over)?;
    idle.print(&format!("{workspaces} workspaces, idle"));
    let polling = serve(&path, USUAL_SECONDS, over)?;
    polling.print(&format!("polled every {USUAL_SECONDS} s"));
    println!("the limits of an idle server: {MOST_CPU_PERCENT} % of a core, {MOST_MEMORY_MB} MB");
    ensure!(idle.cpu_percent < MOST_CPU_PERCENT, "an idle server uses too much of the processor");
    ensure!(idle.memory_mb <= MOST_MEMORY_MB, "an idle server uses too much memory");
    Ok(())
}

/// One connection is imported, the others are copies of it with a workspace and a sealed key of their own.
fn prepare(path: &Path, merchant: &Running, workspaces: u64) -> Result<()> {
    let began = Instant::now();
    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", merchant.api_base.as_str()];
    printed(path, &connect, KEY)?;
    let data = DataDir::open_existing(path)?;
    let catalog = data.catalog()?;
    let first = catalog.all_connections()?.pop().context("it was just connected")?;
    for number in 1..workspaces {
        let workspace = catalog.create_workspace(&format!("Workspace {number}"), Clock::System.now())?.id;
        let new = NewConnection { workspace: workspace.clone(), ..like(&first) };
        let id = catalog.create_connection(&new, Clock::System.now())?.id;
        data.seal(&catalog, &key_context(&id), &Secret::new(KEY), |sealed| {
            catalog.set_sealed_key(&workspace, &id, sealed, "…")
        })?;
        catalog.update_connection(&workspace, &id, |own| {
            (own.state, own.loaded_at, own.data_through) = (first.state, first.loaded_at, first.data_through);
        })?;
        copy(path, &first.id, &id)?;
    }
    println!("prepared in {} s", began.elapsed().as_secs());
    Ok(())
}

fn like(first: &ConnectionRecord) -> NewConnection {
    NewConnection {
        workspace: first.workspace.clone(),
        source: first.source.clone(),
        name: first.name.clone(),
        account_id: first.account_id.clone(),
        account_name: first.account_name.clone(),
        api_base: first.api_base.clone(),
        is_test_mode: first.is_test_mode,
        is_sample: first.is_sample,
        settings: first.settings.clone(),
        default_currency: first.default_currency,
        absent: first.absent.clone(),
    }
}

fn copy(path: &Path, from: &ConnectionId, to: &ConnectionId) -> Result<()> {
    let folder = |id: &ConnectionId| path.join("connections").join(id.as_str());
    let (from, to) = (folder(from), folder(to));
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// A server's costs over a while in which nobody used it.
struct Costs {
    started_in: Duration,
    cpu_percent: f64,
    memory_mb: u64,
    threads: u64,
    files: usize,
}

impl Costs {
    fn print(&self, name: &str) {
        let Self { started_in, cpu_percent, memory_mb, threads, files } = self;
        println!(
            "{name:<28} {cpu_percent:>6.2} % of a core, {memory_mb:>4} MB, {threads:>4} threads, {files:>5} open files; \
             all were up to date {} s after the start",
            started_in.as_secs()
        );
    }
}

fn serve(path: &Path, poll_seconds: u64, over: Duration) -> Result<Costs> {
    let mut serve = chartsy()?;
    let poll_seconds = poll_seconds.to_string();
    serve.args(["serve", "--rates-url", "none", "--listen", "127.0.0.1:0", "--poll-seconds", &poll_seconds]);
    serve.args(["--poll-seconds-with-webhooks", &poll_seconds]).arg("--data").arg(path);
    let catalog = DataDir::open_existing(path)?.catalog()?;
    for ConnectionRecord { workspace, id, .. } in catalog.all_connections()? {
        catalog.update_connection(&workspace, &id, |own| own.last_error = Some(not_polled()))?;
    }
    let began = Instant::now();
    let server = Served::start(serve.env("RUST_LOG", "error"))?;
    until_polled(&catalog, began)?;
    let started_in = began.elapsed();
    let process = server.id().to_string();
    until_settled(&process);
    let before = cpu_time(&process, OWN);
    thread::sleep(over);
    let cpu = cpu_time(&process, OWN).saturating_sub(before);
    Ok(Costs {
        started_in,
        cpu_percent: percent(cpu, over),
        memory_mb: status(&process, "VmRSS:")? / 1024,
        threads: status(&process, "Threads:")?,
        files: fs::read_dir(format!("/proc/{process}/fd"))?.count(),
    })
}

/// Until what the start has left to do is over: ledgers are kept, and providers' webhooks registered.
fn until_settled(process: &str) {
    let began = Instant::now();
    loop {
        let before = cpu_time(process, OWN);
        thread::sleep(SETTLED_OVER);
        let used = percent(cpu_time(process, OWN).saturating_sub(before), SETTLED_OVER);
        // A server that polls all the time has no rest.
        if used < SETTLED_CPU_PERCENT || began.elapsed() > LONGEST_SETTLING {
            return;
        }
    }
}

fn not_polled() -> LastError {
    let (message, action) = (String::new(), String::new());
    LastError { code: NOT_POLLED.to_owned(), message, action, at: Clock::System.now() }
}

/// Until every connection was polled once.
fn until_polled(catalog: &Catalog, began: Instant) -> Result<()> {
    loop {
        let records = catalog.all_connections()?;
        let errors = records.iter().filter_map(|record| record.last_error.as_ref());
        let (late, failed): (Vec<_>, Vec<_>) = errors.partition(|error| error.code == NOT_POLLED);
        if let Some(error) = failed.first() {
            anyhow::bail!("a connection failed: {error:?}");
        }
        if late.is_empty() {
            return Ok(());
        }
        ensure!(began.elapsed() < LONGEST_START, "{} connections were not polled in time", late.len());
        thread::sleep(LOOK_EVERY);
    }
}

#[expect(clippy::float_arithmetic, reason = "a share of time, to be printed")]
fn percent(part: Duration, of: Duration) -> f64 {
    100.0 * part.as_secs_f64() / of.as_secs_f64()
}

/// A number from what Linux says about a process.
fn status(process: &str, name: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let number = line.split_whitespace().next().context("a number")?;
    number.parse().with_context(|| format!("'{number}' is no number"))
}
