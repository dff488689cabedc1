//! The texts of a column.

use super::ends::range;

/// Many short texts in one allocation.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Texts {
    pub(super) text: String,
    pub(super) ends: Vec<u32>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        // A chunk's texts are some hundred kilobytes.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &str {
        &self.text[range(&self.ends, index)]
    }

    /// The same, some of them empty.
    pub(super) fn without(&self, are_left_out: &[bool]) -> Self {
        let mut rest = Self::default();
        for (index, is_left_out) in are_left_out.iter().enumerate() {
            rest.push(if *is_left_out { "" } else { self.get(index) });
        }
        rest
    }

    /// The same, each after a prefix.
    pub(super) fn each_after(&self, prefix: &str) -> Self {
        let mut all = Self::default();
        (0..self.len()).for_each(|index| all.push(&format!("{prefix}{}", self.get(index))));
        all
    }

    /// Where texts are in order.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}
