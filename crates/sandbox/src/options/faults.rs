//! Fault injection: which share of requests goes wrong, and by which seed.

use std::str::FromStr;

use super::OptionsError;

/// Shares of requests that go wrong, in millionths, and the seed of the stream that decides which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Answered with 500.
    pub internal_error_ppm: u32,
    /// The connection is reset, before or after the headers.
    pub reset_ppm: u32,
    /// The body ends early.
    pub truncate_ppm: u32,
    /// The body drips.
    pub slow_ppm: u32,
    /// Answered with 429, whatever the limits.
    pub rate_limited_ppm: u32,
    /// Faults come in bursts: calm and storm change every few dozen requests, and a storm has ten times as many.
    pub is_stormy: bool,
    /// `None`: the merchant's seed.
    pub seed: Option<u64>,
}

impl Faults {
    pub const NONE: Self = Self {
        internal_error_ppm: 0,
        reset_ppm: 0,
        truncate_ppm: 0,
        slow_ppm: 0,
        rate_limited_ppm: 0,
        is_stormy: false,
        seed: None,
    };

    pub fn is_none(&self) -> bool {
        self.internal_error_ppm + self.reset_ppm + self.truncate_ppm + self.slow_ppm + self.rate_limited_ppm
            == 0
    }
}

impl FromStr for Faults {
    type Err = OptionsError;

    /// `500=0.02,reset=0.01,truncate=0.01,slow=0.02,429=0.02,seed=7,storm`, any part of it, or `none`.
    fn from_str(text: &str) -> Result<Self, OptionsError> {
        let mut faults = Self::NONE;
        if text == "none" || text.is_empty() {
            return Ok(faults);
        }
        for part in text.split(',') {
            let refuse =
                |problem: &str| OptionsError::Faults { part: part.to_owned(), problem: problem.to_owned() };
            if part == "storm" {
                faults.is_stormy = true;
                continue;
            }
            let (name, value) =
                part.split_once('=').ok_or_else(|| refuse("use name=share, such as 500=0.02"))?;
            if name == "seed" {
                faults.seed = Some(value.parse().map_err(|_| refuse("a seed is a whole number"))?);
                continue;
            }
            let share =
                parse_share(value).ok_or_else(|| refuse("a share is between 0 and 1, such as 0.02"))?;
            match name {
                "500" => faults.internal_error_ppm = share,
                "reset" => faults.reset_ppm = share,
                "truncate" => faults.truncate_ppm = share,
                "slow" => faults.slow_ppm = share,
                "429" => faults.rate_limited_ppm = share,
                _ => return Err(refuse("use 500, reset, truncate, slow, 429, storm or seed")),
            }
        }
        Ok(faults)
    }
}

/// `0.02` as 20,000 millionths, exactly.
fn parse_share(text: &str) -> Option<u32> {
    let share: rust_decimal::Decimal = text.parse().ok()?;
    let ppm = share.checked_mul(1_000_000.into())?.trunc();
    let ppm = u32::try_from(ppm).ok()?;
    (ppm <= 1_000_000).then_some(ppm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_names_shares_a_seed_and_storms() {
        let faults: Faults =
            "500=0.02,reset=0.01,truncate=0.005,slow=1,429=0.000001,seed=7,storm".parse().unwrap();
        let expected = Faults {
            internal_error_ppm: 20_000,
            reset_ppm: 10_000,
            truncate_ppm: 5_000,
            slow_ppm: 1_000_000,
            rate_limited_ppm: 1,
            is_stormy: true,
            seed: Some(7),
        };
        assert_eq!(faults, expected);
        assert_eq!("none".parse(), Ok(Faults::NONE));
    }

    #[test]
    fn what_is_no_share_is_refused_with_the_way_out() {
        for (bad, reason) in [
            ("500", "use name=share"),
            ("500=2", "between 0 and 1"),
            ("500=-0.1", "between 0 and 1"),
            ("500=x", "between 0 and 1"),
            ("503=0.1", "use 500"),
            ("seed=abc", "whole number"),
        ] {
            let error = bad.parse::<Faults>().unwrap_err().to_string();
            assert!(error.contains(reason), "{bad}: {error}");
        }
    }
}
