//! The project's own tasks, so that a checkout with Rust and Node is enough: `cargo xtask help`.

mod advisories;
mod api_fuzz;
mod bench;
mod browser;
mod demo;
mod fuzz;
mod generate;
mod mail;
mod python;
mod sdk;
mod step;
mod system;
mod test;
mod tidy;
mod ui;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <task>

  demo   set everything up, load a sample merchant and open its MRR Breakdown [arguments of `chartsy demo`]
  test   set everything up and run every check and test   [fast: only Rust's]
  bench  measure: store, erase, query, ledger, reconcile, backfill, load, webhook, live, workspaces, soak [name] [arguments]
  fuzz   give unseen bytes to what reads from outside     [target] [seconds]
  fuzz-api  send what the API describes, and what it does not, as every kind of visitor  [visitors] [long]
  sdk    read the sandboxes with the providers' own libraries
  gen    make generated files: types, currencies, rates [--csv FILE]
  mail   set up the mail server that the tests of `mail` send to
  tidy   check the layout: arrows between crates, file sizes, licenses, names of providers
  audit  hold the dependencies against the published advisories
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    std::env::set_current_dir(step::root()?)?;
    match task {
        "demo" => demo::run_demo(rest),
        "test" => test::run_all(rest),
        "bench" => bench::run_named(rest),
        "fuzz" => fuzz::run_named(rest),
        "fuzz-api" => api_fuzz::run_named(rest),
        "sdk" => sdk::check(),
        "gen" => generate::run_named(rest),
        "mail" => mail::find_or_install().map(|python| eprintln!("{} has aiosmtpd", python.display())),
        "tidy" => tidy::run(),
        "audit" => advisories::check(),
        "help" | "--help" | "-h" => {
            eprint!("{HELP}");
            Ok(())
        }
        other => bail!("task '{other}' not found\n\n{HELP}"),
    }
}
