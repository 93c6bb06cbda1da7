//! The settings of shuttle's runner.

use shuttle::{Config, FailurePersistence, MaxSteps};

/// shuttle's settings. It is to print nothing, and to leave the length of an execution to us.
pub(super) fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 1024 * 1024;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::None;
    config.silence_warnings = true;
    config
}
