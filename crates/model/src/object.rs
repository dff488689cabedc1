//! A provider's object as it was received, with the few facts that it is filed under.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::UnixSeconds;

/// What kind of object something is, by its source's own name for it, in the singular: `invoice`. Two sources may share a
/// name; a connection has one source, so that nothing mixes them up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKind(&'static str);

/// The longest name that is taken from outside.
const NAME_MAX: usize = 64;

impl ObjectKind {
    /// A source's constant.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The kind of this name, read from a file. Names are few and kept for good.
    ///
    /// # Errors
    /// When it is not a lower-case word.
    pub fn named(name: &str) -> Result<Self, String> {
        static NAMES: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
        let is_plain =
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if name.is_empty() || name.len() > NAME_MAX || !is_plain {
            return Err(format!(
                "'{}' is not an object kind",
                name.chars().take(NAME_MAX).collect::<String>()
            ));
        }
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        let names = names.get_or_insert_default();
        if let Some(known) = names.get(name) {
            return Ok(Self(known));
        }
        let name: &'static str = Box::leak(name.into());
        names.insert(name);
        Ok(Self(name))
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Serialize for ObjectKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for ObjectKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::named(&name).map_err(de::Error::custom)
    }
}

/// A column that objects are looked up by: it holds the id of another object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    Customer,
    Subscription,
    Invoice,
    Charge,
}

impl Column {
    pub const ALL: [Self; 4] = [Self::Customer, Self::Subscription, Self::Invoice, Self::Charge];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Subscription => "subscription",
            Self::Invoice => "invoice",
            Self::Charge => "charge",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == name)
    }
}

/// How objects of a kind are related to others, as needed for filing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindShape {
    pub kind: ObjectKind,
    /// Where others name an object of this kind. Its customer is theirs.
    pub named_in: Option<Column>,
    /// The column that names the object whose list it is a part of.
    pub part_of: Option<Column>,
    /// It counts even without a customer.
    pub may_be_ownerless: bool,
}

impl KindShape {
    /// Of a kind that nothing else names.
    pub const fn new(kind: ObjectKind) -> Self {
        Self { kind, named_in: None, part_of: None, may_be_ownerless: false }
    }

    /// Of one that others name in a column.
    pub const fn named(kind: ObjectKind, column: Column) -> Self {
        Self { named_in: Some(column), ..Self::new(kind) }
    }
}

/// That objects of one kind name objects of another, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    pub from: ObjectKind,
    pub column: Column,
    pub to: ObjectKind,
}

/// The ids of the other objects that an object belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counterparts {
    pub customer: Option<String>,
    pub subscription: Option<String>,
    pub invoice: Option<String>,
    pub charge: Option<String>,
}

impl Counterparts {
    pub fn get_mut(&mut self, column: Column) -> &mut Option<String> {
        match column {
            Column::Customer => &mut self.customer,
            Column::Subscription => &mut self.subscription,
            Column::Invoice => &mut self.invoice,
            Column::Charge => &mut self.charge,
        }
    }

    pub fn get(&self, column: Column) -> Option<&str> {
        match column {
            Column::Customer => self.customer.as_deref(),
            Column::Subscription => self.subscription.as_deref(),
            Column::Invoice => self.invoice.as_deref(),
            Column::Charge => self.charge.as_deref(),
        }
    }
}

/// One object as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawObject {
    pub kind: ObjectKind,
    pub id: String,
    /// The provider's own time of creation; some kinds have none.
    pub created_at: Option<UnixSeconds>,
    pub counterparts: Counterparts,
    /// The provider says that it was deleted. Kept as a tombstone.
    pub is_deleted: bool,
    /// JSON, byte for byte.
    pub body: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_a_file_is_the_constant_of_the_same_name() {
        const INVOICE: ObjectKind = ObjectKind::new("invoice");
        let read = ObjectKind::named(&String::from("invoice")).unwrap();
        assert_eq!(read, INVOICE);
        assert!(matches!(read, INVOICE));
        assert_eq!(serde_json::from_str::<ObjectKind>("\"invoice\"").unwrap(), INVOICE);
        assert_eq!(serde_json::to_string(&INVOICE).unwrap(), "\"invoice\"");
    }

    #[test]
    fn what_is_no_plain_word_is_no_kind() {
        let long = "x".repeat(NAME_MAX + 1);
        for name in ["", "In voice", "invoice;", "ä", long.as_str()] {
            assert!(ObjectKind::named(name).is_err(), "{name}");
        }
    }
}
