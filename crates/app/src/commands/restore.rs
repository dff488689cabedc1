//! `chartsy restore`: a data folder from a backup.

use std::io::Write;
use std::path::PathBuf;

use crate::cli::DataArgs;

#[derive(Debug, clap::Args)]
pub struct Restore {
    #[command(flatten)]
    data: DataArgs,
    /// A folder that 'chartsy backup' made
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

pub fn run(args: &Restore) -> anyhow::Result<()> {
    let restoring = |name: &str| eprintln!("restoring {name}");
    let (data, manifest) = store::DataDir::restore(&args.from, &args.data.data, restoring)?;
    let made_at = model::UnixSeconds(manifest.created_at);
    let path = data.path().display();
    writeln!(
        std::io::stdout(),
        "{path}: restored as of {made_at}; the next sync fetches what has changed since"
    )?;
    let has_key = manifest.files.iter().any(|file| file.path == store::MASTER_KEY_FILE);
    if !has_key && std::env::var_os(store::MASTER_KEY_VARIABLE).is_none() {
        eprintln!("copy master.key into it, or enter the providers' keys again");
    }
    Ok(())
}
