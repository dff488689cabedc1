//! The ledger's file, with the rules and objects that it was built from, so that an outdated one is never used.

use jiff::tz::TimeZone;
use metrics::columns::{FORMAT_VERSION, Ledger};
use model::{LedgerRules, RestatementReason, Settings};
use store::{ConnectionFiles, LedgerFile, Objects, StoreError};

use crate::problems::{PROBLEMS, Problem};
use crate::writing::SEQUENCE;

/// Goes up whenever the same objects give another ledger than before.
const RULES_VERSION: u32 = 2;

const FINGERPRINT: &str = "fingerprint";
const VERSION: &str = LedgerFile::VERSION;
/// The ledger version after a reload: higher than any version of the old data, lower than any of the new.
pub const FIRST_VERSION: &str = "first_ledger_version";
/// Whose days the figures had when they were last shown.
const ZONE: &str = "zone";

/// A connection's ledger on disk, for one set of rules. Damage of it is not an error: it is made again.
pub struct Keeper {
    files: ConnectionFiles,
    file: LedgerFile,
    rules: LedgerRules,
    zone_name: String,
}

/// What is stored, whatever it was made by.
#[derive(Debug)]
pub struct Previous {
    pub ledger: Ledger,
    /// What it was made by, where that is another now.
    pub differs_by: Option<RestatementReason>,
}

/// What is kept with a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerMeta {
    /// Of the objects that it was made of.
    pub sequence: Option<String>,
    /// Moves with every change, so that other processes see one.
    pub version: u64,
    /// Objects that are not in it.
    pub problems: Vec<Problem>,
}

impl Keeper {
    /// Opens the file; one that cannot be read is deleted, since it can be made again.
    ///
    /// # Errors
    /// What the store says.
    pub fn open(files: &ConnectionFiles, settings: &Settings) -> Result<Self, StoreError> {
        let file = match files.ledger() {
            Err(StoreError::Damaged { .. } | StoreError::NewerFormat { .. }) => {
                files.delete_ledger()?;
                files.ledger()?
            }
            opened => opened?,
        };
        let (files, zone_name) = (files.clone(), settings.zone_name().to_owned());
        Ok(Self { files, file, rules: settings.rules, zone_name })
    }

    /// The stored ledger. `None`: there is none, or it is damaged or was made by other rules.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub fn load(&self, zone: TimeZone) -> Result<Option<Ledger>, StoreError> {
        nothing_if_damaged(self.read(zone))
    }

    fn read(&self, zone: TimeZone) -> Result<Option<Ledger>, StoreError> {
        if self.file.meta(FINGERPRINT)?.as_deref() != Some(fingerprint(self.rules).as_str()) {
            return Ok(None);
        }
        let ledger = Ledger::from_bytes(self.file.load()?, zone);
        Ok(ledger.inspect_err(|damaged| tracing::warn!(%damaged, "the stored ledger can't be used")).ok())
    }

    /// What was shown last, also when it was made by other settings or of fewer objects. `None`: there is nothing, or
    /// it cannot be read any more.
    ///
    /// # Errors
    /// What the store says, but for damage.
    pub fn previous(&self) -> Result<Option<Previous>, StoreError> {
        nothing_if_damaged(self.read_previous())
    }

    fn read_previous(&self) -> Result<Option<Previous>, StoreError> {
        let Some(made_by) = self.file.meta(FINGERPRINT)? else { return Ok(None) };
        let other_zone = self.other_zone()?;
        let differs_by = if other_zone.is_some() || !made_by.ends_with(&words(self.rules)) {
            Some(RestatementReason::SettingsChanged)
        } else {
            (made_by != fingerprint(self.rules)).then_some(RestatementReason::RulesChanged)
        };
        let zone = other_zone.or_else(|| zone_named(&self.zone_name)).unwrap_or(TimeZone::UTC);
        let ledger = Ledger::from_bytes(self.file.load()?, zone);
        Ok(ledger.ok().map(|ledger| Previous { ledger, differs_by }))
    }

    /// The zone of the figures that were shown last, where it is another now.
    ///
    /// # Errors
    /// What the store says.
    pub fn other_zone(&self) -> Result<Option<TimeZone>, StoreError> {
        let stored = nothing_if_damaged(self.file.meta(ZONE))?.filter(|name| *name != self.zone_name);
        Ok(stored.and_then(|name| zone_named(&name)))
    }

    /// Says that figures are shown in the days of this keeper's zone from now on.
    ///
    /// # Errors
    /// What the store says.
    pub fn put_zone(&mut self) -> Result<(), StoreError> {
        self.file.put([], &[(ZONE.to_owned(), self.zone_name.clone())])
    }

    /// Of the objects that the stored ledger was made of.
    ///
    /// # Errors
    /// What the store says.
    pub fn sequence(&self) -> Result<Option<String>, StoreError> {
        nothing_if_damaged(self.file.meta(SEQUENCE))
    }

    /// Whether objects are left out of the stored ledger.
    ///
    /// # Errors
    /// What the store says.
    pub fn has_problems(&self) -> Result<bool, StoreError> {
        let problems = nothing_if_damaged(self.file.meta(PROBLEMS))?;
        Ok(problems.is_some_and(|problems| !problems.is_empty() && problems != "[]"))
    }

    /// Higher than that of any ledger before, also of other objects than these: a process that has one in memory sees that it moved.
    ///
    /// # Errors
    /// What the store says.
    pub fn next_version(&self, objects: &Objects) -> Result<u64, StoreError> {
        let first = objects.meta(FIRST_VERSION)?.and_then(|first| first.parse().ok()).unwrap_or(0);
        Ok(self.version()?.max(first) + 1)
    }

    /// Zero where nothing was ever stored.
    ///
    /// # Errors
    /// What the store says.
    pub fn version(&self) -> Result<u64, StoreError> {
        Ok(nothing_if_damaged(self.file.meta(VERSION))?.and_then(|version| version.parse().ok()).unwrap_or(0))
    }

    /// Puts a ledger in place of what is stored.
    ///
    /// # Errors
    /// What the store says.
    pub fn put_all(&mut self, ledger: &Ledger, kept: &LedgerMeta) -> Result<(), StoreError> {
        let blobs = ledger.blob_ids().filter_map(|id| Some((id, ledger.to_bytes(id)?)));
        let mut meta = self.meta(kept);
        let problems = serde_json::to_string(&kept.problems).unwrap_or_default();
        meta.push((PROBLEMS.to_owned(), problems));
        match self.file.replace_all(blobs, &meta) {
            Err(StoreError::Damaged { .. }) => {
                tracing::warn!("the stored ledger is damaged; rebuilding it");
                self.files.delete_ledger()?;
                self.file = self.files.ledger()?;
                let blobs = ledger.blob_ids().filter_map(|id| Some((id, ledger.to_bytes(id)?)));
                self.file.replace_all(blobs, &meta)
            }
            replaced => replaced,
        }
    }

    /// Stores the blobs of a ledger that changed since the stored one.
    ///
    /// # Errors
    /// What the store says.
    pub fn put_dirty(&mut self, ledger: &Ledger, dirty: &[u32], kept: &LedgerMeta) -> Result<(), StoreError> {
        let blobs: Vec<_> = dirty.iter().filter_map(|id| Some((*id, ledger.to_bytes(*id)?))).collect();
        self.file.put(blobs, &self.meta(kept))
    }

    fn meta(&self, kept: &LedgerMeta) -> Vec<(String, String)> {
        vec![
            (FINGERPRINT.to_owned(), fingerprint(self.rules)),
            (ZONE.to_owned(), self.zone_name.clone()),
            (SEQUENCE.to_owned(), kept.sequence.clone().unwrap_or_default()),
            (VERSION.to_owned(), kept.version.to_string()),
        ]
    }
}

fn nothing_if_damaged<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        read => read,
    }
}

fn fingerprint(rules: LedgerRules) -> String {
    format!("format {FORMAT_VERSION}, rules {RULES_VERSION}, {}", words(rules))
}

fn words(rules: LedgerRules) -> String {
    serde_json::to_string(&rules).unwrap_or_default()
}

fn zone_named(name: &str) -> Option<TimeZone> {
    let settings = Settings { time_zone: Some(name.to_owned()), ..Settings::default() };
    settings.zone().ok()
}
