//! What belongs to no customer, in memory. It is read once and then only where it changed: a shop may have as many payments
//! by guests as by customers, and all of them are one entry of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use connect::{Billed, Source};
use model::ObjectKind;
use model::billing::Charge;
use store::{Objects, StoreError, Stored};

use super::prices::Of;

#[derive(Debug)]
pub(super) struct KnownOwnerless {
    /// By kind and id.
    parts: BTreeMap<(ObjectKind, String), Part>,
    of: Of,
}

/// What one object gave.
#[derive(Debug)]
enum Part {
    /// Nearly all of them: kept small, since a history has room for much else.
    Charge(Box<Charge>),
    Other(Box<Billed>),
}

impl Part {
    fn of(mut billed: Billed) -> Self {
        match billed.history.charges.pop() {
            Some(charge) if billed.is_empty() => return Self::Charge(Box::new(charge)),
            charge => billed.history.charges.extend(charge),
        }
        Self::Other(Box::new(billed))
    }

    fn add_to(&self, all: &mut Billed) {
        match self {
            Self::Charge(charge) => all.history.charges.push(Charge::clone(charge)),
            Self::Other(billed) => all.add(billed),
        }
    }
}

impl KnownOwnerless {
    /// # Errors
    /// What the store says.
    pub fn read(source: Source, objects: &Objects) -> Result<Self, StoreError> {
        // First: what is written meanwhile is read once more.
        let mut known = Self { parts: BTreeMap::new(), of: Of::now(objects)? };
        objects.ownerless()?.into_iter().for_each(|stored| known.put(source, stored));
        Ok(known)
    }

    /// Whether it is of all that the objects have.
    ///
    /// # Errors
    /// What the store says.
    pub fn is_current(&self, objects: &Objects) -> Result<bool, StoreError> {
        Ok(self.of == Of::now(objects)?)
    }

    /// Reads what changed up to a commit.
    ///
    /// # Errors
    /// What the store says.
    pub fn renew(
        &mut self,
        source: Source,
        objects: &Objects,
        touched: &BTreeSet<(ObjectKind, String)>,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let mut by_kind: BTreeMap<ObjectKind, Vec<String>> = BTreeMap::new();
        for (kind, id) in touched {
            by_kind.entry(*kind).or_default().push(id.clone());
        }
        for (kind, ids) in by_kind {
            objects.get_many(kind, &ids)?.into_iter().for_each(|stored| self.put(source, stored));
        }
        self.of.advance(sequence);
        Ok(())
    }

    fn put(&mut self, source: Source, stored: Stored) {
        let billed = source.billed([&stored.object]);
        let key = (stored.object.kind, stored.object.id);
        if stored.object.counterparts.customer.is_none() {
            self.parts.insert(key, Part::of(billed));
        } else {
            self.parts.remove(&key);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// All of it together.
    pub fn billed(&self, source: Source) -> Billed {
        let mut all = Billed::default();
        self.parts.values().for_each(|part| part.add_to(&mut all));
        source.linked(all)
    }
}
