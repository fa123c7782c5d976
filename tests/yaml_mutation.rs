//! Texts that nobody wrote: whatever they are, reading them breaks no promise and takes no time.
//!
//! `K8FACTOR_MUTANTS` asks for more of them, `K8FACTOR_SEED` for others.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "common/invariants.rs"]
mod invariants;
#[path = "common/mutants.rs"]
mod mutants;

use std::time::{Duration, Instant};

#[test]
fn no_mutant_breaks_a_promise() {
    let count = number("K8FACTOR_MUTANTS", 400_000);
    let mut mutants = mutants::Mutants::new(number("K8FACTOR_SEED", 8));
    let mut slowest = (Duration::ZERO, String::new());
    for _ in 0..count {
        let text = mutants.next_text();
        let start = Instant::now();
        invariants::check(&text);
        if start.elapsed() > slowest.0 {
            slowest = (start.elapsed(), text);
        }
    }
    println!("{count} mutants, slowest {:?}", slowest.0);
    // Milliseconds on a quiet machine; what is quadratic takes seconds.
    assert!(slowest.0 < Duration::from_secs(1), "{slowest:?}");
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}
