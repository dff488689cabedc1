//! `chartsy erase`: a customer's personal data, a connection, or everything; prints what was removed.

use std::io::Write;

use model::{Clock, CustomerId};
use serde_json::json;
use sync::runner::{RemovalReceipt, WebhookRemoval};

use crate::arguments::{ConnectionArgs, DataArgs};
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
    /// A connection with its key, its webhook and all imported data
    Connection {
        /// As 'chartsy status' shows it
        id: String,
        #[command(flatten)]
        data: DataArgs,
    },
    /// The whole data folder: every connection, account, token and the master key
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
            let folder = Folder::existing(&data.data)?;
            let _alone = folder.data.lock_server()?;
            let workspace = folder.connection(Some(id.as_str()))?.workspace;
            let receipt = one(&folder, &id).await?;
            folder.record_with(Some(&workspace), "connection.deleted", &id, Some(receipt.name.clone()))?;
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

/// With what it held.
async fn one(folder: &Folder, id: &str) -> anyhow::Result<RemovalReceipt> {
    let record = folder.connection(Some(id))?;
    let receipt = work::for_command(folder)?.remove(&record.workspace, &record.id).await?;
    if receipt.webhook == WebhookRemoval::Left {
        eprintln!(
            "the webhook endpoint of {} could not be removed from the provider: delete it there",
            receipt.name
        );
    }
    Ok(receipt)
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
        connections.push(one(&folder, record.id.as_str()).await?);
    }
    let path = folder.data.path().to_owned();
    drop(folder);
    std::fs::remove_dir_all(&path).map_err(|error| {
        Advice::new(format!("{} could not be deleted: {error}", path.display()), "delete the rest by hand")
    })?;
    drop(alone);
    Ok(json!({"erased_at": Clock::System.now().0, "folder": path, "connections": connections}))
}
