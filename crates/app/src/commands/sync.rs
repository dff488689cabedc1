//! `chartsy sync`: brings connections up to date, or goes on loading them.

use crate::cli::ConnectionArgs;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::samples::Sandboxes;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Sync {
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub async fn run(args: Sync) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let records = folder.chosen(args.connection.connection.as_deref())?;
    if records.is_empty() {
        return Err(Advice::new(
            "nothing is connected yet",
            "connect an account with 'chartsy connect stripe'",
        )
        .into());
    }
    let sandboxes = Sandboxes::default();
    sandboxes.resume(&records).await;
    let runner = work::for_command(&folder)?;
    let mut first_failure = None;
    for record in &records {
        eprintln!("{} ({})", record.name, record.id);
        // One account that cannot be reached must not keep the others from being updated.
        if let Err(error) = work::sync_shown(&runner, record).await {
            eprintln!("{}: {error:#}", record.id);
            first_failure.get_or_insert(error);
        }
    }
    runner.stop().await;
    sandboxes.stop().await;
    first_failure.map_or(Ok(()), Err)
}
