//! What waits for an answer, in memory. Each is answered once, and soon.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::UnixSeconds;

use super::throttle::Place;

/// Anybody can begin to sign in: whoever begins most gives way, so that nobody fills the memory or closes the door to others.
const MAX_WAITING: usize = 10_000;
/// Of one place, such as an office behind one address.
const MAX_WAITING_OF_PLACE: usize = 200;

/// By a random key that whoever answers has to give; oldest first.
#[derive(Debug)]
pub struct Waiting<K, T> {
    valid_s: i64,
    pending: Mutex<VecDeque<Pending<K, T>>>,
}

#[derive(Debug)]
struct Pending<K, T> {
    key: K,
    /// Where the request came from.
    place: Place,
    at: UnixSeconds,
    what: T,
}

impl<K: PartialEq, T> Waiting<K, T> {
    /// For what can be answered for `valid_s` seconds.
    pub fn lasting(valid_s: i64) -> Self {
        Self { valid_s, pending: Mutex::default() }
    }

    pub fn begin(&self, key: K, place: Place, what: T, now: UnixSeconds) {
        let mut all = self.lock();
        while all.front().is_some_and(|one| self.has_ended(one.at, now)) {
            all.pop_front();
        }
        if all.iter().filter(|one| one.place == place).count() >= MAX_WAITING_OF_PLACE {
            give_way(&mut all, &place);
        }
        if all.len() >= MAX_WAITING {
            let busiest = busiest(&all).unwrap_or_else(|| place.clone());
            give_way(&mut all, &busiest);
        }
        all.push_back(Pending { key, place, at: now, what });
    }

    /// What waits under this key, unless it was answered or is too old. It can't be answered again.
    pub fn take(&self, key: &K, now: UnixSeconds) -> Option<T> {
        let mut all = self.lock();
        let position = all.iter().position(|one| one.key == *key)?;
        let Pending { at, what, .. } = all.remove(position)?;
        (!self.has_ended(at, now)).then_some(what)
    }

    fn has_ended(&self, at: UnixSeconds, now: UnixSeconds) -> bool {
        now.0 - at.0 >= self.valid_s
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Pending<K, T>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place with the most that waits.
fn busiest<K, T>(all: &VecDeque<Pending<K, T>>) -> Option<Place> {
    let mut counts: HashMap<&Place, usize> = HashMap::new();
    for one in all {
        *counts.entry(&one.place).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(place, _)| place.clone())
}

/// Forgets the oldest of a place.
fn give_way<K, T>(all: &mut VecDeque<Pending<K, T>>, place: &Place) {
    if let Some(position) = all.iter().position(|one| one.place == *place) {
        all.remove(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixSeconds = UnixSeconds(1_790_000_000);

    #[test]
    fn an_answer_is_taken_once_and_soon() {
        let waiting = Waiting::lasting(300);
        waiting.begin(1, place(1), "one", NOON);
        waiting.begin(2, place(2), "two", NOON);
        assert_eq!(waiting.take(&3, NOON), None, "nobody asked");
        assert_eq!(waiting.take(&2, UnixSeconds(NOON.0 + 299)), Some("two"));
        assert_eq!(waiting.take(&2, NOON), None, "replayed");
        assert_eq!(waiting.take(&1, UnixSeconds(NOON.0 + 300)), None, "too late");
    }

    #[test]
    fn strangers_who_never_answer_fill_no_memory_and_push_nobody_out() {
        let waiting = Waiting::lasting(300);
        let of_ada = u32::MAX;
        waiting.begin(of_ada, place(0), (), NOON);
        for number in 0..1_000 {
            waiting.begin(number, place(1), (), NOON);
        }
        assert_eq!(waiting.lock().len(), MAX_WAITING_OF_PLACE + 1, "one place alone");
        for number in 1_000..12_500 {
            waiting.begin(number, place(1 + number % 100), (), NOON);
        }
        assert_eq!(waiting.lock().len(), MAX_WAITING);
        assert_eq!(waiting.take(&12_499, NOON), Some(()));
        assert_eq!(waiting.take(&of_ada, NOON), Some(()), "whoever began once stays");
    }

    fn place(number: u32) -> Place {
        Place::Session(number.to_string())
    }
}
