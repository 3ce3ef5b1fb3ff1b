//! One night at a stranger: a run in a process of its own, what is to be seen of it afterwards, and its row in the table.

use crate::SHOP;
use crate::edge::{Edge, Kind, Seen, Weather};
use crate::playground::stranger;
use crate::support::{Ended, program, report};
use crate::target::{PROXIES, standings, with};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// The variable by which a process is known as one of a night.
const MARK: &str = "HPP_NIGHT_MARK";

/// How long processes may take to end after the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// How fast a stranger may be asked.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The limits of the stranger: creations of a kind, and other requests, in a second.
    pub creates: u32,
    pub others: u32,
    /// The pace and the deadlines of the profile: those of the playground, or others.
    pub lines: &'static str,
    pub rest: &'static str,
}

impl Pace {
    /// What the playgrounds allow, and the pace of their profiles.
    pub const REAL: Self = Self { creates: 5, others: 50, lines: "", rest: "" };
    /// Twenty times that. A page that nobody knows is not waited for as long.
    pub const TWENTYFOLD: Self = Self {
        creates: 100,
        others: 1000,
        lines: "creates_per_second = 80.0\nrequests_per_second = 800.0",
        rest: "[deadlines]\nstatus = \"2s\"\nquiet = \"300ms\"\npage = \"6s\"\n",
    };
}

/// What is planned for a night.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub number: u64,
    pub weather: Weather,
    pub has_browser: bool,
    pub dialect: &'static str,
    pub pace: Pace,
}

/// What a night came to.
pub struct Night {
    pub plan: Plan,
    pub code: Option<i32>,
    pub report: Value,
    seconds: u64,
    seen: Seen,
    /// Sessions that are still open: those that the run knew, and how many whose creation was answered to nobody.
    open: Vec<String>,
    untold: usize,
    /// What the night left on this machine.
    left: Vec<String>,
}

impl Plan {
    /// Runs the night in a folder, with its state beside its reports.
    pub fn run(self, folder: &Path, edge: &Edge) -> Night {
        edge.set(self.weather);
        edge.take_seen();
        let temporary = folder.join("temporary");
        fs::create_dir_all(&temporary).unwrap();
        let abilities = if self.has_browser { "" } else { "abilities = []\n" };
        let lines = format!("{abilities}{}", self.pace.lines);
        write_profile(folder, edge, self.dialect, &lines, self.pace.rest);
        let mark = format!("{}-{}", std::process::id(), self.number);
        let mut command = run(folder, &["--state", "state", "--deadline", "40m", "--format", "json,html"]);
        command.env("TMPDIR", &temporary).env(MARK, &mark);
        let began = Instant::now();
        let ended = Ended::of(&command.output().unwrap());
        let seconds = began.elapsed().as_secs();
        assert_ne!(ended.code, Some(2), "{ended:?}");
        let seen = edge.take_seen();
        let (open, untold) = edge.open(&seen);
        let left = left_on_this_machine(folder, &temporary, &mark);
        let (report, untold) = (report(folder), untold.len());
        Night { plan: self, code: ended.code, report, seconds, seen, open, untold, left }
    }
}

/// A run at the stranger of `stranger.toml` in a folder. What meets trouble is tried twice more.
pub fn run(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(folder);
    for name in PROXIES {
        command.env_remove(name);
    }
    command.env("HPP_USERNAME", SHOP.0).env("HPP_PASSWORD", SHOP.1);
    command.args(["run", "--target", "stranger.toml", "--retries", "2", "--quiet"]).args(arguments);
    command
}

/// Writes the profile of the stranger and the certificate of its authority into a folder.
pub fn write_profile(folder: &Path, edge: &Edge, dialect: &str, lines: &str, rest: &str) {
    fs::write(folder.join("authority.pem"), &edge.authority).unwrap();
    let profile = stranger(dialect, &edge.base_url, "authority.pem", lines, rest);
    fs::write(folder.join("stranger.toml"), profile).unwrap();
}

/// Processes of a night that still run, temporary files, and files in the state folder that are neither of a target nor of a ledger.
fn left_on_this_machine(folder: &Path, temporary: &Path, mark: &str) -> Vec<String> {
    let in_folder = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mark = format!("{MARK}={mark}");
    let of_night = |process: &PathBuf| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let began = Instant::now();
    let mut left: Vec<PathBuf> = loop {
        // The system takes away a process that was ended a moment later.
        let processes: Vec<PathBuf> = in_folder(Path::new("/proc")).into_iter().filter(of_night).collect();
        if processes.is_empty() || began.elapsed() > PATIENCE {
            break processes;
        }
        std::thread::yield_now();
    };
    left.extend(in_folder(temporary));
    let is_kept = |path: &PathBuf| ["targets", "ledger"].iter().any(|name| path.ends_with(name));
    left.extend(in_folder(&folder.join("state")).into_iter().filter(|path| !is_kept(path)));
    left.into_iter().map(|path| path.display().to_string()).collect()
}

impl Night {
    fn target(&self) -> &Value {
        &self.report["targets"][0]
    }

    /// The ids with one of these standings.
    pub fn with(&self, words: &[&str]) -> Vec<String> {
        with(&standings(&self.report), words).into_iter().map(str::to_owned).collect()
    }

    /// The ids of one kind in what changed since the last night. `None` in the first night.
    pub fn since(&self, kind: &str) -> Option<Vec<String>> {
        let ids = self.target()["nights"]["since"].get(kind)?.as_array().unwrap();
        Some(ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect())
    }

    /// In how many nights a requirement was judged and held.
    pub fn nights_of(&self, id: &str) -> u64 {
        self.target()["nights"]["judged"][id]["nights"].as_u64().unwrap_or_default()
    }

    /// The scenarios that only a later night can judge.
    pub fn owed(&self) -> Vec<&str> {
        let is_owed = |record: &&Value| {
            let last = record["attempts"].as_array().and_then(|attempts| attempts.last());
            last.is_some_and(|it| it["verdict"]["cause"]["owed"].is_string())
        };
        let records = self.target()["records"].as_array().unwrap();
        records.iter().filter(is_owed).map(|record| record["key"].as_str().unwrap()).collect()
    }

    /// How many sessions this night left open for a later one.
    fn left_for_later(&self) -> usize {
        let waiting = self.target()["manners"]["waiting"].as_array();
        let is_of_tonight = |session: &&Value| session["run"] == self.report["run"]["id"];
        waiting.map_or(0, |waiting| waiting.iter().filter(is_of_tonight).count())
    }

    /// What is wrong with the night, whatever its weather was.
    pub fn breaches(&self) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |is_wrong: bool, what: String| {
            if is_wrong {
                told.push(format!("night {}: {what}", self.plan.number));
            }
        };
        let Pace { creates, others, .. } = self.plan.pace;
        for (kind, limit) in
            [(Kind::Sessions, creates), (Kind::PaymentSessions, creates), (Kind::Others, others)]
        {
            let most = self.seen.most_in_a_second(kind);
            tell(most > limit as usize, format!("{most} {kind:?} in a second, and {limit} are allowed"));
        }
        let refused = self.seen.answered(429);
        tell(refused > 0, format!("the limit was met {refused} times"));
        let manners = &self.target()["manners"];
        tell(manners["limited"].as_u64() != Some(0), format!("manners: {manners}"));
        tell(manners["left_over"].as_u64() != Some(0), format!("manners: {manners}"));
        let later = self.left_for_later();
        tell(
            self.open.len() != later,
            format!("{later} sessions are for a later night, open: {:?}", self.open),
        );
        tell(!self.left.is_empty(), format!("left on this machine: {:?}", self.left));
        let harness = self.with(&["HARNESS"]);
        tell(!harness.is_empty(), format!("mistakes of the harness: {harness:?}"));
        told
    }

    /// The head of the table.
    pub fn head() -> String {
        format!(
            "{:>5}  {:<7}  {:<12}  {:>4}  {:<11}  {:<14}  {:<14}  {:>5}  {:>8}  {:>7}  {:>7}  {:>9}  {:>9}  {:>6}  {:>4}",
            "night",
            "browser",
            "weather",
            "exit",
            "verdict",
            "newly failing",
            "fixed",
            "INFRA",
            "requests",
            "trouble",
            "seconds",
            "creates/s",
            "others/s",
            "orphan",
            "owed",
        )
    }

    /// Its row.
    pub fn row(&self) -> String {
        let Plan { number, weather, has_browser, .. } = self.plan;
        let ids = |kind| self.since(kind).map_or("-".to_owned(), |ids| ids.join(" "));
        let number_of = |kind| self.seen.most_in_a_second(kind);
        let weather = match weather {
            Weather { has_new_skin: true, .. } => "new skin",
            Weather { has_regressed: true, .. } => "regression",
            Weather { trouble: Some(_), .. } => "1 % trouble",
            Weather { .. } => "clear",
        };
        let mut row = format!(
            "{number:>5}  {:<7}  {weather:<12}  {:>4}  {:<11}  {:<14}  {:<14}  {:>5}  ",
            if has_browser { "yes" } else { "no" },
            self.code.map_or("-".to_owned(), |code| code.to_string()),
            self.report["advice"].as_str().unwrap_or_default(),
            ids("newly_failing"),
            ids("fixed"),
            self.with(&["INFRA"]).len(),
        );
        // Writing to a string cannot fail.
        let _ = write!(
            row,
            "{:>8}  {:>7}  {:>7}  {:>9}  {:>9}  {:>6}  {:>4}",
            self.seen.requests(),
            self.seen.troubles,
            self.seconds,
            number_of(Kind::Sessions).max(number_of(Kind::PaymentSessions)),
            number_of(Kind::Others),
            self.untold,
            self.owed().len(),
        );
        row
    }
}
