//! What a key may not read, as far as that was found out. It is remembered for an hour: permissions can be added to a key.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::UnixSeconds;

const REMEMBERED_S: i64 = 3_600;
/// Histories of subscriptions; the bits before it are those of [`super::query::INCLUDES`].
pub(super) const HISTORY: u8 = 1 << 7;

#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<Bits>);

#[derive(Debug, Default)]
struct Bits {
    bits: u8,
    /// When the first of them was set.
    since: i64,
}

impl Refused {
    fn bits(&self) -> MutexGuard<'_, Bits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn at(&self, now: UnixSeconds) -> u8 {
        let mut known = self.bits();
        // A clock that was set back forgets, too.
        if !(0..REMEMBERED_S).contains(&(now.0 - known.since)) {
            known.bits = 0;
        }
        known.bits
    }

    pub fn note(&self, bits: u8, now: UnixSeconds) {
        let before = self.at(now);
        let mut known = self.bits();
        if before == 0 {
            known.since = now.0;
        }
        known.bits |= bits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_is_asked_for_again_after_an_hour() {
        let refused = Refused::default();
        let at = |seconds: i64| UnixSeconds(1_795_000_000 + seconds);
        assert_eq!(refused.at(at(0)), 0);
        refused.note(2, at(0));
        refused.note(HISTORY, at(1_800));
        assert_eq!(refused.at(at(3_599)), 2 | HISTORY);
        assert_eq!(refused.at(at(3_600)), 0);
    }
}
