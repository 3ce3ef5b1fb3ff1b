//! Deeds: what a fault does, as data.

/// What happens on the way to a server.
#[derive(Debug, Clone, Copy)]
pub enum Network {
    /// Everything passes. `tls` says whether the way is encrypted.
    Clear { tls: bool },
    /// Everything passes, and the clock of the server is this much ahead.
    ClockAhead { seconds: i64 },
    /// The host of the server has no address.
    NoName,
    /// The same host lies behind a proxy of the environment, which does this to each request.
    BehindProxy(Stroke),
    /// Nobody listens at the port of the server.
    Refused,
    /// The server shows this certificate.
    Tls(Certificate),
    /// An answer meets this.
    Answers(Stroke),
}

/// What is wrong with a certificate, or with what comes in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    Good,
    Expired,
    OfAnotherHost,
    SelfSigned,
    /// The connection ends in the middle of the handshake.
    Broken,
    /// The server speaks plain HTTP.
    Plain,
}

/// What happens to one answer.
#[derive(Debug, Clone, Copy)]
pub enum Stroke {
    /// This comes in place of the answer, and the request does not reach the server.
    Instead { status: &'static str, fields: &'static [&'static str], body: &'static str },
    /// These bytes come in place of the answer, which are no HTTP.
    Noise(&'static [u8]),
    /// The server answers. A part of its answer comes, and then this end.
    Cut(Part, End),
    /// The server answers. After a part of its answer, one byte at a time comes, each after a pause.
    Drip(Part),
    /// After the head of the answer, bytes come without an end. The answer does not tell its length.
    Flood,
    /// Header fields come without an end.
    FloodOfFields,
    /// The answer is changed.
    Edit(fn(&mut Answer)),
    /// A page without text comes, and the script that would fill it does not.
    EmptyShell,
}

/// The beginning of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Nothing,
    /// Half of its head.
    HalfHead,
    /// Its head and half of its body.
    HalfBody,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As after an answer.
    Close,
    /// With a reset.
    Reset,
    /// Not at all.
    Silence,
}

/// An answer on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status line and fields, without those that tell the length.
    pub head: Vec<String>,
    pub body: Vec<u8>,
    /// Whether its length is told.
    pub has_length: bool,
}

/// What stands in place of the driver or the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// There is no driver.
    Missing,
    /// There is no browser.
    NoBrowser,
    /// A helper, `driver::act`, does this.
    Helper(Trick),
}

/// What a helper does in place of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// It ends at once.
    EndsAtOnce,
    /// It says that it supports another version of the browser.
    WrongVersion,
    /// Driver and browser are killed while a page is opened.
    Killed,
    /// It no longer answers while a page is opened.
    Hangs,
    /// The browser crashes while a page is opened.
    BrowserCrash,
}

/// What happens to the process of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// No file may grow beyond this number of blocks of 512 bytes.
    FullDisk { blocks: u32 },
    /// The deadline of the run passes.
    Deadline,
    /// It gets these signals, each after it has told that it heeds the one before.
    Signals(&'static [&'static str]),
    /// It is killed.
    Kill,
}
