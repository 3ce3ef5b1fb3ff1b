//! Private files: only the user who started a run may read what it writes.

/// From this call on, folders that the process creates have the mode 0700 and files 0600. Windows has no such modes.
pub fn from_now_on() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}
