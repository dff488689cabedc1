//! `chartsy backup`: a consistent copy of the data folder, even while a server is using it.

use std::io::Write;
use std::path::PathBuf;

use model::Clock;

use crate::arguments::DataArgs;
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Backup {
    #[command(flatten)]
    data: DataArgs,
    /// The folder to create; it must not exist yet
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Also copy master.key, which can decrypt the providers' keys in the copy
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
    if !folder.data.has_key_file() {
        eprintln!("the copy is of use only with the master key from {}", folder.data.key_source());
    } else if !args.with_key {
        eprintln!(
            "master.key was not copied: store it separately, or enter the providers' keys again after restoring"
        );
    }
    Ok(())
}
