//! Room in memory for pages that wait for their values.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many resources wait for their values at once, in one account and Region, where memory is bounded. It is some 50 requests, what CloudWatch grants in a second.
const MOST_HELD: usize = 4000;

/// How many wait in all of such a run: at 12 KB each, 200 MB.
const MOST_HELD_IN_ALL: usize = 16_000;

/// Room for the resources that all joiners of a run hold together.
#[derive(Clone, Debug)]
pub struct Room(Option<Arc<Semaphore>>);

impl Room {
    /// So much that memory stays bounded: pages that wait hold the lists back.
    pub fn bounded() -> Self {
        Self(Some(Arc::new(Semaphore::new(MOST_HELD_IN_ALL))))
    }

    /// As much as it takes: the reader keeps every resource anyway, and a CloudWatch that hangs holds back no list.
    pub const fn unbounded() -> Self {
        Self(None)
    }

    pub(super) const fn is_bounded(&self) -> bool {
        self.0.is_some()
    }

    /// Whether an account and Region that holds so many resources may hold another page.
    pub(super) const fn has(&self, held: usize) -> bool {
        self.0.is_none() || held < MOST_HELD
    }

    /// Waits for room for so many resources; for a page that is more than all the room there is, all of it.
    pub(super) async fn take(self, resources: usize) -> Option<OwnedSemaphorePermit> {
        let resources = u32::try_from(resources.min(MOST_HELD_IN_ALL)).unwrap_or(u32::MAX);
        // The semaphore is never closed.
        self.0?.acquire_many_owned(resources).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_held_leaves_no_room_until_it_goes() {
        let room = Room::bounded();
        let held = room.clone().take(MOST_HELD_IN_ALL + 1).await;
        assert!(held.is_some());
        let mut next = Box::pin(room.clone().take(1));
        assert!(futures_util::poll!(next.as_mut()).is_pending());
        drop(held);
        assert!(next.await.is_some());
        assert!(!room.has(MOST_HELD) && Room::unbounded().has(MOST_HELD));
    }
}
