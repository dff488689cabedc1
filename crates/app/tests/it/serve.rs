//! The server as a process: what it prints, how others share its folder, and how it stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sandbox::MerchantName;
use serde_json::Value;

use crate::process::{chartsy, text};
use crate::support::{KEY, sandbox};

/// A server that is ended with its test.
struct Process {
    child: Child,
    addr: String,
    /// Of the address that it printed.
    path: String,
}

impl Process {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
        let mut child = command.args(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let addr = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in '{line}'"));
        let (addr, path) = addr.trim().split_once('/').unwrap_or((addr.trim(), ""));
        let (addr, path) = (addr.to_owned(), format!("/{path}"));
        Self { child, addr, path }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.addr);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop, as a service manager does.
    fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(data: &Path, args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let output = chartsy(data, args, Some(input));
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_and_a_server_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let merchant = sandbox(MerchantName::Generated, 30).await;
    let server = Process::start(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(server.get("/api/v1/setup").contains("\"needs_owner\":true"));

    let connect = ["connect", "stripe", "--key-stdin", "--api-base", &merchant.api_base];
    let (code, id, said) = run(&data, &connect, KEY);
    assert_eq!(code, Some(0), "{said}");
    assert!(id.starts_with("conn_"));
    let (code, ledger, said) = run(&data, &["ledger"], "");
    assert_eq!((code, ledger.lines().count()), (Some(0), merchant.intention().len()), "{said}");
    let (_, status, _) = run(&data, &["status", "--format", "json"], "");
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["connections"][0]["state"], "live");

    let (code, _, said) = run(&data, &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(code, Some(1), "a second server is refused: {said}");
    assert!(said.contains("in use"), "{said}");
    assert_eq!(server.terminate(), Some(0), "it stops when it is told to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_a_sample_merchant_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let args = ["demo", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--no-open"];
    let first = Process::start(&args);
    let entered = first.get(&first.path);
    assert!(
        entered.contains("303 See Other") && entered.contains("set-cookie: chartsy_session="),
        "{entered}"
    );
    assert!(first.get("/enter/guessed").contains("404 Not Found"));
    assert_eq!(first.terminate(), Some(0));
    let second = Process::start(&args);
    assert_eq!(second.terminate(), Some(0));
    let (_, status, _) = run(&data, &["status", "--format", "json"], "");
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["connections"].as_array().unwrap().len(), 1, "the same merchant again");
    assert_eq!(status["connections"][0]["is_sample"], true);
}
