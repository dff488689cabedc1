//! The data folder, and which of its connections a command is about.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::Context;
use model::{Clock, WorkspaceId};
use store::{
    Actor, Catalog, ConnectionRecord, DataDir, KeyCommand, KeyState, NewAuditEntry, StoreError, Workspace,
};

use sync::Business;

use crate::arguments::ConnectionArgs;
use crate::failure::{Advice, connect_command};
use crate::outgoing;

/// In place of a connection's id: all that add up.
const ALL: &str = "all";

/// The command that prints the master key, where there is one. It is the same for the whole process.
static MASTER_KEY_COMMAND: OnceLock<String> = OnceLock::new();

/// Takes the master key of every folder from a command.
pub fn take_master_key_from(command: String) {
    // Set once, before anything is opened.
    let _ = MASTER_KEY_COMMAND.set(command);
}

/// A data folder with its catalog open. The command line is its operator's: it reaches the connections of all workspaces, and
/// adds what is new to the default one.
pub struct Folder {
    pub data: DataDir,
    pub catalog: Catalog,
    pub workspace: WorkspaceId,
}

impl Folder {
    /// Opens a folder, or creates it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        Self::with(DataDir::open(path)?)
    }

    /// Opens a folder that must exist.
    pub fn existing(path: &Path) -> anyhow::Result<Self> {
        let data = DataDir::open_existing(path).map_err(|error| match error {
            store::StoreError::Missing { path } => anyhow::Error::from(Advice::new(
                format!("no data folder at {}", path.display()),
                format!(
                    "set it with --data or CHARTSY_DATA, or create one with '{}' or 'chartsy serve'",
                    connect_command()
                ),
            )),
            other => other.into(),
        })?;
        Self::with(data)
    }

    fn with(data: DataDir) -> anyhow::Result<Self> {
        let data = match MASTER_KEY_COMMAND.get() {
            Some(line) => data.with_key_command(KeyCommand::parse(line)?)?,
            None => data,
        };
        let catalog = data.catalog().context("the catalog can't be opened")?;
        outgoing::obey_server(catalog.meta(outgoing::OF_SERVER)?.as_deref());
        let workspace = catalog.default_workspace()?.id;
        Ok(Self { data, catalog, workspace })
    }

    /// Warns where the master key is missing or another one: the figures can be read all the same.
    ///
    /// # Errors
    /// When no key can be had from where it is expected, although there may be one.
    pub fn check_master_key(&self) -> anyhow::Result<()> {
        match self.data.key_state(&self.catalog)? {
            KeyState::Unused => {}
            // Notes which key is in use, where an earlier version did not.
            KeyState::Right(_) => {
                self.data.keyring(&self.catalog)?;
            }
            KeyState::Lost { reason, .. } => {
                let advice = StoreError::MASTER_KEY_HELP;
                tracing::error!(
                    reason,
                    advice,
                    "nothing can be fetched from the providers without the master key"
                );
            }
        }
        Ok(())
    }

    /// The workspace that was named by its id, or the default one.
    pub fn workspace(&self, named: Option<&str>) -> anyhow::Result<Workspace> {
        let Some(id) = named else { return Ok(self.catalog.default_workspace()?) };
        let all = self.catalog.all_workspaces()?;
        let found = all.into_iter().find(|one| one.workspace.id.as_str() == id);
        found.map(|one| one.workspace).ok_or_else(|| {
            let help = "list them with 'chartsy workspace list'";
            Advice::new(format!("workspace '{id}' not found"), help).into()
        })
    }

    /// Writes what the operator did to the audit log. Without a workspace it concerns an account: those that it belongs to see it.
    pub fn record(
        &self,
        workspace: Option<&WorkspaceId>,
        action: &'static str,
        subject: &str,
    ) -> anyhow::Result<()> {
        self.record_with(workspace, action, subject, None)
    }

    /// The same with what else has to be known: no secret, and no personal data of customers.
    pub fn record_with(
        &self,
        workspace: Option<&WorkspaceId>,
        action: &'static str,
        subject: &str,
        detail: Option<String>,
    ) -> anyhow::Result<()> {
        let entry = NewAuditEntry {
            workspace: workspace.cloned(),
            actor: Actor::Operator,
            action,
            subject: Some(subject.to_owned()),
            detail,
            address: None,
        };
        Ok(self.catalog.add_audit_entry(&entry, Clock::System.now())?)
    }

    pub fn connections(&self) -> anyhow::Result<Vec<ConnectionRecord>> {
        Ok(self.catalog.all_connections()?)
    }

    /// The connection that was named, or the only one.
    pub fn connection(&self, named: Option<&str>) -> anyhow::Result<ConnectionRecord> {
        if named == Some(ALL) {
            let help = "name one of those that 'chartsy status' lists";
            return Err(Advice::new("this command is about a single connection", help).into());
        }
        if let Some(id) = named {
            let found = self.connections()?.into_iter().find(|record| record.id.as_str() == id);
            return found.ok_or_else(|| {
                Advice::new(format!("connection '{id}' not found"), "list them with 'chartsy status'").into()
            });
        }
        let mut all = self.connections()?;
        match all.len() {
            1 => Ok(all.remove(0)),
            0 => Err(Advice::nothing_connected().into()),
            _ => {
                let ids: Vec<&str> = all.iter().map(|record| record.id.as_str()).collect();
                Err(Advice::new(
                    "there are several connections",
                    format!("add --connection {}", ids.join(" | ")),
                )
                .into())
            }
        }
    }

    /// The connection that was named, or the only one; with `all` or a workspace's id, all of its connections together.
    fn business(&self, named: Option<&str>) -> anyhow::Result<Business> {
        let workspaces = self.catalog.all_workspaces()?;
        let ids = workspaces.iter().map(|one| &one.workspace.id);
        let together = |id: &WorkspaceId| -> anyhow::Result<Business> {
            Business::of_workspace(&self.catalog, id)?.ok_or_else(|| Advice::nothing_connected().into())
        };
        match named {
            Some(ALL) => {
                let mut used = Vec::new();
                for id in ids {
                    if !self.catalog.connections(id)?.is_empty() {
                        used.push(id);
                    }
                }
                match used.as_slice() {
                    [] => Err(Advice::nothing_connected().into()),
                    [only] => together(only),
                    several => {
                        let ids: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                        let help = format!("add --connection {}", ids.join(" | "));
                        Err(Advice::new("there are several workspaces with connections", help).into())
                    }
                }
            }
            Some(id) if ids.clone().any(|own| own.as_str() == id) => together(&id.into()),
            named => Ok(Business::One(Box::new(self.connection(named)?))),
        }
    }

    /// The connections that a command for one or all of them is about.
    pub fn chosen(&self, named: Option<&str>) -> anyhow::Result<Vec<ConnectionRecord>> {
        if named.is_some() { Ok(vec![self.connection(named)?]) } else { self.connections() }
    }
}

/// The folder, and what a command of figures is about: a connection, or all of a workspace's together.
pub fn business(args: &ConnectionArgs) -> anyhow::Result<(Folder, Business)> {
    let folder = Folder::existing(&args.data.data)?;
    let business = folder.business(args.connection.as_deref())?;
    Ok((folder, business))
}

/// The folder and the one connection that a reading command is about.
pub fn one(args: &ConnectionArgs) -> anyhow::Result<(Folder, ConnectionRecord)> {
    let folder = Folder::existing(&args.data.data)?;
    let record = folder.connection(args.connection.as_deref())?;
    Ok((folder, record))
}
