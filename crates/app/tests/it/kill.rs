//! Killing a load, at whatever moment, loses and doubles nothing: the next one goes on, and ends with what a load that
//! was left alone ends with.

use std::path::Path;
use std::time::Duration;

use sandbox::Running;
use serde_json::Value;

use crate::process::{chartsy, start, stdout, text};
use crate::support::{KEY, mid_merchant};

const KILLS: u32 = 200;
const SEED: u64 = 20_260_731;
/// From when the process is started. A load that is left alone takes longer.
const LONGEST_LIFE_MS: u64 = 500;

fn arguments(merchant: &Running) -> [&str; 5] {
    ["connect", sandbox::SOURCE, "--key-stdin", "--api-base", &merchant.api_base]
}

/// Objects by kind, and every change of every customer.
fn all_of(data: &Path) -> (Value, String) {
    let status: Value =
        serde_json::from_str(&stdout(&chartsy(data, &["status", "--format", "json"], None))).unwrap();
    assert_eq!(status["connections"].as_array().unwrap().len(), 1, "one account, one connection");
    assert_eq!(status["connections"][0]["state"], "live");
    (status["connections"][0]["objects"].clone(), stdout(&chartsy(data, &["ledger"], None)))
}

/// A sequence that the seed names.
fn next(random: &mut u64, below: u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) % below
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_that_is_killed_two_hundred_times_ends_as_one_that_was_left_alone() {
    let merchant = mid_merchant(120).await;
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    let loaded = chartsy(&undisturbed, &arguments(&merchant), Some(KEY));
    assert!(loaded.status.success(), "{}", text(&loaded.stderr));
    let expected = all_of(&undisturbed);

    let (mut random, mut kills, mut loads) = (SEED, 0, 0);
    while kills < KILLS {
        let data = folder.path().join(format!("killed-{loads}"));
        loop {
            let mut child = start(&data, &arguments(&merchant), Some(KEY));
            let life = Duration::from_millis(next(&mut random, LONGEST_LIFE_MS));
            if tokio::time::timeout(life, ended(&mut child)).await.is_ok() {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
        assert_eq!(all_of(&data), expected, "seed {SEED}, load {loads}, {kills} kills");
        loads += 1;
    }
}

async fn ended(child: &mut std::process::Child) {
    while child.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
