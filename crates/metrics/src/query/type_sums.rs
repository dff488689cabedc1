//! What the rows of all pages of a list come to, by type and currency.

use model::Currency;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TypeSum {
    pub(super) minor: i64,
    /// Of what each row is worth in the reporting currency; `None` where none has a rate.
    pub(super) converted: Option<i64>,
    pub(super) count: i64,
}

/// There are few.
#[derive(Debug)]
pub(super) struct TypeSums<K>(Vec<((K, Currency), TypeSum)>);

impl<K> Default for TypeSums<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord> TypeSums<K> {
    pub(super) fn add(&mut self, kind: K, currency: Currency, minor: i64, converted: Option<i64>) {
        self.add_sum((kind, currency), TypeSum { minor, converted, count: 1 });
    }

    fn add_sum(&mut self, key: (K, Currency), more: TypeSum) {
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, sum)) => {
                sum.minor = sum.minor.saturating_add(more.minor);
                sum.count += more.count;
                if let Some(converted) = more.converted {
                    sum.converted = Some(sum.converted.unwrap_or(0).saturating_add(converted));
                }
            }
            None => self.0.push((key, more)),
        }
    }

    pub(super) fn merged(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(key, sum)| self.add_sum(key, sum));
        self
    }

    pub(super) fn list<T>(mut self, of: impl Fn(K, Currency, TypeSum) -> T) -> Vec<T> {
        self.0.sort_unstable_by_key(|(key, _)| *key);
        self.0.into_iter().map(|((kind, currency), sum)| of(kind, currency, sum)).collect()
    }
}
