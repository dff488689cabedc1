//! `chartsy sync`: brings connections up to date, or goes on loading them.

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
    /// Let go of what was loaded, readable or not, and load everything again; key, settings, webhook and erasures stay
    #[arg(long)]
    reload: bool,
}

pub async fn run(args: Sync) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let chosen = args.connection.connection.as_deref();
    // Not of all at once by a slip.
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
        // One account that cannot be reached must not keep the others from being updated.
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
        eprintln!("the list of restatements could not be read to its end: older ones are gone");
    }
    work::sync_shown(runner, record).await
}
