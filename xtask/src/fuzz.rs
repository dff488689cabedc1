//! Feeds random bytes to everything that reads outside input.

use std::process::Command;

use anyhow::{Result, bail};

use crate::step::{cargo, run, step};

const TARGETS: [&str; 3] = ["objects", "signature", "webhook"];
const SECONDS: &str = "60";

/// # Errors
/// When the tools are missing, or a target fails; the bytes that did it are kept in `fuzz/artifacts` then.
pub fn run_named(arguments: &[String]) -> Result<()> {
    let (name, seconds) = match arguments {
        [] => (None, SECONDS),
        [name] => (Some(name.as_str()), SECONDS),
        [name, seconds] => (Some(name.as_str()), seconds.as_str()),
        _ => bail!("`cargo xtask fuzz` takes a target and how many seconds"),
    };
    let chosen: Vec<&str> =
        TARGETS.into_iter().filter(|target| name.is_none_or(|name| name == *target)).collect();
    if chosen.is_empty() {
        bail!("target '{}' not found: choose {}", name.unwrap_or_default(), TARGETS.join(", "));
    }
    if run(cargo().args(["fuzz", "--version"])).is_err() {
        bail!("fuzzing needs cargo-fuzz and a nightly compiler: cargo install cargo-fuzz");
    }
    for target in chosen {
        let longest = format!("-max_total_time={seconds}");
        let limits = ["--", &longest, "-max_len=8192", "-timeout=10"];
        step(target, || run(nightly_fuzz("run", target).args(limits)))?;
        step("the smallest corpus", || run(&mut nightly_fuzz("cmin", target)))?;
    }
    Ok(())
}

/// By rustup's own cargo, which knows the other compiler.
fn nightly_fuzz(action: &str, target: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO").args(["+nightly", "fuzz", action, target]);
    cargo
}
