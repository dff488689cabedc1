//! How much of a provider's limit an import uses, by the simulated clock.

use std::time::Duration;

use sandbox::Provider;
use tokio::time::Instant;

use crate::line::{Account, Seen};

/// What providers that count by the minute take from one address.
pub const LIMIT_PER_MINUTE: usize = 240;
/// What an import is to use of that.
pub const LEAST_PERCENT: f64 = 95.0;
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
    /// Of the limit, in the slowest stretch between its beginning and its end, in percent.
    pub least_percent: Option<f64>,
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
        let allowed = LIMIT_PER_MINUTE as f64 * STRETCH.as_secs_f64() / 60.0;
        let fewest = whole.map(within).min();
        Self {
            answer_takes,
            requests: requests.len(),
            refused: requests.iter().filter(|seen| seen.is_refused).count(),
            // The provider has answered the last one, too.
            took: over + answer_takes - begun,
            least_percent: fewest.map(|fewest| fewest as f64 * 100.0 / allowed),
        }
    }

    /// Of the limit, from the first request to the last answer.
    pub fn percent(&self) -> f64 {
        self.requests as f64 * 100.0 / (LIMIT_PER_MINUTE as f64 * self.took.as_secs_f64() / 60.0)
    }
}

impl std::fmt::Display for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "answers in {:>3.1} s: {:>5} requests in {:>6.1} s, {:>5.1} % of the limit, {} refused; ",
            self.answer_takes.as_secs_f64(),
            self.requests,
            self.took.as_secs_f64(),
            self.percent(),
            self.refused,
        )?;
        match self.least_percent {
            Some(percent) => write!(f, "in its middle at least {percent:.1} %"),
            None => write!(f, "too short to have a middle"),
        }
    }
}
