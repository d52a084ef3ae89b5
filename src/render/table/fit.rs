//! Which columns fit a width, and how wide each may be.

use crate::render::sections::Section;
use crate::render::text::width;

/// A column of text counts with at most this much when columns are chosen: one long name in a thousand rows
/// must not cost every row its other columns. What room is left is given back.
const FAIR_WIDTH: usize = 32;

/// The rank of what tells most: an account, a metric or two. For them, names are cut shorter than for the rest.
const TELLING_RANK: u8 = 1;

/// For those, a column of text counts with this share of a narrow terminal, but never with less than an EC2 instance
/// id takes.
const TELLING_SHARE: usize = 4;
const TELLING_WIDTH: usize = 20;

/// However many columns are asked for, each keeps this much. Only a terminal of hardly more columns than fields
/// makes lines longer than itself by it.
const LEAST_WIDTH: usize = 3;

/// The columns to draw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    /// Index and width of each column shown, in order.
    pub columns: Vec<(usize, usize)>,
    /// Indices of those that did not fit, in order.
    pub dropped: Vec<usize>,
}

/// Drops the columns of the highest rank until the rest fit, then shares the room among the widest.
pub(super) fn fit(section: &Section, max: Option<u16>, gap: u16) -> Fitted {
    let natural: Vec<usize> = section
        .headings
        .iter()
        .enumerate()
        .map(|(column, heading)| {
            let cells = section.rows.iter().map(|row| width(&row[column].text));
            cells.max().unwrap_or(0).max(width(&heading.header))
        })
        .collect();
    let Some(max) = max.map(usize::from) else {
        return Fitted { columns: natural.into_iter().enumerate().collect(), dropped: Vec::new() };
    };
    let gap = usize::from(gap);
    let mut kept: Vec<usize> = (0..natural.len()).collect();
    let mut dropped = Vec::new();
    let rank = |column: usize| section.headings[column].rank;
    let fits = |kept: &[usize], for_rank: u8| {
        let fair = match for_rank {
            ..=TELLING_RANK => FAIR_WIDTH.min((max / TELLING_SHARE).max(TELLING_WIDTH)),
            _ => FAIR_WIDTH,
        };
        let needed = kept.iter().map(|&column| natural[column].min(fair) + gap).sum::<usize>();
        needed.saturating_sub(gap) <= max
    };
    // The rightmost of equal rank goes first: collectors put the more important to the left.
    while let Some((at, &last)) = kept.iter().enumerate().max_by_key(|&(at, &column)| (rank(column), at)) {
        if rank(last) == 0 || fits(&kept, rank(last)) {
            break;
        }
        kept.remove(at);
        dropped.push(last);
    }
    // The last one dropped may have been so wide that a narrow one of its rank fits after all.
    let last_rank = dropped.last().map(|&column| rank(column));
    for again in dropped.clone().into_iter().rev().filter(|&column| Some(rank(column)) == last_rank) {
        let at = kept.partition_point(|&column| column < again);
        kept.insert(at, again);
        if fits(&kept, rank(again)) {
            dropped.retain(|&column| column != again);
        } else {
            kept.remove(at);
        }
    }
    dropped.sort_unstable();
    let room = max.saturating_sub(gap * kept.len().saturating_sub(1)).max(LEAST_WIDTH * kept.len());
    let widths = share(&kept.iter().map(|&column| natural[column]).collect::<Vec<_>>(), room);
    Fitted { columns: kept.into_iter().zip(widths).collect(), dropped }
}

/// Widths that fit the room: those that are narrow enough stay, the widest are cut to a common width.
fn share(natural: &[usize], room: usize) -> Vec<usize> {
    if natural.iter().sum::<usize>() <= room {
        return natural.to_vec();
    }
    let mut ascending = natural.to_vec();
    ascending.sort_unstable();
    let mut left = room;
    let mut cap = 0;
    for (at, &width) in ascending.iter().enumerate() {
        cap = left / (ascending.len() - at);
        if width > cap {
            break;
        }
        left -= width;
    }
    // What the division leaves over goes to the first columns that can use it.
    let mut spare = room - natural.iter().map(|&width| width.min(cap)).sum::<usize>().min(room);
    natural
        .iter()
        .map(|&width| {
            let extra = usize::from(width > cap && spare > 0);
            spare -= extra;
            width.min(cap) + extra
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn narrow_columns_stay_and_the_widest_share_what_is_left() {
        assert_eq!(share(&[5, 40, 30], 100), [5, 40, 30]);
        assert_eq!(share(&[5, 40, 30], 50), [5, 23, 22]);
        assert_eq!(share(&[40, 3], 20), [17, 3]);
    }

    proptest! {
        #[test]
        fn shared_widths_fit_and_use_all_the_room(natural in prop::collection::vec(0usize..200, 1..12), room in 0usize..200) {
            let shared = share(&natural, room);
            prop_assert!(shared.iter().sum::<usize>() <= room);
            prop_assert!(shared.iter().zip(&natural).all(|(shared, natural)| shared <= natural));
            prop_assert_eq!(shared.iter().sum::<usize>(), room.min(natural.iter().sum()));
        }
    }
}
