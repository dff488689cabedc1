//! The words every other crate shares: ids, money, currencies, days and periods, the clock, and the billing
//! objects that a provider's data is translated into. No I/O and nothing asynchronous.

mod access;
mod balance;
pub mod billing;
mod clock;
mod currency;
mod day;
mod email;
mod ids;
mod interval;
mod mrr_method;
mod object;
mod provider_mrr;
mod restatement;
mod secret;
mod settings;
mod text;

pub use access::{AccessError, Permission, Role, TokenScope};
pub use balance::{BalanceCategory, BalanceTransaction};
pub use clock::{Clock, ManualClock};
pub use currency::{Currency, CurrencyError, Money};
pub use day::{Day, DayError, UnixSeconds};
pub use email::{EmailKey, comparable_email};
pub use ids::*;
pub use interval::{Bucket, Interval, WeekStart};
pub use mrr_method::MrrMethod;
pub use object::{Column, Counterparts, KindShape, ObjectKind, RawObject, Reference};
pub use provider_mrr::{ProviderMrr, ProviderMrrDay, ProviderMrrOutcome, ProviderMrrReading};
pub use restatement::{Restatement, RestatementReason};
pub use secret::Secret;
pub use settings::{ChurnAt, JoinRules, LedgerRules, Settings, SettingsError, TogetherSettings};
pub use text::{is_disguising, shows_nothing};
