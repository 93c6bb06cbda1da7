//! Programs that are drawn.

use std::env;
use std::fmt;

use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::compare::{Agreement, compare_alike};
use crate::plan::{Act, Form, Joined, Plan, Strike, Tells, plans};

/// How many programs are drawn unless more are asked for, over all tests.
const PROGRAMS: usize = 60;
/// Programs with fewer executions are compared, but not counted.
const SMALL: u64 = 120;
/// How many executions brute force may take.
const MOST: u64 = 20_000;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn runner(seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// What came of the programs of one test.
#[derive(Default)]
struct Drawn {
    executions: Vec<u64>,
    outcomes: usize,
    faults: usize,
    three: usize,
    scripts: usize,
    children: usize,
    skipped: usize,
    small: usize,
    other: usize,
    wrong: Vec<String>,
}

fn disagrees(plan: &Plan) -> Option<Agreement> {
    let agreement = compare_alike(plan, MOST, &plan.alike());
    match agreement {
        Agreement::Same { .. } | Agreement::TooMany => None,
        other => Some(other),
    }
}

/// The smallest program near this one of which the same is true.
fn smallest(mut plan: Plan) -> Plan {
    while let Some(smaller) = plan
        .smaller()
        .into_iter()
        .find(|smaller| smaller.clients + smaller.actors.len() > 0 && disagrees(smaller).is_some())
    {
        plan = smaller;
    }
    plan
}

fn draw(part: u64) {
    let seed = number("LOCKPROOF_SEED", 1) * 1_000 + part;
    let programs = PROGRAMS / PARTS as usize * number("LOCKPROOF_PROGRAMS", 1) as usize;
    let mut runner = runner(seed);
    let plans = plans();
    let mut drawn = Drawn::default();
    let (few, many) = (number("LOCKPROOF_FEW", 400) as f64, number("LOCKPROOF_MANY", 4_000) as f64);
    while drawn.executions.len() < programs {
        let plan = plans.new_tree(&mut runner).expect("nothing is rejected").current().fitted(many);
        if plan.interleavings() >= few {
            drawn.compare(plan);
        }
    }
    drawn.executions.sort_unstable();
    println!("seed {seed}: {drawn}");
    let wrong = &drawn.wrong;
    assert!(
        wrong.is_empty(),
        "{} disagreements, of seed {seed}:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    drawn.assert_variety();
}

impl Drawn {
    /// Compares the searches on a program, and counts it if it is neither too large nor too small.
    fn compare(&mut self, plan: Plan) {
        match compare_alike(&plan, MOST, &plan.alike()) {
            Agreement::Same { executions, .. } if executions < SMALL => self.small += 1,
            Agreement::Same { executions, outcomes } => {
                self.outcomes += outcomes;
                self.count(&plan, executions);
            }
            Agreement::TooMany => self.skipped += 1,
            Agreement::Both { executions } => {
                self.other += 1;
                self.count(&plan, executions);
            }
            disagreement => {
                self.executions.push(0);
                self.reject(plan, disagreement);
            }
        }
    }

    fn count(&mut self, plan: &Plan, executions: u64) {
        self.executions.push(executions);
        self.faults += usize::from(plan.has_faults());
        self.three += usize::from(plan.alike().len() == 3);
        self.scripts += usize::from(plan.scripts_or_blocks());
        self.children += usize::from(plan.has_children());
    }

    /// Only the first few are made smaller, which takes its time.
    fn reject(&mut self, plan: Plan, disagreement: Agreement) {
        self.wrong.push(if self.wrong.len() < 3 {
            let plan = smallest(plan);
            let why = disagrees(&plan).unwrap_or(disagreement);
            format!("{plan:#?}\n{why}")
        } else {
            format!("{disagreement}")
        });
    }

    /// The executions of a program that this share of the programs does not exceed, once they are sorted.
    fn at(&self, share: f64) -> u64 {
        self.executions[(share * (self.executions.len() - 1) as f64) as usize]
    }

    /// The programs are large enough, and enough of them have what is hard.
    fn assert_variety(&self) {
        let programs = self.executions.len();
        assert!(self.at(0.5) >= 200, "the median program has {} executions", self.at(0.5));
        for (what, found, least) in [
            ("faults", self.faults, programs / 2),
            ("three clients", self.three, programs / 3),
            ("scripts or blocking", self.scripts, programs / 5),
        ] {
            assert!(found * 20 >= least * 17, "{found} of {programs} programs have {what}");
        }
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tenth, median, ninth, most] = [0.1, 0.5, 0.9, 1.0].map(|share| self.at(share));
        let programs = self.executions.len();
        let Self { outcomes, faults, three, scripts, children, skipped, small, other, .. } = self;
        write!(
            f,
            "{programs} programs; executions: 10% {tenth}, median {median}, 90% {ninth}, most {most}; \
             {outcomes} outcomes; with faults {faults}, three alike {three}, scripts or blocking {scripts}, \
             children {children}; too large {skipped}, too small {small}; neither exhausted {other}"
        )
    }
}

/// Two tests, so that two cores are busy.
const PARTS: u64 = 2;

#[test]
fn the_searches_agree() {
    draw(0);
}

#[test]
fn the_searches_agree_once_more() {
    draw(1);
}

/// What was drawn once, and was called exhausted with an outcome missed.
#[test]
fn children_of_one_name_that_were_taken_for_each_other() {
    let child = |acts| Act::Child(acts, Joined::AtTheEnd);
    let twice = Act::Loop(2, Box::new(Act::Swap(2)));
    let parent = vec![child(vec![Act::Swap(0)]), child(vec![Act::Acquire(Form::Twice, 1), twice])];
    let plan = Plan {
        clients: 0,
        of_clients: Vec::new(),
        actors: vec![parent, vec![Act::Get(1, 2)]],
        ticks: 0,
        strikes: vec![Strike::Crash(0)],
        tells: Tells::Last,
        guarded: false,
        watched: false,
    };
    let why = disagrees(&plan).map(|why| why.to_string());
    assert_eq!(why, None);
}
