//! Probabilistic concurrency testing where there may be nothing to test: a decorator.

use shuttle::scheduler::{PctScheduler, Schedule, Scheduler, Task, TaskId};

/// shuttle's scheduler panics ("test closure did not exercise any concurrency") if nobody ever had a
/// choice in the first execution. All executions are the same then, and here they are run all the
/// same: one client alone is a workload like any other.
pub(super) struct Pct {
    inner: PctScheduler,
    left: usize,
    begun: bool,
    /// Somebody had a choice.
    chose: bool,
}

impl Pct {
    pub(super) fn new(seed: u64, depth: usize, executions: usize) -> Self {
        let inner = PctScheduler::new_from_seed(seed, depth, executions);
        Self { inner, left: executions, begun: false, chose: false }
    }
}

impl Scheduler for Pct {
    fn new_execution(&mut self) -> Option<Schedule> {
        self.left = self.left.checked_sub(1)?;
        if self.begun && !self.chose {
            return Some(Schedule::new(0));
        }
        self.begun = true;
        self.inner.new_execution()
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        self.chose |= runnable.len() > 1;
        self.inner.next_task(runnable, current, is_yielding)
    }

    fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;

    use crate::explore::{Sampling, Verdict, pct, random, urw};
    use crate::scenario::{Scenario, World};
    use crate::sync::{Runtime, Shared};

    /// So many actors count, each in one step.
    #[derive(Clone)]
    struct Count(usize);

    impl Scenario for Count {
        fn run<R: Runtime>(&self, world: &World<R>) {
            let total = Arc::new(Shared::<R, u32>::new("total", 0));
            for name in ["alice", "bob"].into_iter().take(self.0) {
                let total = Arc::clone(&total);
                world.actor(name, move |_| total.with("add 1", |total| *total += 1));
            }
        }
    }

    #[test]
    fn an_actor_alone_is_run_as_often_as_asked_and_so_is_nobody() {
        let sampling = Sampling { executions: 7, ..Sampling::default() };
        for actors in 0..=2 {
            let count = Count(actors);
            let sampled =
                [random(&count, sampling), pct(&count, 3, sampling), urw(&count, sampling)];
            for found in sampled {
                assert_eq!(found.verdict, Verdict::Sampled, "{actors}: {found}");
                assert_eq!((found.executions, found.longest), (7, actors), "{actors}: {found}");
            }
        }
    }
}
