//! Cancellations.

use super::super::super::account::{day, decimal};
use super::super::intended::midnight;
use super::{Life, State};

impl Life<'_> {
    /// The buyer cancels; what was paid for lasts until its end.
    pub fn cancel(&mut self, at: i64) -> Option<()> {
        self.until(at)?;
        let effective_at = midnight(self.period().1);
        self.end(at, effective_at);
        Some(())
    }

    /// It ends at once: after failed payments or a lost dispute.
    pub fn cancel_now(&mut self, at: i64) -> Option<()> {
        self.until(at)?;
        self.end(at, midnight(at));
        Some(())
    }

    /// A renewal fails until nobody tries again, and the subscription ends.
    pub fn never_pays(&mut self) -> Option<()> {
        let at = self.fail(3)?;
        self.cancel_now(at)
    }

    fn end(&mut self, at: i64, effective_at: i64) {
        let sub = self.sub_mut();
        sub.state = State::Deleted;
        let sub = sub.clone();
        let mut fields = self.subscription_fields();
        fields.extend([
            ("cancellation_effective_date", day(effective_at)),
            ("quantity", sub.quantity.to_string()),
            ("unit_price", decimal(sub.unit_minor, self.currency())),
        ]);
        self.alert(at, "subscription_cancelled", fields);
        self.meant.know_end(sub.id, effective_at);
        self.meant.see_end(sub.id, sub.seen_until);
        // What it is worth changes then, though nothing happens.
        for then in [effective_at, midnight(sub.seen_until)] {
            let _ = self.until(then);
        }
    }
}
