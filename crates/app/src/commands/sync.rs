//! `chartsy sync`: brings connections up to date, or continues their import.

use store::ConnectionRecord;
use sync::Runner;

use crate::arguments::{ConnectionArgs, ProviderShareArgs};
use crate::failure::{self, Advice};
use crate::folder::Folder;
use crate::samples::Sandboxes;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Sync {
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    share: ProviderShareArgs,
    /// Discard the local copy, readable or not, and import everything again; key, settings, webhook and erasures are
    /// kept
    #[arg(long)]
    reload: bool,
}

pub async fn run(args: Sync) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let chosen = args.connection.connection.as_deref();
    // Not for all connections at once by mistake.
    let records = if args.reload { vec![folder.connection(chosen)?] } else { folder.chosen(chosen)? };
    if records.is_empty() {
        return Err(Advice::nothing_connected().into());
    }
    let sandboxes = Sandboxes::default();
    sandboxes.resume(&records).await;
    let runner = work::for_import(&folder, args.share);
    let mut failures = Vec::new();
    for record in &records {
        eprintln!("{} ({})", record.name, record.id);
        // An account that can't be reached must not keep the others from being updated.
        if let Err(error) = one(&runner, record, args.reload).await {
            // Where it is the only connection, the command itself fails with it, and reports it.
            if records.len() > 1 {
                failure::report(&error);
            }
            failures.push(error);
        }
    }
    runner.stop().await;
    sandboxes.stop().await;
    outcome(failures, records.len())
}

fn outcome(failures: Vec<anyhow::Error>, connections: usize) -> anyhow::Result<()> {
    let failed = failures.len();
    match failures.into_iter().next() {
        None => Ok(()),
        Some(only) if connections == 1 => Err(only),
        Some(first) => Err(Advice::some_not_synced(&first, failed, connections).into()),
    }
}

async fn one(runner: &Runner, record: &ConnectionRecord, reload: bool) -> anyhow::Result<()> {
    if reload && !runner.discard(&record.workspace, &record.id).await? {
        eprintln!("the list of restatements could not be read completely: some entries are lost");
    }
    work::sync_shown(runner, record).await
}
