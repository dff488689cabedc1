//! Answers that go wrong. Which ones is decided by the seed, the request's own URL and how often it was requested before,
//! so a run repeats however its requests interleave, and a retry is a new throw.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use axum::http::header::CONTENT_LENGTH;
use futures_util::stream;

use super::limits::Admission;
use super::wire::Fuse;
use crate::Faults;
use crate::chance::mix;

/// How one request goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 500, with `Stripe-Should-Retry: true` or without a word about it.
    InternalError {
        says_retry: bool,
    },
    RateLimited,
    ResetBeforeHeaders,
    ResetInBody,
    /// The connection ends before all of `Content-Length` was sent.
    EndsEarly,
    /// All of `Content-Length` is there, but the JSON stops in the middle.
    HalfBody,
    /// The body comes in drips.
    Slow,
}

/// The stream of chance.
#[derive(Debug)]
pub struct FaultStream {
    faults: Faults,
    seed: u64,
    requests: AtomicU64,
    seen: Mutex<HashMap<u64, u32>>,
}

/// Requests between one change of weather and the next.
const WEATHER_REQUESTS: u64 = 48;
const STORM_FACTOR: u64 = 10;
const DRIPS: usize = 8;
const DRIP_PAUSE: Duration = Duration::from_millis(80);
/// About what the headers of an answer take: a reset beyond them is one in the body.
const HEADER_BYTES: u32 = 400;

impl FaultStream {
    /// `seed` is used unless the faults name their own.
    pub fn new(faults: Faults, seed: u64) -> Self {
        Self {
            seed: faults.seed.unwrap_or(seed),
            faults,
            requests: AtomicU64::new(0),
            seen: Mutex::default(),
        }
    }

    /// What happens to the next request of this URL.
    pub fn next(&self, target: &str) -> Option<Fault> {
        if self.faults.is_none() {
            return None;
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let is_storm =
            self.faults.is_stormy && mix(self.seed, number / WEATHER_REQUESTS, 2).is_multiple_of(4);
        let target = hash(target);
        let time = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let count = seen.entry(target).or_default();
            *count += 1;
            *count
        };
        let dice = mix(self.seed, target, u64::from(time));
        self.choose(dice, if is_storm { STORM_FACTOR } else { 1 })
    }

    fn choose(&self, dice: u64, factor: u64) -> Option<Fault> {
        let faults = &self.faults;
        let mut throw = dice % 1_000_000;
        let is_odd = dice >> 40 & 1 == 1;
        let choices = [
            (faults.internal_error_ppm, Fault::InternalError { says_retry: is_odd }),
            (faults.reset_ppm, if is_odd { Fault::ResetBeforeHeaders } else { Fault::ResetInBody }),
            (faults.truncate_ppm, if is_odd { Fault::EndsEarly } else { Fault::HalfBody }),
            (faults.slow_ppm, Fault::Slow),
            (faults.rate_limited_ppm, Fault::RateLimited),
        ];
        for (ppm, fault) in choices {
            let share = u64::from(ppm) * factor;
            if throw < share {
                return Some(fault);
            }
            throw -= share;
        }
        None
    }
}

/// Spoils an answer that is otherwise right. A slow one counts as being answered until its last drip.
pub fn spoil(
    fault: Fault,
    response: Response<Body>,
    body: Bytes,
    fuse: &Fuse,
    admission: Option<Admission>,
) -> Response<Body> {
    let (parts, _) = response.into_parts();
    let half = body.len() / 2;
    let half_bytes = u32::try_from(half).unwrap_or(u32::MAX);
    match fault {
        Fault::InternalError { .. } | Fault::RateLimited => Response::from_parts(parts, Body::from(body)),
        Fault::ResetBeforeHeaders => {
            fuse.reset_after(0);
            Response::from_parts(parts, Body::from(body))
        }
        Fault::ResetInBody => {
            fuse.reset_after(HEADER_BYTES + half_bytes);
            Response::from_parts(parts, Body::from(body))
        }
        Fault::EndsEarly => {
            fuse.end_after(half_bytes);
            Response::from_parts(parts, Body::from(body))
        }
        Fault::HalfBody => Response::from_parts(parts, Body::from(body.slice(..half))),
        Fault::Slow => {
            let mut response = Response::from_parts(parts, drip(body.clone(), admission));
            response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
            response
        }
    }
}

fn drip(body: Bytes, admission: Option<Admission>) -> Body {
    let size = body.len().div_ceil(DRIPS).max(1);
    let drips = stream::unfold((body, admission), move |(mut rest, admission)| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(DRIP_PAUSE).await;
        let drip = rest.split_to(size.min(rest.len()));
        Some((Ok::<_, std::convert::Infallible>(drip), (rest, admission)))
    });
    Body::from_stream(drips)
}

/// FNV-1a: the same on every machine and with every compiler, or a seed would not repeat.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(spec: &str, seed: u64, requests: usize) -> Vec<Option<Fault>> {
        let stream = FaultStream::new(spec.parse().unwrap(), seed);
        (0..requests).map(|n| stream.next(&format!("/v1/customers?starting_after=cus_{n}"))).collect()
    }

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let spec = "500=0.1,reset=0.1,truncate=0.1,slow=0.1,429=0.1";
        assert_eq!(run(spec, 7, 500), run(spec, 7, 500));
        assert_ne!(run(spec, 7, 500), run(spec, 8, 500));
        assert_eq!(run(&format!("{spec},seed=7"), 1, 500), run(spec, 7, 500));
    }

    #[test]
    fn the_order_of_the_requests_changes_nothing() {
        let spec: Faults = "500=0.2,reset=0.2".parse().unwrap();
        let (forward, backward) = (FaultStream::new(spec, 3), FaultStream::new(spec, 3));
        let targets: Vec<String> = (0..200).map(|n| format!("/v1/invoices?created[lte]={n}")).collect();
        let ahead: Vec<_> = targets.iter().map(|target| forward.next(target)).collect();
        let mut back: Vec<_> = targets.iter().rev().map(|target| backward.next(target)).collect();
        back.reverse();
        assert_eq!(ahead, back);
    }

    #[test]
    fn a_retry_is_a_new_throw_and_shares_are_about_what_was_asked() {
        let stream = FaultStream::new("500=0.1,seed=5".parse().unwrap(), 1);
        let faults = (0..10_000).filter(|_| stream.next("/v1/customers").is_some()).count();
        assert!((850..1150).contains(&faults), "{faults}");
        assert!(run("none", 1, 100).iter().all(Option::is_none));
    }

    #[test]
    fn a_storm_comes_in_bursts() {
        let calm = run("500=0.02", 5, 9_600).iter().flatten().count();
        let stormy = run("500=0.02,storm", 5, 9_600);
        assert!(stormy.iter().flatten().count() > 2 * calm);
        let bursts = stormy.chunks(48).filter(|chunk| chunk.iter().flatten().count() >= 5).count();
        let quiet = stormy.chunks(48).filter(|chunk| chunk.iter().flatten().count() <= 2).count();
        assert!(bursts > 20 && quiet > 100, "{bursts} bursts, {quiet} quiet");
    }
}
