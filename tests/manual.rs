//! `MOCK.md` is correct: its commands run as printed, and answer as described.

#[path = "support/mock_process.rs"]
mod mock_process;

use mock_process::MockProcess;
use std::process::Command;

const MANUAL: &str = include_str!("../MOCK.md");
/// A line that the shell prints before the output of each block.
const MARK: &str = "~~~ block";

/// The code blocks of the manual in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    MANUAL.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The output of each block. The shell must have run them all.
fn run(script: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder.path())
        .output()
        .expect("bash can be started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "the blocks do not run: {}\n{stdout}\n{stderr}", output.status);
    assert_eq!(stderr, "", "the blocks complain");
    assert!(!stdout.contains("error_code"), "the mock refuses something:\n{stdout}");
    stdout.split(MARK).skip(1).map(|part| part.trim_start_matches('\n').to_owned()).collect()
}

/// Checks that a block printed this number of lines, each with these parts.
fn shows(block: &str, parts: &[&[&str]]) {
    let lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), parts.len(), "lines of:\n{block}");
    for (line, parts) in lines.iter().zip(parts) {
        for part in *parts {
            assert!(line.contains(part), "`{part}` is not in `{line}`");
        }
    }
}

#[test]
fn the_blocks_of_the_manual_run_as_they_are_printed() {
    for program in ["bash", "curl", "jq", "openssl"] {
        let found = Command::new(program).arg("--version").output().is_ok();
        assert!(
            found,
            "the blocks of the manual need `{program}`; `sh scripts/install.sh tools` installs it"
        );
    }
    let start = blocks("console").concat();
    for line in ["mock ", "mock --port 8081 --dialect kustom "] {
        assert!(start.contains(line), "the manual starts the mocks otherwise than by `{line}`");
    }
    let klarna = MockProcess::with_variables(&[], &[]);
    let kustom = MockProcess::with_variables(&["--dialect", "kustom"], &[]);
    let shell = blocks("sh");
    let calls = |text: &str| text.matches("curl -").count();
    let run_calls: usize = shell.iter().map(|block| calls(block)).sum();
    assert!(run_calls > 20 && run_calls == calls(MANUAL), "{run_calls} of {} are run", calls(MANUAL));
    let marked: Vec<String> = shell.iter().map(|block| format!("echo '{MARK}'\n{block}")).collect();
    let pending =
        format!("echo '{MARK}'\ncurl -s http://127.0.0.1:8080/_mock/accounts | jq -r '.[0].next_outcome'\n");
    let script = (marked.concat() + &pending)
        .replace("http://127.0.0.1:8080", &klarna.base_url)
        .replace("http://127.0.0.1:8081", &kustom.base_url);
    assert!(!script.contains("127.0.0.1:808"), "a port of the manual is left");

    let told = run(&script);
    let [kp, kco, control, link, callbacks, pending] = told.as_slice() else {
        panic!("{} blocks", told.len())
    };
    shows(
        kp,
        &[
            &["http://localhost:"],
            &["Location: https://shop.example/thanks?sid=", "&token="],
            &["COMPLETED"],
            &["AUTHORIZED"],
        ],
    );
    shows(
        kco,
        &[
            &["Location: https://shop.example/thanks?order="],
            &["[\"COMPLETED\",true]"],
            &["checkout_complete"],
            &["Location: http://127.0.0.1:", "/captures/"],
            &["[\"CAPTURED\",\"10001\",4900]"],
        ],
    );
    shows(pending, &[&["approve"]]);
    assert!(!kp.contains("{{") && !kco.contains("{{"), "a placeholder is left");
    let clocks = control.lines().next().unwrap();
    assert_eq!(clocks.matches("\"now\":").count(), 2, "{clocks}");
    for part in [
        "{\"status\":\"COMPLETED\",\"events\":[\"page_opened\",\"approved\"",
        "POST /_mock/accounts/",
        "/outcome 204\n",
        "\n1\n",
        "event: hello",
    ] {
        assert!(control.contains(part), "`{part}` is not in:\n{control}");
    }
    shows(
        link,
        &[
            &["201"],
            &[
                "\"channel\":\"email\"",
                "\"to\":\"anna@shop.example\"",
                "\"link\":\"http://localhost:",
                "betalningslänk",
            ],
            &["503"],
        ],
    );
    shows(callbacks, &[&["\"attempt\":1", "\"session_status\":\"IN_PROGRESS\"", "\"at\":"], &["2"]]);
}
