//! Which characters must never reach a terminal, a table or a page as they are.
//!
//! AWS lets people put nearly anything into a tag or a name, and whoever can name an instance must not be able to
//! write to our user's terminal. How they are shown instead is each output's own business.

/// Whether a character would be obeyed, hidden, or would reorder others, rather than be seen: C0 and C1 controls,
/// DEL, direction marks, what has no width or no ink, and Unicode's own line ends.
///
/// The joiners U+200C and U+200D are not among them: Persian and emoji need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
