//! `chartsy share`: links that show a page to people without an account.

use std::io::Write;

use model::Clock;

use crate::arguments::DataArgs;
use crate::failure::Advice;
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Share {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the links of all workspaces
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Revoke a link: whoever has it sees nothing any more
    Revoke {
        #[command(flatten)]
        data: DataArgs,
        /// The id of the link, from 'chartsy share list'
        id: String,
    },
}

pub fn run(args: Share) -> anyhow::Result<()> {
    match args.action {
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Revoke { data, id } => revoke(&Folder::existing(&data.data)?, &id),
    }
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let now = Clock::System.now();
    for of in folder.catalog.all_workspaces()? {
        for link in folder.catalog.share_links(&of.workspace.id)? {
            let opened = link.last_opened_at.map_or_else(
                || "never opened".to_owned(),
                |at| format!("opened {} times, last {at}", link.opened),
            );
            let ends = match link.expires_at {
                Some(at) if link.has_expired(now) => format!(", expired {at}"),
                Some(at) => format!(", expires {at}"),
                None => String::new(),
            };
            let password = if link.password_hash.is_some() { ", with a password" } else { "" };
            writeln!(
                out,
                "{}  {}  {}  {}  created by {} {}{password}, {opened}{ends}",
                link.id, of.workspace.name, link.page, link.name, link.created_by, link.created_at
            )?;
        }
    }
    Ok(())
}

fn revoke(folder: &Folder, id: &str) -> anyhow::Result<()> {
    for of in folder.catalog.all_workspaces()? {
        let Some(link) = folder.catalog.delete_share_link(&of.workspace.id, id)? else { continue };
        folder.record(Some(&of.workspace.id), "share_link.revoked", &link.name)?;
        eprintln!("link {id} is revoked");
        return Ok(());
    }
    Err(Advice::new(format!("link '{id}' not found"), "list them with 'chartsy share list'").into())
}
