//! `chartsy restore`: a data folder from a backup.

use std::io::Write;
use std::path::PathBuf;

use store::{KeyState, StoreError};

use crate::arguments::DataArgs;
use crate::folder::Folder;

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
    let folder = Folder::existing(&args.data.data)?;
    if let KeyState::Lost { reason, .. } = folder.data.key_state(&folder.catalog)? {
        eprintln!("{reason}");
        eprintln!("{}", StoreError::MASTER_KEY_HELP);
    }
    Ok(())
}
