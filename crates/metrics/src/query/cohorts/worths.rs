//! What values are worth at the end of every period, in the currency that is asked for.

use super::Question;
use super::adding::worth;

/// A power of two: more values than most accounts have, and few enough to stay in a core's cache.
const KEPT: usize = 1024;

/// Values that came before. Most customers are worth what many others are.
#[derive(Default)]
pub(super) struct Worths {
    kept: Vec<CachedValue>,
    /// For each of those, one worth for each period.
    worths: Vec<i64>,
}

#[derive(Clone, Copy, Default)]
struct CachedValue {
    currency: u32,
    /// 0: none yet.
    value: i64,
    /// Of a value that came only once, nothing is worked out ahead.
    is_ready: bool,
}

impl Worths {
    /// The worths of a value of a currency; `None` where it pays more to convert it.
    pub(super) fn of(&mut self, question: &Question<'_>, currency: u32, value: i64) -> Option<&[i64]> {
        let periods = question.shape.span.buckets.len();
        if self.kept.is_empty() {
            self.kept.resize(KEPT, CachedValue::default());
            self.worths.resize(KEPT * periods, 0);
        }
        let hash = (value.cast_unsigned() ^ (u64::from(currency) << 48)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = (hash >> 32) as usize % KEPT;
        let kept = &mut self.kept[place];
        if (kept.currency, kept.value) != (currency, value) {
            // What came twice stays: others that have the same place would only take turns.
            if kept.is_ready {
                return None;
            }
            *kept = CachedValue { currency, value, is_ready: false };
            return None;
        }
        let worths = &mut self.worths[place * periods..][..periods];
        if !kept.is_ready {
            for (bucket, own) in worths.iter_mut().enumerate() {
                // What is too large in a period that nobody asks for is not an error.
                *own = worth(question.factor_at(currency, bucket), value).ok()?;
            }
            kept.is_ready = true;
        }
        Some(&*worths)
    }
}
