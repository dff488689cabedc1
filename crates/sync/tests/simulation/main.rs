//! A merchant's life seen through bad luck: faults of every kind, deliveries lost, late, twice and out of order, processes
//! that end wherever they are, disks that fill up or lose what they have, rebuilds in between. However it went, in the end
//! every customer is worth what the merchant meant.
//!
//! Clock and network are simulated: a process lives in a runtime whose time passes only when there is nothing else to do,
//! and its requests are answered in memory. So a seed repeats.
//!
//! `CHARTSY_SIMULATION_SEEDS=1000` runs more of them, `CHARTSY_SIMULATION_SEED=7` a single one.
#![expect(clippy::unwrap_used, reason = "a test's helpers stop at what must not happen")]

mod chance;
mod disk;
#[path = "../it/exactly.rs"]
mod exactly;
mod life;
mod line;
mod money;
mod months;
mod outage;
mod pace;
mod strange;
#[path = "../it/support.rs"]
mod support;
mod world;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use connect::Source;
use disk::SmallDisk;
use life::{Simulation, further_providers};
use pace::{LEAST_PER_MILLE, Pace};
use sandbox::Provider;
use support::difference;

const SEEDS: u64 = 60;
/// Of each further provider: what all have in common has been tried by then.
const FURTHER_SEEDS: u64 = 12;
const ACTS: usize = 12;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The disk fails for the whole process.
static ALONE: Mutex<()> = Mutex::new(());

fn simulated(provider: Provider, seed: u64) -> Simulation {
    lived(provider, seed, |simulation| (0..ACTS).for_each(|_| simulation.act()))
}

/// A simulation that ended as it was meant to.
fn lived(provider: Provider, seed: u64, live: impl FnOnce(&mut Simulation)) -> Simulation {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    SmallDisk::prepare();
    let mut simulation = Simulation::begin(provider, seed);
    live(&mut simulation);
    for (meant, found) in simulation.end() {
        let log = &simulation.log;
        assert!(meant == found, "{log}\n{}", difference(&meant, &found));
    }
    simulation
}

#[test]
fn however_it_went_every_customer_is_worth_what_was_meant() {
    every_seed(Provider::default(), SEEDS);
}

#[test]
fn and_so_it_is_with_every_other_provider() {
    for provider in further_providers() {
        every_seed(provider, FURTHER_SEEDS);
    }
}

/// Who is limited to so many requests a minute is asked for nearly as many, also where each answer takes a while: first pages
/// side by side, then what is only to be had one by one.
#[test]
fn an_import_is_as_fast_as_a_limit_of_240_requests_a_minute_lets_it_be() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for provider in further_providers().filter(has_changes) {
        for answer_takes in [200, 2_000].map(Duration::from_millis) {
            let pace = Pace::of_an_import(provider, 250, answer_takes);
            println!("{provider}: {pace}");
            assert_eq!(pace.refused, 0, "{pace}");
            assert!(pace.least_per_mille.is_some_and(|least| least >= LEAST_PER_MILLE), "{pace}");
        }
    }
}

#[test]
fn after_a_long_outage_only_what_has_changed_is_requested_of_the_longest_list() {
    // Another test makes the disk small for the whole process.
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for provider in further_providers().filter(has_changes) {
        outage::check(provider);
    }
}

/// Whether its longest list can be asked for what has changed.
fn has_changes(provider: &Provider) -> bool {
    let source = Source::of(provider.as_str()).unwrap();
    source.has_changes(source.bills())
}

fn every_seed(provider: Provider, usual: u64) {
    let seeds = match number("CHARTSY_SIMULATION_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=number("CHARTSY_SIMULATION_SEEDS").unwrap_or(usual),
    };
    for seed in seeds {
        let simulation = simulated(provider, seed);
        if std::env::var_os("CHARTSY_SIMULATION_SEED").is_some() {
            println!("{}", simulation.log);
        }
    }
}

/// What is written after a write that failed must not claim what that one had.
#[test]
fn a_first_load_that_meets_a_full_disk_leaves_no_gap() {
    for kilobytes in (40..640).step_by(20) {
        lived(Provider::default(), kilobytes, |simulation| {
            simulation.work_on_a_small_disk(kilobytes << 10, Duration::from_secs(60));
        });
    }
}

#[test]
fn a_seed_repeats() {
    for provider in further_providers().chain([Provider::default()]) {
        let (first, second) = (simulated(provider, 3), simulated(provider, 3));
        assert_eq!(first.log, second.log);
        let (first, second) = (first.world.trace(), second.world.trace());
        let apart = first.iter().zip(&second).position(|(first, second)| first != second);
        assert_eq!((first.len(), None), (second.len(), apart.map(|place| (&first[place], &second[place]))));
    }
}
