//! Deleting something while a server uses the data folder: it has the files of the connections, and goes on working for the others.

use std::time::Duration;

use store::{Catalog, Deletion, StoreError};

use crate::failure::Advice;
use crate::folder::Folder;

/// How often to look whether the server has done it, and how often while nothing moves. It takes up to ten seconds for each connection
/// whose provider does not respond.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const MAX_LOOKS: u32 = 300;

/// Lets the server do it, and waits until nothing is `left`.
pub async fn by_server(
    folder: &Folder,
    deletion: &Deletion,
    left: impl Fn(&Catalog) -> Result<usize, StoreError>,
) -> anyhow::Result<()> {
    let catalog = &folder.catalog;
    let (what, list) = match deletion {
        Deletion::Workspace(_) => ("workspace", "chartsy workspace list"),
        Deletion::Connection(_) => ("connection", "chartsy status"),
    };
    catalog.ask_to_delete(deletion)?;
    eprintln!("a server is using the data folder; waiting until it has deleted the {what}");
    let (mut before, mut looks) = (usize::MAX, 0);
    loop {
        let now = left(catalog)?;
        if now == 0 {
            return Ok(());
        }
        if let Some(why) = catalog.take_refusal_to_delete(deletion)? {
            return Err(Advice::of_refusal(&format!("the server did not delete the {what}: {why}")).into());
        }
        looks = if now < before { 0 } else { looks + 1 };
        before = now;
        if looks == MAX_LOOKS {
            let help = format!(
                "it continues on its own, also after a restart: its log says what is in the way, and '{list}' whether it is done. \
                 A server of an earlier version has to be restarted with this one"
            );
            return Err(Advice::new(format!("the server has not deleted the {what} yet"), help).into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
