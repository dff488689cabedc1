//! Columns in which the rows of several customers, or texts, lie one after another.

use std::ops::Range;

/// Where one of them lies. `ends` has one entry for each: where it ends.
pub(super) fn range(ends: &[u32], index: usize) -> Range<usize> {
    let start = if index == 0 { 0 } else { ends[index - 1] };
    start as usize..ends[index] as usize
}
