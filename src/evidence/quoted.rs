//! Messages that quote what somebody wrote by hand: what looks like a secret is replaced too, although nobody said that it is one.

use crate::evidence::member::Meaning;
use crate::evidence::recorder::Recorder;
use crate::evidence::strength::is_strong;

/// Whether a value under this name is a secret.
pub fn names_secret(name: &str) -> bool {
    matches!(Meaning::of(name), Meaning::Secret(_))
}

impl Recorder {
    /// A message that quotes a text in backticks. Every known secret is replaced, also a common word if it is a word of what is quoted.
    /// So is everything that is hard to guess.
    pub fn quoted(&self, message: &str) -> String {
        let message = self.text(message);
        let parts = message.split('`').enumerate().map(|(index, part)| match self.known.any_label_of(part) {
            Some(label) if index % 2 == 1 => label,
            _ => self.without_secrets(part, index % 2 == 1),
        });
        parts.collect::<Vec<_>>().join("`")
    }

    fn without_secrets(&self, text: &str, is_quoted: bool) -> String {
        let ends = |c: char| c.is_whitespace() || "\",;()".contains(c);
        let shown = text.split_inclusive(ends).map(|piece| {
            let word = piece.trim_end_matches(ends);
            let known = if is_quoted { self.known.any_label_of(word) } else { None };
            known.unwrap_or_else(|| self.without_strong(word)) + &piece[word.len()..]
        });
        shown.collect()
    }

    /// A path and a URL consist of words that are easy to guess, but a user name with a password does not.
    fn without_strong(&self, word: &str) -> String {
        let (scheme, rest) = word.split_at(word.find("://").map_or(0, |at| at + 3));
        let is_whole = rest.contains([':', '@']);
        let parts = rest.split(|c| c == '/' && !is_whole).map(|part| {
            let label = is_strong(part).then(|| self.known.label_of_credential("secret", part));
            label.unwrap_or_else(|| part.to_owned())
        });
        scheme.to_owned() + &parts.collect::<Vec<_>>().join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_known_secrets_and_what_is_hard_to_guess() {
        let recorder = Recorder::default();
        recorder.learn_words("the merchant has an ability");
        recorder.learn_credentials("merchant", "30091977");
        for (message, shown) in [
            ("the merchant has `merchant`, `30091977`", "the merchant has `‹username:1›`, `‹password:1›`"),
            ("no `Qz8kwv3mmppl0qqx`, (u:aB3xK9mQ2pLz)", "no `‹secret:1›`, (‹secret:2›)"),
            ("no `https://u:s3/ret-aB3@a.example/x1`", "no `https://‹secret:3›`"),
            ("`bWVyY2hhbnQ6MzAwOTE5Nzc=`", "`‹credentials:1›`"),
            ("`https://api-na.playground.example/` is listed twice", ""),
            ("no `pages/klarna-production.toml`; write \"192.168.1.5:8443\"", ""),
            ("`HPP-PLACEHOLDER-026` is not `accepted_unseen` until 2027-01-31", ""),
        ] {
            assert_eq!(recorder.quoted(message), if shown.is_empty() { message } else { shown });
        }
    }
}
