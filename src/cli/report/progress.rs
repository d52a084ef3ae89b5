//! The progress bar on standard error: queries done of all, resources so far, what is slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::coordinator::Progress;
use crate::render::escape;

/// Often enough to look alive.
const TICK: Duration = Duration::from_millis(100);

/// What takes longer than this is named.
const SLOW: Duration = Duration::from_secs(2);

/// A bar that redraws itself until it is finished. It is hidden where progress is not wanted.
pub(super) struct Bar {
    bar: ProgressBar,
    done: Arc<AtomicBool>,
    drawing: Option<JoinHandle<()>>,
}

impl Bar {
    /// Starts to draw.
    pub(super) fn start(place: &MultiProgress, progress: Arc<Progress>) -> Self {
        let bar = place.add(ProgressBar::new(0));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:24} {pos}/{len} queries  {wide_msg}")
        {
            bar.set_style(style);
        }
        let done = Arc::new(AtomicBool::new(false));
        let drawing = (!place.is_hidden()).then(|| {
            let (bar, done) = (bar.clone(), done.clone());
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    draw(&bar, &progress);
                    thread::park_timeout(TICK);
                }
            })
        });
        Self { bar, done, drawing }
    }

    /// Wipes the bar.
    pub(super) fn finish(self) {
        self.done.store(true, Ordering::Relaxed);
        if let Some(drawing) = self.drawing {
            drawing.thread().unpark();
            // A panic while drawing costs the bar and nothing else.
            let _ = drawing.join();
        }
        self.bar.finish_and_clear();
    }
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.planned());
    bar.set_position(progress.done());
    bar.set_message(message(progress));
    bar.tick();
}

fn message(progress: &Progress) -> String {
    let mut message = format!("{} resources", progress.resources());
    if progress.planned() == 0 {
        "asking for identity and Regions".clone_into(&mut message);
    }
    if let Some(values) = progress.values().filter(|values| *values > 0) {
        message.push_str(&format!(", {values} metric values asked"));
    }
    if progress.incomplete() > 0 {
        message.push_str(&format!(", {} incomplete", progress.incomplete()));
    }
    if let Some(slow) = progress.slowest().filter(|slow| slow.elapsed >= SLOW) {
        message.push_str(&format!("  {} s: {}", slow.elapsed.as_secs(), escape(&slow.what)));
    }
    message
}
