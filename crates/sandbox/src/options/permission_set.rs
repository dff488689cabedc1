//! What a key may do, whatever the provider calls it.

use std::marker::PhantomData;
use std::str::FromStr;

use super::OptionsError;

/// One thing that a provider's key may do.
pub trait Permit: Copy + Eq + Sized + 'static {
    const EVERY: &'static [Self];

    /// Its place in a set: below 32, each another.
    fn place(self) -> u32;

    /// What whoever may do this may do as well.
    fn implied(self) -> Option<Self> {
        None
    }

    /// The one of this name.
    ///
    /// # Errors
    /// When there is none, with what there is.
    fn named(name: &str) -> Result<Self, OptionsError>;
}

/// All that a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permits<P>(u32, PhantomData<P>);

impl<P: Permit> Permits<P> {
    pub fn none() -> Self {
        Self(0, PhantomData)
    }

    pub fn all() -> Self {
        P::EVERY.iter().fold(Self::none(), |set, permission| set.with(*permission))
    }

    #[must_use]
    pub fn with(self, permission: P) -> Self {
        let implied = permission.implied().map_or(0, |implied| 1 << implied.place());
        Self(self.0 | 1 << permission.place() | implied, PhantomData)
    }

    #[must_use]
    pub fn without(self, permission: P) -> Self {
        Self(self.0 & !(1 << permission.place()), PhantomData)
    }

    pub fn has(self, permission: P) -> bool {
        self.0 & 1 << permission.place() != 0
    }
}

impl<P: Permit> FromStr for Permits<P> {
    type Err = OptionsError;

    /// `all`, a list such as `customers,invoices`, or what to leave out of all: `-charges` or `all,-charges`.
    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
        let only_leaves_out = !words.is_empty() && words.iter().all(|word| word.starts_with('-'));
        let mut set = if only_leaves_out { Self::all() } else { Self::none() };
        for word in words {
            set = match word.strip_prefix('-') {
                _ if word == "all" => Self::all(),
                Some(name) => set.without(P::named(name)?),
                None => set.with(P::named(word)?),
            };
        }
        Ok(set)
    }
}
