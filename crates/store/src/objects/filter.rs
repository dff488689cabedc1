//! What is certainly not there, without looking: a Bloom filter that grows.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Of the first block, for 1,024 keys; each block is twice as large as the one before.
const FIRST_BITS: u64 = 1 << 14;
const BITS_PER_KEY: u64 = 16;
/// Bits that a key sets.
const PROBES: u64 = 4;

/// Keys that were added, and a few (less than one of a hundred) that only look so.
#[derive(Default)]
pub(super) struct Filter {
    blocks: Vec<Block>,
}

struct Block {
    bits: Vec<u64>,
    /// How many more keys it takes.
    room: u64,
}

impl Filter {
    pub fn add(&mut self, kind: u8, id: &str) {
        if self.blocks.last().is_none_or(|block| block.room == 0) {
            let bits = self.blocks.last().map_or(FIRST_BITS, |block| block.bits.len() as u64 * 64 * 2);
            let words = usize::try_from(bits / 64).unwrap_or(usize::MAX);
            self.blocks.push(Block { bits: vec![0; words], room: bits / BITS_PER_KEY });
        }
        if let Some(block) = self.blocks.last_mut() {
            block.room -= 1;
            let hash = hash(kind, id);
            (0..PROBES).for_each(|probe| {
                let (word, bit) = block.place(hash, probe);
                block.bits[word] |= bit;
            });
        }
    }

    /// Whether a key may have been added; `false` is certain.
    pub fn may_have(&self, kind: u8, id: &str) -> bool {
        let hash = hash(kind, id);
        self.blocks.iter().any(|block| {
            (0..PROBES).all(|probe| {
                let (word, bit) = block.place(hash, probe);
                block.bits[word] & bit != 0
            })
        })
    }
}

impl Block {
    fn place(&self, hash: u64, probe: u64) -> (usize, u64) {
        let step = hash.rotate_left(32) | 1;
        let bit = hash.wrapping_add(step.wrapping_mul(probe)) % (self.bits.len() as u64 * 64);
        (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
    }
}

/// The same in every process.
pub(super) fn hash(kind: u8, id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, id).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_never_denied_and_little_else_is_taken_for_it() {
        let mut filter = Filter::default();
        let id = |number: u32| format!("in_{number}");
        (0..50_000).for_each(|number| filter.add(9, &id(number)));
        assert!((0..50_000).all(|number| filter.may_have(9, &id(number))));
        let mistaken = (0..50_000).filter(|number| filter.may_have(10, &id(*number))).count();
        assert!(mistaken < 1_000, "{mistaken} of 50,000");
    }
}
