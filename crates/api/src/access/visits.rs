//! Who has opened a link: each with a token that only the open page keeps. A restart ends them all; pages then open their link again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{Clock, Secret, UnixSeconds};

use super::credential;

/// A page that stays open asks at least once a minute.
const IDLE_S: i64 = 60 * 60;
const LONGEST_S: i64 = 24 * 60 * 60;
/// So that opening a link again and again can't fill the memory.
const MAX_VISITS: usize = 20_000;
const MAX_VISITS_OF_LINK: usize = 1_000;

#[derive(Debug, Default)]
pub struct Visits {
    clock: Clock,
    /// By the hash of their tokens.
    open: Mutex<HashMap<[u8; 32], Opened>>,
}

#[derive(Debug)]
struct Opened {
    /// The link's id.
    link: String,
    at: UnixSeconds,
    used_at: UnixSeconds,
}

impl Opened {
    fn is_over(&self, now: UnixSeconds) -> bool {
        now.0 - self.used_at.0 >= IDLE_S || now.0 - self.at.0 >= LONGEST_S
    }
}

impl Visits {
    pub fn new(clock: Clock) -> Self {
        Self { clock, open: Mutex::default() }
    }

    /// Lets somebody in who has opened a link; the token of their visit.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn begin(&self, link: &str) -> Result<Secret, getrandom::Error> {
        let token = credential::new_visit()?;
        let now = self.clock.now();
        let mut open = self.lock();
        // Whoever opens one link again and again ends visits of that one.
        let of_link = open.values().filter(|visit| visit.link == link).map(|visit| visit.used_at.0);
        let of_link: Vec<i64> = of_link.collect();
        if of_link.len() >= MAX_VISITS_OF_LINK
            && let Some(oldest) = of_link.into_iter().min()
        {
            open.retain(|_, visit| visit.link != link || visit.used_at.0 > oldest);
        }
        if open.len() >= MAX_VISITS {
            open.retain(|_, visit| !visit.is_over(now));
        }
        if open.len() >= MAX_VISITS {
            let mut ages: Vec<i64> = open.values().map(|visit| visit.used_at.0).collect();
            let (_, oldest_kept, _) = ages.select_nth_unstable(MAX_VISITS / 4);
            let oldest_kept = *oldest_kept;
            let mut to_go = MAX_VISITS / 4;
            open.retain(|_, visit| {
                let goes = to_go > 0 && visit.used_at.0 <= oldest_kept;
                to_go -= usize::from(goes);
                !goes
            });
        }
        let visit = Opened { link: link.to_owned(), at: now, used_at: now };
        open.insert(credential::hash(token.expose()), visit);
        Ok(token)
    }

    /// The id of the link that a token was given for, while it is valid.
    pub fn link_of(&self, token: &str) -> Option<String> {
        let now = self.clock.now();
        let mut open = self.lock();
        let visit = open.get_mut(&credential::hash(token)).filter(|visit| !visit.is_over(now))?;
        visit.used_at = now;
        Some(visit.link.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Opened>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ManualClock;

    fn at_noon() -> (ManualClock, Visits) {
        let clock = ManualClock::at(UnixSeconds(1_700_000_000));
        (clock.clone(), Visits::new(Clock::Manual(clock)))
    }

    #[test]
    fn a_visit_ends_an_hour_after_its_last_use_and_a_day_after_it_began() {
        let (clock, visits) = at_noon();
        let token = visits.begin("link_1").unwrap();
        for _ in 0..24 {
            assert_eq!(visits.link_of(token.expose()).as_deref(), Some("link_1"));
            clock.advance_ms((IDLE_S - 1) * 1000);
        }
        assert_eq!(visits.link_of(token.expose()).as_deref(), Some("link_1"));
        clock.advance_ms(60_000);
        assert_eq!(visits.link_of(token.expose()), None, "a day is over");
        let idle = visits.begin("link_1").unwrap();
        clock.advance_ms(IDLE_S * 1000);
        assert_eq!(visits.link_of(idle.expose()), None);
        assert_eq!(visits.link_of("chtv_guess"), None);
    }

    #[test]
    fn opening_again_and_again_does_not_fill_the_memory() {
        let (_clock, visits) = at_noon();
        for _ in 0..MAX_VISITS + 10 {
            visits.begin("link_1").unwrap();
        }
        assert!(visits.lock().len() <= MAX_VISITS_OF_LINK);
        let other = visits.begin("link_2").unwrap();
        for _ in 0..MAX_VISITS_OF_LINK {
            visits.begin("link_1").unwrap();
        }
        assert!(visits.link_of(other.expose()).is_some(), "visits of other links go on");
    }
}
