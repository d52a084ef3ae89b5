//! Whether to colour.

use std::ffi::OsString;

/// Whether to colour what goes to a stream: the user's choice, else what the environment says (<https://no-color.org>,
/// <https://bixense.com/clicolors>), else whether a terminal reads it.
pub fn use_color(choice: Option<bool>, env: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    if let Some(choice) = choice {
        return choice;
    }
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    let dumb = set("TERM").is_some_and(|value| value == "dumb");
    let refused = set("CLICOLOR").is_some_and(|value| value == "0");
    is_terminal && !dumb && !refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(choice: Option<bool>, env: &[(&str, &str)], is_terminal: bool) -> bool {
        let read = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        use_color(choice, read, is_terminal)
    }

    #[test]
    fn terminals_are_coloured_and_pipes_are_not() {
        assert!(color(None, &[], true));
        assert!(!color(None, &[], false));
        assert!(!color(None, &[("TERM", "dumb")], true));
        assert!(!color(None, &[("CLICOLOR", "0")], true));
    }

    #[test]
    fn the_environment_can_forbid_or_force_and_forbidding_wins() {
        assert!(!color(None, &[("NO_COLOR", "1")], true));
        assert!(color(None, &[("NO_COLOR", "")], true));
        assert!(color(None, &[("CLICOLOR_FORCE", "1")], false));
        assert!(!color(None, &[("CLICOLOR_FORCE", "0")], false));
        assert!(!color(None, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true));
    }

    #[test]
    fn the_flag_wins_over_the_environment() {
        assert!(color(Some(true), &[("NO_COLOR", "1")], false));
        assert!(!color(Some(false), &[("CLICOLOR_FORCE", "1")], true));
    }
}
