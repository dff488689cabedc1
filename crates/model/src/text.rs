//! Text that people enter.

/// Whether a character has no place in a name: it begins another line, moves a cursor or turns the direction of writing, so that a name
/// passes for something else.
pub fn is_disguising(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
