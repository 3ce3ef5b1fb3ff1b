//! The programs of browsers and drivers: which make they are of, and where they are.

use crate::browser::{BrowserError, process};
use std::env;
use std::env::consts::EXE_SUFFIX;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Program names of browsers. The first that exists is used. The headless shell is twice as fast as the full browser.
const BROWSERS: [&str; 7] = [
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// The word by which any Firefox is chosen, and the names of its programs.
pub(super) const FIREFOX: &str = "firefox";
const FIREFOXES: [&str; 2] = [FIREFOX, "firefox-esr"];

/// Makes of browsers that are driven in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    Chromium,
    Firefox,
}

impl Make {
    /// The make of a browser that is chosen by the name of a program, by its path, or by its name in a Grid.
    pub(super) fn of(browser: &str) -> Self {
        let name = browser.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.to_ascii_lowercase().starts_with(FIREFOX) { Self::Firefox } else { Self::Chromium }
    }

    fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
        }
    }

    /// The arguments with which its driver listens on free ports.
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["--port=0"],
            Self::Firefox => &["--port=0", "--websocket-port=0"],
        }
    }

    /// The port in the line that its driver prints when it listens.
    pub(super) fn port_of(self, line: &str) -> Option<u16> {
        let before = match self {
            // An earlier line has port 0.
            Self::Chromium => "started successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
        };
        let (_, port) = line.split_once(before)?;
        port.trim_end_matches(['.', '\n']).parse().ok()
    }
}

/// The program of a browser. `choice` is `auto`, a program name, or a path.
pub(super) fn find_browser(choice: &str) -> Result<PathBuf, BrowserError> {
    let found = match choice {
        FIREFOX => FIREFOXES.iter().find_map(|name| on_path(name)),
        "auto" => BROWSERS.iter().find_map(|name| on_path(name)).or_else(process::installed_browser),
        _ => named(choice),
    };
    match found {
        Some(path) => Ok(behind_launcher(path)),
        None if choice == "auto" => Err(BrowserError::NoBrowser),
        None if choice == FIREFOX => Err(BrowserError::NoFirefox),
        None => Err(BrowserError::UnknownBrowser { name: choice.to_owned() }),
    }
}

/// Whether there is a display for the windows of a browser.
pub(super) fn find_display() -> Result<(), BrowserError> {
    let has_display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|it| !it.is_empty()));
    if cfg!(target_os = "linux") && !has_display { Err(BrowserError::NoDisplay) } else { Ok(()) }
}

/// The program of a browser that has windows. `choice` is as for [`find_browser`].
pub(super) fn find_visible_browser(choice: &str) -> Result<PathBuf, BrowserError> {
    find_display()?;
    if choice != "auto" {
        return find_browser(choice);
    }
    let mut windowed = BROWSERS.iter().filter(|name| !name.contains("headless"));
    let found = windowed.find_map(|name| on_path(name)).or_else(process::installed_browser);
    found.map(behind_launcher).ok_or(BrowserError::NoBrowser)
}

/// The program of the driver.
pub(super) fn find_driver(make: Make, choice: Option<&Path>) -> Result<PathBuf, BrowserError> {
    match choice {
        Some(path) => named(&path.to_string_lossy())
            .ok_or_else(|| BrowserError::UnknownDriver { name: path.display().to_string() }),
        None => on_path(make.driver()).ok_or(match make {
            Make::Chromium => BrowserError::NoDriver,
            Make::Firefox => BrowserError::NoGeckodriver,
        }),
    }
}

fn named(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 { path.is_file().then(|| path.to_owned()) } else { on_path(name) }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let program = format!("{}{EXE_SUFFIX}", name.strip_suffix(EXE_SUFFIX).unwrap_or(name));
    env::split_paths(&path).map(|folder| folder.join(&program)).find(|path| path.is_file())
}

/// The program that the launcher script of a Linux distribution starts. The script would be one more process, and it reads the
/// user's options.
fn behind_launcher(path: PathBuf) -> PathBuf {
    let mut begin = [0; 2];
    let is_script =
        File::open(&path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"#!";
    let program = path.file_name().zip(path.parent()).and_then(|(name, folder)| {
        let libraries = folder.parent()?.join("lib");
        let program = libraries.join("chromium").join(name);
        (is_script && program.is_file()).then_some(program)
    });
    program.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_port_is_read_from_the_line_that_reports_success() {
        assert_eq!(Make::Chromium.port_of("Starting ChromeDriver 156.0.8078.79 on port 0"), None);
        assert_eq!(
            Make::Chromium.port_of("ChromeDriver was started successfully on port 41537."),
            Some(41537)
        );
        let line = "1764277000000\tgeckodriver\tINFO\tListening on 127.0.0.1:41537";
        assert_eq!(Make::Firefox.port_of(line), Some(41537));
        assert_eq!(Make::Firefox.port_of("1764277000000\tgeckodriver\tINFO\tStarting"), None);
    }

    #[test]
    fn a_firefox_is_known_by_its_name() {
        for browser in ["firefox", "firefox-esr", "/usr/bin/firefox", "C:\\Mozilla\\Firefox.exe"] {
            assert_eq!(Make::of(browser), Make::Firefox, "{browser}");
        }
        for browser in ["auto", "chromium", "/opt/firefox/chrome"] {
            assert_eq!(Make::of(browser), Make::Chromium, "{browser}");
        }
    }

    #[test]
    fn a_browser_that_is_not_there_is_named() {
        let error = find_browser("no-such-browser").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the browser `no-such-browser` is not on the `PATH` and not a file; leave it out to search for one"
        );
    }

    #[test]
    fn a_launcher_script_gives_way_to_the_program_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let (bin, lib) = (folder.path().join("bin"), folder.path().join("lib/chromium"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(&lib).unwrap();
        fs::write(bin.join("chromium"), "#!/bin/sh\n").unwrap();
        fs::write(bin.join("chrome"), "#!/bin/sh\n").unwrap();
        fs::write(lib.join("chromium"), "\u{7f}ELF").unwrap();
        assert_eq!(behind_launcher(bin.join("chromium")), lib.join("chromium"));
        assert_eq!(behind_launcher(bin.join("chrome")), bin.join("chrome"));
    }
}
