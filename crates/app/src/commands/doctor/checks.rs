//! The checks, one function each. None of them changes anything.

use std::path::Path;

use api::connections::admission;
use connect::{Client, ClientConfig, Key, ProbeState};
use metrics::fx::OLDEST_DAYS;
use model::Clock;
use store::{ConnectionRecord, DataDir, KeyState, MASTER_KEY_FILE, StoreError};
use sync::{RatesState, ReferenceRates};

use super::Finding;
use crate::commands::printed::counted;
use crate::commands::status::LEFT_ENDPOINT;
use crate::folder::Folder;
use crate::outgoing;

/// With less than this, an import is likely to run out of space.
const LEAST_FREE_BYTES: u64 = 1 << 30;
const CATALOG_GONE: &str = "restore the folder from a backup with 'chartsy restore'; without a backup, start with a new folder: the providers still have all data, only settings and keys have to be entered again";
/// Figures follow the provider's clock; ours dates sessions and "now".
const MOST_CLOCK_SKEW_SECONDS: i64 = 60;

pub async fn all(path: &Path, is_offline: bool) -> Vec<Finding> {
    let what = format!("data folder {}", path.display());
    let folder = match DataDir::open_existing(path)
        .map_err(anyhow::Error::from)
        .and_then(|_| Folder::existing(path))
    {
        Ok(folder) => folder,
        Err(error) => {
            let to_do = match error.downcast_ref() {
                Some(StoreError::ReadOnly { .. }) => {
                    "make it writable; a running server then continues on its own"
                }
                Some(StoreError::DiskFull { .. } | StoreError::DiskFailed { .. }) => {
                    "free some space or repair the disk; a running server then continues on its own"
                }
                Some(StoreError::Damaged { .. }) => CATALOG_GONE,
                Some(StoreError::FormatLost { .. }) => {
                    "restore that file as described above; the other data is not affected"
                }
                _ => "set the right folder with --data or CHARTSY_DATA, or connect an account first",
            };
            return vec![Finding::trouble(what, format!("{error:#}"), to_do)];
        }
    };
    let mut findings =
        vec![Finding::well(what), writable(&folder.data), private(path), master_key(&folder), space(path)];
    findings.push(server(&folder.data));
    findings.push(rates(&folder));
    findings.push(outbox(&folder));
    let records = match folder.connections() {
        Ok(records) => records,
        Err(error) => {
            findings.push(Finding::trouble("catalog", format!("{error:#}"), CATALOG_GONE));
            return findings;
        }
    };
    findings.push(Finding::well(format!("catalog: {}", counted(records.len(), "connection"))));
    for record in &records {
        findings.push(integrity(&folder.data, record));
        findings.push(key(&folder, record));
        findings.extend(left_endpoint(&folder, record));
        for problem in crate::commands::status::problems(&folder, record).unwrap_or_default() {
            let what = format!("{}: {}: {}", record.id, problem.title, problem.count);
            findings.push(Finding::trouble(what, problem.detail, "the sync page lists the objects"));
        }
        if let Some(error) = &record.last_error {
            let what = format!("{}: last work", record.id);
            findings.push(Finding::trouble(what, error.message.clone(), error.action.clone()));
        }
        if !is_offline && !record.is_sample {
            findings.extend(provider(&folder, record).await);
        }
    }
    findings
}

fn writable(data: &DataDir) -> Finding {
    match data.try_writing() {
        Ok(()) => Finding::well("the data folder is writable"),
        Err(error) => {
            let to_do = "make it writable for the user that runs chartsy, or free some space";
            Finding::trouble("writing to the data folder", error.to_string(), to_do)
        }
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|facts| facts.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

fn private(path: &Path) -> Finding {
    match mode(path) {
        Some(mode) if mode & 0o077 != 0 => Finding::trouble(
            "permissions of the data folder",
            format!("other users can read it (mode {mode:o})"),
            format!("chmod 700 {}", path.display()),
        ),
        _ => Finding::well("only its owner can read the data folder"),
    }
}

fn master_key(folder: &Folder) -> Finding {
    let (data, path) = (&folder.data, folder.data.path().join(MASTER_KEY_FILE));
    let source = data.key_source();
    match data.key_state(&folder.catalog) {
        Err(error) => Finding::trouble("master key", error.to_string(), StoreError::MASTER_KEY_HELP),
        Ok(KeyState::Lost { reason, .. }) => {
            Finding::trouble("master key", reason, StoreError::MASTER_KEY_HELP)
        }
        Ok(_) if !data.has_key_file() => Finding::well(format!("master key from {source}")),
        Ok(KeyState::Unused) => Finding::well("no master key yet; it is created when it is first needed"),
        Ok(KeyState::Right(keyring)) => match mode(&path) {
            Some(mode) if mode & 0o077 != 0 => Finding::trouble(
                "master key",
                format!("other users can read it (mode {mode:o})"),
                format!(
                    "run chmod 600 {} and 'chartsy keys rotate', and replace the keys of all connections",
                    path.display()
                ),
            ),
            _ if keyring.ids().count() > 1 => Finding::note(
                "master key: a rotation was interrupted, and the old key is still accepted",
                "run 'chartsy keys rotate' to finish it",
            ),
            _ => Finding::well("master key: only its owner can read it"),
        },
    }
}

fn space(path: &Path) -> Finding {
    match free_bytes(path) {
        None => Finding::well("free space: unknown on this system"),
        Some(free) if free < LEAST_FREE_BYTES => Finding::trouble(
            "free space",
            format!("only {} MB are left", free >> 20),
            "free at least 1 GB: an import stops when the disk is full, and continues once there is space",
        ),
        Some(free) => Finding::well(format!("free space: {} GB", free >> 30)),
    }
}

/// From `df`: the standard library does not provide it, and nothing else needs it.
fn free_bytes(path: &Path) -> Option<u64> {
    let output = std::process::Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

fn server(data: &DataDir) -> Finding {
    match data.lock_server() {
        Ok(_) => Finding::well("no server is using this folder"),
        Err(StoreError::AlreadyOpen { .. }) => Finding::well("a server is using this folder"),
        Err(error) => Finding::trouble("server lock", error.to_string(), "check the folder's permissions"),
    }
}

/// Rates that are too old are a problem if a server looks for newer ones and gets none.
fn rates(folder: &Folder) -> Finding {
    let what = "exchange rates";
    let published = ReferenceRates::open(folder.data.clone(), folder.catalog.clone()).published();
    let Some(on) = published.latest_on() else {
        return Finding::trouble(what, "there are none", "use an unmodified build of Chartsy");
    };
    let age = Clock::System.now().day(&jiff::tz::TimeZone::UTC).0 - on.0;
    let state = match RatesState::read(&folder.catalog) {
        Ok(state) => state.unwrap_or_default(),
        Err(error) => return Finding::trouble(what, error.to_string(), CATALOG_GONE),
    };
    let failed = state.attempts.iter().filter_map(|one| Some((&one.address, one.error.as_ref()?)));
    let failed: Vec<String> = failed.map(|(address, error)| format!("{address}: {error}")).collect();
    if age > OLDEST_DAYS && !state.attempts.is_empty() {
        let wrong = format!(
            "the newest are {age} days old, too old to convert today's amounts. {}",
            failed.join("; ")
        );
        let to_do = "check --rates-url and --rates-fallback-url, or enter rates with 'chartsy rates import'";
        return Finding::trouble(what, wrong, to_do);
    }
    let too_old = if age > OLDEST_DAYS { ", too old to convert today's amounts" } else { "" };
    Finding::well(format!("{what}: published up to {on}, {age} days ago{too_old}"))
}

/// Messages that wait for long are a problem, and so is the first one that could not be sent.
fn outbox(folder: &Folder) -> Finding {
    let what = "outbox";
    let facts = match folder.catalog.outbox_facts() {
        Ok(facts) => facts,
        Err(error) => return Finding::trouble(what, error.to_string(), CATALOG_GONE),
    };
    let waiting = match facts.waiting_since {
        Some(since) => format!("{} waiting since {since}", facts.waiting),
        None => "nothing is waiting".to_owned(),
    };
    let told = format!("{waiting}, {} given up in the last 30 days", facts.given_up);
    match facts.last_error {
        Some(error) => Finding::trouble(
            what,
            format!("{told}; the last error was: {error}"),
            "check the mail server with 'chartsy mail test', or --feedback-webhook; messages are sent once it works",
        ),
        None if facts.given_up > 0 => {
            Finding::note(format!("{what}: {told}"), "the server's log says why messages were given up")
        }
        None => Finding::well(format!("{what}: {told}")),
    }
}

fn integrity(data: &DataDir, record: &ConnectionRecord) -> Finding {
    let what = format!("{}: objects", record.id);
    let objects = data.connection_files(&record.id).objects_if_any();
    let found = objects.and_then(|objects| objects.map(|objects| objects.integrity_check()).transpose());
    match found {
        Ok(None) if record.loaded_at.is_some() => {
            let to_do =
                "run 'chartsy sync', which imports everything again, or restore the folder from a backup";
            Finding::trouble(what, "objects.db is missing", to_do)
        }
        Ok(None) => Finding::well(format!("{what}: nothing has been imported yet")),
        Ok(Some(found)) if found.is_empty() => Finding::well(format!("{what}: no damage found")),
        Ok(Some(found)) => Finding::trouble(what, found.join("; "), reload(record)),
        Err(error @ StoreError::Damaged { .. }) => Finding::trouble(what, error.to_string(), reload(record)),
        // The message already says what to do.
        Err(error) => Finding::trouble(what, error.to_string(), "then run this again"),
    }
}

fn reload(record: &ConnectionRecord) -> String {
    format!(
        "import everything again with 'chartsy sync --reload --connection {}', or restore a backup",
        record.id
    )
}

/// Whether the provider's key can still be decrypted.
fn key(folder: &Folder, record: &ConnectionRecord) -> Finding {
    match stored_key(folder, record) {
        Ok(_) => Finding::well(format!("{}: its key can be decrypted", record.id)),
        Err(error) => {
            let again = enter_again(record);
            let to_do = format!("restore the right master key, or {again}");
            Finding::trouble(format!("{}: its key", record.id), format!("{error:#}"), to_do)
        }
    }
}

/// The provider may still deliver to an address that this installation had before. Whether another one listens there now cannot
/// be known from here.
fn left_endpoint(folder: &Folder, record: &ConnectionRecord) -> Option<Finding> {
    let webhook = match folder.catalog.webhook(&record.workspace, &record.id) {
        Ok(webhook) => webhook,
        Err(error) => {
            let what = format!("{}: its webhook", record.id);
            return Some(Finding::trouble(what, error.to_string(), CATALOG_GONE));
        }
    };
    let url = webhook.left_url?;
    let what = format!("{}: another webhook endpoint is left at the provider: {url}", record.id);
    Some(Finding::note(what, LEFT_ENDPOINT))
}

fn enter_again(record: &ConnectionRecord) -> String {
    format!("enter the key again with 'chartsy connect {} --key-stdin'", record.source)
}

/// Reachability, key, permissions and clock, with one request per list.
async fn provider(folder: &Folder, record: &ConnectionRecord) -> Vec<Finding> {
    let what = format!("{}: {}", record.id, record.api_base);
    let key = match stored_key(folder, record) {
        Ok(key) => key,
        Err(error) => {
            let to_do = enter_again(record);
            return vec![Finding::trouble(what, format!("{error:#}"), to_do)];
        }
    };
    let mut config = ClientConfig { network: outgoing::network(), ..ClientConfig::new(key, Clock::System) };
    if let Ok(Some(base)) = admission::parse_base(config.key.source(), Some(&record.api_base)) {
        config.base = base;
    }
    let client = match Client::new(config) {
        Ok(client) => client,
        Err(error) => return vec![Finding::trouble(what, error.to_string(), "check the address")],
    };
    let probes = match client.probe().await {
        Ok(probes) => probes,
        Err(error) => {
            let to_do =
                "check the network and the key; imported data is kept, and syncing continues on its own";
            return vec![Finding::trouble(what, error.to_string(), to_do)];
        }
    };
    let mut findings = vec![Finding::well(format!("{what}: reachable, and the key is accepted"))];
    for probe in probes.iter().filter(|probe| matches!(probe.state, ProbeState::Missing { .. })) {
        let what = format!("{}: {}", record.id, probe.label);
        let to_do = format!("give the key read access to {} in the dashboard", probe.permission);
        findings.push(Finding::trouble(
            what,
            format!("the key may not read it; you lose: {}", probe.without),
            to_do,
        ));
    }
    findings.extend(clock(&client).await);
    findings
}

fn stored_key(folder: &Folder, record: &ConnectionRecord) -> anyhow::Result<Key> {
    let sealed = || folder.catalog.sealed_key(&record.workspace, &record.id);
    let secret = folder.data.unsealed(&folder.catalog, &store::key_context(&record.id), sealed)?;
    let secret = secret.ok_or_else(|| anyhow::anyhow!("no key is stored for it"))?;
    Ok(sync::runner::source_of(record)?.parse_key(secret.expose())?)
}

async fn clock(client: &Client) -> Option<Finding> {
    let server_time = client.server_time().await?;
    let skew = Clock::System.now().0 - server_time.0;
    if skew.abs() <= MOST_CLOCK_SKEW_SECONDS {
        return Some(Finding::well("this machine's clock agrees with the provider's"));
    }
    let wrong =
        format!("it is {} s {} the provider's", skew.abs(), if skew > 0 { "ahead of" } else { "behind" });
    Some(Finding::trouble(
        "this machine's clock",
        wrong,
        "synchronize it with NTP: sessions and \"now\" depend on it",
    ))
}
