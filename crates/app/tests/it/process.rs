//! The binary that is shipped, run as others run it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Runs the binary; with a key on standard input where one is given.
pub fn chartsy(data: &Path, args: &[&str], input: Option<&str>) -> Output {
    start(data, args, input).wait_with_output().unwrap()
}

/// The same without waiting for its end.
pub fn start(data: &Path, args: &[&str], input: Option<&str>) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
    command.args(args).env("CHARTSY_DATA", data).env_remove("RUST_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read may be gone before it is written to.
    let _ = stdin.write_all(input.unwrap_or_default().as_bytes());
    child
}

/// What the binary logs about its work.
pub fn logged(data: &Path, args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
    command.args(args).env("CHARTSY_DATA", data).env("RUST_LOG", "sync=info,store=info");
    text(&command.output().unwrap().stderr)
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command that must not fail printed.
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Every change of every customer, sorted: several on one instant have no order.
pub fn ledger(data: &Path) -> Vec<String> {
    let mut lines: Vec<String> =
        stdout(&chartsy(data, &["ledger"], None)).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// A server that is ended with its test.
pub struct Process {
    child: Child,
    pub addr: String,
    /// Of the address that it printed.
    pub path: String,
}

impl Process {
    pub fn start(args: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chartsy"));
        let child = command.args(args).stdout(Stdio::piped()).spawn().unwrap();
        // From here on it is ended with the test, also by what fails below.
        let mut process = Self { child, addr: String::new(), path: String::new() };
        let mut line = String::new();
        BufReader::new(process.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let addr = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in '{line}'"));
        let (addr, path) = addr.trim().split_once('/').unwrap_or((addr.trim(), ""));
        (process.addr, process.path) = (addr.to_owned(), format!("/{path}"));
        process
    }

    /// The whole answer as it came, head and body.
    pub fn get(&self, path: &str) -> String {
        self.send("GET", path, &[], "")
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let (addr, length) = (&self.addr, body.len());
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n{headers}");
        stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(mut self) -> Option<i32> {
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
