//! What a long run is doing, on a terminal and nowhere else.
//!
//! A run that is over within a second shows nothing, and whatever is shown is gone before the report is written.

use crate::stage::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::env;
use std::io::{self, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Does the work. The line shows the stage that the work has told last.
pub(super) fn watched<T>(work: impl FnOnce(&dyn Fn(Stage)) -> T) -> T {
    if !is_shown() {
        return work(&|_| {});
    }
    watched_on(ProgressDrawTarget::stderr(), PATIENCE, work)
}

/// A log, a pipe and a terminal that cannot wipe a line away get nothing.
fn is_shown() -> bool {
    io::stderr().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Nobody wonders what happens in less time.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the time is brought up to date.
const TICK: Duration = Duration::from_millis(100);

fn watched_on<T>(
    target: ProgressDrawTarget,
    patience: Duration,
    work: impl FnOnce(&dyn Fn(Stage)) -> T,
) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style());
    let (done, is_done) = channel::<()>();
    thread::scope(|scope| {
        let shown = bar.clone();
        scope.spawn(move || show_late(&shown, target, patience, &is_done));
        let result = work(&|stage| bar.set_message(stage.to_string()));
        drop(done);
        result
    })
}

/// Waits until the work is done, and shows the line as soon as patience has run out.
fn show_late(bar: &ProgressBar, target: ProgressDrawTarget, patience: Duration, is_done: &Receiver<()>) {
    if is_done.recv_timeout(patience) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    bar.set_draw_target(target);
    loop {
        bar.tick();
        if is_done.recv_timeout(TICK) != Err(RecvTimeoutError::Timeout) {
            return bar.finish_and_clear();
        }
    }
}

fn style() -> ProgressStyle {
    // The template is ours and right; without it the line would only look different.
    ProgressStyle::with_template("{spinner} {msg} ({elapsed})")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::TermLike;
    use std::sync::{Arc, Mutex};

    /// A terminal that remembers what was written to it.
    #[derive(Debug, Clone, Default)]
    struct Paper(Arc<Mutex<String>>);

    impl Paper {
        fn add(&self, text: &str) {
            self.0.lock().expect("nobody panics with it").push_str(text);
        }

        fn text(&self) -> String {
            self.0.lock().expect("nobody panics with it").clone()
        }
    }

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            80
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.add(text);
            self.add("\n");
            Ok(())
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.add(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.add("<cleared>");
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn target(paper: &Paper) -> ProgressDrawTarget {
        ProgressDrawTarget::term_like_with_hz(Box::new(paper.clone()), 100)
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let paper = Paper::default();
        let answer = watched_on(target(&paper), Duration::from_secs(600), |watch| {
            watch(Stage::Finding);
            7
        });
        assert_eq!((answer, paper.text().as_str()), (7, ""));
    }

    #[test]
    fn a_long_run_shows_its_stage_and_clears_it() {
        let paper = Paper::default();
        watched_on(target(&paper), Duration::ZERO, |watch| {
            for stage in [Stage::Reading { files: 12 }, Stage::Judging { rules: 3 }] {
                watch(stage);
                while !paper.text().contains(&stage.to_string()) {
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let text = paper.text();
        assert!(text.contains("reading 12 files (0s)"), "{text:?}");
        assert!(text.contains("running 3 rules (0s)"), "{text:?}");
        assert!(text.ends_with("<cleared>"), "{text:?}");
    }
}
