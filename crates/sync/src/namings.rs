//! Which objects of a load name prices that had not come before them. After the last page only these are read again to find
//! prices that nothing describes, and not every invoice of the account.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use connect::{Listing, Source};
use model::{ObjectKind, RawObject};
use rayon::prelude::*;
use store::{Objects, StoreError};

/// More are not kept: reading everything takes less memory.
const SUSPECTS_MAX: usize = 200_000;

/// Objects that may name a price that nothing describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Suspects {
    /// Nobody has looked at what was written.
    #[default]
    All,
    These(BTreeSet<(ObjectKind, String)>),
}

/// What was written by a load so far. Without a load it takes in nothing.
#[derive(Default)]
pub(crate) struct Namings(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    described: HashSet<String>,
    suspects: Suspects,
}

impl Namings {
    /// Of a load that begins. Where an earlier process has written some of it, all that it wrote is suspect.
    ///
    /// # Errors
    /// What the store says.
    pub fn begin(source: Source, objects: &Objects) -> Result<Self, StoreError> {
        let concerned = [source.priced(), &[source.prices()]].concat();
        let has_any = objects.kinds()?.iter().any(|facts| concerned.contains(&facts.kind));
        let suspects = if has_any { Suspects::All } else { Suspects::These(BTreeSet::new()) };
        Ok(Self(Mutex::new(Noted { suspects, ..Noted::default() })))
    }

    /// Takes in what is about to be written. Reads the objects, so never on a thread that answers requests.
    pub fn note(&self, source: Source, objects: &[RawObject]) {
        self.noted().note(source, objects);
    }

    /// What has to be looked at as it is stored now.
    pub fn suspects(&self) -> Suspects {
        self.noted().suspects.clone()
    }

    fn noted(&self) -> std::sync::MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn note(&mut self, source: Source, objects: &[RawObject]) {
        let Suspects::These(suspects) = &mut self.suspects else { return };
        for price in objects.iter().filter(|object| object.kind == source.prices()) {
            if price.is_deleted || !matches!(source.listing(price), Ok(Listing::Price(_))) {
                // Objects that named it earlier become suspects, too.
                self.suspects = Suspects::All;
                return;
            }
            self.described.insert(price.id.clone());
        }
        let described = &self.described;
        let is_suspect =
            |object: &&RawObject| source.named_prices(object).iter().any(|price| !described.contains(price));
        let priced = objects.par_iter().filter(|object| source.priced().contains(&object.kind));
        suspects.par_extend(priced.filter(is_suspect).map(|object| (object.kind, object.id.clone())));
        if suspects.len() > SUSPECTS_MAX {
            self.suspects = Suspects::All;
        }
    }
}

#[cfg(test)]
mod tests;
