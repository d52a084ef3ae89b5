//! Pages of a list, and the ways in which a faulty service pages.
//!
//! Tokens are opaque and stateless: they hold a position, hidden and checked, good for one operation, account
//! and Region only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::demo::estate::mix;

/// How a list's pages go wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Twist {
    #[default]
    None,
    /// Every page names the second page as the next one, for ever.
    RepeatedToken,
    /// A page without resources comes before the page that was asked for.
    EmptyPage,
    /// A page begins with the last resources of the page before.
    Duplicates,
    /// Every third result of GetMetricData is cut in half, and says so.
    PartialData,
    /// Every third result of GetMetricData is an internal error.
    InternalError,
    /// Every third result of GetMetricData is forbidden.
    Forbidden,
    /// Every third result of GetMetricData is left out.
    LostResults,
}

/// A page that somebody asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest<'a> {
    /// A number that only this list has; its tokens are no good elsewhere.
    pub(crate) list: u64,
    pub(crate) token: Option<&'a str>,
    /// The most resources of a page, at least 1.
    pub(crate) limit: usize,
    pub(crate) twist: Twist,
}

/// The positions of a page, and the token of the next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) positions: std::ops::Range<usize>,
    pub(crate) next: Option<String>,
}

/// The token was not given by this list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadToken;

impl PageRequest<'_> {
    /// The page of a list of `total`.
    pub(crate) fn page(&self, total: usize) -> Result<Page, BadToken> {
        let Place { position, after_empty } =
            self.token.map_or(Ok(Place::default()), |token| self.read(token))?;
        let position = position.min(total);
        let limit = self.limit.max(1);
        if self.twist == Twist::EmptyPage && !after_empty {
            let next = self.write(Place { position, after_empty: true });
            return Ok(Page { positions: position..position, next: Some(next) });
        }
        let mut positions = position..(position + limit).min(total);
        if self.twist == Twist::Duplicates && position > 0 {
            let again = (limit / 3).max(1);
            // Of a page of one, the duplicate comes on top: or the list would never end.
            let fresh = if limit > 1 { limit - again } else { 1 };
            positions = position.saturating_sub(again)..(position + fresh).min(total);
        }
        let next = match self.twist {
            Twist::RepeatedToken => Some(limit.min(total)),
            _ => (positions.end < total).then_some(positions.end),
        };
        let next = next.map(|position| self.write(Place { position, after_empty: false }));
        Ok(Page { positions, next })
    }

    fn write(&self, place: Place) -> String {
        let plain = (place.position as u64) << 1 | u64::from(place.after_empty);
        let hidden = plain ^ mix(self.list);
        let mut bytes = hidden.to_be_bytes().to_vec();
        bytes.extend(mix(hidden ^ self.list).to_be_bytes());
        STANDARD.encode(bytes)
    }

    fn read(&self, token: &str) -> Result<Place, BadToken> {
        let bytes = STANDARD.decode(token).map_err(|_| BadToken)?;
        let bytes: [u8; 16] = bytes.try_into().map_err(|_| BadToken)?;
        let both = u128::from_be_bytes(bytes);
        let (hidden, check) = ((both >> 64) as u64, both as u64);
        if check != mix(hidden ^ self.list) {
            return Err(BadToken);
        }
        let plain = hidden ^ mix(self.list);
        let position = usize::try_from(plain >> 1).map_err(|_| BadToken)?;
        Ok(Place { position, after_empty: plain & 1 == 1 })
    }
}

/// What a token says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    position: usize,
    /// The empty page of this place was given already.
    after_empty: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(total: usize, limit: usize, twist: Twist, most: usize) -> (Vec<usize>, Vec<String>, bool) {
        let (mut seen, mut tokens, mut token): (Vec<usize>, Vec<String>, Option<String>) = Default::default();
        for _ in 0..most {
            let request = PageRequest { list: 42, token: token.as_deref(), limit, twist };
            let page = request.page(total).expect("its own token");
            assert!(page.positions.len() <= limit.max(2));
            seen.extend(page.positions);
            token = page.next;
            match &token {
                None => return (seen, tokens, true),
                Some(token) => tokens.push(token.clone()),
            }
        }
        (seen, tokens, false)
    }

    proptest! {
        #[test]
        fn sound_pages_hold_everything_once_in_order(total in 0_usize..300, limit in 1_usize..50) {
            let (seen, _, ended) = all(total, limit, Twist::None, 301);
            prop_assert!(ended);
            prop_assert_eq!(seen, (0..total).collect::<Vec<_>>());
        }

        #[test]
        fn empty_pages_and_duplicates_lose_nothing_and_never_repeat_a_token(
            total in 0_usize..100, limit in 1_usize..20, empty in any::<bool>(),
        ) {
            let twist = if empty { Twist::EmptyPage } else { Twist::Duplicates };
            let (mut seen, mut tokens, ended) = all(total, limit, twist, 300);
            prop_assert!(ended);
            let given = tokens.len();
            tokens.sort();
            tokens.dedup();
            prop_assert_eq!(tokens.len(), given);
            if !empty && total > limit {
                prop_assert!(seen.len() > total);
            }
            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(seen, (0..total).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_repeated_token_is_the_same_for_ever() {
        let (_, tokens, ended) = all(10, 4, Twist::RepeatedToken, 20);
        assert!(!ended);
        assert!(tokens.iter().all(|token| *token == tokens[0]));
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let token =
            PageRequest { list: 1, token: None, limit: 1, twist: Twist::None }.page(5).expect("a page").next;
        let other = PageRequest { list: 2, token: token.as_deref(), limit: 1, twist: Twist::None };
        assert_eq!(other.page(5), Err(BadToken));
        let nonsense = PageRequest { list: 2, token: Some("bm9uc2Vuc2U="), limit: 1, twist: Twist::None };
        assert_eq!(nonsense.page(5), Err(BadToken));
    }
}
