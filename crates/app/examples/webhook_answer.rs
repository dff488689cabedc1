//! How soon a delivery is answered: it is on the disk by then. Beside it in the same run what a disk takes for one synced
//! write, and the 50 ms that an answer may take.
//!
//! `cargo xtask bench webhook -- [deliveries, 2000]`

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "support/process.rs"]
mod process;

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use model::Clock;
use process::{KEY, Served, argument, ask, chartsy, printed, token};
use sandbox::{MerchantName, Options};
use serde_json::Value;

const LIMIT: Duration = Duration::from_millis(50);
/// How many deliver at once.
const CONNECTIONS: [u64; 3] = [1, 16, 64];
const SECRET: &str = "whsec_measurement00000000000000";

fn main() -> Result<()> {
    let deliveries = argument(1, 2000)?;
    let folder = std::env::temp_dir().join(format!("chartsy-webhook-{}", std::process::id()));
    let runtime = tokio::runtime::Runtime::new()?;
    let measured = measure(deliveries, &folder, &runtime);
    let removed = std::fs::remove_dir_all(&folder);
    measured.and_then(|()| removed.context("the folder is left behind"))
}

fn measure(deliveries: u64, folder: &Path, runtime: &tokio::runtime::Runtime) -> Result<()> {
    let options = Options {
        merchant: MerchantName::Small,
        customers: Some(50),
        key: KEY.to_owned(),
        ..Options::default()
    };
    let merchant = runtime.block_on(sandbox::start(options))?;
    let data = folder.join("data");
    let mut serve = chartsy()?;
    serve.args(["serve", "--rates-url", "none", "--listen", "127.0.0.1:0"]).arg("--data").arg(&data);
    let server = Served::start(serve.env("RUST_LOG", "warn"))?;
    let connect = ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", merchant.api_base.as_str()];
    let id = printed(&data, &connect, KEY)?.trim().to_owned();
    let token = token(&data)?;
    let path = delivered_to(server.addr(), &id, &token)?;

    let mut synced = synced(folder, deliveries)?;
    print("one synced write", &mut synced);
    for connections in CONNECTIONS {
        let each = deliveries / connections;
        let threads: Vec<_> = (0..connections)
            .map(|number| {
                let (addr, path) = (server.addr().to_owned(), path.clone());
                thread::spawn(move || deliver(&addr, &path, connections, number, each))
            })
            .collect();
        let mut took = Vec::new();
        for thread in threads {
            took.extend(thread.join().map_err(|_| anyhow::anyhow!("a delivery panicked"))??);
        }
        print(&format!("a delivery of {connections} at once"), &mut took);
    }
    println!("{:<26} {:>7} ms", "the limit", LIMIT.as_millis());
    Ok(())
}

fn print(name: &str, took: &mut [Duration]) {
    took.sort();
    let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
    let late = took.iter().filter(|took| **took > LIMIT).count();
    let ms = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    println!(
        "{name:<26} p50 {:>7} µs, p99 {:>7} µs, {late} of {} beyond 50 ms",
        ms(at(50)),
        ms(at(99)),
        took.len()
    );
}

/// Where deliveries go, once our own secret signs them.
fn delivered_to(addr: &str, id: &str, token: &str) -> Result<String> {
    let path = format!("/api/v1/connections/{id}/webhook");
    for _ in 0..300 {
        let webhook: Value = serde_json::from_str(&ask(addr, "GET", &path, token, "")?)?;
        if webhook["state"] == "registered" {
            let secret = format!(r#"{{"secret":"{SECRET}"}}"#);
            ask(addr, "PUT", &format!("{path}/secret"), token, &secret)?;
            let url = webhook["url"].as_str().context("it has an address")?;
            let at = url.find("/webhooks/").context("it has a path")?;
            return Ok(url[at..].to_owned());
        }
        thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("the webhook is not registered")
}

/// Over one connection, as a provider keeps it.
fn deliver(addr: &str, path: &str, of: u64, number: u64, count: u64) -> Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut took = Vec::new();
    for event in 0..count {
        let now = Clock::System.now();
        let body = format!(
            r#"{{"id":"evt_{of}_{number}_{event}","object":"event","type":"invoice.paid","created":{},
            "data":{{"object":{{"id":"in_{event}","object":"invoice"}}}}}}"#,
            now.0
        );
        let signature = sandbox::signature(SECRET, now, &body);
        let header = sandbox::SIGNATURE_HEADER;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {addr}\r\n{header}: {signature}\r\n");
        let length = body.len();
        let request =
            format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}");
        let began = Instant::now();
        stream.write_all(request.as_bytes())?;
        let status = read_answer(&mut answers)?;
        took.push(began.elapsed());
        ensure!(status.contains(" 200 "), "it is answered with {status}");
    }
    Ok(took)
}

/// The line with the status; the rest is read and dropped.
fn read_answer(answers: &mut BufReader<TcpStream>) -> Result<String> {
    let mut status = String::new();
    answers.read_line(&mut status)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        answers.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    answers.read_exact(&mut vec![0; length])?;
    Ok(status)
}

/// As much as a delivery is, at the end of a file.
fn synced(folder: &Path, count: u64) -> Result<Vec<Duration>> {
    let mut file = File::create(folder.join("synced"))?;
    let mut took = Vec::new();
    for _ in 0..count.min(500) {
        let began = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        took.push(began.elapsed());
    }
    Ok(took)
}
