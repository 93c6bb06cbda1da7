//! The settings of shuttle's runner.

use shuttle::{Config, FailurePersistence, MaxSteps};

/// shuttle's settings: no output, and no limit on the length of an execution, which we enforce ourselves.
pub(super) fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 1024 * 1024;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.silence_warnings = true;
    config
}
