//! What executions leave behind that are given up in the middle: nothing.

use lockproof::explore::{Search, Verdict, brute_force_census, exhaustive};
use lockproof::races::lock_order;

use crate::again;
use crate::scenes::Count;

const FEW: u64 = 5_000;
const MANY: u64 = 25_000;

#[test]
fn executions_that_are_given_up_leave_memory_where_it_was() {
    let output = again::run("abandoned::child_gives_up_many_executions", &[]);
    let said = again::said(&output);
    let measured: Vec<u64> = said.iter().map(|number| number.parse().unwrap()).collect();
    println!("kB after {FEW} and after {MANY}: {measured:?}");
    let [resident_before, resident_after, peak_before, peak_after] = measured[..] else {
        panic!("{said:?}");
    };
    assert!(resident_after < resident_before + 20_000, "{measured:?}");
    assert!(peak_after < peak_before + 20_000, "{measured:?}");
}

#[test]
fn child_gives_up_many_executions() {
    if !again::is_child() {
        return;
    }
    let (mut given_up, mut before) = (0, None);
    while given_up < MANY {
        // An actor that is run alone is given up at the question that it was run for.
        let exploration = exhaustive(&Count(2), Search::default());
        assert_eq!(exploration.verdict, Verdict::Exhausted);
        given_up += exploration.figures.expect("a search has figures").client_runs;
        // And those who wait for each other are given up where they wait.
        for _ in 0..100 {
            let census = brute_force_census(&lock_order::Buggy, Search::default());
            assert!(!census.violations.is_empty(), "{}", census.exploration);
            given_up += census.exploration.executions;
        }
        if given_up >= FEW {
            before.get_or_insert_with(|| (kilobytes("VmRSS"), kilobytes("VmHWM")));
        }
    }
    let (resident, peak) = before.expect("it came past the first mark");
    for number in [resident, kilobytes("VmRSS"), peak, kilobytes("VmHWM")] {
        println!("SAID {number}");
    }
}

fn kilobytes(of: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with(of)).expect("it is there");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}
