//! The contract in force: every decision of the server is a function that can be replaced.
//!
//! A seam is pure: the same input always gives the same answer. So a watched contract can also ask other functions, and
//! note which of them answer differently.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::mock::contract::access::{self, Claim, Knock};
use crate::mock::contract::callback::{self, Callback, Called, Telling};
use crate::mock::contract::distribution::{self, Distribution, Letter};
use crate::mock::contract::expiry::{self, Lifetime};
use crate::mock::contract::history::History;
use crate::mock::contract::merchant_urls::{self, Destination, Way};
use crate::mock::contract::new_id::{self, NewId};
use crate::mock::contract::order::{self, Fruit, Paid, Wish};
use crate::mock::contract::page::{self, Language, Press, Scanned, Screen, Step, View};
use crate::mock::contract::payment_session::{self, Aftermath, Progress, Taking, Wanted};
use crate::mock::contract::placeholder::{self, Filling, Tags, Values};
use crate::mock::contract::request::{self, Member};
use crate::mock::contract::status::{self, Ended, Shown, Sought, Standing, Status, Turn, Unknown, Use};
use crate::mock::contract::variation::Variation;
use crate::mock::ground::Dialect;
use crate::mock::ground::sharded_map::lock;
use crate::mock::http::{Asked, Problem, Reply};

/// Hands every seam to another macro: its name, what it depends on, what it decides, and the faithful function.
macro_rules! each_seam {
    ($then:ident) => {
        $then! {
            admits<'a>(Knock<'a>) -> bool = access::admits;
            may_use<'a>(Claim<'a>) -> bool = access::may_use;
            json([u8]) -> Option<Value> = request::json;
            session_key<'a>(Sought<'a>) -> String = status::session_key;
            payment_session(Wanted) -> Taking = payment_session::payment_session;
            accepts<'a>(Member<'a>) -> bool = request::accepts;
            new_id<'a>(NewId<'a>) -> String = new_id::new_id;
            ends_at(Lifetime) -> Timestamp = expiry::ends_at;
            standing(Use) -> Standing = status::standing;
            status_after(Turn) -> Result<Status, Ended> = status::status_after;
            shown(Shown) -> (Status, Timestamp) = status::shown;
            unknown_session<'a>(Unknown<'a>) -> Option<Value> = status::unknown_session;
            payment_session_after(Aftermath) -> Option<Progress> = payment_session::payment_session_after;
            destination<'a>(Way<'a>) -> Destination<'a> = merchant_urls::destination;
            step<'a>(Press<'a>) -> Step = page::step;
            screen<'a>(View<'a>) -> Screen<'a> = page::screen;
            locale<'a>(Language<'a>) -> Option<&'a str> = page::locale;
            qr_link<'a>(Scanned<'a>) -> String = page::qr_link;
            tag_values<'a>(Tags<'a>) -> Values = placeholder::tag_values;
            fill<'a>(Filling<'a>) -> String = placeholder::fill;
            callback<'a>(Telling<'a>) -> Option<Callback<'a>> = callback::callback;
            next_call<'a>(Called<'a>) -> Option<SignedDuration> = callback::next_call;
            messages<'a>(Distribution<'a>) -> Result<Vec<Letter>, Problem> = distribution::messages;
            fruit(Paid) -> Fruit = order::fruit;
            allows(Wish) -> Result<(), Problem> = order::allows;
        }
    };
}
pub(in crate::mock) use each_seam;

/// Declares the seams: their struct, the faithful functions, the methods of the contract, and the other functions to
/// ask.
macro_rules! seams {
    ($($name:ident $(<$life:lifetime>)? ($input:ty) -> $output:ty = $faithful:path;)*) => {
        /// A function for every decision.
        pub struct Seams {
            $(#[doc = concat!("Stands for `", stringify!($faithful), "`.")]
            pub $name: for<$($life)?> fn(&$input) -> $output,)*
        }

        impl Seams {
            /// The faithful functions, for both dialects.
            pub const FAITHFUL: Self = Self { $($name: $faithful,)* };
        }

        /// The other functions to ask, seam by seam, with their names.
        #[derive(Default)]
        struct Watch {
            $($name: Vec<(&'static str, for<$($life)?> fn(&$input) -> $output)>,)*
            edits: Vec<(&'static str, Edit)>,
            /// Names further changes that would change a reply.
            others: Option<fn(&Reply) -> Vec<&'static str>>,
            /// The names of those that answered differently.
            touched: Mutex<BTreeSet<&'static str>>,
        }

        impl Watch {
            /// Also asks another contract, at the seams that it replaces.
            fn add(&mut self, name: &'static str, seams: &Seams) {
                $(if !std::ptr::fn_addr_eq(seams.$name, Seams::FAITHFUL.$name) {
                    self.$name.push((name, seams.$name));
                })*
            }
        }

        impl Contract {
            $(
                #[doc = concat!("What is decided in place of `", stringify!($faithful), "`.")]
                pub fn $name<$($life)?>(&self, input: &$input) -> $output {
                    let answer = (self.seams.$name)(input);
                    if let Some(watch) = &self.watch {
                        let others = watch.$name.iter().filter(|(_, other)| other(input) != answer);
                        watch.note(others.map(|(name, _)| *name));
                    }
                    answer
                }
            )*
        }
    };
}

each_seam!(seams);

/// A change of answers with data of its own.
pub trait Rewrite: fmt::Debug + Send + Sync {
    fn rewrite(&self, reply: &mut Reply);
}

/// Changes an answer before it is sent.
type Edit = Box<dyn Fn(&mut Reply) + Send + Sync>;

/// How a contract may be changed.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// Other decisions.
    Seams(fn(&mut Seams)),
    /// A changed answer, before it is sent.
    Reply(fn(&mut Reply)),
    Both(fn(&mut Seams), fn(&mut Reply)),
    /// The same as `Reply`, with data.
    Rewrite(&'static dyn Rewrite),
}

impl Change {
    /// The seams after the change.
    fn seams(self) -> Seams {
        let mut seams = Seams::FAITHFUL;
        match self {
            Self::Seams(swap) | Self::Both(swap, _) => swap(&mut seams),
            Self::Reply(_) | Self::Rewrite(_) => {}
        }
        seams
    }

    /// Its change to a reply, if any.
    fn edit(self) -> Option<Edit> {
        match self {
            Self::Seams(_) => None,
            Self::Reply(edit) | Self::Both(_, edit) => Some(Box::new(edit)),
            Self::Rewrite(rewrite) => Some(Box::new(|reply| rewrite.rewrite(reply))),
        }
    }
}

/// The contract of a server.
pub struct Contract {
    pub dialect: Dialect,
    /// The choices that the contract leaves open.
    pub variation: Variation,
    seams: Seams,
    edit: Option<Edit>,
    watch: Option<Watch>,
    /// How many answers there were.
    answers: AtomicU64,
    /// What edits may depend on. A faithful contract that is not watched has none.
    history: Option<History>,
}

impl Contract {
    /// The faithful contract, or one with a change.
    pub fn new(dialect: Dialect, variation: Variation, change: Option<Change>) -> Self {
        let seams = change.map_or(Seams::FAITHFUL, Change::seams);
        let edit = change.and_then(Change::edit);
        let history = edit.as_ref().map(|_| History::default());
        Self { dialect, variation, seams, edit, watch: None, answers: AtomicU64::new(0), history }
    }

    /// The contract, which also asks these at every decision and every reply, and the others at every reply.
    #[must_use]
    pub fn watched(
        mut self,
        asked: impl IntoIterator<Item = (&'static str, Change)>,
        others: Option<fn(&Reply) -> Vec<&'static str>>,
    ) -> Self {
        let mut watch = Watch { others, ..Watch::default() };
        for (name, change) in asked {
            watch.add(name, &change.seams());
            watch.edits.extend(change.edit().map(|edit| (name, edit)));
        }
        self.watch = Some(watch);
        self.history = Some(History::default());
        self
    }

    /// The names of those that answered differently since the last call.
    pub fn take_touched(&self) -> BTreeSet<&'static str> {
        self.watch.as_ref().map(|watch| std::mem::take(&mut *lock(&watch.touched))).unwrap_or_default()
    }

    /// Gives a reply the form of this contract, before it is sent.
    pub fn form(&self, reply: &mut Reply, asked: &Asked<'_>) {
        let draw = self.answers.fetch_add(1, Ordering::Relaxed);
        if let Some(history) = &self.history {
            history.enter(reply, asked, self.dialect);
        }
        if let Some(watch) = &self.watch {
            let differs = |edit: &Edit| {
                let mut other = reply.clone();
                edit(&mut other);
                other != *reply
            };
            watch.note(watch.edits.iter().filter(|(_, edit)| differs(edit)).map(|(name, _)| *name));
            watch.note(watch.others.map(|others| others(reply)).unwrap_or_default().into_iter());
        }
        if let Some(edit) = &self.edit {
            edit(reply);
        }
        self.variation.shape(reply, asked, self.dialect, draw);
    }
}

impl Watch {
    fn note(&self, names: impl Iterator<Item = &'static str>) {
        lock(&self.touched).extend(names);
    }
}

#[cfg(test)]
impl Contract {
    /// The faithful contract with the default choices.
    pub fn plain(dialect: Dialect) -> Self {
        Self::new(dialect, Variation::plain(), None)
    }
}
