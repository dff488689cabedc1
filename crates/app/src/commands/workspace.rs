//! `chartsy workspace`: the tenants of this installation.

mod join;

use std::io::Write;

use model::Clock;
use store::{Author, Catalog, Deletion, StoreError, Workspace};
use sync::SyncError;
use sync::runner::WebhookRemoval;

use crate::arguments::DataArgs;
use crate::commands::by_server::by_server;
use crate::failure::Advice;
use crate::folder::Folder;
use crate::work;

#[derive(Debug, clap::Args)]
pub struct WorkspaceArgs {
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

pub async fn run(args: WorkspaceArgs) -> anyhow::Result<()> {
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
    if folder.catalog.all_workspaces()?.len() < 2 {
        return Err(only_workspace(&workspace.name).into());
    }
    if !yes {
        let help = "add --yes to delete it with its connections and all of their imported data";
        return Err(Advice::new(format!("'{}' would be deleted permanently", workspace.name), help).into());
    }
    match folder.data.lock_server() {
        Ok(_alone) => alone(folder, &workspace).await?,
        // It has the files of the connections, and goes on working for the other workspaces.
        Err(StoreError::AlreadyOpen { .. }) => {
            let id = workspace.id.clone();
            let left = |catalog: &Catalog| -> Result<usize, StoreError> {
                let is_there = catalog.all_workspaces()?.iter().any(|one| one.workspace.id == id);
                Ok(if is_there { 1 + catalog.connections(&id)?.len() } else { 0 })
            };
            by_server(folder, &Deletion::Workspace(workspace.id.clone()), left).await?;
        }
        Err(error) => return Err(error.into()),
    }
    eprintln!("workspace {} deleted", workspace.name);
    Ok(())
}

fn only_workspace(name: &str) -> Advice {
    let help = "create another workspace in the pages first; or delete its connections with 'chartsy erase connection ID'; or stop \
                the server, and delete everything with 'chartsy erase everything --yes'";
    Advice::new(format!("'{name}' is the only workspace of this server, which always has one"), help)
}

/// Without a server on the folder.
async fn alone(folder: &Folder, workspace: &Workspace) -> anyhow::Result<()> {
    let author = Author::operator(Clock::System.now());
    let removed = work::for_command(folder)?.remove_workspace(&workspace.id, &author).await;
    let removed = removed.map_err(|error| match error {
        SyncError::Store(
            error @ (StoreError::OnlyWorkspace | StoreError::WorkspaceHasConnections { .. }),
        ) => Advice::of_refusal(&error.to_string()).into(),
        error => anyhow::Error::from(error),
    })?;
    for receipt in removed {
        eprintln!("connection {} deleted", receipt.connection);
        if receipt.webhook == WebhookRemoval::Left {
            eprintln!(
                "the webhook endpoint of {} could not be removed from the provider: delete it there",
                receipt.name
            );
        }
    }
    Ok(())
}
