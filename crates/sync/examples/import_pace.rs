//! How much of the requests that a provider allows in a minute an import makes use of, where minutes are limited: by a simulated
//! clock, so that it takes seconds, against a sandbox that refuses what is above the limit.
//!
//! `cargo xtask bench import`, or `cargo xtask bench import -- 5000` for so many customers.
#![expect(clippy::unwrap_used, reason = "a benchmark's helpers stop at what must not happen")]

#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/simulation/money.rs"]
mod money;
#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/simulation/pace.rs"]
mod pace;
#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/it/support.rs"]
mod support;

use std::process::ExitCode;

use sandbox::Provider;

/// Of the provider's own limit.
const LEAST: f64 = 0.95;
const ALLOWED_PER_MINUTE: f64 = 240.0;

fn main() -> ExitCode {
    let customers = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let mut is_enough = true;
    for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::default()) {
        let pace = pace::of_an_import(provider, customers);
        let part = pace.per_minute / ALLOWED_PER_MINUTE;
        println!(
            "{provider}: {} requests for {customers} customers, {:.1} a minute of {ALLOWED_PER_MINUTE}: {:.1} % (at least {:.0} %), \
             {} refused",
            pace.requests,
            pace.per_minute,
            part * 100.0,
            LEAST * 100.0,
            pace.refused
        );
        is_enough &= part >= LEAST && pace.refused == 0;
    }
    if is_enough { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
