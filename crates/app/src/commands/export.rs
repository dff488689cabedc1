//! `chartsy export`: every table of a connection and every metric by month, as files for other tools.

mod draft;
mod format;
mod goods;
mod job;
mod rows;
mod table;
mod tables;

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use sync::Business;
use tokio_util::sync::CancellationToken;

use self::draft::{Destination, MANIFEST, Manifest};
use self::format::Format;
use self::job::Job;
use crate::arguments::ConnectionArgs;
use crate::failure::Advice;
use crate::stop::StopSignal;
use crate::{folder, work};

#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// The folder to write to; it must be new, empty, or from an export, whose files are then replaced
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

pub async fn run(args: Export) -> anyhow::Result<()> {
    let mut stop_signal = StopSignal::listen()?;
    let (folder, record) = folder::one(&args.connection)?;
    let objects = folder.data.connection_files(&record.id).objects_to_read();
    let objects = objects.context("nothing has been imported yet")?;
    let source = sync::runner::source_of(&record)?;
    let (workspace, id) = (record.workspace.clone(), record.id.clone());
    let destination = Destination::open(&args.to).map_err(|error| said(error, &args))?;
    let stop = CancellationToken::new();
    let exporting = async {
        let view = work::view(&folder, &Business::One(Box::new(record.clone()))).await?;
        let job = Job { view, record, source, objects, format: args.format, stop: stop.clone() };
        tokio::task::spawn_blocking(move || job.run(destination)).await?
    };
    tokio::pin!(exporting);
    let written = loop {
        tokio::select! {
            written = &mut exporting => break written,
            stopped = stop_signal.received(), if !stop.is_cancelled() => {
                stopped?;
                stop.cancel();
            }
        }
    };
    let manifest = written.map_err(|error| said(error, &args))?;
    let detail = format!("all tables, {} rows, {}", rows(&manifest), manifest.format);
    folder.record_with(Some(&workspace), "export.created", id.as_str(), Some(detail))?;
    tell(&args, &manifest)
}

fn rows(manifest: &Manifest) -> u64 {
    manifest.files.iter().map(|file| file.rows).sum()
}

fn tell(args: &Export, manifest: &Manifest) -> anyhow::Result<()> {
    let (to, files, rows) = (args.to.display(), manifest.files.len(), rows(manifest));
    writeln!(io::stdout(), "{to}: {files} tables, {rows} rows; {MANIFEST} describes them")?;
    Ok(())
}

/// Says what to do about a disk that takes no more.
fn said(error: anyhow::Error, args: &Export) -> anyhow::Error {
    let is_full = |error: &io::Error| {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
    };
    if error.chain().any(|cause| cause.downcast_ref().is_some_and(is_full)) {
        let message = format!("the disk with {} takes no more", args.to.display());
        let help = "check whether it is full or over its quota, free some space and run it again; the folder is as it was before";
        return Advice::new(message, help).into();
    }
    error
}
