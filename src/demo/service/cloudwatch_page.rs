//! Where a page of GetMetricData begins, and the tokens that say so.
//!
//! Unlike those of lists they also hold the moment of the first page: what is recorded meanwhile must not shift the
//! pages that follow. They are good for the same request only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::demo::estate::mix;

/// The first datapoint of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The query, by number.
    pub(super) query: usize,
    /// Its datapoint, by number.
    pub(super) datapoint: usize,
    /// The clock at the first page.
    pub(super) now: i64,
    /// The empty page of this place was given already.
    pub(super) after_empty: bool,
}

/// The token of a place in the answers to a request, of which every other request has another number.
pub(super) fn write(request: u64, place: Place) -> String {
    let at = (place.query as u64) << 40 | (place.datapoint as u64) << 1 | u64::from(place.after_empty);
    let hidden = [at ^ mix(request), place.now.cast_unsigned() ^ mix(request ^ 1)];
    let check = mix(hidden[0] ^ mix(hidden[1] ^ request));
    let bytes: Vec<u8> = [hidden[0], hidden[1], check].iter().flat_map(|part| part.to_be_bytes()).collect();
    STANDARD.encode(bytes)
}

/// The place of a token; `None` if this request was not given it.
pub(super) fn read(request: u64, token: &str) -> Option<Place> {
    let bytes = STANDARD.decode(token).ok()?;
    let bytes: [u8; 24] = bytes.try_into().ok()?;
    let part = |nth: usize| bytes[nth * 8..][..8].iter().fold(0, |whole, byte| whole << 8 | u64::from(*byte));
    let hidden = [part(0), part(1)];
    if part(2) != mix(hidden[0] ^ mix(hidden[1] ^ request)) {
        return None;
    }
    let at = hidden[0] ^ mix(request);
    Some(Place {
        query: usize::try_from(at >> 40).ok()?,
        datapoint: usize::try_from(at << 24 >> 25).ok()?,
        now: (hidden[1] ^ mix(request ^ 1)).cast_signed(),
        after_empty: at & 1 == 1,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn a_place_is_read_back_by_its_own_request_only(
            request in any::<u64>(), query in 0_usize..500, datapoint in 0_usize..1_000_000, now in any::<i64>(),
            after_empty in any::<bool>(),
        ) {
            let place = Place { query, datapoint, now, after_empty };
            let token = write(request, place);
            prop_assert_eq!(read(request, &token), Some(place));
            prop_assert_eq!(read(request ^ 1, &token), None);
            prop_assert_eq!(read(request, &token[1..]), None);
        }
    }
}
