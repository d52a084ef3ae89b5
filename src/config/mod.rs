//! What the user asked for: defaults, `awsinv.toml`, `AWSINV_*` and flags, resolved into [`Settings`].

mod settings;

pub use settings::{
    CollectSettings, ColorChoice, ExpectDenied, LogFormat, OutputSettings, OutputSpec, Settings,
};
