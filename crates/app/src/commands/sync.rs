//! `chartsy sync`: brings connections up to date, or continues their import.

use store::ConnectionRecord;
use sync::Runner;

use crate::cli::ConnectionArgs;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::samples::Sandboxes;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Sync {
    #[command(flatten)]
    connection: ConnectionArgs,
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
    let runner = work::for_command(&folder)?;
    let mut first_failure = None;
    for record in &records {
        eprintln!("{} ({})", record.name, record.id);
        // An account that can't be reached must not keep the others from being updated.
        if let Err(error) = one(&runner, record, args.reload).await {
            eprintln!("{}: {error:#}", record.id);
            first_failure.get_or_insert(error);
        }
    }
    runner.stop().await;
    sandboxes.stop().await;
    first_failure.map_or(Ok(()), Err)
}

async fn one(runner: &Runner, record: &ConnectionRecord, reload: bool) -> anyhow::Result<()> {
    if reload && !runner.discard(&record.workspace, &record.id).await? {
        eprintln!("the list of restatements could not be read completely: some entries are lost");
    }
    work::sync_shown(runner, record).await
}
