//! awsinv: what do we run on AWS, where, and what is it doing?
//!
//! Data flows one way:
//!
//! ```text
//! scope ─▶ plan ─▶ coordinator ─▶ collector ─▶ metrics ─▶ sink ─▶ inventory ─▶ render
//! accounts  Query = account       permits,     pages of    joined    bounded   resources +
//! Regions   x Region x type       deadlines,   resources   page by   channel   coverage +
//! types                           panics                   page                stats
//! ```
//!
//! Who may import whom (a test greps the sources for it):
//!
//! ```text
//! main → cli
//! cli → { coordinator, collect, aws, render, demo, config, printer, model }
//! coordinator → { collect, metrics, aws, config, model }
//! collect → { aws, model }
//! metrics → { aws, model }
//! aws → { config, model }
//! render → { model }
//! demo → { model }
//! printer → { model }
//! config, model → nothing in the crate
//! ```

pub mod aws;
pub mod cli;
pub mod collect;
pub mod config;
pub mod coordinator;
pub mod demo;
pub mod metrics;
pub mod model;
pub mod printer;
pub mod render;
