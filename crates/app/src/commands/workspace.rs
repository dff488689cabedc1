//! `chartsy workspace`: the tenants of this installation.

mod join;

use std::io::Write;

use crate::cli::DataArgs;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Workspace {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the workspaces, with how many members and connections each has
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Show or change which customers of a workspace's connections are counted as one
    Join(join::Join),
    /// Delete a workspace with its connections and all imported data. Its members keep their accounts
    Delete {
        #[command(flatten)]
        data: DataArgs,
        /// The id of the workspace, from 'chartsy workspace list'
        id: String,
        /// Confirm that it is to be deleted
        #[arg(long)]
        yes: bool,
    },
}

pub async fn run(args: Workspace) -> anyhow::Result<()> {
    match args.action {
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Join(args) => join::run(args).await,
        Action::Delete { data, id, yes } => delete(&Folder::existing(&data.data)?, &id, yes).await,
    }
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for of in folder.catalog.all_workspaces()? {
        let (members, connections) = (of.members, of.connections);
        writeln!(
            out,
            "{}  {}  members: {members}  connections: {connections}",
            of.workspace.id, of.workspace.name
        )?;
    }
    Ok(())
}

async fn delete(folder: &Folder, id: &str, yes: bool) -> anyhow::Result<()> {
    let workspace = folder.workspace(Some(id))?;
    if !yes {
        let help = "add --yes to delete it with its connections and all of their imported data";
        return Err(Advice::new(format!("'{}' would be deleted permanently", workspace.name), help).into());
    }
    for removed in work::for_command(folder)?.remove_workspace(&workspace.id).await? {
        eprintln!("connection {} deleted", removed.connection);
    }
    folder.record(Some(&workspace.id), "workspace.deleted", &workspace.name)?;
    eprintln!("workspace {} deleted", workspace.name);
    Ok(())
}
