//! Completions and the manual page, as the shells and the typesetter read them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::tool::{run, tool};

/// The names of the commands, as `--help` lists them.
fn commands() -> Vec<String> {
    let help = run(tool().arg("--help")).stdout;
    let list = help
        .split("Commands:\n")
        .nth(1)
        .expect("a list of commands");
    list.lines()
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// What a program says of a text.
fn fed(program: &mut Command, text: &str) -> (bool, String) {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn every_shell_gets_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(tool().args(["completions", shell]));
        assert_eq!(script.code, Some(0), "{}", script.stderr);
        for command in commands() {
            assert!(script.stdout.contains(&command), "{shell}: {command}");
        }
        assert!(script.stdout.contains("only-changes"), "{shell}");
    }
    assert_eq!(run(tool().args(["completions", "csh"])).code, Some(2));
}

#[test]
fn bash_completes_an_option_of_a_command() {
    let script = run(tool().args(["completions", "bash"])).stdout;
    // What the shell itself does when the tabulator is pressed.
    let ask = r#"
COMP_WORDS=(eks-stale-tokens sweep --only)
COMP_CWORD=2
read -r _ _ function _ <<< "$(complete -p eks-stale-tokens | sed 's/.*-F/complete -F/')"
"$function" eks-stale-tokens --only sweep
echo "<${COMPREPLY[*]}>"
"#;
    let (good, said) = fed(Command::new("bash").arg("--norc"), &(script + ask));
    assert!(good && said.contains("<--only-changes>"), "{said}");
}

#[test]
fn every_command_has_a_manual_page() {
    let whole = run(tool().arg("man")).stdout;
    for section in ["EXIT STATUS", "ENVIRONMENT", "EXAMPLES"] {
        assert!(
            whole.contains(&format!(".SH \"{section}\""))
                || whole.contains(&format!(".SH {section}")),
            "{section}: {whole}"
        );
    }
    for command in commands() {
        let page = run(tool().args(["man", &command]));
        assert_eq!(page.code, Some(0), "{}", page.stderr);
        let title = format!("eks-stale-tokens-{command}");
        assert!(page.stdout.contains(&format!(".TH {title}")), "{command}");
        assert!(whole.replace("\\-", "-").contains(&title), "{command}");
    }
    let unknown = run(tool().args(["man", "prune"]));
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("sweep"), "{}", unknown.stderr);
}
