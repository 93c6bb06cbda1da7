//! A scenario of any type, as engines run it. Only this code is compiled for each scenario, once for each
//! runtime.

use std::sync::Arc;

use super::{Budgets, Scenario, World};
use crate::sync::{Loom, Model, Std};

/// A scenario, erased.
pub(crate) trait Program: Send + Sync {
    /// Sets a world up on the model.
    fn on_model(&self, world: &World<Model>);
    /// Sets a world up on loom.
    fn on_loom(&self, world: &World<Loom>);
    /// Sets a world up on real threads.
    fn on_threads(&self, world: &World<Std>);
    /// The faults that the world may suffer.
    fn budgets(&self) -> Budgets;
}

impl<S: Scenario> Program for S {
    fn on_model(&self, world: &World<Model>) {
        self.run(world);
    }

    fn on_loom(&self, world: &World<Loom>) {
        self.run(world);
    }

    fn on_threads(&self, world: &World<Std>) {
        self.run(world);
    }

    fn budgets(&self) -> Budgets {
        Scenario::budgets(self)
    }
}

/// Erases a scenario.
pub(crate) fn erase<S: Scenario>(scenario: &S) -> Arc<dyn Program> {
    Arc::new(scenario.clone())
}
