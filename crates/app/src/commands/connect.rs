//! `chartsy connect SOURCE`: from a key to the whole history. Run again for the same account, it goes on.

use std::io::{BufRead, Read, Write};

use anyhow::Context;
use api::connections::admission::{self, AdmissionError, Candidate, Destination, Wishes};
use connect::{ProbeState, Source};
use model::{Clock, Secret};
use store::{ConnectionRecord, StoreError};
use sync::SyncError;

use crate::arguments::{DataArgs, ProviderShareArgs};
use crate::failure::Advice;
use crate::folder::Folder;
use crate::outgoing;
use crate::stop::StopSignal;
use crate::work;

/// Keys have about 110 characters. No more than this is read.
const MAX_INPUT_BYTES: u64 = 4096;

/// An account of one of the sources.
#[derive(Debug)]
pub struct Connect {
    source: Source,
    /// Whom the key belongs to, where that is entered beside it.
    owner: Option<String>,
    account: AccountArgs,
}

/// The argument for it.
const OWNER: &str = "key_owner";

/// One subcommand a source, so that each is found and described by its own name.
impl clap::Args for Connect {
    fn augment_args(command: clap::Command) -> clap::Command {
        let sources = Source::ALL.iter().map(|source| {
            let api_base = |arg: clap::Arg| arg.help(source.texts().api_base);
            let command = AccountArgs::augment_args(clap::Command::new(source.command()));
            // After its arguments: what they have in common with other commands would describe it instead.
            let command =
                command.mut_arg("api_base", api_base).about(source.texts().account).long_about(None);
            let Some(owner) = source.key_owner() else { return command };
            let argument = clap::Arg::new(OWNER).long(owner.argument).value_name("N").required(true);
            command.arg(argument.help(owner.help))
        });
        command.subcommand_required(true).arg_required_else_help(true).subcommands(sources)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Connect {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (name, matches) = matches.subcommand().ok_or_else(missing)?;
        let source = Source::ALL.iter().find(|source| source.command() == name).ok_or_else(missing)?;
        let owner = matches.try_get_one::<String>(OWNER).ok().flatten().cloned();
        Ok(Self { source: *source, owner, account: AccountArgs::from_arg_matches(matches)? })
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Debug, clap::Args)]
struct AccountArgs {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    share: ProviderShareArgs,
    /// Read the key from standard input, so that it does not show in the list of processes
    #[arg(long, required = true)]
    key_stdin: bool,
    /// Where the API is, when it is not the provider's own address; may carry a path
    #[arg(long, value_name = "URL")]
    api_base: Option<String>,
    /// The connection's name; by default the account's name
    #[arg(long)]
    name: Option<String>,
    /// Store nothing that identifies a customer: no names, contact or card details, no free text
    #[arg(long)]
    gdpr: bool,
    /// Return once the connection is saved; a running server imports it
    #[arg(long)]
    no_wait: bool,
}

pub async fn run(args: Connect) -> anyhow::Result<()> {
    let Connect { source, owner, account: args } = args;
    let key = source.owned_key(owner.as_deref(), &read_key()?);
    if args.api_base.as_deref().is_some_and(|base| base.trim().is_empty()) {
        let help = format!("omit --api-base to use {} itself", source.texts().name);
        return Err(Advice::new("the API address is empty", help).into());
    }
    let base = admission::parse_base(source, args.api_base.as_deref())?;
    if let Some(name) = args.name.as_deref() {
        admission::check_name(name)?;
    }
    // A folder that is there says whom its server may reach. What is wrong with it is reported when it is opened below.
    drop(Folder::existing(&args.data.data));
    // Before anything is created on disk, so that an invalid key leaves nothing behind.
    let examined = admission::examine(source, &key, base, outgoing::network(), Clock::System).await;
    let candidate = examined.map_err(|error| explained(source, error))?;
    tell_permissions(&candidate)?;
    let folder = Folder::open(&args.data.data)?;
    let wishes = Wishes { name: args.name.as_deref(), gdpr: args.gdpr, is_sample: false };
    let record = save(&folder, &candidate, wishes)?;
    writeln!(std::io::stdout(), "{}", record.id)?;
    if args.no_wait {
        eprintln!("saved; a running server imports it now; otherwise run 'chartsy serve' or 'chartsy sync'");
        return Ok(());
    }
    let runner = work::for_import(&folder, args.share);
    match work::sync_shown(&runner, &record).await {
        Err(error) if is_in_use(&error) => follow(&folder, &record).await?,
        outcome => outcome?,
    }
    let record = folder.connection(Some(record.id.as_str()))?;
    let through = record.data_through.map_or_else(|| "an unknown time".to_owned(), |at| at.to_string());
    eprintln!("{} is imported, data through {through}", record.name);
    for problem in crate::commands::status::problems(&folder, &record)? {
        eprintln!("note: {}: {}", problem.title, problem.count);
    }
    Ok(())
}

/// Where this source's keys are made, where what was given is none.
fn explained(source: Source, error: AdmissionError) -> anyhow::Error {
    if !matches!(error, AdmissionError::Key(_)) {
        return error.into();
    }
    let link = source.key_link().map_or_else(String::new, |link| format!(": {link}"));
    Advice::no_key(error.to_string(), format!("{}{link}", source.texts().new_key)).into()
}

fn read_key() -> anyhow::Result<Secret> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(MAX_INPUT_BYTES);
    input.read_line(&mut line).context("the key could not be read from standard input")?;
    Ok(Secret::new(line.trim()))
}

/// Prints each list that can't be read and what will be missing. Fails if a required one is among them.
fn tell_permissions(candidate: &Candidate) -> anyhow::Result<()> {
    for probe in &candidate.probes {
        let why = match &probe.state {
            ProbeState::Granted => continue,
            ProbeState::Missing { permission: Some(name) } => format!("the key lacks the permission {name}"),
            ProbeState::Missing { permission: None } => format!("the key may not read {}", probe.permission),
            ProbeState::Absent => "the server has no such list".to_owned(),
        };
        let weight = if probe.is_required { "required" } else { "you lose" };
        eprintln!("{}: {why}; {weight}: {}", probe.label, probe.without);
    }
    let missing = candidate.missing_required();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|probe| probe.permission).collect();
    let link = candidate.source().key_link().map_or_else(String::new, |link| format!(": {link}"));
    let help = format!("give the key read access to {}{link}", names.join(", "));
    Err(Advice::permission_missing(AdmissionError::PermissionsMissing(missing).to_string(), help).into())
}

/// The account's connection: the existing one, which uses this key from now on, or a new one.
fn save(folder: &Folder, candidate: &Candidate, wishes: Wishes<'_>) -> anyhow::Result<ConnectionRecord> {
    let destination =
        Destination { data: &folder.data, catalog: &folder.catalog, workspace: &folder.workspace };
    let Some(existing) = candidate.existing(&folder.catalog, &folder.workspace)? else {
        return Ok(candidate.save(&destination, wishes, &Clock::System)?);
    };
    candidate.replace_key(&destination, &existing)?;
    folder.catalog.update_connection(&folder.workspace, &existing.id, |record| {
        if let Some(name) = wishes.name {
            record.name = name.to_owned();
        }
        // GDPR mode is only ever switched off deliberately, in the settings.
        record.settings.gdpr |= wishes.gdpr;
    })?;
    eprintln!("{} is already connected; continuing with it", existing.name);
    Ok(existing)
}

/// Another process, most likely a server, is working on this connection.
fn is_in_use(error: &anyhow::Error) -> bool {
    let held = |error: &SyncError| matches!(error, SyncError::Store(StoreError::AlreadyOpen { .. }));
    error.downcast_ref::<SyncError>().is_some_and(held)
}

/// Shows the progress of the other process, from what it writes, until it is done or has stopped.
async fn follow(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<()> {
    const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);
    eprintln!("a running server is importing; showing its progress");
    let mut stop_signal = StopSignal::listen()?;
    let mut last = 0;
    loop {
        let now = folder.connection(Some(record.id.as_str()))?;
        if now.loaded_at.is_some() && now.data_through >= record.data_through {
            return Ok(());
        }
        if let Some(error) = now.last_error.filter(|_| now.state == store::ConnectionState::Failed) {
            return Err(Advice::new(error.message, error.action).into());
        }
        let done = crate::commands::status::objects_done(folder, record)?;
        if done != last {
            eprintln!("{done} objects");
            last = done;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            stopped = stop_signal.received() => return Ok(stopped?),
        }
    }
}
