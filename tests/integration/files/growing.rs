//! A live audit log: read to the end that it had when it was found, and complete.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::{gaps, recorded, report, sweep, written};

/// Runs `check` while a writer changes the file.
fn beside(path: &Path, write: impl Fn(&mut File) + Sync, check: impl Fn()) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = File::options().append(true).open(path).expect("the file");
            while !is_over.load(Ordering::Relaxed) {
                write(&mut file);
            }
        });
        // The writer must end whatever the check comes to.
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&check));
        is_over.store(true, Ordering::Relaxed);
        if let Err(panic) = checked {
            std::panic::resume_unwind(panic);
        }
    });
}

#[test]
fn a_live_audit_log_is_complete() {
    let log = recorded();
    let marked = log
        .lines()
        .rfind(|line| line.contains("authentication.k8s.io/stale-token"))
        .expect("a marked event");
    // The second is large enough to be read in ranges.
    for times in [1, (9 << 20) / log.len() + 1] {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("audit.log");
        written::write(&path, log.repeat(times).as_bytes());
        let input = ["--input", path.to_str().expect("UTF-8")];
        let before = report(&sweep(&input), 0);
        // A buffer is flushed wherever it is full, here right behind the phrase.
        let (begin, end) = marked.split_at(marked.len() - 30);
        let write = |file: &mut File| {
            for part in [begin, end, "\n"] {
                file.write_all(part.as_bytes()).expect("appended");
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        beside(&path, write, || {
            for _ in 0..5 {
                let size = fs::metadata(&path).expect("the file").len();
                let found = report(&sweep(&input), 0);
                assert_eq!(gaps(&found), []);
                assert_eq!(found["complete"], true);
                let notes = &found["clusters"][0]["notes"];
                assert_eq!(notes, &before["clusters"][0]["notes"]);
                let read = found["clusters"][0]["bytes_read"].as_u64();
                assert!(read >= Some(size), "{read:?} of {size}");
            }
        });
    }
}

#[test]
fn a_log_that_is_emptied_under_the_reader_is_a_gap() {
    let log = recorded();
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("audit.log");
    let large = log.repeat((40 << 20) / log.len() + 1);
    // What is read before or behind the cut depends on the moment; that it is told does not.
    let was_told = (0..20).any(|nth| {
        written::write(&path, large.as_bytes());
        let input = ["--input", path.to_str().expect("UTF-8")];
        let output = std::thread::scope(|scope| {
            let sweeping = scope.spawn(|| sweep(&input));
            std::thread::sleep(Duration::from_millis(5 + 5 * nth));
            File::options()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_len(1000))
                .expect("cut");
            sweeping.join().expect("no panic")
        });
        output.status.code() == Some(4) && {
            let gaps = gaps(&report(&output, 4));
            gaps.iter()
                .any(|gap| gap.2.starts_with("it shrank while it was read"))
        }
    });
    assert!(was_told);
}
