//! Which lines a demo may print: those that some order of its transactions gives. Written without the
//! code that it judges.

/// An amount in cents, on an account.
pub type Row = (&'static str, i64);

pub struct Demo {
    pub accounts: Vec<Row>,
    pub transactions: Vec<Row>,
    /// What the refusals of this demo end in.
    pub skipped: &'static str,
}

pub fn built_in(skipped: &'static str) -> Demo {
    Demo {
        accounts: vec![("11111", 100_000), ("22222", 200_000)],
        transactions: vec![
            ("11111", -20_000),
            ("11111", 30_000),
            ("22222", -50_000),
            ("22222", -300_000),
            ("11111", 10_000),
        ],
        skipped,
    }
}

impl Demo {
    /// Whether the lines are explained by some order. Threads may print in another order than they
    /// had the account in, so the order of the lines does not count but for the last ones.
    pub fn explains(&self, lines: &[String]) -> bool {
        let count = self.transactions.len();
        let (Some(lines), Some(last)) = (lines.get(..count), lines.get(count..)) else {
            return false;
        };
        self.search(&self.accounts, &self.transactions, lines, last)
    }

    fn search(&self, accounts: &[Row], pending: &[Row], lines: &[String], last: &[String]) -> bool {
        if pending.is_empty() {
            let balances = accounts.iter();
            let mut expected = vec!["Final Account Balances:".to_owned()];
            expected
                .extend(balances.map(|(name, cents)| format!("Account {name}: {}", money(*cents))));
            return last == expected;
        }
        (0..pending.len()).any(|next| {
            let (mut accounts, mut pending) = (accounts.to_vec(), pending.to_vec());
            let line = self.apply(&mut accounts, pending.remove(next));
            let Some(place) = lines.iter().position(|printed| *printed == line) else {
                return false;
            };
            let mut lines = lines.to_vec();
            lines.remove(place);
            self.search(&accounts, &pending, &lines, last)
        })
    }

    fn apply(&self, accounts: &mut [Row], (name, cents): Row) -> String {
        let skipped = self.skipped;
        let Some((_, balance)) = accounts.iter_mut().find(|account| account.0 == name) else {
            return format!("Account {name} not found{skipped}");
        };
        if *balance + cents < 0 {
            return format!("Insufficient funds for account {name}{skipped}");
        }
        *balance += cents;
        let (cents, balance) = (money(cents), money(*balance));
        format!("Processed transaction of {cents} on account {name}. New balance: {balance}")
    }
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

#[test]
fn the_oracle_accepts_any_order_and_rejects_what_a_race_would_print() {
    let demo =
        Demo { accounts: vec![("1", 100)], transactions: vec![("1", 10), ("1", 20)], skipped: "" };
    let explains = |first: &str, second: &str, last: &str| {
        demo.explains(&[
            format!("Processed transaction of 0.10 on account 1. New balance: {first}"),
            format!("Processed transaction of 0.20 on account 1. New balance: {second}"),
            "Final Account Balances:".to_owned(),
            format!("Account 1: {last}"),
        ])
    };
    assert!(explains("1.10", "1.30", "1.30"));
    assert!(explains("1.30", "1.20", "1.30"));
    // A lost update; and answers that are right one by one, each of another order.
    assert!(!explains("1.10", "1.20", "1.20"));
    assert!(!explains("1.30", "1.30", "1.30"));
    assert!(!explains("1.10", "1.30", "1.31"));
    assert!(!demo.explains(&[]));
}
