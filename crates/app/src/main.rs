//! The binary `chartsy`: the command line, and what starts and stops the server.

mod arguments;
mod cli;
mod commands;
mod failure;
mod folder;
mod logging;
mod outgoing;
mod progress;
mod samples;
mod stop;
mod work;

use std::process::ExitCode;

pub(crate) use api::spreadsheet;
use clap::Parser;

use crate::cli::{Cli, Command};

/// Where the system's own allocator keeps what was freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    logging::start(cli.log_format);
    // One provider of cryptography for every TLS connection of the process. It is installed once, here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if let Some(command) = cli.master_key_command {
        folder::take_master_key_from(command);
    }
    let by_default = match &cli.command {
        Command::Serve(args) => Some(args.outgoing_by_default()),
        _ => None,
    };
    if let Some(outgoing) = cli.outgoing.or(by_default) {
        outgoing::set(outgoing);
    }
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::tell(&error),
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(command.run());
    // A blocking read of the terminal must not keep the process alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    outcome
}
