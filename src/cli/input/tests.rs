use std::path::PathBuf;

use super::*;

/// The accounts of a text, as `number balance`.
fn read_as_accounts(text: impl AsRef<[u8]>) -> Vec<String> {
    let accounts = accounts(text.as_ref()).unwrap_or_else(|error| panic!("{error:?}"));
    let shown = |account: &Account| format!("{} {}", account.number, account.balance);
    accounts.iter().map(shown).collect()
}

/// The error text for a text that is not a list of accounts.
fn refusal(text: impl AsRef<[u8]>) -> String {
    let problem = accounts(text.as_ref()).expect_err("this should be refused");
    problem.within(Path::new("bank.csv")).to_string()
}

#[test]
fn reads_rows_with_and_without_a_header() {
    let expected = ["11111 1000.00", "22222 2000.50"];
    assert_eq!(read_as_accounts("11111,1000\n22222,2000.5\n"), expected);
    assert_eq!(read_as_accounts("account,amount\n11111,1000\n22222,2000.5"), expected);
    assert_eq!(read_as_accounts("# a bank\n\nAccount, Amount\n11111,1000\n22222,2000.5"), expected);
}

#[test]
fn reads_what_editors_and_spreadsheets_write() {
    let expected = ["11111 1000.00", "22222 2000.50"];
    let windows = "\u{feff}account,amount\r\n11111,1000\r\n\r\n22222,2000.5\r\n";
    assert_eq!(read_as_accounts(windows), expected);
    assert_eq!(read_as_accounts("11111,1000\r22222,2000.5\r"), expected);
    assert_eq!(read_as_accounts("\"11111\",\"1000\"\n\"22222\" ,  2000.5 \n"), expected);
    assert_eq!(read_as_accounts("  # indented\n11111 , 1000\n   \n\t22222,+2000.5\n"), expected);
}

#[test]
fn an_account_may_be_called_account() {
    assert_eq!(
        read_as_accounts("account,5\n\"#1\",0\n\"a,b\",1\n"),
        ["account 5.00", "#1 0.00", "a,b 1.00"]
    );
}

#[test]
fn malformed_amounts_are_named_by_line_and_column() {
    let amount = "expected an amount such as 1234.56, found";
    assert_eq!(
        refusal("11111,1000\n# next\n22222,12x4\n"),
        format!("bank.csv, line 3, column 9: {amount} \"12x4\": 'x' is not a digit")
    );
    assert_eq!(
        refusal("\u{feff}account,amount\r\nкоnto, \"-NaN\"\r\n"),
        format!("bank.csv, line 2, column 10: {amount} \"-NaN\": 'N' is not a digit")
    );
    assert_eq!(refusal("11111,\n"), format!("bank.csv, line 1, column 7: {amount} nothing"));
    assert_eq!(
        refusal("1,5\n2,1.005"),
        format!("bank.csv, line 2, column 7: {amount} \"1.005\": it has more than two decimals")
    );
    assert!(refusal("1,99999999999999999999").starts_with(
        "bank.csv, line 1, column 3: expected an amount from -92233720368547758.08 to "
    ));
}

#[test]
fn malformed_account_numbers_are_named_by_line_and_column() {
    let number = "expected an account number such as 11111, found";
    assert_eq!(refusal(" ,5"), format!("bank.csv, line 1, column 2: {number} nothing"));
    assert_eq!(
        refusal("1,5\n22 22,5"),
        format!("bank.csv, line 2, column 3: {number} the character ' ', which cannot be seen")
    );
    assert_eq!(
        refusal(format!("{},5", "1".repeat(65))),
        "bank.csv, line 1, column 1: expected an account number of at most 64 bytes, found one of 65"
    );
}

#[test]
fn the_number_of_fields_is_checked() {
    let fields = "expected 2 fields (account,amount), found";
    assert_eq!(refusal("11111;5\n"), format!("bank.csv, line 1, column 8: {fields} 1"));
    assert_eq!(refusal("1,5\n2,5,EUR,\n"), format!("bank.csv, line 2, column 5: {fields} 4"));
    assert_eq!(refusal("account\n1,5"), format!("bank.csv, line 1, column 8: {fields} 1"));
}

#[test]
fn unknown_fields_are_named() {
    let header = "expected the header account,amount or no header, found the field";
    assert_eq!(
        refusal("account,amount,currency\n1,5,EUR"),
        format!("bank.csv, line 1, column 16: {header} \"currency\"")
    );
    assert_eq!(
        refusal("amount,account\n5,1"),
        format!("bank.csv, line 1, column 1: {header} \"amount\"")
    );
    // A header is looked for in the first row only.
    assert!(
        refusal("1,5\naccount,amount").starts_with("bank.csv, line 2, column 9: expected an a")
    );
}

#[test]
fn quotes_have_to_match() {
    assert_eq!(
        refusal("1,5\n\"11111,5\n3,7\n"),
        "bank.csv, line 2, column 1: expected a closing quote before the end of the line, found none"
    );
    assert_eq!(
        refusal("1,\"5\"0\n"),
        "bank.csv, line 1, column 3: expected a comma or the end of the line after the closing \
         quote, found \"\\\"5\\\"0\""
    );
}

#[test]
fn an_account_is_listed_once_and_not_overdrawn() {
    assert_eq!(
        refusal("# bank\n11111,5\n22222,1\n  11111,6\n"),
        "bank.csv, line 4, column 3: expected each account once, found 11111 again (first on line 2)"
    );
    assert_eq!(
        refusal("11111, -0.01\n"),
        "bank.csv, line 1, column 8: expected an opening balance of 0.00 or more, found -0.01"
    );
}

#[test]
fn a_bank_needs_an_account() {
    let sentence = "bank.csv: expected at least one account, such as 11111,1000.00, found none";
    for text in ["", "\u{feff}", "\n# nothing\n", "account,amount\n"] {
        assert_eq!(refusal(text), sentence, "{text:?}");
    }
}

#[test]
fn text_has_to_be_in_utf8() {
    assert_eq!(
        refusal(b"1,5\r\n\xC3\xA4\xE4,6\r\n"),
        "bank.csv, line 2, column 2: expected text in UTF-8, found the byte 0xE4"
    );
    assert_eq!(
        refusal(b"\xFF\xFE1\0"),
        "bank.csv, line 1, column 1: expected text in UTF-8, found the byte 0xFF"
    );
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("lockproof-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn reads_both_files_in_their_order() {
    let folder = Folder::new("both");
    let accounts = folder.file("accounts.csv", "account,amount\n22222,2000\n11111,1000\n");
    let transactions = folder.file("transactions.csv", "11111,-200\n33333,1\n11111,-200\n");
    let input = read(&accounts, &transactions).unwrap();
    let numbers: Vec<&str> = input.accounts.iter().map(|account| account.number.as_str()).collect();
    assert_eq!(numbers, ["22222", "11111"]);
    // 33333 is not an account of this bank: the bank reports that.
    let amounts = |t: &Transaction| (t.account.to_string(), t.amount.minor());
    let expected = [("11111", -20_000), ("33333", 100), ("11111", -20_000)];
    assert_eq!(
        input.transactions.iter().map(amounts).collect::<Vec<_>>(),
        expected.map(|(account, minor)| (account.to_string(), minor))
    );
}

#[test]
fn a_bad_row_of_either_file_refuses_both() {
    let folder = Folder::new("bad");
    let good = folder.file("good.csv", "11111,1000\n");
    let bad = folder.file("bad.csv", "11111,1000\n22222,abc\n");
    let sentence = format!(
        "{}, line 2, column 7: expected an amount such as 1234.56, found \"abc\": 'a' is not a digit",
        bad.display()
    );
    assert_eq!(read(&good, &bad).unwrap_err().to_string(), sentence);
    assert_eq!(read(&bad, &good).unwrap_err().to_string(), sentence);
}

#[test]
fn there_may_be_no_transaction() {
    let folder = Folder::new("none");
    let accounts = folder.file("accounts.csv", "11111,1000\n");
    let transactions = folder.file("transactions.csv", "account,amount\n");
    assert_eq!(read(&accounts, &transactions).unwrap().transactions, []);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new("unreadable");
    let missing = folder.0.join("missing.csv");
    for file in [&missing, &folder.0] {
        let message = read_accounts(file).unwrap_err().to_string();
        let expected = format!("cannot read {}: ", file.display());
        assert!(message.starts_with(&expected), "{message}");
    }
}

proptest::proptest! {
    /// Any text is read or rejected, and an error points into it.
    #[test]
    fn any_text_is_read_or_refused_in_its_place(text in "(1|a|account|,|\"|\\.|-| |#|\r|\n|ä|\u{0}){0,12}") {
        if let Err(error::Located::Malformed { line, column, .. }) = accounts(text.as_bytes()) {
            let text = text.replace("\r\n", "\n");
            let found = text.split(['\n', '\r']).nth(line - 1);
            let longest = found.map(|line| line.chars().count() + 1);
            proptest::prop_assert!(longest.is_some_and(|longest| (1..=longest).contains(&column)));
        }
    }
}
