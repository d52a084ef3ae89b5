//! The fan-out: what to ask (plan), asking it all side by side (run), what came of it (outcome), how far it is (progress).
//! It knows collectors, not services.

mod catalogue;
mod joining;
mod outcome;
mod plan;
mod progress;
mod run;

pub use joining::MetricsPlan;
pub use outcome::{AskedMetrics, Outcome};
pub use plan::{Plan, PlanError, Selection};
pub use progress::{Progress, Running};
pub use run::run;
