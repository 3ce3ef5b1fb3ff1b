//! Faults of the machine: a run that is stopped, killed, late or without a disk ends as stated, and keeps what had ended.

use crate::fault;
use crate::fault::{Fault, Kept, Machine, Outcome};
use crate::prove::child::{Manner, Out, STOPPED};
use crate::prove::faults::judge::Difference;
use crate::prove::faults::network::target;
use crate::prove::faults::scene::{API, Setting};
use crate::prove::faults::trial::{FaultTrial, Part};
use crate::prove::plan::{Met, PlannedTarget};
use crate::report::RunReport;
use crate::requirement::Dialect;
use crate::verdict::Verdict;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// The longest that a run may take that is to be stopped.
const PATIENCE: Duration = Duration::from_secs(90);

/// The deadline of the run that misses it.
const DEADLINE: Duration = Duration::from_secs(15);

/// How much later than its deadline a run may end.
const GRACE: Duration = Duration::from_secs(2);

/// What a run says at the first signal.
const STOPS: &str = "The run stops";

/// What the log says of each scenario that has ended.
const ENDS: &str = " ends: ";

/// What the log says when the scenarios of a target begin.
const BEGINS: &str = ": attempt 1 at ";

/// Heeds SIGHUP again. It is ignored where the proof is to outlive its terminal, and a shell cannot change that by itself.
const HEEDING: &str =
    "if env --default-signal=HUP true 2>/dev/null; then set -- env --default-signal=HUP \"$@\"; fi;";

/// Whether a run has come to its second target, according to its log.
fn is_at_second_target(log: &str) -> bool {
    log.matches(BEGINS).count() > 1
}

/// Whether a run has told that a scenario has ended.
fn has_told(log: &str) -> bool {
    log.contains(ENDS)
}

/// How a run ended.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// How many scenarios it had told as ended.
    told: usize,
}

/// Tries a fault.
pub async fn tried(fault: &'static Fault, machine: Machine, setting: &Setting) -> FaultTrial {
    let Outcome::Ends { code, kept } = fault.outcome else {
        return FaultTrial::lost(fault, "its outcome is not the end of a run".to_owned());
    };
    if setting.program.stop.is_cancelled() {
        return FaultTrial::lost(fault, STOPPED.to_owned());
    }
    let seen = match machine {
        Machine::FullDisk { blocks } => on_full_disk(blocks, setting).await,
        Machine::Deadline => late(setting).await,
        Machine::Signals(names) => signalled(names, is_at_second_target, setting).await,
        Machine::Kill => signalled(&["KILL"], has_told, setting).await,
    };
    let (ended, out) = match seen {
        Ok(seen) => seen,
        Err(why) => return FaultTrial::lost(fault, why),
    };
    let mut parts = vec![Part { what: "exit code", seen: is_code(&ended, code) }];
    parts.push(Part { what: "what is kept", seen: is_kept(&ended, &out, kept) });
    if machine == Machine::Deadline {
        parts.push(Part { what: "time", seen: is_in_time(&out) });
    }
    FaultTrial::new(fault, parts)
}

/// A run whose first target ends, and whose second one does not answer. It tells each scenario that ends.
fn command(setting: &Setting, more: &[&str]) -> Result<(Command, Out), String> {
    let faithful =
        PlannedTarget { only: Some(setting.keys(API)), ..PlannedTarget::faithful(Dialect::Klarna) };
    let silent = fault::fault("no-answer").ok_or("there is no fault `no-answer`")?;
    let silent = target(setting, API, Dialect::Klarna, (silent, Met::Later));
    let out = Out::new(&[faithful, silent])?;
    let mut manner = Manner::usual("1", "1");
    manner.arguments = ["--log", "info"].iter().chain(more).map(|text| (*text).to_owned()).collect();
    Ok((within(HEEDING, &setting.program.command(&out, &manner)), out))
}

/// A shell that prepares something and then becomes the program of a command, with pipes to it.
fn within(preparation: &str, inner: &Command) -> Command {
    let inner = inner.as_std();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{preparation} exec \"$@\""), "sh"]).arg(inner.get_program());
    command.args(inner.get_args()).env_remove("HPP_LOG").env_remove("HPP_WEBDRIVER");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Sends signals to a run: the first as soon as its log is as it should be, and the second when the first is heeded.
async fn signalled(
    names: &[&str],
    is_due: impl Fn(&str) -> bool,
    setting: &Setting,
) -> Result<(Ended, Out), String> {
    let (mut command, out) = command(setting, &[])?;
    // The run cannot print its result as long as its output is full, so the second signal comes before its end.
    let full = (names.len() > 1).then(full_pipe).transpose().map_err(|error| error.to_string())?;
    let reader = full.map(|(reader, writer)| {
        command.stdout(writer);
        reader
    });
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    drop(command);
    let mut lines = BufReader::new(child.stderr.take().ok_or("it has no standard error")?);
    let mut stderr = String::new();
    for (index, name) in names.iter().enumerate() {
        while if index == 0 { !is_due(&stderr) } else { !stderr.contains(STOPS) } {
            next_line(&mut lines, &mut stderr).await?;
        }
        send(&child, name)?;
    }
    let ended = ended(child, lines, stderr).await?;
    drop(reader);
    Ok((ended, out))
}

/// A run whose deadline passes.
async fn late(setting: &Setting) -> Result<(Ended, Out), String> {
    let deadline = format!("{}s", DEADLINE.as_secs());
    let (mut command, out) = command(setting, &["--retries", "1", "--deadline", &deadline])?;
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let lines = BufReader::new(child.stderr.take().ok_or("it has no standard error")?);
    Ok((ended(child, lines, String::new()).await?, out))
}

/// A run on a disk that takes only small files. The limit of a process makes it, because nobody but root can make a small disk.
async fn on_full_disk(blocks: u32, setting: &Setting) -> Result<(Ended, Out), String> {
    let (inner, out) = command(setting, &[])?;
    // A write beyond the limit is an error if the signal is ignored.
    let mut command = within(&format!("trap '' XFSZ; ulimit -f {blocks};"), &inner);
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let lines = BufReader::new(child.stderr.take().ok_or("it has no standard error")?);
    Ok((ended(child, lines, String::new()).await?, out))
}

/// A pipe that takes nothing more.
fn full_pipe() -> std::io::Result<(std::io::PipeReader, std::io::PipeWriter)> {
    use std::io::Write as _;
    let (reader, mut writer) = std::io::pipe()?;
    writer.write_all(&vec![b'x'; 65_536])?;
    Ok((reader, writer))
}

/// Adds the next line to a text.
async fn next_line(lines: &mut BufReader<ChildStderr>, text: &mut String) -> Result<(), String> {
    let read = timeout(PATIENCE, lines.read_line(text)).await;
    match read.map_err(|_| format!("it says nothing any more after: {text}"))? {
        Ok(0) => Err(format!("it ended too early, and said: {text}")),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Waits for the end of a run, with what it said before.
async fn ended(
    mut child: Child,
    mut lines: BufReader<ChildStderr>,
    mut stderr: String,
) -> Result<Ended, String> {
    // It stops when its input ends.
    let input = child.stdin.take();
    let mut output = child.stdout.take();
    let mut stdout = Vec::new();
    let rest = async {
        let mut rest = Vec::new();
        let out = async {
            match &mut output {
                Some(output) => output.read_to_end(&mut stdout).await.map(drop),
                None => Ok(()),
            }
        };
        let _ = tokio::join!(lines.read_to_end(&mut rest), out);
        (child.wait().await, rest)
    };
    let (status, rest) = timeout(PATIENCE, rest).await.map_err(|_| "it does not end")?;
    drop(input);
    stderr.push_str(&String::from_utf8_lossy(&rest));
    let told = stderr.lines().filter(|line| line.contains(ENDS)).count();
    let status = status.map_err(|error| error.to_string())?;
    Ok(Ended { code: status.code(), stdout: String::from_utf8_lossy(&stdout).into_owned(), stderr, told })
}

/// Sends a signal of this name.
fn send(child: &Child, name: &str) -> Result<(), String> {
    let signal = match name {
        "INT" => Signal::INT,
        "TERM" => Signal::TERM,
        "HUP" => Signal::HUP,
        _ => Signal::KILL,
    };
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    kill_process(id.ok_or("it has ended too early")?, signal).map_err(|error| error.to_string())
}

fn wrong(why: String) -> Result<(), Difference> {
    Err(Difference::Wrong(why))
}

fn is_code(ended: &Ended, code: Option<i32>) -> Result<(), Difference> {
    if ended.code == code {
        return Ok(());
    }
    wrong(format!("it is {:?}, and the run said: {}{}", ended.code, ended.stdout, ended.stderr))
}

/// Whether that is kept which the fault states.
fn is_kept(ended: &Ended, out: &Out, kept: Kept) -> Result<(), Difference> {
    let Some(folder) = out.run_folder() else { return wrong("there is no run folder".to_owned()) };
    let report = folder.join("report.json");
    match kept {
        Kept::Report | Kept::Journal if ended.told == 0 => {
            Err(Difference::Noise("no scenario had ended by then".to_owned()))
        }
        Kept::Verdict => {
            let is_told = ended.stderr.contains("cannot write") && !ended.stdout.trim().is_empty();
            let is_whole = report.exists();
            if is_told && !is_whole {
                Ok(())
            } else {
                wrong(format!("it said: {}{}", ended.stdout, ended.stderr))
            }
        }
        Kept::Journal => match journal(&folder) {
            Ok(lines) if lines.len() >= ended.told => Ok(()),
            Ok(lines) => wrong(format!("{} scenarios had ended, and {} are kept", ended.told, lines.len())),
            Err(why) => wrong(why),
        },
        Kept::Report => match has_all(&folder) {
            Ok(()) => Ok(()),
            Err(why) => wrong(why),
        },
    }
}

/// The verdicts in the journal, by target and scenario.
fn journal(folder: &Path) -> Result<HashMap<(u64, String), String>, String> {
    let text = std::fs::read_to_string(folder.join("journal.ndjson")).map_err(|error| error.to_string())?;
    let entry = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        let word = line["attempt"]["verdict"]["word"].as_str()?.to_owned();
        Some(((line["target"].as_u64()?, line["key"].as_str()?.to_owned()), word))
    };
    // A line that was cut is no record.
    Ok(text.lines().filter_map(entry).collect())
}

/// Whether a report says why the run stopped, and has every record of the journal, with those of the first target passed.
fn has_all(folder: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join("report.json")).map_err(|error| error.to_string())?;
    let report = RunReport::read(&text).map_err(|error| error.to_string())?;
    if report.run.stopped.is_none() {
        return Err("the report does not say that the run was stopped".to_owned());
    }
    let first = report.targets.first().map(|target| &target.records).into_iter().flatten();
    let passed = first.filter(|record| *record.verdict() == Verdict::Pass).count();
    let kept = journal(folder)?;
    let of_first = kept.iter().filter(|((target, _), word)| *target == 0 && *word == "pass").count();
    if passed != of_first {
        return Err(format!("{of_first} scenarios had passed, and {passed} do in the report"));
    }
    for ((target, key), word) in kept {
        let target = usize::try_from(target).ok().and_then(|target| report.targets.get(target));
        let record = target.and_then(|target| target.records.iter().find(|record| record.key == key));
        if record.is_none_or(|record| record.verdict().word() != word) {
            return Err(format!("{key} is {word} in the journal, and not in the report"));
        }
    }
    Ok(())
}

/// Whether a run ended soon after its deadline.
fn is_in_time(out: &Out) -> Result<(), Difference> {
    let report = out.run_folder().and_then(|folder| std::fs::read_to_string(folder.join("report.json")).ok());
    let Some(report) = report.and_then(|text| RunReport::read(&text).ok()) else {
        return wrong("there is no report".to_owned());
    };
    let took = report.run.finished_at.duration_since(report.run.started_at).unsigned_abs();
    if took <= DEADLINE + GRACE { Ok(()) } else { wrong(format!("it took {took:?}")) }
}
