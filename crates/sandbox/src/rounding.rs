//! Amounts that do not come out even.

/// Half away from zero. `divisor` is above zero.
pub fn rounded(dividend: i64, divisor: i64) -> i64 {
    let half = if dividend < 0 { -divisor } else { divisor };
    (2 * dividend + half) / (2 * divisor)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([rounded(5, 2), rounded(-5, 2), rounded(4, 3), rounded(-4, 3)], [3, -3, 1, -1]);
    }
}
