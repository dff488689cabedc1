//! How fast an account is loaded, beside two limits in the same run: the provider's own rate limits, and the bare parse of the
//! same JSON; how much of the time passes after the last page, how many bytes are written for each that is kept, and how much
//! of its share of the provider's limit a load uses, as the provider counts requests.
//!
//! `cargo xtask bench backfill -- [customers, 3000]`

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "support/process.rs"]
mod process;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use process::{KEY, OWN, Served, WAITED_FOR, ask, chartsy, cpu_time};
use store::{DataDir, Objects};

const SCAN: usize = 10_000;
/// Of the 100 requests a second that the account has, the share that `connect` takes.
const SHARE_PER_SECOND: u32 = 80;
/// A load begins and ends with fewer lists than take up its share. This long in its middle, it has enough.
const STRETCH: Duration = Duration::from_secs(10);
/// What is to be used of the share then, in percent.
const SHARE_USED_MIN: u128 = 97;

fn main() -> Result<()> {
    let customers = std::env::args().nth(1).unwrap_or_else(|| "3000".to_owned());
    let folder = std::env::temp_dir().join(format!("chartsy-backfill-rate-{}", std::process::id()));
    let measured = measure(&customers, &folder);
    let removed = std::fs::remove_dir_all(&folder);
    measured.and_then(|()| removed.context("the folder is left behind"))
}

fn measure(customers: &str, folder: &Path) -> Result<()> {
    let free = load(customers, "none", &folder.join("free"))?;
    free.print("without limits");
    let parse = parse(&folder.join("free"))?;
    println!(
        "{:<16} {:>9} bytes of JSON parsed in {} ms of CPU; loading takes {} % of that",
        "the limit",
        parse.bytes,
        parse.cpu.as_millis(),
        free.cpu.as_millis() * 100 / parse.cpu.as_millis().max(1)
    );
    let limited = load(customers, "published", &folder.join("limited"))?;
    limited.print("the provider's limits");
    match limited.busiest {
        Some((requests, over)) => println!(
            "{:<16} {requests:>9} requests in the busiest {:.1} s: {} % of the share, at least {SHARE_USED_MIN} %",
            "the limit",
            over.as_secs_f64(),
            u128::from(requests) * 100_000 / (u128::from(SHARE_PER_SECOND) * over.as_millis().max(1)),
        ),
        None => println!("the load was too short to say how much of its share it uses"),
    }
    Ok(())
}

struct Load {
    objects: u64,
    wall: Duration,
    cpu: Duration,
    peak_kib: u64,
    /// From when the last page was read.
    after_pages: Duration,
    written: u64,
    kept: u64,
    /// The most requests in a stretch of time, and its length.
    busiest: Option<(u64, Duration)>,
}

impl Load {
    fn print(&self, name: &str) {
        let per = |duration: Duration| u128::from(self.objects) * 1000 / duration.as_millis().max(1);
        println!(
            "{name:<16} {:>9} objects in {:.1} s: {}/s; {:.1} s of CPU: {}/CPU s; peak memory {} MiB",
            self.objects,
            self.wall.as_secs_f64(),
            per(self.wall),
            self.cpu.as_secs_f64(),
            per(self.cpu),
            self.peak_kib / 1024
        );
        let tenths = self.written.saturating_mul(10) / self.kept.max(1);
        println!(
            "{:<16} {:>9.1} s after the last page: {} % of the time; {} MB written, {}.{} bytes for each of the {} MB kept",
            "",
            self.after_pages.as_secs_f64(),
            self.after_pages.as_millis() * 100 / self.wall.as_millis().max(1),
            self.written / 1_000_000,
            tenths / 10,
            tenths % 10,
            self.kept / 1_000_000
        );
    }
}

fn sandbox(customers: &str, limits: &str) -> Result<Served> {
    let mut command = chartsy()?;
    command.args(["sandbox", "--merchant", "generated", "--listen", "127.0.0.1:0", "--key", KEY]);
    Served::start(command.args(["--customers", customers, "--limits", limits]))
}

fn load(customers: &str, limits: &str, data: &Path) -> Result<Load> {
    let sandbox = sandbox(customers, limits)?;
    let mut command = chartsy()?;
    command
        .args(["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &sandbox.base, "--data"])
        .arg(data);
    command.env("RUST_LOG", "sync=info").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let began = (Instant::now(), cpu_time("self", WAITED_FOR), disk_bytes());
    let is_over = Arc::new(AtomicBool::new(false));
    let counting = count_requests(sandbox.addr().to_owned(), Arc::clone(&is_over));
    let mut child = command.spawn()?;
    child.stdin.take().context("it has an input")?.write_all(KEY.as_bytes())?;
    let log = BufReader::new(child.stderr.take().context("it has a log")?);
    let last_page = std::thread::spawn(move || last_page_at(log));
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_of(child.id()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    is_over.store(true, Ordering::Relaxed);
    ensure!(status.success(), "the load ended with {status}");
    let (wall, ended_at) = (began.0.elapsed(), Instant::now());
    let last_page_at = last_page.join().ok().flatten().context("the log says when every list is read")?;
    Ok(Load {
        wall,
        cpu: cpu_time("self", WAITED_FOR).saturating_sub(began.1),
        peak_kib,
        after_pages: ended_at - last_page_at,
        written: disk_bytes().saturating_sub(began.2),
        kept: size(data)?,
        objects: count(data)?,
        busiest: counting.join().ok().and_then(|counted| busiest(&counted)),
    })
}

/// How many requests a sandbox has answered by when, until the load is over.
fn count_requests(sandbox: String, is_over: Arc<AtomicBool>) -> JoinHandle<Vec<(Instant, u64)>> {
    std::thread::spawn(move || {
        let mut counted = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let answer = ask(&sandbox, "GET", "/sandbox/requests", "none", "").ok();
            let answer = answer.and_then(|body| serde_json::from_str::<serde_json::Value>(&body).ok());
            counted.extend(answer.and_then(|body| Some((Instant::now(), body["requests"].as_u64()?))));
            std::thread::sleep(Duration::from_millis(100));
        }
        counted
    })
}

fn busiest(counted: &[(Instant, u64)]) -> Option<(u64, Duration)> {
    let stretches = counted.iter().filter_map(|(from, before)| {
        let (to, after) = counted.iter().find(|(to, _)| *to - *from >= STRETCH)?;
        Some((after - before, *to - *from))
    });
    stretches.max_by_key(|(requests, over)| u128::from(*requests) * 1_000_000 / over.as_millis().max(1))
}

/// Reads the log to its end, so that its pipe is never full.
fn last_page_at(log: impl BufRead) -> Option<Instant> {
    let mut found = None;
    for line in log.lines().map_while(Result::ok) {
        if line.contains("every list is read") {
            found = Some(Instant::now());
        }
    }
    found
}

fn objects(data: &Path) -> Result<Objects> {
    let data = DataDir::open_existing(data)?;
    let connections = data.catalog()?.all_connections()?;
    let connection = connections.first().context("there is a connection")?;
    Ok(data.connection_files(&connection.id).objects_to_read()?)
}

fn count(data: &Path) -> Result<u64> {
    let windows = objects(data)?.windows()?;
    Ok(windows.iter().map(|window| window.objects).sum())
}

struct Parse {
    bytes: u64,
    cpu: Duration,
}

/// Parses every stored object once more, and does nothing with it.
fn parse(data: &Path) -> Result<Parse> {
    let objects = objects(data)?;
    let (mut bytes, mut cpu) = (0, Duration::ZERO);
    for facts in objects.kinds()? {
        let mut after: Option<String> = None;
        loop {
            let stored = objects.scan(facts.kind, after.as_deref(), SCAN)?;
            let Some(last) = stored.last() else { break };
            after = Some(last.object.id.clone());
            let began = cpu_time("self", OWN);
            for one in &stored {
                let value: serde_json::Value = serde_json::from_str(&one.object.body)?;
                bytes += one.object.body.len() as u64;
                std::hint::black_box(value);
            }
            cpu += cpu_time("self", OWN).saturating_sub(began);
        }
    }
    Ok(Parse { bytes, cpu })
}

/// What this process and the children that it waited for have had written to disks (Linux).
fn disk_bytes() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let written = io.lines().find_map(|line| line.strip_prefix("write_bytes:"));
    written.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0)
}

/// Of all files in a folder.
fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

fn peak_of(process: u32) -> u64 {
    let path = PathBuf::from(format!("/proc/{process}/status"));
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
