use std::{cell::RefCell, io, rc::Rc, sync::Once};

thread_local! {
    static LINES: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// What this thread logs until it is dropped. One subscriber serves all threads: where each test sets one of its own,
/// what one test has found to be of no interest is lost to the others.
pub struct Log(Lines);

type Lines = Rc<RefCell<Vec<u8>>>;

impl Log {
    pub fn start() -> Self {
        static SUBSCRIBED: Once = Once::new();
        SUBSCRIBED.call_once(|| {
            tracing_subscriber::fmt()
                .with_env_filter("info,server=debug,app=debug,payments=debug")
                .with_ansi(false)
                .with_writer(|| Line)
                .init();
        });
        let lines = Lines::default();
        LINES.set(Some(lines.clone()));
        Self(lines)
    }

    /// Whatever was refused meanwhile is in the log, and none of these is.
    pub fn holds_none_of(&self, secrets: &[&str]) {
        let log = String::from_utf8_lossy(&self.0.borrow()).into_owned();
        assert!(log.contains("refused"), "what was refused is logged: {log}");
        for secret in secrets {
            assert!(!log.contains(secret), "{secret:?} stands in the log:\n{log}");
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LINES.set(None);
    }
}

struct Line;

impl io::Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES.with_borrow(|lines| lines.iter().for_each(|lines| lines.borrow_mut().extend_from_slice(line)));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
