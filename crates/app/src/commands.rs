//! One file per command.

pub mod audit;
pub mod backup;
pub mod cohorts;
pub mod connect;
pub mod demo;
pub mod doctor;
pub mod erase;
pub mod explain;
pub mod export;
pub mod keys;
pub mod ledger;
pub mod mail;
pub mod metrics;
pub mod movements;
pub mod openapi;
pub mod payments;
mod printed;
pub mod rates;
pub mod rebuild;
pub mod restore;
pub mod sandbox;
pub mod serve;
pub mod share;
pub mod sign_on;
pub mod statements;
pub mod status;
pub mod sync;
pub mod token;
pub mod upcoming;
pub mod user;
pub mod workspace;

use crate::cli::Command;

pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => serve::run(*args).await,
        Command::Connect(args) => connect::run(args).await,
        Command::Sync(args) => sync::run(args).await,
        Command::Rebuild(args) => rebuild::run(args).await,
        Command::Status(args) => status::run(&args),
        Command::Metrics(args) => metrics::run(args).await,
        Command::Movements(args) => movements::run(args).await,
        Command::Payments(args) => payments::run(args).await,
        Command::Upcoming(args) => upcoming::run(args).await,
        Command::Cohorts(args) => cohorts::run(args).await,
        Command::Statements(args) => statements::run(args).await,
        Command::Ledger(args) => ledger::run(&args).await,
        Command::Explain(args) => explain::run(args).await,
        Command::Export(args) => export::run(args).await,
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Erase(args) => erase::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Keys(args) => keys::run(args),
        Command::Token(args) => token::run(args),
        Command::Share(args) => share::run(args),
        Command::Audit(args) => audit::run(args),
        Command::SignOn(args) => sign_on::run(args).await,
        Command::User(args) => user::run(args).await,
        Command::Workspace(args) => workspace::run(args).await,
        Command::Rates(args) => rates::run(args),
        Command::Mail(args) => mail::run(args).await,
        Command::Openapi => openapi::run(),
    }
}
