//! `chartsy backup`: a copy of the data folder, consistent while a server works on it.

use std::io::Write;
use std::path::PathBuf;

use model::Clock;

use crate::cli::DataArgs;
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// The folder to make; it must not exist
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Also copy master.key, with which the providers' keys in the copy can be read
    #[arg(long)]
    with_key: bool,
}

pub fn run(args: &Backup) -> anyhow::Result<()> {
    let folder = Folder::existing(&args.data.data)?;
    let now = Clock::System.now();
    let manifest = folder.data.backup(&args.to, args.with_key, now, |name| eprintln!("copying {name}"))?;
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let (files, to) = (manifest.files.len(), args.to.display());
    writeln!(std::io::stdout(), "{to}: {files} files, {bytes} bytes")?;
    if !args.with_key {
        eprintln!("without master.key: keep that apart, or enter the providers' keys again after restoring");
    }
    Ok(())
}
