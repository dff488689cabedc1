//! What was asked and waits for an answer, in memory. Each is answered once, and soon.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::UnixSeconds;

/// Anybody can begin to sign in: the oldest give way, so that nobody fills the memory or closes the door.
const MAX_WAITING: usize = 10_000;

/// By a random key that whoever answers has to give; oldest first.
#[derive(Debug)]
pub struct Waiting<K, T> {
    valid_s: i64,
    asked: Mutex<VecDeque<(K, UnixSeconds, T)>>,
}

impl<K: PartialEq, T> Waiting<K, T> {
    /// For what can be answered for `valid_s` seconds.
    pub fn lasting(valid_s: i64) -> Self {
        Self { valid_s, asked: Mutex::default() }
    }

    pub fn begin(&self, key: K, asked: T, now: UnixSeconds) {
        let mut all = self.lock();
        while all.len() >= MAX_WAITING || all.front().is_some_and(|(_, at, _)| self.has_ended(*at, now)) {
            all.pop_front();
        }
        all.push_back((key, now, asked));
    }

    /// What was asked, unless it was answered or is too old. It can't be answered again.
    pub fn take(&self, key: &K, now: UnixSeconds) -> Option<T> {
        let mut all = self.lock();
        let place = all.iter().position(|(of, _, _)| of == key)?;
        let (_, at, asked) = all.remove(place)?;
        (!self.has_ended(at, now)).then_some(asked)
    }

    fn has_ended(&self, at: UnixSeconds, now: UnixSeconds) -> bool {
        now.0 - at.0 >= self.valid_s
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(K, UnixSeconds, T)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: UnixSeconds = UnixSeconds(1_790_000_000);

    #[test]
    fn an_answer_is_taken_once_and_soon() {
        let waiting = Waiting::lasting(300);
        waiting.begin(1, "one", NOON);
        waiting.begin(2, "two", NOON);
        assert_eq!(waiting.take(&3, NOON), None, "nobody asked");
        assert_eq!(waiting.take(&2, UnixSeconds(NOON.0 + 299)), Some("two"));
        assert_eq!(waiting.take(&2, NOON), None, "replayed");
        assert_eq!(waiting.take(&1, UnixSeconds(NOON.0 + 300)), None, "too late");
    }

    #[test]
    fn strangers_who_never_answer_fill_no_memory_and_keep_nobody_out() {
        let waiting = Waiting::lasting(300);
        for number in 0..20_000 {
            waiting.begin(number, (), NOON);
        }
        assert_eq!(waiting.lock().len(), MAX_WAITING);
        assert_eq!(waiting.take(&19_999, NOON), Some(()));
    }
}
