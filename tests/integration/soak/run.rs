//! One day: the program as a process, its signals, and what it leaves behind.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use loopback_cloudwatch::{Fate, QuerySeen};

use super::scenario::{Scenario, Signal};
use crate::cloudwatch_fleet::{HOUR, service, small_group, tool_at};

/// What stands in an output file before a run.
pub(super) const OLDER: &str = "{\"an\": \"older report\"}\n";

/// The name of the output file.
pub(super) const OUTPUT: &str = "report.json";

/// How long a run may take beyond its `--timeout`: a call under way, and all queries to be stopped.
const BEYOND_TIMEOUT: Duration = Duration::from_secs(45);

/// What a run came to.
pub(super) struct Ended {
    /// Absent if a signal ended it.
    pub(super) code: Option<i32>,
    /// The signal that ended it.
    pub(super) by_signal: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// What is in the directory of the output file afterwards, by name.
    pub(super) files: Vec<(String, String)>,
    /// The queries that run still.
    pub(super) left_running: Vec<QuerySeen>,
    /// The queries that the service was asked to stop, by their identity.
    pub(super) stopped: Vec<String>,
    /// Whether it had to be killed because it did not end.
    pub(super) hung: bool,
}

impl Ended {
    /// How it ended, in words.
    pub(super) fn outcome(&self) -> String {
        match self.code {
            Some(code) => format!("exit {code}"),
            None => "killed".to_owned(),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            stdout,
            stderr,
            files,
            left_running,
            stopped,
            ..
        } = self;
        write!(
            formatter,
            "{}, signal {:?}\nleft running: {left_running:?}, asked to stop: {stopped:?}\nfiles: {files:?}\nstderr: {stderr}\nstdout: {stdout}",
            self.outcome(),
            self.by_signal
        )
    }
}

/// Runs the program on such a day.
pub(super) fn run(scenario: &Scenario) -> Ended {
    let mut builder = service()
        .groups(vec![small_group("a"), small_group("b")])
        .polls_until_complete(scenario.polls)
        .page_size(scenario.page_size);
    if let Some((when, end)) = scenario.ends {
        builder = builder.queries_end(when, end);
    }
    let cloudwatch = builder.start();
    for (operation, when, fault) in &scenario.faults {
        cloudwatch.fault(*operation, *when, fault.clone());
    }
    let directory = tempfile::tempdir().expect("a directory");
    let output = directory.path().join(OUTPUT);
    if scenario.has_older {
        std::fs::write(&output, OLDER).expect("written");
    }
    let mut command = tool_at(&cloudwatch);
    command
        .args([scenario.command, "a"])
        .args((scenario.command == "sweep").then_some("b"))
        .args(["--token-lifetime", "90d", "--format", "json"])
        .args(["--timeout", &format!("{}ms", scenario.timeout.as_millis())])
        .args(HOUR)
        .arg("--output")
        .arg(&output);
    if scenario.is_disk_full {
        command = with_full_disk(&command);
    }
    let (ended, hung) = to_its_end(&mut command, scenario);
    let mut left_running = cloudwatch.queries();
    left_running.retain(|query| query.fate == Fate::LeftRunning);
    let calls = cloudwatch.calls_of("StopQuery");
    let stopped = calls
        .iter()
        .filter_map(|call| call.body["queryId"].as_str());
    Ended {
        code: ended.status.code(),
        by_signal: ended.status.signal(),
        stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
        files: files_in(directory.path()),
        left_running,
        stopped: stopped.map(str::to_owned).collect(),
        hung,
    }
}

/// The same command, whose files cannot grow beyond a block, as on a disk that is full: a write
/// fails in the middle of a report.
fn with_full_disk(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", r#"trap "" XFSZ; ulimit -f 1; exec "$0" "$@""#])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

fn to_its_end(command: &mut Command, scenario: &Scenario) -> (Output, bool) {
    let began = Instant::now();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let id = child.id();
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let output = child.wait_with_output().expect("the program ends");
        // Nobody listens any more if a promise was broken.
        let _ = sender.send(output);
    });
    if let Some((signal, after)) = scenario.signal {
        match ended.recv_timeout(after) {
            Ok(output) => return (output, false),
            Err(_) => send(signal, id),
        }
    }
    let left = (scenario.timeout + BEYOND_TIMEOUT).saturating_sub(began.elapsed());
    match ended.recv_timeout(left) {
        Ok(output) => (output, false),
        Err(_) => {
            kill("KILL", id);
            (ended.recv().expect("it is killed"), true)
        }
    }
}

fn send(signal: Signal, id: u32) {
    match signal {
        Signal::Interrupt => kill("INT", id),
        Signal::InterruptTwice => {
            kill("INT", id);
            kill("INT", id);
        }
        Signal::Terminate => kill("TERM", id),
        Signal::Kill => kill("KILL", id),
    }
}

fn kill(signal: &str, id: u32) {
    // It may have ended this very moment.
    let _ = Command::new("kill")
        .args(["-s", signal, &id.to_string()])
        .stderr(Stdio::null())
        .status();
}

fn files_in(directory: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(directory).expect("listed");
    let mut files: Vec<(String, String)> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let text = std::fs::read(entry.path()).expect("read");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, String::from_utf8_lossy(&text).into_owned())
        })
        .collect();
    files.sort();
    files
}
