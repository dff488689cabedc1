use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::{advance, timeout};

use super::*;
use crate::stripe::kind;

const LIST: Endpoint = Endpoint { kind: kind::INVOICE, access: Access::List };
const RETRIEVE: Endpoint = Endpoint { kind: kind::INVOICE, access: Access::Retrieve };

fn lists() -> Vec<Endpoint> {
    kind::ALL.iter().map(|kind| Endpoint { kind: *kind, access: Access::List }).collect()
}

/// When each request was let go, in order: all are started at once, over these endpoints in turn.
async fn started(limiter: &Limiter, endpoints: &[Endpoint], requests: usize) -> Vec<Instant> {
    let request = |index: usize| async move {
        drop(limiter.enter(endpoints[index % endpoints.len()]).await);
        Instant::now()
    };
    let mut times = join_all((0..requests).map(request)).await;
    times.sort();
    times
}

fn most_in_a_second(times: &[Instant]) -> usize {
    let second = Duration::from_secs(1);
    let within = |start: &Instant| times.iter().filter(|at| *at >= start && **at < *start + second).count();
    times.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn an_account_is_asked_no_faster_than_its_share_and_hardly_slower() {
    for (is_test_mode, per_second, most) in [(false, 80, 84), (true, 20, 24)] {
        let limiter = Limiter::new(Limits::Published, is_test_mode, 80);
        let begun = Instant::now();
        let times = started(&limiter, &lists(), 800).await;
        assert!(most_in_a_second(&times) <= most, "{} in a second", most_in_a_second(&times));
        let took = begun.elapsed();
        assert!(took <= Duration::from_secs(800 / per_second + 1), "took {took:?}");
    }
}

/// Work that keeps the machine busy makes whoever waits for an answer late. Nobody waits for a turn meanwhile.
#[tokio::test(start_paused = true)]
async fn turns_that_nobody_was_there_to_take_are_not_lost() {
    for (share, busy_ms) in [(80_u8, 150), (50, 400), (30, 600)] {
        let limiter = Limiter::new(Limits::Published, false, share);
        let kinds = lists();
        let begun = Instant::now();
        let mut times = Vec::new();
        while begun.elapsed() < Duration::from_secs(60) {
            advance(Duration::from_millis(busy_ms)).await;
            let until = Instant::now() + Duration::from_secs(1);
            while Instant::now() < until {
                let endpoint = kinds[times.len() % kinds.len()];
                drop(limiter.enter(endpoint).await);
                times.push(Instant::now());
            }
        }
        let most = most_in_a_second(&times);
        assert!(most <= 100, "{most} in a second at {share} %");
        let wanted = begun.elapsed().as_millis() as u64 * u64::from(share) / 1000;
        let sent = times.len() as u64;
        assert!(sent * 100 >= wanted * 97, "{sent} of {wanted} at {share} %");
    }
}

#[tokio::test(start_paused = true)]
async fn one_endpoint_has_a_budget_of_its_own() {
    let limiter = Limiter::new(Limits::Published, false, 80);
    let times = started(&limiter, &[LIST], 200).await;
    assert!(most_in_a_second(&times) <= 24, "{} in a second", most_in_a_second(&times));
    assert!(times[199] - times[0] <= Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_at_one_endpoint_keeps_nobody_from_another() {
    let limiter = Limiter::new(Limits::Published, false, 80);
    let crowd = started(&limiter, &[LIST], 300);
    let other = async {
        tokio::task::yield_now().await;
        let asked = Instant::now();
        drop(limiter.enter(RETRIEVE).await);
        asked.elapsed()
    };
    let (_, waited) = tokio::join!(crowd, other);
    assert!(waited < Duration::from_millis(100), "waited {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn being_told_to_slow_down_slows_what_was_named_and_passes() {
    let limiter = Limiter::new(Limits::Published, false, 80);
    started(&limiter, &[LIST, RETRIEVE], 20).await;
    limiter.slow_down(LIST, Some("endpoint-rate"), Duration::from_secs(3));
    // Another answer to a request of the same moment is the same news.
    limiter.slow_down(LIST, Some("endpoint-rate"), Duration::from_secs(3));
    let told = Instant::now();

    let slowed = started(&limiter, &[LIST], 60).await;
    assert!(slowed[0] - told >= Duration::from_secs(3), "nobody goes during the pause");
    let took = slowed[59] - slowed[0];
    assert!(
        took >= Duration::from_millis(3_200) && took <= Duration::from_millis(4_000),
        "about three quarters of the rate: {took:?}"
    );
    let other = started(&limiter, &[RETRIEVE], 60).await;
    assert!(other[59] - other[0] <= Duration::from_secs(3), "the other endpoint goes on");

    advance(Duration::from_secs(120)).await;
    let recovered = started(&limiter, &[LIST], 60).await;
    assert!(recovered[59] - recovered[0] <= Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn the_account_named_slows_every_endpoint() {
    let limiter = Limiter::new(Limits::Published, false, 80);
    limiter.slow_down(LIST, Some("global-rate"), Duration::ZERO);
    let times = started(&limiter, &lists(), 160).await;
    let took = times[159] - times[0];
    assert!(took >= Duration::from_millis(2_200), "three quarters of the rate: {took:?}");
}

#[tokio::test(start_paused = true)]
async fn no_more_run_at_once_than_the_bound_which_complaints_lower() {
    let limiter = Limiter::new(Limits::None, false, 80);
    let mut running = Vec::new();
    let enter = || timeout(Duration::from_secs(1), limiter.enter(LIST));
    while let Ok(place) = enter().await {
        running.push(place);
    }
    assert_eq!(running.len() as u64, UNLIMITED_AT_ONCE);

    limiter.slow_down(LIST, Some("global-concurrency"), Duration::ZERO);
    running.truncate(UNLIMITED_AT_ONCE as usize / 2 + 1);
    assert!(enter().await.is_err(), "half of it is the bound now");
    running.truncate(UNLIMITED_AT_ONCE as usize / 2 - 1);
    assert!(enter().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_request_given_up_while_it_waits_or_runs_takes_no_place() {
    let limiter = Arc::new(Limiter::new(Limits::Published, true, 1));
    // One place in all, and a turn every four seconds.
    let place = limiter.enter(LIST).await;
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { drop(limiter.enter(LIST).await) }
    });
    advance(Duration::from_secs(60)).await;
    waiting.abort();
    assert!(waiting.await.is_err());
    drop(place);
    assert!(timeout(Duration::from_secs(60), limiter.enter(LIST)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_server_without_limits_is_never_waited_for() {
    let limiter = Limiter::new(Limits::None, true, 1);
    let begun = Instant::now();
    started(&limiter, &[LIST], 10_000).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_server_of_ones_own_is_asked_freely_until_it_refuses() {
    let limiter = Limiter::new(Limits::OnceRefused, true, 80);
    let begun = Instant::now();
    started(&limiter, &[LIST], 1000).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    limiter.slow_down(LIST, Some("global-concurrency"), Duration::ZERO);
    started(&limiter, &[LIST], 100).await;
    assert_eq!(begun.elapsed(), Duration::ZERO, "how many at once says nothing about how many a second");

    limiter.slow_down(LIST, Some("global-rate"), Duration::ZERO);
    let times = started(&limiter, &[LIST], 100).await;
    assert!(most_in_a_second(&times) <= 24, "{} in a second", most_in_a_second(&times));
}
