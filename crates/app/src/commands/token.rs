//! `chartsy token`: tokens for programs.

use std::io::Write;

use api::access::credential;
use api::connections::admission;
use model::{Clock, TokenScope, UnixSeconds, WorkspaceId};
use store::NewToken;

use crate::arguments::DataArgs;
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
        /// A name, such as what the token is for
        #[arg(long, default_value = "command line")]
        name: String,
        /// What the token can do: read_metrics, read_customers (also customers, invoices and payments) or manage
        #[arg(long, value_name = "SCOPE", default_value_t = TokenScope::Manage)]
        scope: TokenScope,
        /// Days until the token expires; by default, it lasts until it is revoked
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in_days: Option<u32>,
        /// The workspace that the token belongs to; by default the first one
        #[arg(long, value_name = "ID")]
        workspace: Option<String>,
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
        /// The id of the token, from 'chartsy token list'
        id: String,
    },
}

pub fn run(args: Token) -> anyhow::Result<()> {
    match args.action {
        Action::Create { data, name, scope, expires_in_days, workspace } => {
            let folder = Folder::open(&data.data)?;
            let workspace = folder.workspace(workspace.as_deref())?.id;
            let now = Clock::System.now();
            let expires_at = expires_in_days.map(|days| UnixSeconds(now.0 + i64::from(days) * 86_400));
            create(&folder, &name, workspace, scope, expires_at)
        }
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Revoke { data, id } => revoke(&Folder::existing(&data.data)?, &id),
    }
}

fn create(
    folder: &Folder,
    name: &str,
    workspace: WorkspaceId,
    scope: TokenScope,
    expires_at: Option<UnixSeconds>,
) -> anyhow::Result<()> {
    let name = admission::check_name(name)?.to_owned();
    let secret = credential::new_token()?;
    let new = NewToken {
        workspace,
        name,
        prefix: credential::shown(&secret),
        token_hash: credential::hash(secret.expose()).to_vec(),
        scope,
        expires_at,
        created_by: None,
    };
    let token = folder.catalog.create_token(&new, Clock::System.now())?;
    let detail = Some(token.scope.as_str().to_owned());
    folder.record_with(Some(&token.workspace), "token.created", &token.name, detail)?;
    writeln!(std::io::stdout(), "{}", secret.expose())?;
    eprintln!("send it as 'Authorization: Bearer …'; it won't be shown again");
    Ok(())
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for of in folder.catalog.all_workspaces()? {
        for token in folder.catalog.tokens(&of.workspace.id)? {
            let used =
                token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {at}"));
            let ends = token.expires_at.map_or_else(String::new, |at| format!(", expires {at}"));
            writeln!(
                out,
                "{}  {}…  {}  {}  created {}, {used}{ends}",
                token.id,
                token.prefix,
                token.scope.as_str(),
                token.name,
                token.created_at
            )?;
        }
    }
    Ok(())
}

fn revoke(folder: &Folder, id: &str) -> anyhow::Result<()> {
    for of in folder.catalog.all_workspaces()? {
        let named = folder.catalog.tokens(&of.workspace.id)?.into_iter().find(|token| token.id == id);
        if folder.catalog.delete_token(&of.workspace.id, id)? {
            let name = named.map_or_else(|| id.to_owned(), |token| token.name);
            folder.record(Some(&of.workspace.id), "token.revoked", &name)?;
            eprintln!("token {id} is revoked");
            return Ok(());
        }
    }
    Err(Advice::new(format!("token '{id}' not found"), "list them with 'chartsy token list'").into())
}
