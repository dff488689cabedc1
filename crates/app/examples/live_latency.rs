//! How long after something happened with the provider the page shows it: from the event's delivery over the webhook, the
//! fetch of what it is about and the ledger to the answer that a page draws, at several rates.
//!
//! The page is a real one in a browser, in the frame that draws a movement; or, for less noise, it is played as it is written:
//! it hears of a new ledger from the stream and asks again, at most twice a second. Only what moves MRR can be seen on it, so
//! only that is counted.
//!
//! `cargo xtask bench live -- [seconds, 60] [customers, 2000] [browser]`

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "support/process.rs"]
mod process;

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use model::{Clock, UnixSeconds};
use process::{KEY, OWN, Served, argument, ask, chartsy, cpu_time, printed, token};
use sandbox::{MerchantName, Options};

const RATES: [u64; 3] = [5, 50, 200];
/// As in the pages' own code.
const REFRESH: Duration = Duration::from_millis(500);
/// The merchant lives by so much at a time.
const STEP_SECONDS: i64 = 30;
const LATEST: Duration = Duration::from_secs(10);
/// A customer's day, as a movement is told by.
type Movement = (String, String);

fn main() -> Result<()> {
    let (seconds, customers) = (argument(1, 60)?, argument(2, 2000)?);
    let folder = std::env::temp_dir().join(format!("chartsy-live-{}", std::process::id()));
    let runtime = tokio::runtime::Runtime::new()?;
    let measured = runtime.block_on(measure(seconds, customers, &folder));
    let removed = std::fs::remove_dir_all(&folder);
    measured.and_then(|()| removed.context("the folder is left behind"))
}

async fn measure(seconds: u64, customers: u64, folder: &Path) -> Result<()> {
    let options = Options {
        merchant: MerchantName::Mid,
        customers: Some(customers),
        key: KEY.to_owned(),
        now: Some(UnixSeconds(Clock::System.now().0 - 300 * 86_400)),
        ..Options::default()
    };
    let merchant = sandbox::start(options).await?;
    let data = folder.join("data");
    let mut serve = chartsy()?;
    serve.args(["serve", "--rates-url", "none", "--listen", "127.0.0.1:0"]).arg("--data").arg(&data);
    let mut server = Served::start(serve.env("RUST_LOG", "warn"))?;
    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", merchant.api_base.as_str()];
    let id = printed(&data, &connect, KEY)?.trim().to_owned();
    let token = token(&data)?;
    until_registered(server.addr(), &id, &token).await?;
    let page = match std::env::args().nth(3).as_deref() {
        Some("browser") => {
            let setup_code = server.setup_code()?;
            Page::in_a_browser(&server.base, &id, &setup_code)?
        }
        Some(other) => bail!("'{other}' is no page: write 'browser' or nothing"),
        None => Page::played(server.addr(), &id, &token)?,
    };
    println!("{customers} customers; from an event to {}", page.name);
    for rate in RATES {
        let cpu_before = cpu_time(&server.id().to_string(), OWN);
        // Few events move MRR.
        let wall = Duration::from_secs(if rate < 10 { 4 * seconds } else { seconds });
        let lived = live(&merchant, rate, wall).await;
        tokio::time::sleep(LATEST).await;
        let cpu = cpu_time(&server.id().to_string(), OWN).saturating_sub(cpu_before);
        let (mut latencies, missing) = lived.latencies(&merchant, &page.seen());
        latencies.sort();
        let at = |percent: usize| {
            let place = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
            latencies.get(place).map_or(0, Duration::as_millis)
        };
        let took_ms = u64::try_from(lived.took.as_millis())?.max(1);
        println!(
            "{rate:>4} events/s wanted, {:>4} sent: p50 {:>5} ms, p99 {:>5} ms, {} movements seen, {missing} not; {} % of a core",
            lived.events * 1000 / took_ms,
            at(50),
            at(99),
            latencies.len(),
            cpu.as_millis() * 100 / u128::from(took_ms),
        );
    }
    page.close();
    Ok(())
}

async fn until_registered(addr: &str, id: &str, token: &str) -> Result<()> {
    let path = format!("/api/v1/connections/{id}/webhook");
    for _ in 0..300 {
        if ask(addr, "GET", &path, token, "")?.contains("\"registered\"") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the webhook is not registered")
}

/// What happened, and when its events were sent: up to each instant of the merchant's, at one of ours.
struct Lived {
    events: u64,
    took: Duration,
    began_at: UnixSeconds,
    sent: Vec<(UnixSeconds, Instant)>,
}

async fn live(merchant: &sandbox::Running, rate: u64, wall: Duration) -> Lived {
    let (began, began_at) = (Instant::now(), merchant.now());
    let (mut events, mut sent) = (0, Vec::new());
    while began.elapsed() < wall {
        let owed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_mul(rate) / 1000;
        while events < owed {
            let to = UnixSeconds(merchant.now().0 + STEP_SECONDS);
            let at = Instant::now();
            let some = merchant.advance(to).await;
            events += u64::try_from(some).unwrap_or(0);
            if some > 0 {
                sent.push((to, at));
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Lived { events, took: began.elapsed(), began_at, sent }
}

impl Lived {
    /// Of every movement, and how many were never seen. Several of a customer on a day are netted, so they are left out.
    fn latencies(
        &self,
        merchant: &sandbox::Running,
        seen: &HashMap<Movement, Instant>,
    ) -> (Vec<Duration>, usize) {
        let mut moved: HashMap<Movement, Vec<UnixSeconds>> = HashMap::new();
        let today = |at: UnixSeconds| at.timestamp().strftime("%Y-%m-%d").to_string();
        for step in merchant.expected_mrr() {
            let json = serde_json::to_value(&step).unwrap_or_default();
            let at = UnixSeconds(json["at"].as_i64().unwrap_or_default());
            let customer = json["customer"].as_str().unwrap_or_default().to_owned();
            moved.entry((customer, today(at))).or_default().push(at);
        }
        let (mut latencies, mut missing) = (Vec::new(), 0);
        for (movement, instants) in moved {
            let [at] = instants.as_slice() else { continue };
            if *at <= self.began_at {
                continue;
            }
            let Some((_, sent)) = self.sent.iter().find(|(to, _)| at <= to) else { continue };
            match seen.get(&movement) {
                Some(seen) => latencies.push(seen.saturating_duration_since(*sent)),
                None => missing += 1,
            }
        }
        (latencies, missing)
    }
}

/// A page that lists movements, and when each of them first stood there.
struct Page {
    name: &'static str,
    seen: Arc<Mutex<HashMap<Movement, Instant>>>,
    is_closed: Arc<AtomicBool>,
    /// Ends when its input is closed.
    browser: Option<Child>,
}

impl Page {
    /// By the program that watches it, which says `customer day milliseconds`.
    fn in_a_browser(base: &str, id: &str, setup_code: &str) -> Result<Self> {
        let seen: Arc<Mutex<HashMap<Movement, Instant>>> = Arc::default();
        let mut node = Command::new("node");
        node.args(["watch.mjs", base.trim_end_matches('/'), id, setup_code]).current_dir("e2e");
        let mut browser = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("node")?;
        let mut lines = BufReader::new(browser.stdout.take().context("it has an output")?).lines();
        let found = Arc::clone(&seen);
        let take = move |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            let (customer, day, at) = (words.next()?, words.next()?, words.next()?.parse::<i64>().ok()?);
            let ago_ms = u64::try_from(Clock::System.now_ms() - at).unwrap_or(0);
            let at = Instant::now().checked_sub(Duration::from_millis(ago_ms))?;
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.entry((customer, day)).or_insert(at);
            Some(())
        };
        loop {
            let line = lines.next().context("the browser ended")??;
            if line == "ready" {
                break;
            }
            take(&line);
        }
        thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| {
                take(&line);
            })
        });
        let name = "the frame of a browser that shows it";
        Ok(Self { name, seen, is_closed: Arc::default(), browser: Some(browser) })
    }

    /// On two threads: one hears the stream, one asks.
    fn played(addr: &str, id: &str, token: &str) -> Result<Self> {
        let seen: Arc<Mutex<HashMap<Movement, Instant>>> = Arc::default();
        let is_closed = Arc::new(AtomicBool::new(false));
        let (told, hear) = mpsc::channel::<()>();
        let mut stream = TcpStream::connect(addr)?;
        let path = format!("/api/v1/connections/{id}/sync/stream");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {addr}\r\nAuthorization: Bearer {token}\r\n\r\n")?;
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if line == "event: ledger" && told.send(()).is_err() {
                    return;
                }
            }
        });
        let (addr, token) = (addr.to_owned(), token.to_owned());
        let path = format!("/api/v1/connections/{id}/movements?limit=500");
        let (found, closed) = (Arc::clone(&seen), Arc::clone(&is_closed));
        thread::spawn(move || {
            while hear.recv().is_ok() && !closed.load(Ordering::Relaxed) {
                let asked = Instant::now();
                while hear.try_recv().is_ok() {}
                let answer = ask(&addr, "GET", &path, &token, "").unwrap_or_default();
                let now = Instant::now();
                let answer: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                for row in answer["data"].as_array().into_iter().flatten() {
                    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                    found.entry((text("customer_id"), text("on"))).or_insert(now);
                }
                drop(found);
                thread::sleep(REFRESH.saturating_sub(asked.elapsed()));
            }
        });
        Ok(Self { name: "the answer that a page draws", seen, is_closed, browser: None })
    }

    fn seen(&self) -> HashMap<Movement, Instant> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn close(self) {
        self.is_closed.store(true, Ordering::Relaxed);
        if let Some(mut browser) = self.browser {
            drop(browser.stdin.take());
            // It may have ended by itself.
            let _ = browser.wait();
        }
    }
}
