//! The base datapoints of a metric, as the service sends them to CloudWatch. This is the specification.
//!
//! **Numbers.** `mix` is SplitMix64's output function, `key(seed, words)` is FNV-1a over the words, each ended by
//! byte 0xff, starting from `0xcbf29ce484222325 ^ mix(seed)`, and mixed at the end. All integers below are unsigned
//! 64-bit and wrap; `/` between them cuts off. A value is one integer, divided once as `f64` where it says `÷`.
//!
//! - `K = key(seed, [account id, Region, namespace, dimension name, dimension value])`: the resource.
//! - `T(i) = mix(K + i)`: its traits. `M = key(K, [metric name])`: the series.
//! - `t` is a slot's start in seconds, a multiple of the slot's length `every`; `m = t / 60`.
//! - `r = mix(K ^ m)` is the resource's draw of that minute, `j = mix(M ^ m)` the series' own.
//!
//! **Temper.** `T(1) % 100`: below 15 idle, below 25 hot, else ordinary.
//!
//! **Load** `L`, in thousandths, below 1,000. Idle: `5 + r % 15`. Hot: `850 + r % 150`. Ordinary:
//! `100 + T(3) % 100 + (300 + T(4) % 300) * day / 720 + r % 60`, where `day` is 720 at the busiest minute of the day
//! and 0 twelve hours later: `720 - |(m + T(2) % 180) % 1440 - 720|`, and half of that on Saturdays and Sundays (UTC;
//! `(t / 86400 + 4) % 7` is 0 on Sunday).
//!
//! **When.** EC2 sends every 300 s, or 60 s with detailed monitoring, except CPUCreditBalance, which comes every 300 s
//! always; the others every 60 s. A slot is sent if it begins at or after `from`, ends at or before `until`, and has
//! ended: `t + every <= now`.
//!
//! **Values**, with `S = 1 + T(5) % 20`:
//!
//! | metric | value |
//! |---|---|
//! | CPUUtilization | `(L * 100 + j % 100) ÷ 1000` |
//! | NetworkIn, NetworkOut | `L * S * every * 50 + j % 1000`, `L * S * every * 80 + j % 1000` |
//! | EBSReadBytes, EBSWriteBytes | `L * S * every * 20 + j % 8 * 4096`, `L * S * every * 30 + j % 8 * 4096` |
//! | StatusCheckFailed | 1 if `T(6) % 40 == 0` and `mix(M ^ t / 21600) % 4 == 0`, else 0 |
//! | CPUCreditBalance | hot: `j % 2000 ÷ 1000`; else `credits * (1000 - L / 2) ÷ 1000` |
//! | DatabaseConnections | idle: 0; else `L * S / 20` |
//! | FreeStorageSpace | `storage / 1000000 * ppm`; ppm: `storage-full`: `200 + j % 100`; `T(7) % 8 == 0` (fills up in thirty days, and is emptied): `1000000 - t % 2592000 * 10 / 27`; else `300000 + T(8) % 500000 - m % 1440 * 10` |
//! | FreeLocalStorage | `(1 + T(9) % 8) * 2^35 / 1000000 * (900000 - L * 500) + j % 4096` |
//! | FreeableMemory | `memory / 1000000 * (700000 - L * 600) + j % 1024 * 1024` |
//! | ReadIOPS, WriteIOPS | `(L * S * 100 + j % 1000) ÷ 1000`, `(L * S * 60 + j % 1000) ÷ 1000` |
//! | ReplicaLag (s) | hot: `60 + L`; else `j % 3000 ÷ 1000` |
//! | AuroraReplicaLag, DBInstanceReplicaLag (ms) | `(8000 + j % 24000) ÷ 1000` |
//! | AuroraReplicaLagMaximum (ms) | `(12000 + j % 40000) ÷ 1000` |
//! | VolumeBytesUsed | `(1 + T(10) % 500) * 2^30 + (t / 3600 - 400000) * 2^20` |
//! | ServerlessDatabaseCapacity | `(low + (high - low) * L / 1000) ÷ 2`, where low and high are twice the ACUs |
//!
//! `credits` by the last part of the class: nano 72, micro 144, small 288, medium 576, large 864, else 1152. `memory`
//! in GiB by the same: micro 1, small 2, medium 4, large 8, xlarge 16, 2xlarge 32, 3xlarge 48, 4xlarge 64, else 8.
//!
//! **Lambda** sends statistic sets: (sample count, sum, minimum, maximum). `N`, the invocations of a minute, is
//! `(L * rate / 1000 + i % 1000) / 1000`, with `rate` = 200, 3000, 40000 or 600000 by `T(5) % 4` and `i` the `j` of the
//! series Invocations; an idle function is never invoked. Without invocations there is no datapoint of any metric.
//!
//! | metric | set |
//! |---|---|
//! | Invocations | (N, N, 1, 1) |
//! | Errors | e of N failed: `T(6) % 8 == 0`: `N * (200 + j % 300) / 1000`; else 1 if `j % 200 == 0`, else 0; (N, e, 1 if e = N else 0, 1 if e > 0 else 0) |
//! | Throttles | e: hot: `N / 5`, else 0; as Errors |
//! | Duration (ms) | `a = (20 + T(8) % 3000) * 1000` µs; N = 1: d = `a + j % a`, (1, d, d, d); else d = `a / 2 + j % 1000`, D = `a + a * (j / 1000 % 400) / 100`, (N, `d + D + (N - 2) * a`, d, D); each `÷ 1000` |
//! | ConcurrentExecutions | `c = 1 + N * a / 60000000`; N = 1: (1, 1, 1, 1); else (N, `1 + c + (N - 2) * ((1 + c) / 2)`, 1, c) |

use super::subject::{Family, Subject, Temper};
use crate::demo::estate::{key, mix};

/// A metric that the estate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Metric {
    CpuUtilization,
    NetworkIn,
    NetworkOut,
    StatusCheckFailed,
    EbsReadBytes,
    EbsWriteBytes,
    CpuCreditBalance,
    DatabaseConnections,
    FreeStorageSpace,
    FreeLocalStorage,
    FreeableMemory,
    ReadIops,
    WriteIops,
    ReplicaLag,
    AuroraReplicaLag,
    DbInstanceReplicaLag,
    AuroraReplicaLagMaximum,
    VolumeBytesUsed,
    ServerlessDatabaseCapacity,
    Invocations,
    Errors,
    Throttles,
    Duration,
    ConcurrentExecutions,
}

impl Metric {
    /// CloudWatch's name of it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CpuUtilization => "CPUUtilization",
            Self::NetworkIn => "NetworkIn",
            Self::NetworkOut => "NetworkOut",
            Self::StatusCheckFailed => "StatusCheckFailed",
            Self::EbsReadBytes => "EBSReadBytes",
            Self::EbsWriteBytes => "EBSWriteBytes",
            Self::CpuCreditBalance => "CPUCreditBalance",
            Self::DatabaseConnections => "DatabaseConnections",
            Self::FreeStorageSpace => "FreeStorageSpace",
            Self::FreeLocalStorage => "FreeLocalStorage",
            Self::FreeableMemory => "FreeableMemory",
            Self::ReadIops => "ReadIOPS",
            Self::WriteIops => "WriteIOPS",
            Self::ReplicaLag => "ReplicaLag",
            Self::AuroraReplicaLag => "AuroraReplicaLag",
            Self::DbInstanceReplicaLag => "DBInstanceReplicaLag",
            Self::AuroraReplicaLagMaximum => "AuroraReplicaLagMaximum",
            Self::VolumeBytesUsed => "VolumeBytesUsed",
            Self::ServerlessDatabaseCapacity => "ServerlessDatabaseCapacity",
            Self::Invocations => "Invocations",
            Self::Errors => "Errors",
            Self::Throttles => "Throttles",
            Self::Duration => "Duration",
            Self::ConcurrentExecutions => "ConcurrentExecutions",
        }
    }

    /// CloudWatch's word for its unit.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::CpuUtilization => "Percent",
            Self::NetworkIn
            | Self::NetworkOut
            | Self::EbsReadBytes
            | Self::EbsWriteBytes
            | Self::FreeStorageSpace
            | Self::FreeLocalStorage
            | Self::FreeableMemory
            | Self::VolumeBytesUsed => "Bytes",
            Self::ReadIops | Self::WriteIops => "Count/Second",
            Self::ReplicaLag => "Seconds",
            Self::AuroraReplicaLag
            | Self::DbInstanceReplicaLag
            | Self::AuroraReplicaLagMaximum
            | Self::Duration => "Milliseconds",
            Self::StatusCheckFailed
            | Self::CpuCreditBalance
            | Self::DatabaseConnections
            | Self::ServerlessDatabaseCapacity
            | Self::Invocations
            | Self::Errors
            | Self::Throttles
            | Self::ConcurrentExecutions => "Count",
        }
    }
}

/// What a service sends for one slot: a value, or a set of statistics of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Base {
    pub(crate) count: f64,
    pub(crate) sum: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

impl Base {
    const fn value(value: f64) -> Self {
        Self { count: 1.0, sum: value, minimum: value, maximum: value }
    }
}

/// A metric of a resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series<'a> {
    subject: &'a Subject,
    metric: Metric,
    key: u64,
    /// The key of Invocations, on which every metric of a function depends.
    calls_key: u64,
    /// The length of a slot, in seconds.
    every: i64,
}

impl<'a> Series<'a> {
    /// The series of a metric; `None` if the resource has no such metric.
    pub(crate) fn new(subject: &'a Subject, name: &str) -> Option<Self> {
        let metric = *subject.metrics.iter().find(|metric| metric.name() == name)?;
        let calls = if subject.family == Family::Lambda {
            key(subject.key, &[Metric::Invocations.name()])
        } else {
            0
        };
        let every = if metric == Metric::CpuCreditBalance && subject.family == Family::Ec2 {
            300
        } else {
            subject.every
        };
        Some(Self { subject, metric, key: key(subject.key, &[name]), calls_key: calls, every })
    }

    pub(crate) const fn metric(&self) -> Metric {
        self.metric
    }

    /// Hands over the base datapoints of `[from, to)` that exist at `now`, the oldest first. No iterator: without
    /// optimizations its adapters would cost three times what the numbers do, and there are millions of them.
    pub(crate) fn each(&self, from: i64, to: i64, now: i64, mut act: impl FnMut(i64, Base)) {
        let life = self.subject.life;
        // Of a slot that begins before `to`, only the end has to lie before the two others.
        let last_end = life.until.map_or(now, |until| until.min(now));
        let end = to.min(last_end - self.every + 1);
        let mut slot = up_to_multiple(from.max(life.from), self.every);
        while slot < end {
            if let Some(base) = self.base(slot) {
                act(slot, base);
            }
            slot += self.every;
        }
    }

    /// What the service sends for the slot that begins then, if the resource lives.
    fn base(&self, slot: i64) -> Option<Base> {
        let t = u64::try_from(slot).ok()?;
        let (s, m) = (self.subject, t / 60);
        let own = mix(self.key ^ m);
        let load = s.load(t);
        if s.family == Family::Lambda {
            return self.set(load, own, m);
        }
        let work = load * s.scale;
        let every = u64::try_from(self.every).ok()?;
        let (whole, parts) = match self.metric {
            Metric::CpuUtilization => (load * 100 + own % 100, 1000.0),
            Metric::NetworkIn => (work * every * 50 + own % 1000, 1.0),
            Metric::NetworkOut => (work * every * 80 + own % 1000, 1.0),
            Metric::EbsReadBytes => (work * every * 20 + own % 8 * 4096, 1.0),
            Metric::EbsWriteBytes => (work * every * 30 + own % 8 * 4096, 1.0),
            Metric::StatusCheckFailed => {
                let failed = s.is_trait(6, 40) && mix(self.key ^ (t / 21_600)).is_multiple_of(4);
                (u64::from(failed), 1.0)
            }
            Metric::CpuCreditBalance if s.temper == Temper::Hot => (own % 2000, 1000.0),
            Metric::CpuCreditBalance => (s.credits * (1000 - load / 2), 1000.0),
            Metric::DatabaseConnections if s.temper == Temper::Idle => (0, 1.0),
            Metric::DatabaseConnections => (work / 20, 1.0),
            Metric::FreeStorageSpace => (s.storage / 1_000_000 * self.free_storage(t, own), 1.0),
            Metric::FreeLocalStorage => {
                let total = (1 + s.traits(9) % 8) << 35;
                (total / 1_000_000 * (900_000 - load * 500) + own % 4096, 1.0)
            }
            Metric::FreeableMemory => {
                (s.memory / 1_000_000 * (700_000 - load * 600) + own % 1024 * 1024, 1.0)
            }
            Metric::ReadIops => (work * 100 + own % 1000, 1000.0),
            Metric::WriteIops => (work * 60 + own % 1000, 1000.0),
            Metric::ReplicaLag if s.temper == Temper::Hot => (60 + load, 1.0),
            Metric::ReplicaLag => (own % 3000, 1000.0),
            Metric::AuroraReplicaLag | Metric::DbInstanceReplicaLag => (8000 + own % 24_000, 1000.0),
            Metric::AuroraReplicaLagMaximum => (12_000 + own % 40_000, 1000.0),
            Metric::VolumeBytesUsed => {
                let grown = (t / 3600).saturating_sub(400_000);
                (((1 + s.traits(10) % 500) << 30) + (grown << 20), 1.0)
            }
            Metric::ServerlessDatabaseCapacity => {
                let (low, high) = s.half_units;
                (low + (high - low) * load / 1000, 2.0)
            }
            Metric::Invocations
            | Metric::Errors
            | Metric::Throttles
            | Metric::Duration
            | Metric::ConcurrentExecutions => return None,
        };
        Some(Base::value(whole as f64 / parts))
    }

    /// How much of a million parts of a disk is free.
    fn free_storage(&self, t: u64, own: u64) -> u64 {
        let s = self.subject;
        if s.is_full {
            200 + own % 100
        } else if s.is_trait(7, 8) {
            1_000_000 - t % 2_592_000 * 10 / 27
        } else {
            300_000 + s.traits(8) % 500_000 - t / 60 % 1440 * 10
        }
    }

    /// What Lambda sends for one minute.
    fn set(&self, load: u64, own: u64, m: u64) -> Option<Base> {
        let s = self.subject;
        if s.temper == Temper::Idle {
            return None;
        }
        let calls = (load * s.rate / 1000 + mix(self.calls_key ^ m) % 1000) / 1000;
        if calls == 0 {
            return None;
        }
        let average = (20 + s.traits(8) % 3000) * 1000;
        let of = |sum: u64, minimum: u64, maximum: u64, parts: f64| Base {
            count: calls as f64,
            sum: sum as f64 / parts,
            minimum: minimum as f64 / parts,
            maximum: maximum as f64 / parts,
        };
        let failed = |failed: u64| of(failed, u64::from(failed == calls), u64::from(failed > 0), 1.0);
        Some(match self.metric {
            Metric::Invocations => of(calls, 1, 1, 1.0),
            Metric::Errors if s.is_trait(6, 8) => failed(calls * (200 + own % 300) / 1000),
            Metric::Errors => failed(u64::from(own.is_multiple_of(200))),
            Metric::Throttles => failed(if s.temper == Temper::Hot { calls / 5 } else { 0 }),
            Metric::Duration if calls == 1 => {
                let only = average + own % average;
                of(only, only, only, 1000.0)
            }
            Metric::Duration => {
                let (least, most) = (average / 2 + own % 1000, average + average * (own / 1000 % 400) / 100);
                of(least + most + (calls - 2) * average, least, most, 1000.0)
            }
            Metric::ConcurrentExecutions if calls == 1 => of(1, 1, 1, 1.0),
            Metric::ConcurrentExecutions => {
                let most = 1 + calls * average / 60_000_000;
                of(1 + most + (calls - 2) * (most.midpoint(1)), 1, most, 1.0)
            }
            _ => return None,
        })
    }
}

/// The first multiple of `step` that is not before `moment`.
fn up_to_multiple(moment: i64, step: i64) -> i64 {
    let over = moment.rem_euclid(step);
    if over == 0 { moment } else { moment - over + step }
}
