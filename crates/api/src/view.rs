//! What the numbers of a connection are computed from, at one moment. The command line makes it from the files,
//! the server from what it holds in memory.

use std::sync::Arc;

use ::metrics::columns::Ledger;
use ::metrics::fx::Rates;
use model::{Currency, Day, UnixSeconds};
use store::ConnectionRecord;

/// A snapshot of a connection's numbers, and how far they reach.
pub struct View {
    pub ledger: Arc<Ledger>,
    pub rates: Arc<Rates>,
    pub record: ConnectionRecord,
    /// Nothing after this counts.
    pub now: UnixSeconds,
    pub reaches_back_on: Option<Day>,
}

impl View {
    pub fn new(
        ledger: Arc<Ledger>,
        rates: Arc<Rates>,
        record: ConnectionRecord,
        clock_now: UnixSeconds,
        reaches_back_on: Option<Day>,
    ) -> Self {
        // A provider's clock may be ahead of ours, and what it has told has happened.
        let now = record.data_through.map_or(clock_now, |through| through.max(clock_now));
        Self { ledger, rates, record, now, reaches_back_on }
    }

    pub fn today(&self) -> Day {
        self.now.day(self.ledger.zone())
    }

    /// The currency to report in where none was asked for: the setting, else the account's own.
    pub fn reporting_currency(&self) -> Currency {
        self.record.settings.reporting_currency.or(self.record.default_currency).unwrap_or(Currency::USD)
    }
}
