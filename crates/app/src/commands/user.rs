//! `chartsy user`: who has an account, and help for somebody who can't sign in anymore.

use std::io::{BufRead, IsTerminal, Read, Write};

use anyhow::Context;
use api::access::password;
use console::Term;
use model::{Clock, Secret, WorkspaceId};
use store::{Author, SignInMethod, StoreError};

use crate::arguments::DataArgs;
use crate::commands::serve::REFUSES_GUESSABLE;
use crate::failure::Advice;
use crate::folder::Folder;

/// Longer than any password that is taken. More is not read.
const MAX_INPUT_BYTES: u64 = 4096;

#[derive(Debug, clap::Args)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Set a new password, read from the terminal or from standard input, and sign the user out everywhere
    Password {
        #[command(flatten)]
        data: DataArgs,
        /// Username or email address; needed if there are several users
        login: Option<String>,
        /// Refuse a password that is easy to guess for somebody who knows the user; a server that was started with this option
        /// is obeyed in any case
        #[arg(long, env = "CHARTSY_REFUSE_GUESSABLE_PASSWORDS")]
        refuse_guessable_passwords: bool,
    },
    /// List everyone who has an account, with their workspaces and roles
    List {
        #[command(flatten)]
        data: DataArgs,
    },
    /// Lock a user's account and sign them out everywhere
    Lock {
        #[command(flatten)]
        data: DataArgs,
        /// Username or email address
        login: String,
        /// Lock the account although a workspace then has no owner who can sign in
        #[arg(long)]
        yes: bool,
    },
    /// Turn off two-factor sign-in for a user who has lost both phone and recovery codes
    #[command(name = "reset-2fa")]
    ResetTwoFactor {
        #[command(flatten)]
        data: DataArgs,
        /// Username or email address
        login: String,
    },
    /// Delete a user's account. What they did stays in the audit log, and their workspaces stay
    Delete {
        #[command(flatten)]
        data: DataArgs,
        /// Username or email address
        login: String,
        /// Confirm that it is to be deleted
        #[arg(long)]
        yes: bool,
    },
    /// Unlock a user's account
    Unlock {
        #[command(flatten)]
        data: DataArgs,
        /// Username or email address
        login: String,
    },
}

pub async fn run(args: User) -> anyhow::Result<()> {
    match args.action {
        Action::Password { data, login, refuse_guessable_passwords } => {
            password(&data, login, refuse_guessable_passwords).await
        }
        Action::Delete { data, login, yes } => delete(&Folder::existing(&data.data)?, &login, yes),
        Action::List { data } => list(&Folder::existing(&data.data)?),
        Action::Lock { data, login, yes } => lock(&Folder::existing(&data.data)?, &login, yes),
        Action::ResetTwoFactor { data, login } => reset_two_factor(&Folder::existing(&data.data)?, &login),
        Action::Unlock { data, login } => unlock(&Folder::existing(&data.data)?, &login),
    }
}

fn list(folder: &Folder) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for user in folder.catalog.users()? {
        let roles: Vec<String> = folder
            .catalog
            .memberships(&user.id, &SignInMethod::Password)?
            .into_iter()
            .map(|one| format!("{} of {} ({})", one.role, one.workspace.name, one.workspace.id))
            .collect();
        let locked = user.locked_at.map_or_else(String::new, |at| format!("  locked since {at}"));
        let unconfirmed = match (user.awaits_confirmation, user.email_confirmed_at) {
            (true, _) => "  not confirmed: can't sign in yet",
            (false, None) => "  address not confirmed",
            (false, Some(_)) => "",
        };
        let roles = if roles.is_empty() { "no workspace".to_owned() } else { roles.join(", ") };
        let line =
            format!("{}  {}  <{}>  {roles}{unconfirmed}{locked}", user.username, user.full_name, user.email);
        let line: String = line.chars().map(|c| if model::is_disguising(c) { ' ' } else { c }).collect();
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn lock(folder: &Folder, login: &str, yes: bool) -> anyhow::Result<()> {
    let user = chosen(folder, Some(login))?;
    let owned = folder.catalog.owned_alone(&user.id)?;
    if !yes && user.locked_at.is_none() && !owned.is_empty() {
        let help = "have another member made an owner first; or add --yes: until the account is unlocked, nobody can \
                    hand over or delete the workspace in the pages";
        return Err(only_owner(&user, &owned, help).into());
    }
    folder.catalog.lock_user(&user.id, Some(Clock::System.now()))?;
    folder.record(None, "user.locked", &user.username)?;
    eprintln!("{} is locked and signed out everywhere", user.username);
    Ok(())
}

fn unlock(folder: &Folder, login: &str) -> anyhow::Result<()> {
    let user = chosen(folder, Some(login))?;
    folder.catalog.lock_user(&user.id, None)?;
    folder.record(None, "user.unlocked", &user.username)?;
    eprintln!("{} can sign in again", user.username);
    Ok(())
}

fn delete(folder: &Folder, login: &str, yes: bool) -> anyhow::Result<()> {
    let user = chosen(folder, Some(login))?;
    if !yes {
        let title =
            format!("the account {} of {} would be deleted permanently", user.username, user.full_name);
        return Err(Advice::new(title, "add --yes to delete it; its workspaces and their data stay").into());
    }
    match folder.catalog.delete_user(&user.id, &Author::operator(Clock::System.now())) {
        Ok(_) => {}
        Err(StoreError::OnlyOwner { workspaces }) => {
            let help =
                "make another member an owner, or delete the workspace with 'chartsy workspace delete'";
            return Err(only_owner(&user, &workspaces, help).into());
        }
        Err(error) => return Err(error.into()),
    }
    eprintln!("the account {} was deleted", user.username);
    Ok(())
}

/// With the ids, by which commands name workspaces.
fn only_owner(user: &store::User, of: &[(WorkspaceId, String)], help: &str) -> Advice {
    let of: Vec<String> = of.iter().map(|(id, name)| format!("“{name}” ({id})")).collect();
    Advice::new(format!("{} is the only owner who can sign in of {}", user.username, of.join(", ")), help)
}

fn reset_two_factor(folder: &Folder, login: &str) -> anyhow::Result<()> {
    let user = chosen(folder, Some(login))?;
    if !folder.catalog.delete_second_factors(&user.id)? {
        eprintln!("{} has neither two-factor sign-in nor a passkey; nothing was changed", user.username);
        return Ok(());
    }
    folder.catalog.end_sessions(&user.id, None)?;
    folder.record(None, "two_factor.reset", &user.username)?;
    eprintln!("{} now signs in with the password alone, and was signed out everywhere", user.username);
    Ok(())
}

async fn password(data: &DataArgs, login: Option<String>, refuses_guessable: bool) -> anyhow::Result<()> {
    let folder = Folder::existing(&data.data)?;
    let user = chosen(&folder, login.as_deref())?;
    let password = read_password(&user.username)?;
    let refuses_guessable =
        refuses_guessable || folder.catalog.meta(REFUSES_GUESSABLE)?.is_some_and(|stored| stored == "yes");
    let memberships = folder.catalog.memberships(&user.id, &SignInMethod::Password)?;
    let workspaces = memberships.iter().map(|one| one.workspace.name.as_str());
    let about: Vec<&str> =
        [user.full_name.as_str(), &user.email, &user.username].into_iter().chain(workspaces).collect();
    if let Some((refusal, _)) = password::refusal(password.expose(), &about, refuses_guessable) {
        return Err(Advice::new(refusal, "choose another password; nothing was changed").into());
    }
    let hash = password::hash(password).await.map_err(|problem| anyhow::anyhow!(problem.title))?;
    let ended = folder.catalog.set_password(&user.id, &Secret::new(hash), None)?;
    folder.record(None, "password.changed", &user.username)?;
    let sessions = if ended == 1 { "session" } else { "sessions" };
    eprintln!("{} has a new password; {ended} {sessions} ended", user.username);
    Ok(())
}

/// The user who was named, or the only one.
fn chosen(folder: &Folder, login: Option<&str>) -> anyhow::Result<store::User> {
    if let Some(login) = login {
        let found = folder.catalog.user_by_login(login)?;
        return found.map(|(user, _)| user).ok_or_else(|| {
            let help = "check how it is spelled, or list all users with 'chartsy user list'";
            Advice::new(format!("there is no user '{login}'"), help).into()
        });
    }
    let mut all = folder.catalog.users()?;
    match all.len() {
        1 => Ok(all.remove(0)),
        0 => Err(Advice::new(
            "there is no user yet",
            "run 'chartsy serve', open its address and create the owner account",
        )
        .into()),
        _ => {
            let names: Vec<&str> = all.iter().map(|user| user.username.as_str()).collect();
            Err(Advice::new("there are several users", format!("name one: {}", names.join(" | "))).into())
        }
    }
}

/// Typed twice where somebody types it, because it is not shown; one line of standard input otherwise.
fn read_password(username: &str) -> anyhow::Result<Secret> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        let mut input = std::io::stdin().lock().take(MAX_INPUT_BYTES);
        input.read_line(&mut line).context("the password could not be read from standard input")?;
        return Ok(Secret::new(line.trim_end_matches(['\r', '\n'])));
    }
    let terminal = Term::stderr();
    if !terminal.is_term() {
        let help = "do not redirect standard error, or pass the password on standard input";
        return Err(Advice::new("the prompt would not be visible", help).into());
    }
    let first = ask(&terminal, &format!("New password for {username}: "))?;
    if password::weakness(first.expose()).is_none()
        && ask(&terminal, "Confirm new password: ")?.expose() != first.expose()
    {
        return Err(Advice::new("the passwords don't match", "run it again; nothing was changed").into());
    }
    Ok(first)
}

fn ask(terminal: &Term, question: &str) -> anyhow::Result<Secret> {
    terminal.write_str(question)?;
    let typed = terminal.read_secure_line().context("the password could not be read from the terminal")?;
    Ok(Secret::new(typed))
}
