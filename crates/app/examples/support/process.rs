//! What measurements of the shipped binary share: its processes, requests to its API, and time on the processor.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Of a live account: its limit is 100 requests a second.
pub const KEY: &str = "sk_live_benchmark00000000000000";

/// A number from the command line, or the usual one.
pub fn argument(place: usize, usual: u64) -> Result<u64> {
    match std::env::args().nth(place) {
        Some(text) => text.parse().with_context(|| format!("'{text}' is no number")),
        None => Ok(usual),
    }
}

/// The binary that is built beside these examples.
pub fn chartsy() -> Result<Command> {
    let example = std::env::current_exe()?;
    let target =
        example.parent().and_then(Path::parent).context("an example is in a folder of its target")?;
    let binary = target.join("chartsy");
    ensure!(binary.exists(), "there is no {}: start this with 'cargo xtask bench'", binary.display());
    Ok(Command::new(binary))
}

/// A process of the binary that says where it listens. It ends with this.
pub struct Served {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub base: String,
    // A closed pipe would end it.
    out: BufReader<ChildStdout>,
}

impl Served {
    pub fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut out = BufReader::new(child.stdout.take().context("it has an output")?);
        let mut line = String::new();
        out.read_line(&mut line)?;
        let base = line.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.with_context(|| format!("it says where it is, not '{line}'"))?.to_owned();
        Ok(Self { child, base, out })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What a new server asks its owner for: the line after its address.
    pub fn setup_code(&mut self) -> Result<String> {
        let mut line = String::new();
        self.out.read_line(&mut line)?;
        let code = line.strip_prefix("setup code: ").and_then(|rest| rest.split_whitespace().next());
        Ok(code.with_context(|| format!("it says its setup code, not '{line}'"))?.to_owned())
    }

    pub fn addr(&self) -> &str {
        self.base.trim_start_matches("http://").trim_end_matches('/')
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the binary on a folder and returns what it printed.
pub fn printed(data: &Path, args: &[&str], input: &str) -> Result<String> {
    let mut command = chartsy()?;
    command.args(args).arg("--data").arg(data);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("it has an input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "'{}' ended with {}: {errors}", args.join(" "), output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// A token for the API of a folder.
pub fn token(data: &Path) -> Result<String> {
    let made = printed(data, &["token", "create", "--name", "measurement"], "")?;
    let token = made.split_whitespace().find(|word| word.starts_with("chtk_"));
    Ok(token.context("a token is printed")?.to_owned())
}

/// The body of an answer, whatever its status.
pub fn ask(addr: &str, method: &str, path: &str, token: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: {addr}\r\nAuthorization: Bearer {token}\r\n");
    let kind = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{kind}{body}").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("an answer has a head")?;
    Ok(body.to_owned())
}

/// Where `/proc/PID/stat` counts user and system time behind the process's name: of itself, and of children that have
/// ended.
pub const OWN: usize = 11;
pub const WAITED_FOR: usize = 13;

/// As Linux counts it, to a hundredth of a second; elsewhere 0. Of the process `self`, or one by its number.
pub fn cpu_time(process: &str, first: usize) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(first).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}
