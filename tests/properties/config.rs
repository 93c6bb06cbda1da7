//! How every property here is tried.

use proptest::test_runner::{Config, RngAlgorithm, RngSeed};

/// So many cases, and the same ones in every run, unless `PROPTEST_RNG_SEED` or `PROPTEST_CASES` say
/// otherwise. No failure is written to a file: a case worth keeping becomes a test with a name.
pub fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(20_260_731),
        ..Config::default()
    }
}
