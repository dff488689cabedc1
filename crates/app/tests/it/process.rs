//! The binary that is shipped, run as others run it.

use std::io::Write;
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

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command that must not fail printed.
pub fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}
