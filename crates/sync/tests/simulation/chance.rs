//! A sequence that a seed names.

pub struct Chance(u64);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap_or(0)]
    }
}

/// The same for the same text wherever it comes in a sequence.
pub fn mix(seed: u64, text: &str, time: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325
        ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ time.wrapping_mul(0xd6e8_feb8_6659_fd93);
    let hash = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ hash >> 29
}
