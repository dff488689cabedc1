//! `chartsy erase`: a customer's personal data, a connection, or everything; prints what was removed.

use std::io::Write;

use model::{Clock, CustomerId};
use serde_json::json;
use store::{Author, Catalog, ConnectionRecord, Deletion, StoreError};
use sync::runner::{RemovalReceipt, WebhookRemoval};

use crate::arguments::{ConnectionArgs, DataArgs};
use crate::commands::by_server::by_server;
use crate::failure::Advice;
use crate::folder::{self, Folder};
use crate::work;

#[derive(Debug, clap::Args)]
pub struct Erase {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A customer's name, contact and card details and free text; ids, amounts and times stay, so no figure changes
    Customer {
        /// The provider's id of the customer
        id: String,
        #[command(flatten)]
        connection: ConnectionArgs,
    },
    /// A connection with its key, its webhook and all imported data; also while a server is running
    Connection {
        /// As 'chartsy status' shows it
        id: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// The whole data folder: every connection, account, token and the master key. Stop the server first
    Everything {
        #[command(flatten)]
        data: DataArgs,
        /// Confirm the deletion
        #[arg(long)]
        yes: bool,
    },
}

pub async fn run(args: Erase) -> anyhow::Result<()> {
    let receipt = match args.what {
        What::Customer { id, connection } => customer(&id, &connection).await?,
        What::Connection { id, data } => {
            let receipt = connection(&Folder::existing(&data.data)?, &id).await?;
            json!({"erased_at": Clock::System.now().0, "connections": [receipt]})
        }
        What::Everything { data, yes } => everything(&data, yes).await?,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&receipt)?)?;
    Ok(())
}

async fn customer(id: &str, connection: &ConnectionArgs) -> anyhow::Result<serde_json::Value> {
    let (folder, record) = folder::one(connection)?;
    let runner = work::for_command(&folder)?;
    let receipt = runner.erase_customer(&record.workspace, &record.id, &CustomerId::from(id)).await?;
    // Only the provider's id: the log outlives the erasure.
    folder.record_with(
        Some(&record.workspace),
        "customer.erased",
        record.id.as_str(),
        Some(id.to_owned()),
    )?;
    eprintln!("erase the customer at the provider too: Chartsy changes no customer data there");
    Ok(serde_json::to_value(receipt)?)
}

async fn connection(folder: &Folder, id: &str) -> anyhow::Result<serde_json::Value> {
    let record = folder.connection(Some(id))?;
    match folder.data.lock_server() {
        Ok(_alone) => Ok(serde_json::to_value(one(folder, &record).await?)?),
        Err(StoreError::AlreadyOpen { .. }) => {
            let left = |catalog: &Catalog| -> Result<usize, StoreError> {
                Ok(usize::from(catalog.connection(&record.workspace, &record.id)?.is_some()))
            };
            by_server(folder, &Deletion::Connection(record.id.clone()), left).await?;
            // Somebody else may have deleted it at the same moment, on a page.
            let Some(receipt) = folder.catalog.take_receipt(&record.id)? else {
                return Ok(json!({"connection": record.id, "name": record.name}));
            };
            let receipt: serde_json::Value = serde_json::from_str(&receipt)?;
            if receipt["webhook"] == serde_json::to_value(WebhookRemoval::Left)? {
                say_left(&record.name);
            }
            Ok(receipt)
        }
        Err(error) => Err(error.into()),
    }
}

/// With what it held.
async fn one(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<RemovalReceipt> {
    let author = Author::operator(Clock::System.now());
    let runner = work::for_command(folder)?;
    let receipt = runner.remove(&record.workspace, &record.id, Some(&author)).await?;
    if receipt.webhook == WebhookRemoval::Left {
        say_left(&receipt.name);
    }
    Ok(receipt)
}

fn say_left(connection: &str) {
    eprintln!("the webhook endpoint of {connection} could not be removed from the provider: delete it there");
}

async fn everything(data: &DataArgs, yes: bool) -> anyhow::Result<serde_json::Value> {
    if !yes {
        let help = "add --yes to confirm; only a backup can undo this";
        return Err(Advice::new("this erases the whole data folder", help).into());
    }
    let folder = Folder::existing(&data.data)?;
    let alone = folder.data.lock_server()?;
    let mut connections = Vec::new();
    for record in folder.catalog.all_connections()? {
        connections.push(one(&folder, &record).await?);
    }
    let path = folder.data.path().to_owned();
    drop(folder);
    std::fs::remove_dir_all(&path).map_err(|error| {
        Advice::new(format!("{} could not be deleted: {error}", path.display()), "delete the rest by hand")
    })?;
    drop(alone);
    Ok(json!({"erased_at": Clock::System.now().0, "folder": path, "connections": connections}))
}
