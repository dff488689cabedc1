//! `chartsy keys`: the master key that encrypts the providers' keys.

use std::io::{BufRead, Read, Write};

use anyhow::Context;
use model::{Clock, Secret};
use serde_json::json;
use store::{
    KeyId, KeyState, MASTER_KEY_VARIABLE, OLD_MASTER_KEY_VARIABLE, Rotation, SealedCount, StoreError,
};

use crate::arguments::{DataArgs, TextOrJson};
use crate::failure::Advice;
use crate::folder::Folder;

/// A key has 44 characters. No more than this is read.
const MAX_INPUT_BYTES: u64 = 4096;

#[derive(Debug, clap::Args)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show which master key is in use, where it comes from, and what is encrypted with it; never the key itself
    Status {
        #[command(flatten)]
        data: DataArgs,
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
    /// Replace the master key and re-encrypt everything, even while a server is running; run it again after an interruption
    Rotate {
        #[command(flatten)]
        data: DataArgs,
        /// Read the new key from standard input: 32 bytes in base64. By default, a random one is created
        #[arg(long)]
        new_key_stdin: bool,
    },
    /// Start over with another master key after the current one was lost. What is encrypted with it is deleted, such as the keys
    /// of connections, which have to be entered again; all imported data is kept
    ReplaceLost {
        #[command(flatten)]
        data: DataArgs,
        /// Confirm that the lost key can't be found
        #[arg(long)]
        yes: bool,
    },
}

pub fn run(args: Keys) -> anyhow::Result<()> {
    match args.action {
        Action::Status { data, format } => status(&Folder::existing(&data.data)?, format),
        Action::Rotate { data, new_key_stdin } => rotate(&Folder::existing(&data.data)?, new_key_stdin),
        Action::ReplaceLost { data, yes } => replace_lost(&Folder::existing(&data.data)?, yes),
    }
}

fn status(folder: &Folder, format: TextOrJson) -> anyhow::Result<()> {
    let state = folder.data.key_state(&folder.catalog)?;
    let counts = folder.data.sealed_counts(&folder.catalog)?;
    if format == TextOrJson::Json {
        let document = as_json(&state, folder.data.key_source(), &counts);
        writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&document)?)?;
    } else {
        as_text(&state, &folder.data.key_source(), &counts)?;
    }
    match state {
        KeyState::Lost { reason, .. } => Err(StoreError::MasterKeyLost { reason }.into()),
        KeyState::Unused | KeyState::Right(_) => Ok(()),
    }
}

fn as_text(state: &KeyState, source: &str, counts: &[SealedCount]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match state {
        KeyState::Unused => writeln!(out, "no master key yet; it is created when it is first needed")?,
        KeyState::Lost { .. } => writeln!(out, "the master key is missing or is not the right one")?,
        KeyState::Right(keyring) => {
            writeln!(out, "master key {} from {source}", keyring.current())?;
            for other in keyring.ids().filter(|id| *id != keyring.current()) {
                writeln!(out, "also accepted: {other}")?;
            }
        }
    }
    for SealedCount { what, count, unreadable, outdated } in counts {
        let mut notes = String::new();
        if *unreadable > 0 {
            notes.push_str(&format!(", {unreadable} of them can't be decrypted"));
        }
        if *outdated > 0 {
            notes.push_str(&format!(", {outdated} of them with another key: run 'chartsy keys rotate'"));
        }
        writeln!(out, "{what}: {count}{notes}")?;
    }
    Ok(())
}

fn as_json(state: &KeyState, source: String, counts: &[SealedCount]) -> serde_json::Value {
    let text = |id: KeyId| id.to_string();
    let (name, current, others, expected) = match state {
        KeyState::Unused => ("unused", None, Vec::new(), None),
        KeyState::Lost { expected, .. } => ("lost", None, Vec::new(), expected.map(text)),
        KeyState::Right(keyring) => {
            let others = keyring.ids().filter(|id| *id != keyring.current());
            ("right", Some(text(keyring.current())), others.map(text).collect(), None)
        }
    };
    let sealed = counts.iter().map(|one| {
        let SealedCount { what, count, unreadable, outdated } = one;
        json!({"what": what, "count": count, "unreadable": unreadable, "outdated": outdated})
    });
    json!({
        "state": name,
        "source": source,
        "current": current,
        "also_accepted": others,
        "expected": expected,
        "encrypted": sealed.collect::<Vec<_>>(),
    })
}

fn rotate(folder: &Folder, has_new_key: bool) -> anyhow::Result<()> {
    let new_key = has_new_key.then(read_key).transpose()?;
    match folder.data.rotate_key(&folder.catalog, new_key.as_ref())? {
        Rotation::ByHand { current } => Err(by_hand(folder, current).into()),
        Rotation::Done { to, is_resumed, resealed } => {
            let what: Vec<String> =
                resealed.iter().map(|(what, count)| format!("{what} ({count})")).collect();
            let also =
                if is_resumed { "an earlier rotation was interrupted and is now finished; " } else { "" };
            folder.record(None, "master_key.rotated", &to.to_string())?;
            writeln!(std::io::stdout(), "{also}everything is encrypted with master key {to}")?;
            eprintln!("re-encrypted: {}", what.join(", "));
            if folder.data.has_key_file() {
                eprintln!(
                    "keep a copy of {} apart from backups; earlier backups still need the old key",
                    folder.data.key_source()
                );
            } else {
                eprintln!("{}", last_step(folder));
            }
            Ok(())
        }
    }
}

/// Which key is in use is decided where chartsy can't write.
fn by_hand(folder: &Folder, current: KeyId) -> Advice {
    let source = folder.data.key_source();
    let (first, second) = if is_variable(folder) {
        let both =
            format!("the new key in {MASTER_KEY_VARIABLE} and the old one in {OLD_MASTER_KEY_VARIABLE}");
        (
            format!("restart the server with {both}; it accepts both and keeps using the old one"),
            format!("run 'chartsy keys rotate' with {both}; the server continues with the new one"),
        )
    } else {
        (
            format!("let {source} print the new key on its first line and the old one on its second"),
            "run 'chartsy keys rotate'; a running server runs the command again and continues".to_owned(),
        )
    };
    let steps = [
        "create a new key with 'openssl rand -base64 32' and store it as safely as the old one".to_owned(),
        first,
        second,
        last_step(folder),
    ];
    let steps: Vec<String> =
        (1..).zip(&steps).map(|(number, step)| format!("\n  {number}. {step}")).collect();
    let message = format!(
        "nothing was changed: {source} has master key {current}, and only you can put another one there"
    );
    Advice::new(message, format!("in this order:{}", steps.concat()))
}

fn last_step(folder: &Folder) -> String {
    if is_variable(folder) {
        format!("remove {OLD_MASTER_KEY_VARIABLE}; it has no effect once the server is restarted without it")
    } else {
        format!("let {} print the new key only", folder.data.key_source())
    }
}

fn is_variable(folder: &Folder) -> bool {
    folder.data.key_source() == MASTER_KEY_VARIABLE
}

fn read_key() -> anyhow::Result<Secret> {
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(MAX_INPUT_BYTES);
    input.read_line(&mut line).context("the new key could not be read from standard input")?;
    Ok(Secret::new(line.trim()))
}

fn replace_lost(folder: &Folder, is_confirmed: bool) -> anyhow::Result<()> {
    if let KeyState::Lost { reason, .. } = folder.data.key_state(&folder.catalog)?
        && !is_confirmed
    {
        let counts = folder.data.sealed_counts(&folder.catalog)?;
        let gone = counts.iter().filter(|one| one.unreadable > 0);
        let gone: Vec<String> = gone.map(|one| format!("{} ({})", one.what, one.unreadable)).collect();
        let help = format!(
            "if the key can't be found, add --yes: {} are deleted; everything imported is kept",
            gone.join(" and ")
        );
        return Err(Advice::new(reason, help).into());
    }
    let replaced = folder.data.replace_lost_key(&folder.catalog, Clock::System.now())?;
    folder.record(None, "master_key.lost", &replaced.to.to_string())?;
    writeln!(std::io::stdout(), "master key {} from {}", replaced.to, folder.data.key_source())?;
    for record in
        folder.catalog.all_connections()?.iter().filter(|one| replaced.connections.contains(&one.id))
    {
        eprintln!("{} needs its key again: {}", record.id, record.name);
    }
    eprintln!(
        "enter each key on the connection's sync page, or with 'chartsy connect'; authenticator apps have to be set up again, and waiting emails are gone; nothing else is missing"
    );
    Ok(())
}
