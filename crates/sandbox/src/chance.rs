//! Random numbers from a seed: the same on every machine and with every compiler.

/// Well-spread bits of three numbers (the finalizer of SplitMix64, once for each).
pub fn mix(a: u64, b: u64, c: u64) -> u64 {
    let step = |mut z: u64| {
        z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    step(step(step(a) ^ b) ^ c)
}

/// A UUID that the seed and a number name.
pub fn uuid(seed: u64, number: u64) -> String {
    let (high, low) = (mix(seed, number, 43), mix(seed, number, 44));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}
