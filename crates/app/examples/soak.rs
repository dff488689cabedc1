//! A merchant's life at many times its speed, watched by the shipped binary through every kind of bad luck: faulty
//! answers, deliveries that come, stop coming, and come half of the time, and a server that is killed now and then. After
//! each part the ledger must be what the merchant meant, to the cent.
//!
//! `cargo xtask bench soak -- [minutes, 60] [times, 1000] [seed, 1]`

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "support/process.rs"]
mod process;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use model::{Clock, UnixSeconds};
use process::{KEY, Served, argument, ask, chartsy, printed, token};
use sandbox::{MerchantName, Options};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const TICK: Duration = Duration::from_millis(250);
const CUSTOMERS: u64 = 600;
/// For how long the server may go on without being killed.
const LIFE_SECONDS: std::ops::Range<u64> = 60..300;
/// Checking a key asks for a dozen answers at once, which bad luck may cut again and again.
const CONNECT_TRIES: u32 = 10;
/// Until the numbers are what was meant, once the merchant's clock stands still and an update was asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(180);

/// How deliveries fare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Webhooks {
    On,
    Off,
    /// Some arrive, some do not, of some only the answer is lost.
    Mixed,
}

fn main() -> Result<()> {
    let (minutes, times, seed) = (argument(1, 60)?, argument(2, 1000)?, argument(3, 1)?);
    let folder = std::env::temp_dir().join(format!("chartsy-soak-{}", std::process::id()));
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(soak(minutes, times, seed, &folder));
    match outcome {
        Ok(()) => Ok(std::fs::remove_dir_all(&folder)?),
        Err(error) => Err(error.context(format!("what it was left with is in {}", folder.display()))),
    }
}

struct Soak {
    merchant: sandbox::Running,
    times: i64,
    chance: Chance,
    data: PathBuf,
    /// Where the server listens, the same after each death.
    addr: String,
    gate_url: String,
    server: Option<Served>,
    dies_at: Instant,
    deaths: u32,
    events: usize,
}

async fn soak(minutes: u64, times: u64, seed: u64, folder: &Path) -> Result<()> {
    let times = i64::try_from(times)?;
    let life = i64::try_from(minutes)? * 60 * times;
    let now = UnixSeconds(Clock::System.now().0 - life);
    let options = Options {
        merchant: MerchantName::Mid,
        customers: Some(CUSTOMERS),
        key: KEY.to_owned(),
        now: Some(now),
        seed,
        faults: "500=0.02,reset=0.02,truncate=0.02,slow=0.01,429=0.02,storm".parse()?,
        ..Options::default()
    };
    let addr = free_addr().await?;
    let (webhooks, chosen) = watch::channel(Webhooks::On);
    let gate = Gate::open(addr.clone(), chosen).await?;
    let mut soak = Soak {
        merchant: sandbox::start(options).await?,
        times,
        chance: Chance(seed),
        data: folder.join("data"),
        addr,
        gate_url: gate.url.clone(),
        server: None,
        dies_at: Instant::now(),
        deaths: 0,
        events: 0,
    };
    soak.serve()?;
    let base = soak.merchant.api_base.clone();
    let data = soak.data.clone();
    // A person who is told that the provider did not answer tries again.
    let connected = tokio::task::spawn_blocking(move || {
        let connect =
            || printed(&data, &["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &base], KEY);
        (1..CONNECT_TRIES).fold(connect(), |outcome, _| outcome.or_else(|_| connect()))
    });
    let id = connected.await??.trim().to_owned();
    let token = token(&soak.data)?;
    println!("{CUSTOMERS} customers, {times} times their speed, {minutes} minutes");
    for part in [Webhooks::On, Webhooks::Off, Webhooks::Mixed] {
        webhooks.send_replace(part);
        let let_through = gate.let_through.load(Ordering::Relaxed);
        soak.live_for(Duration::from_secs(minutes * 20)).await?;
        let apart = soak.apart()?;
        let asked = Instant::now();
        soak.until_equal(&id, &token).await.with_context(|| format!("webhooks {part:?}"))?;
        println!(
            "webhooks {part:?}: {} events so far, {} connections through the gate, {} deaths; {apart} lines apart \
             when the clock stopped, equal {:.1} s after an update was asked for",
            soak.events,
            gate.let_through.load(Ordering::Relaxed) - let_through,
            soak.deaths,
            asked.elapsed().as_secs_f64()
        );
    }
    println!("equal to what was meant, {} lines", soak.found()?.len());
    Ok(())
}

impl Soak {
    fn serve(&mut self) -> Result<()> {
        let mut command = chartsy()?;
        command.args(["serve", "--rates-url", "none", "--listen", &self.addr]);
        command.args(["--public-url", &self.gate_url]).arg("--data").arg(&self.data);
        command.env("RUST_LOG", "warn");
        self.server = Some(Served::start(&mut command)?);
        let life = LIFE_SECONDS.start + self.chance.below(LIFE_SECONDS.end - LIFE_SECONDS.start);
        self.dies_at = Instant::now() + Duration::from_secs(life);
        Ok(())
    }

    /// The merchant's clock runs; the server is killed when its time has come.
    async fn live_for(&mut self, wall: Duration) -> Result<()> {
        let began = (Instant::now(), self.merchant.now());
        let mut ticks = tokio::time::interval(TICK);
        while began.0.elapsed() < wall {
            ticks.tick().await;
            let passed = i64::try_from(began.0.elapsed().as_millis())? * self.times / 1000;
            self.events += self.merchant.advance(UnixSeconds(began.1.0 + passed)).await;
            if Instant::now() >= self.dies_at {
                self.server = None;
                self.deaths += 1;
                self.serve()?;
            }
        }
        Ok(())
    }

    async fn until_equal(&self, id: &str, token: &str) -> Result<()> {
        let path = format!("/api/v1/connections/{id}/sync");
        ask(&self.addr, "POST", &path, token, "")?;
        let began = Instant::now();
        while self.apart()? > 0 {
            if began.elapsed() > LONGEST_WAIT {
                bail!("it is {} lines apart from what was meant", self.apart()?);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(())
    }

    /// How many lines only one of the two has.
    fn apart(&self) -> Result<usize> {
        let (meant, found) = (self.meant()?, self.found()?);
        let only =
            |a: &[String], b: &[String]| a.iter().filter(|line| b.binary_search(line).is_err()).count();
        Ok(only(&meant, &found) + only(&found, &meant))
    }

    fn meant(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for step in self.merchant.expected_mrr() {
            lines.push(serde_json::to_string(&step)?);
        }
        lines.sort();
        Ok(lines)
    }

    fn found(&self) -> Result<Vec<String>> {
        let mut lines: Vec<String> =
            printed(&self.data, &["ledger"], "")?.lines().map(str::to_owned).collect();
        lines.sort();
        Ok(lines)
    }
}

async fn free_addr() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string())
}

/// What stands between the provider's deliveries and the server.
struct Gate {
    url: String,
    let_through: Arc<AtomicU64>,
}

impl Gate {
    async fn open(to: String, mode: watch::Receiver<Webhooks>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let let_through = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&let_through);
        tokio::spawn(async move {
            let mut chance = Chance(7);
            while let Ok((delivery, _)) = listener.accept().await {
                let luck = chance.below(100);
                let (to, mut mode, count) = (to.clone(), mode.clone(), Arc::clone(&count));
                tokio::spawn(async move {
                    let webhooks = *mode.borrow_and_update();
                    tokio::select! {
                        () = pass(delivery, &to, webhooks, luck, &count) => {}
                        // Connections that are kept open must not outlive it.
                        _ = mode.changed() => {}
                    }
                });
            }
        });
        Ok(Self { url, let_through })
    }
}

async fn pass(mut delivery: TcpStream, to: &str, webhooks: Webhooks, luck: u64, count: &AtomicU64) {
    let is_lost = match webhooks {
        Webhooks::On => false,
        Webhooks::Off => true,
        Webhooks::Mixed => luck < 60,
    };
    if is_lost {
        return;
    }
    let Ok(mut server) = TcpStream::connect(to).await else { return };
    count.fetch_add(1, Ordering::Relaxed);
    if webhooks == Webhooks::Mixed && luck < 80 {
        let asking = tokio::io::copy(&mut delivery, &mut server);
        drop(tokio::time::timeout(Duration::from_millis(300), asking).await);
        return;
    }
    let passing = tokio::io::copy_bidirectional(&mut delivery, &mut server);
    let longest = Duration::from_secs(if webhooks == Webhooks::Mixed { 1 } else { 3600 });
    // Either side may end it at any time.
    drop(tokio::time::timeout(longest, passing).await);
}

/// A sequence that a seed names.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
