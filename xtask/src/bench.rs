//! Benchmarks. Each prints its result next to its limit or a comparison, in CPU time or as a ratio.

use anyhow::{Result, bail};

use crate::step::{cargo, passed_on, run};
use crate::{browser, ui};

/// Name, package and example of each.
const BENCHES: [(&str, &str, &str); 9] = [
    ("store", "store", "write_rate"),
    ("erase", "store", "erase_rate"),
    ("query", "metrics", "query_rate"),
    ("ledger", "metrics", "ledger_rate"),
    ("reconcile", "sync", "reconcile_rate"),
    ("backfill", "app", "backfill_rate"),
    ("webhook", "app", "webhook_answer"),
    ("live", "app", "live_latency"),
    ("soak", "app", "soak"),
];

/// Takes an hour.
const BY_NAME_ONLY: [&str; 1] = ["soak"];

/// # Errors
/// When there is no such measurement, or it fails.
pub fn run_named(arguments: &[String]) -> Result<()> {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (Some(name.as_str()), rest),
        None => (None, [].as_slice()),
    };
    let is_chosen = |bench| name.map_or(!BY_NAME_ONLY.contains(&bench), |name| name == bench);
    let chosen: Vec<_> = BENCHES.iter().filter(|(bench, ..)| is_chosen(*bench)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = BENCHES.iter().map(|(bench, ..)| *bench).collect();
        bail!("benchmark '{}' not found: choose {}", name.unwrap_or_default(), names.join(", "));
    }
    for (bench, package, example) in chosen {
        eprintln!("── {bench}");
        if *package == "app" {
            // It measures the binary from outside.
            run(cargo().args(["build", "--quiet", "--release", "--package", "app"]))?;
        }
        let command = ["run", "--quiet", "--release", "--package", package, "--example", example, "--"];
        let mut measuring = cargo();
        measuring.args(command).args(passed_on(rest));
        if rest.iter().any(|argument| argument == "browser") {
            measuring.env("CHROMIUM", browser::find_or_install()?);
            ui::install("e2e")?;
        }
        run(&mut measuring)?;
    }
    Ok(())
}
