//! The program as a process.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program: cargo's build, or another one that `.ci/run` puts to the same tests.
fn program() -> std::ffi::OsString {
    std::env::var_os("TEST_PROGRAM")
        .unwrap_or_else(|| env!("CARGO_BIN_EXE_eks-stale-tokens").into())
}

/// The program, with nothing of this machine's AWS configuration in its environment.
pub(crate) fn tool() -> Command {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null());
    command
}

/// The program toward a loopback service, with credentials that it will take.
pub(crate) fn tool_toward(endpoint: &str) -> Command {
    let mut command = tool();
    command
        .env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", endpoint)
        .env("AWS_ENDPOINT_URL_EKS", endpoint)
        .env("AWS_ENDPOINT_URL_STS", endpoint)
        .env("AWS_ACCESS_KEY_ID", "AKIDLOOPBACK")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1");
    command
}

/// What a run of the program came to.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
        }
    }
}

/// Runs a command to its end, over recordings: their tokens live for 90 days, whatever version
/// their control plane states, so that is stated unless the command states something else. Sweeps
/// do not put their query to the test, unless the command says when.
pub(crate) fn run(command: &mut Command) -> Run {
    let arguments: Vec<String> = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let has = |name: &str| arguments.iter().any(|it| it.starts_with(name));
    let judges = arguments
        .first()
        .is_some_and(|it| JUDGING.contains(&it.as_str()));
    if judges
        && !has("--token-lifetime")
        && !has("--kubernetes-version")
        && !has("-h")
        && !has("--help")
    {
        command.args(["--token-lifetime", "90d"]);
    }
    // What the query's self-check asks is tested by itself.
    let is_sweep = arguments.first().is_some_and(|it| it == "sweep");
    if is_sweep && judges && !has("--verify") && !has("--input") && !has("-h") && !has("--help") {
        command.args(["--verify", "never"]);
    }
    run_as_it_is(command)
}

/// The commands that judge evidence.
const JUDGING: [&str; 3] = ["sweep", "investigate", "export"];

/// Runs a command to its end.
pub(crate) fn run_as_it_is(command: &mut Command) -> Run {
    let run = Run::from(command.output().expect("the program starts"));
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run
}

/// Runs the program over files.
pub(crate) fn over_files<I, S>(command: &str, inputs: &[&Path], arguments: I) -> Run
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    run(tool()
        .arg(command)
        .arg("--input")
        .args(inputs)
        .args(arguments))
}
