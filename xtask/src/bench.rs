//! Benchmarks. Each prints its result next to its limit or a comparison, in CPU time or as a ratio.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step::{cargo, passed_on, run};
use crate::{browser, system, ui};

/// Name, package and example of each.
const BENCHES: [(&str, &str, &str); 11] = [
    ("store", "store", "write_rate"),
    ("erase", "store", "erase_rate"),
    ("query", "metrics", "query_rate"),
    ("ledger", "metrics", "ledger_rate"),
    ("reconcile", "sync", "reconcile_rate"),
    ("backfill", "app", "backfill_rate"),
    ("load", "sync", "load_rate"),
    ("webhook", "app", "webhook_answer"),
    ("live", "app", "live_latency"),
    ("workspaces", "app", "workspaces"),
    ("soak", "app", "soak"),
];

/// The packages of what is compared with.
const PEERS: &str = "xtask/peers";
/// Take an hour, and some minutes of doing nothing.
const BY_NAME_ONLY: [&str; 2] = ["soak", "workspaces"];

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
    system::need_make()?;
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
        if *bench == "query" {
            query_beside_peer(&mut measuring)?;
            continue;
        }
        run(&mut measuring)?;
    }
    Ok(())
}

/// Answers of our own, and then the same answer by DuckDB, whose packages are only fetched for this.
fn query_beside_peer(measuring: &mut Command) -> Result<()> {
    let folder = std::path::absolute("target/peer")?;
    std::fs::create_dir_all(&folder).context("can't make the folder for the peer's rows")?;
    ui::install(PEERS)?;
    let (rows, answer) = (folder.join("rows.csv"), folder.join("answer.csv"));
    for left_over in [&rows, &answer].into_iter().filter(|file| file.exists()) {
        std::fs::remove_file(left_over).context("can't remove what the last run left for the peer")?;
    }
    // Answers over the limit fail it, too: the peer is still worth a look then.
    let own = run(measuring.env("CHARTSY_BENCH_PEER", &folder));
    if answer.exists() {
        run(Command::new("node").arg(Path::new(PEERS).join("duckdb.mjs")).arg(rows).arg(answer))?;
    }
    own
}
