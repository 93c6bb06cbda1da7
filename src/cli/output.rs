//! Lines on standard output, and remarks on standard error, from any thread.

use std::fmt::{self, Display};
use std::io::{self, LineWriter, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The destination of the lines of a run. Clones are the same destination.
///
/// A line is written whole: two threads never share one. It is written at once, because the event that it
/// reports has happened. The first error ends the writing, and not the run: a transaction is not given up
/// because its line has no reader.
#[derive(Clone)]
pub struct Output(Arc<Mutex<Sink>>);

struct Sink {
    lines: Box<dyn Write + Send>,
    remarks: Box<dyn Write + Send>,
    failed: Option<io::Error>,
}

impl Output {
    /// The standard output and the standard error of the process.
    #[must_use]
    pub fn standard() -> Self {
        Self::new(io::stdout(), io::stderr())
    }

    /// Any other place for lines, and for remarks.
    #[must_use]
    pub fn new(lines: impl Write + Send + 'static, remarks: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Sink {
            lines: Box::new(LineWriter::new(lines)),
            remarks: Box::new(LineWriter::new(remarks)),
            failed: None,
        })))
    }

    /// Writes a line, from whichever thread.
    pub fn line(&self, line: impl Display) {
        let mut sink = self.sink();
        if sink.failed.is_none() {
            sink.failed = writeln!(sink.lines, "{line}").err();
        }
    }

    /// Writes a line about a problem to standard error. (`eprintln!` panics if no process listens.)
    pub fn remark(&self, line: impl Display) {
        let _ = writeln!(self.sink().remarks, "{line}");
    }

    /// Returns `Ok` if all was written.
    ///
    /// # Errors
    ///
    /// The first error. A reader that went away is none: it has seen what it wanted (`| head -1`).
    pub fn finish(&self) -> io::Result<()> {
        let mut sink = self.sink();
        let flushed = match sink.failed.take() {
            Some(error) => Err(error),
            None => sink.lines.flush(),
        };
        match flushed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    fn sink(&self) -> MutexGuard<'_, Sink> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    struct Refusing(io::ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_error_and_a_full_disk_is() {
        let finish = |kind| {
            let output = Output::new(Refusing(kind), io::sink());
            output.line("1");
            output.line("2");
            output.finish().map_err(|error| error.kind())
        };
        assert_eq!(finish(io::ErrorKind::BrokenPipe), Ok(()));
        let full = io::ErrorKind::StorageFull;
        assert_eq!(finish(full), Err(full));
    }
}
