//! How much of a provider's limit of requests a minute an import uses, by how long answers take. Time is simulated: what is
//! counted is what the provider would count.
//!
//! `cargo xtask bench load -- [customers, 1500]`
#![expect(clippy::unwrap_used, reason = "what it shares with tests stops at what must not happen")]

#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "../tests/simulation/line.rs"]
mod line;
#[path = "../tests/simulation/pace.rs"]
mod pace;
#[expect(dead_code, reason = "each measurement uses a part of it")]
#[path = "../tests/it/support.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;

use connect::Source;
use pace::{LEAST_PER_MILLE, LIMIT_PER_MINUTE, Pace};
use sandbox::Provider;

const ANSWERS_TAKE_MS: [u64; 4] = [200, 1_000, 2_000, 3_000];
/// With answers that take longer, nothing is promised.
const PROMISED_TO_MS: u64 = 2_000;

fn main() -> ExitCode {
    let customers = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_500);
    let is_limited = |provider: &Provider| {
        Source::of(provider.as_str()).is_some_and(|source| source.has_changes(source.bills()))
    };
    let (mut is_fast, mut is_measured) = (true, true);
    println!(
        "the limit: {LIMIT_PER_MINUTE} requests a minute, of which {} % are to be used",
        LEAST_PER_MILLE / 10
    );
    for provider in Provider::ALL.into_iter().filter(is_limited) {
        println!("{provider}, {customers} customers");
        for answer_takes_ms in ANSWERS_TAKE_MS {
            let pace = Pace::of_an_import(provider, customers, Duration::from_millis(answer_takes_ms));
            println!("  {pace}");
            if answer_takes_ms <= PROMISED_TO_MS {
                is_measured &= pace.least_per_mille.is_some();
                is_fast &= pace.least_per_mille.is_none_or(|least| least >= LEAST_PER_MILLE);
            }
        }
    }
    if !is_measured {
        eprintln!(
            "an import of {customers} customers is over too soon to measure: choose more, such as 1500"
        );
    }
    if !is_fast {
        eprintln!("an import used less than {} % of the limit", LEAST_PER_MILLE / 10);
    }
    if is_fast && is_measured { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
