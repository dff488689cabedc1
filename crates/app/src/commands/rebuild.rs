//! `chartsy rebuild`: deletes what is computed, computes it again, and reports whether anything differed.

use std::io::Write;

use crate::arguments::ConnectionArgs;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::progress::Customers;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Rebuild {
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub async fn run(args: Rebuild) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.connection.data.data)?;
    let records = folder.chosen(args.connection.connection.as_deref())?;
    if records.is_empty() {
        return Err(Advice::nothing_connected().into());
    }
    let runner = work::for_command(&folder)?;
    for record in &records {
        eprintln!("{} ({}): rebuilding", record.name, record.id);
        let display = Customers::new();
        let report = runner.rebuild(&record.workspace, &record.id, display.listener()).await?;
        display.finish();
        let differed = match report.differed {
            Some(true) => "the result differed from what was stored",
            Some(false) => "nothing differed",
            None => "nothing usable had been stored",
        };
        let skipped = match report.objects_skipped {
            0 => String::new(),
            skipped => format!(", {skipped} objects could not be read"),
        };
        writeln!(
            std::io::stdout(),
            "{}: {} customers rebuilt, {differed}{skipped}",
            record.id,
            report.customers
        )?;
    }
    Ok(())
}
