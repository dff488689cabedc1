//! How much of a provider's limit an import uses, by the simulated clock.

use std::time::Duration;

use sandbox::Provider;
use tokio::time::Instant;

use crate::line::{Account, Seen};

/// What providers that count by the minute take from one address.
pub const LIMIT_PER_MINUTE: u128 = 240;
/// What an import is to use of that, in tenths of a percent.
pub const LEAST_PER_MILLE: u128 = 950;
/// Until the first page says how much there is, nothing can be read side by side, and at last nothing is left to be.
const BEGINNING: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(10);
/// Of the time between beginning and end.
const STRETCH: Duration = Duration::from_secs(20);

/// The requests of a first import.
pub struct Pace {
    pub answer_takes: Duration,
    pub requests: usize,
    pub refused: usize,
    pub took: Duration,
    /// Of the limit, in the slowest stretch between its beginning and its end, in tenths of a percent.
    pub least_per_mille: Option<u128>,
}

impl Pace {
    pub fn of_an_import(provider: Provider, customers: u64, answer_takes: Duration) -> Self {
        Self::of(&Account::of(provider, customers, answer_takes).sync(), answer_takes)
    }

    fn of(requests: &[Seen], answer_takes: Duration) -> Self {
        let times: Vec<Instant> = requests.iter().map(|seen| seen.at).collect();
        let (begun, over) = (times[0], times[times.len() - 1]);
        let whole = times.iter().filter(|at| **at >= begun + BEGINNING && **at + STRETCH + END <= over);
        let within =
            |from: &Instant| times.iter().filter(|at| **at >= *from && **at < *from + STRETCH).count();
        let fewest = whole.map(within).min();
        Self {
            answer_takes,
            requests: requests.len(),
            refused: requests.iter().filter(|seen| seen.is_refused).count(),
            // The provider has answered the last one, too.
            took: over + answer_takes - begun,
            least_per_mille: fewest.map(|fewest| per_mille(fewest, STRETCH)),
        }
    }
}

/// What so many requests in so long are of the limit, in tenths of a percent.
fn per_mille(requests: usize, within: Duration) -> u128 {
    requests as u128 * 1_000 * 60_000 / (LIMIT_PER_MINUTE * within.as_millis()).max(1)
}

/// Tenths with a point.
fn tenths(tenths: u128) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl std::fmt::Display for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "answers in {} s: {:>4} requests in {:>5} s, {:>5} % of the limit, {} refused; ",
            tenths(self.answer_takes.as_millis() / 100),
            self.requests,
            tenths(self.took.as_millis() / 100),
            // From the first request to the last answer.
            tenths(per_mille(self.requests, self.took)),
            self.refused,
        )?;
        match self.least_per_mille {
            Some(least) => write!(f, "in its middle at least {} %", tenths(least)),
            None => write!(f, "too short to have a middle"),
        }
    }
}
