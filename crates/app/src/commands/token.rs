//! `chartsy token`: tokens for programs.

use std::io::Write;

use api::access::credential;
use api::connections::admission;
use model::Clock;
use store::NewToken;

use crate::cli::DataArgs;
use crate::failure::Advice;
use crate::folder::Folder;

#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a token and print it; it won't be shown again
    Create {
        #[command(flatten)]
        data: DataArgs,
        /// What it is for
        #[arg(long, default_value = "command line")]
        name: String,
    },
    /// List the tokens
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Revoke a token
    Revoke {
        #[command(flatten)]
        data: DataArgs,
        /// Its id, from 'chartsy token list'
        id: String,
    },
}

pub fn run(args: Token) -> anyhow::Result<()> {
    match args.action {
        Action::Create { data, name } => create(&Folder::open(&data.data)?, &name),
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Revoke { data, id } => revoke(&Folder::existing(&data.data)?, &id),
    }
}

fn create(folder: &Folder, name: &str) -> anyhow::Result<()> {
    let name = admission::check_name(name)?.to_owned();
    let secret = credential::new_token()?;
    let new = NewToken {
        workspace: folder.workspace.clone(),
        name,
        prefix: credential::shown(&secret),
        token_hash: credential::hash(secret.expose()).to_vec(),
    };
    folder.catalog.create_token(&new, Clock::System.now())?;
    writeln!(std::io::stdout(), "{}", secret.expose())?;
    eprintln!("send it as 'Authorization: Bearer …'; it won't be shown again");
    Ok(())
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for token in folder.catalog.tokens(&folder.workspace)? {
        let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
        writeln!(out, "{}  {}…  {}  made {}, {used}", token.id, token.prefix, token.name, token.created_at)?;
    }
    Ok(())
}

fn revoke(folder: &Folder, id: &str) -> anyhow::Result<()> {
    if folder.catalog.delete_token(&folder.workspace, id)? {
        eprintln!("token {id} is revoked");
        return Ok(());
    }
    Err(Advice::new(format!("token '{id}' not found"), "list them with 'chartsy token list'").into())
}
