//! Many cases of one target: how many, how long the slowest took, and whether anything panicked on a thread of the program's own,
//! where the program would have ended.

use std::cell::Cell;
use std::panic;
use std::sync::{Mutex, Once};
use std::thread;
use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};

/// Cases where nobody says how many: enough to notice what is broken, and quick.
const DEFAULT: u32 = 192;
/// What no case may take, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What panicked on threads that are no test's.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Tries a target with what `given` makes up. Where cases of one are dear, it gets one in so many.
pub(crate) fn trial<S: Strategy>(
    target: &str,
    one_in: u32,
    given: S,
    holds: impl Fn(S::Value) -> TestCaseResult,
) {
    watch();
    let cases = (asked_for() / one_in).max(1);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let (tried, slowest) = (Cell::new(0_u64), Cell::new(Duration::ZERO));
    let begun = now();
    let outcome = TestRunner::new(config).run(&given, |value| {
        let begun = now();
        holds(value)?;
        tried.set(tried.get() + 1);
        slowest.set(slowest.get().max(begun.elapsed()));
        if begun.elapsed() > PATIENCE {
            return Err(TestCaseError::fail(format!("it took {:?}", begun.elapsed())));
        }
        let panics = PANICS.lock().unwrap();
        panics
            .first()
            .map_or(Ok(()), |panic| Err(TestCaseError::fail(panic.clone())))
    });
    tell(target, tried.get(), begun.elapsed(), slowest.get());
    if let Err(error) = outcome {
        panic!("{target}: {error}");
    }
}

fn asked_for() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(DEFAULT)
}

/// A test's own panics are the test's to tell; threads of tests bear the names of their modules.
fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let current = thread::current();
            let is_test = current
                .name()
                .is_some_and(|name| name == "main" || name.contains("::"));
            if !is_test {
                PANICS.lock().unwrap().push(panic.to_string());
            }
            usual(panic);
        }));
    });
}

#[expect(clippy::print_stdout, reason = "figures for whoever asked for many cases")]
fn tell(target: &str, tried: u64, took: Duration, slowest: Duration) {
    println!("fuzz: {target}: {tried} cases in {took:.1?}, the slowest {slowest:.1?}");
}

#[expect(clippy::disallowed_methods, reason = "what takes too long is a failure")]
fn now() -> Instant {
    Instant::now()
}
