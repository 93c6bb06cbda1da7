//! The conformance suite: what each runtime has to supply, and what each engine has to find with it.
#![cfg(not(loom))]

use lockproof::explore::{
    Exploration, LoomBounds, Sampling, Verdict, loom, pct, random, replay, stress, urw,
};
use lockproof::races::lost_update::{Buggy, Fixed};
use lockproof::scenario::Property;

fn broken(exploration: &Exploration) -> Option<Property> {
    exploration.violation().map(|violation| violation.property)
}

#[test]
fn one_scenario_runs_under_every_runtime() {
    let sampling = Sampling {
        executions: 1000,
        ..Sampling::default()
    };
    let buggy = [
        loom(&Buggy, LoomBounds::default()),
        random(&Buggy, sampling),
        pct(&Buggy, 3, sampling),
        urw(&Buggy, sampling),
    ];
    for exploration in &buggy {
        println!("{exploration}");
        println!("{:?}", exploration.trace);
        assert_eq!(broken(exploration), Some(Property::ConservedBalance));
    }
    let fixed = [
        stress(&Fixed, 200),
        loom(&Fixed, LoomBounds::default()),
        random(&Fixed, sampling),
        pct(&Fixed, 3, sampling),
        urw(&Fixed, sampling),
    ];
    for exploration in &fixed {
        println!("{exploration} {:?}", exploration.elapsed);
        assert_eq!(broken(exploration), None);
    }
    assert_eq!(fixed[1].verdict, Verdict::Exhausted);
    let s = buggy[1].schedule.clone().unwrap();
    let again = replay(&Buggy, &s).unwrap();
    assert_eq!(again.trace, buggy[1].trace);
}
