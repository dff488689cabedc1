//! What happens between a pasted key and a saved connection. The command line uses the same steps.

use ::sync::runner::key_context;
use connect::{
    Account, Client, ClientConfig, ConnectError, Key, KeyError, Limits, Network, Probe, ProbeState, Source,
};
use model::{Clock, ConnectionId, Secret, Settings, WorkspaceId};
use store::{AbsentReason, Catalog, ConnectionRecord, DataDir, NewConnection, StoreError};
use url::Url;

/// Why a key is refused. Every message may be shown.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("'{0}' is not an API address: use http(s)://host, with a path if it has one")]
    Base(String),
    #[error("{base} answers, but not like {}'s API: check the address", .source_of.texts().name)]
    Unlike { base: String, source_of: Source },
    #[error("source not found: use one of {0}")]
    Source(String),
    #[error("a name must have 1 to 100 characters and no control characters")]
    Name,
    #[error("the key may not read {}, and nothing can be computed without it", labels(.0))]
    PermissionsMissing(Vec<Probe>),
    #[error("the key belongs to account {found}, but the connection is for account {expected}")]
    OtherAccount { expected: String, found: String },
    #[error(
        "this key belongs to {}, but the connection is for {}; add it as a new connection",
        mode(!.is_test_mode),
        mode(*.is_test_mode)
    )]
    OtherMode { is_test_mode: bool },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key that was checked, and what it can read. Nothing is saved yet.
pub struct Candidate {
    pub key: Key,
    pub api_base: Url,
    pub account: Account,
    pub probes: Vec<Probe>,
    /// What it reads is test data. Some keys do not say so: the server that accepts them does.
    pub is_test_mode: bool,
}

/// Reads the address of an API; without one it is the provider's own.
///
/// # Errors
/// `Base` when it is not an http(s) address, or carries credentials or a query.
pub fn parse_base(source: Source, text: Option<&str>) -> Result<Option<Url>, AdmissionError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    // What is wrong with it may be a key that was pasted into the wrong field: only a plain address is quoted.
    let refused = || AdmissionError::Base(text.split(['?', '@', '_']).next().unwrap_or_default().to_owned());
    let url: Url = text.parse().map_err(|_| refused())?;
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !is_plain || !is_web {
        return Err(refused());
    }
    let path = source.tidy_path(url.path());
    let mut url = url;
    url.set_path(&path);
    url.set_fragment(None);
    Ok(Some(url))
}

/// The source of this id.
///
/// # Errors
/// `Source` when there is none.
pub fn source(id: &str) -> Result<Source, AdmissionError> {
    Source::of(id).ok_or_else(|| AdmissionError::Source(sources().join(", ")))
}

/// The ids of all sources.
pub fn sources() -> Vec<&'static str> {
    Source::ALL.iter().map(|source| source.id()).collect()
}

/// Asks the provider who the key belongs to and what it may read.
///
/// # Errors
/// When it is not a key, is refused, or the provider cannot be reached.
pub async fn examine(
    source: Source,
    key: &Secret,
    base: Option<Url>,
    network: Network,
    clock: Clock,
) -> Result<Candidate, AdmissionError> {
    let key = source.parse_key(key.expose())?;
    let mut config = ClientConfig { network, ..ClientConfig::new(key.clone(), clock) };
    if let Some(base) = base {
        config.limits = limits_of(&base);
        config.base = base;
    }
    let api_base = config.base.clone();
    let client = Client::new(config)?;
    let account = client.account().await?;
    let probes = client.probe().await?;
    if probes.iter().filter(|probe| probe.is_required).all(|probe| probe.state == ProbeState::Absent) {
        return Err(AdmissionError::Unlike { base: api_base.to_string(), source_of: source });
    }
    let is_test_mode = client.is_test_mode();
    Ok(Candidate { key, api_base, account, probes, is_test_mode })
}

/// A server on this machine has no limits to share with the account's other tools.
fn limits_of(base: &Url) -> Limits {
    if connect::is_on_this_machine(base) { Limits::None } else { Limits::Published }
}

impl Candidate {
    pub fn source(&self) -> Source {
        self.key.source()
    }

    pub fn missing_required(&self) -> Vec<Probe> {
        let is_missing = |probe: &&Probe| probe.is_required && probe.state != ProbeState::Granted;
        self.probes.iter().filter(is_missing).cloned().collect()
    }

    /// Kinds that cannot be had, and why.
    fn absent(&self) -> Vec<(model::ObjectKind, AbsentReason)> {
        // What is not a list feeds no figure.
        let lists = self.probes.iter().filter(|probe| self.source().list(probe.kind).is_some());
        let reasons = lists.filter_map(|probe| match probe.state {
            ProbeState::Granted => None,
            ProbeState::Missing { .. } => Some((probe.kind, AbsentReason::Forbidden)),
            ProbeState::Absent => Some((probe.kind, AbsentReason::Absent)),
        });
        reasons.collect()
    }

    /// The connection that the workspace has with this mode of this account of this server already.
    ///
    /// # Errors
    /// What the catalog says.
    pub fn existing(
        &self,
        catalog: &Catalog,
        workspace: &WorkspaceId,
    ) -> Result<Option<ConnectionRecord>, StoreError> {
        let (account, base) = (&self.account.id, self.api_base.as_str());
        catalog.find_by_account(workspace, self.source().id(), account, base, self.is_test_mode)
    }

    /// Saves it as a new connection with its key.
    ///
    /// # Errors
    /// `PermissionsMissing` when nothing could be computed, `AlreadyConnected`, or what the disk says.
    pub fn save(
        &self,
        destination: &Destination<'_>,
        wishes: Wishes<'_>,
        clock: &Clock,
    ) -> Result<ConnectionRecord, AdmissionError> {
        let Wishes { name, is_sample, gdpr } = wishes;
        let missing = self.missing_required();
        if !missing.is_empty() {
            return Err(AdmissionError::PermissionsMissing(missing));
        }
        let account = &self.account;
        let name = name.map(check_name).transpose()?;
        let new = NewConnection {
            workspace: destination.workspace.clone(),
            source: self.source().id().to_owned(),
            name: name.or(account.name.as_deref()).unwrap_or(self.source().texts().name).to_owned(),
            account_id: account.id.clone(),
            account_name: account.name.clone(),
            api_base: self.api_base.to_string(),
            is_test_mode: self.is_test_mode,
            is_sample,
            settings: Settings { gdpr, ..Settings::default() },
            default_currency: account.default_currency,
            absent: self.absent(),
        };
        let record = destination.catalog.create_connection(&new, clock.now())?;
        if let Err(error) = self.save_key(destination, &record.id) {
            // A connection without a key would only ever fail.
            destination.catalog.for_server().delete_connection(destination.workspace, &record.id)?;
            return Err(error);
        }
        Ok(record)
    }

    /// Puts this key in place of a connection's.
    ///
    /// # Errors
    /// `OtherAccount` or `OtherMode` when it opens another account or mode, `PermissionsMissing` when nothing could be computed.
    pub fn replace_key(
        &self,
        destination: &Destination<'_>,
        record: &ConnectionRecord,
    ) -> Result<(), AdmissionError> {
        let missing = self.missing_required();
        if !missing.is_empty() {
            return Err(AdmissionError::PermissionsMissing(missing));
        }
        if self.is_test_mode != record.is_test_mode {
            return Err(AdmissionError::OtherMode { is_test_mode: record.is_test_mode });
        }
        // Where the server does not tell its account, the id comes from the key, and a new key is another id.
        let are_known = [&self.account.id, &record.account_id].into_iter().all(|id| !Account::is_derived(id));
        if are_known && self.account.id != record.account_id {
            return Err(AdmissionError::OtherAccount {
                expected: record.account_id.to_string(),
                found: self.account.id.to_string(),
            });
        }
        self.save_key(destination, &record.id)?;
        destination.catalog.update_connection(destination.workspace, &record.id, |record| {
            // What was not read stays so until it is; what may not be read any more is found out by the next work.
            let new = self
                .absent()
                .into_iter()
                .filter(|(kind, _)| record.absent.iter().all(|(old, _)| old != kind));
            let new: Vec<_> = new.collect();
            record.absent.extend(new);
            record.last_error = None;
        })?;
        Ok(())
    }

    fn save_key(&self, destination: &Destination<'_>, id: &ConnectionId) -> Result<(), AdmissionError> {
        let Destination { data, catalog, workspace } = destination;
        let keep = |sealed: &[u8]| catalog.set_sealed_key(workspace, id, sealed, &self.key.hint());
        Ok(data.seal(catalog, &key_context(id), self.key.secret(), keep)?)
    }
}

/// What is chosen about a new connection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes<'a> {
    /// By default the account's name.
    pub name: Option<&'a str>,
    pub is_sample: bool,
    /// Nothing that identifies a customer is kept.
    pub gdpr: bool,
}

/// Where a connection is saved.
pub struct Destination<'a> {
    pub data: &'a DataDir,
    pub catalog: &'a Catalog,
    pub workspace: &'a WorkspaceId,
}

/// A name as it is kept.
///
/// # Errors
/// `Name` when it is empty, too long, or holds what moves a terminal's cursor.
pub fn check_name(name: &str) -> Result<&str, AdmissionError> {
    let name = name.trim();
    let is_text = !model::shows_nothing(name) && !name.chars().any(model::is_disguising);
    if is_text && name.chars().count() <= 100 { Ok(name) } else { Err(AdmissionError::Name) }
}

fn mode(is_test_mode: bool) -> &'static str {
    if is_test_mode { "test mode" } else { "live mode" }
}

fn labels(probes: &[Probe]) -> String {
    probes.iter().map(|probe| probe.label).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: Source = Source::ALL[0];

    #[test]
    fn an_address_may_carry_a_path_and_nothing_secret() {
        let parse_base = |text| parse_base(SOURCE, text);
        assert!(parse_base(None).unwrap().is_none());
        assert!(parse_base(Some("  ")).unwrap().is_none());
        assert_eq!(parse_base(Some("https://proxy.example/billing/")).unwrap().unwrap().path(), "/billing");
        let same = ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"];
        assert!(same.iter().all(|one| parse_base(Some(one)).unwrap().unwrap().as_str() == "http://h:1/"));
        for bad in ["api.example.com", "ftp://x", "http://", "https://user:pw@host", "https://host/?key=1"] {
            assert!(parse_base(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_in_the_wrong_field_is_not_repeated() {
        let error = parse_base(SOURCE, Some("sk_live_secret")).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
