//! Members of JSON by name: which hold a secret, a secret link, something about a person, or an id that is shown.

/// Members with a value that allows to pay, read or send, and the kind of their label.
const SECRET_MEMBERS: &[(&str, &str)] = &[
    ("authorization_token", "authorization_token"),
    ("client_token", "client_token"),
    ("html_snippet", "html_snippet"),
    ("username", "username"),
];

/// Ends of the names of all other secret members, and the kind of their label. `_` is optional.
const SECRET_ENDS: &[(&str, &str)] = &[
    ("token", "token"),
    ("tokens", "token"),
    ("jwt", "token"),
    ("secret", "secret"),
    ("password", "password"),
    ("passphrase", "password"),
    ("api_key", "key"),
    ("access_key", "key"),
    ("private_key", "key"),
    ("secret_key", "key"),
    ("credentials", "credentials"),
];

/// Members with a public link. Everyone who knows it can pay.
const LINK_MEMBERS: &[&str] = &["redirect_url", "qr_code_url", "standalone_url"];

/// Members with a link on the API host. Other paths on that host are shown.
const API_LINK_MEMBERS: &[&str] = &["generation_url", "manual_identification_check_url"];

/// Members that look like secrets but are names.
const PUBLIC_MEMBERS: &[&str] =
    &["session_id", "order_id", "klarna_reference", "correlation_id", "event_id", "merchant_id"];

/// Members with something about a person, and the kind of their label.
const PERSONAL_MEMBERS: &[(&str, Personal)] = &[
    ("customer", Personal::Person),
    ("billing_address", Personal::Person),
    ("shipping_address", Personal::Person),
    ("contact_information", Personal::Person),
    ("given_name", Personal::Person),
    ("family_name", Personal::Person),
    ("street_address", Personal::Person),
    ("street_address2", Personal::Person),
    ("date_of_birth", Personal::Person),
    ("email", Personal::Email),
    ("phone", Personal::Phone),
    ("national_identification_number", Personal::Identifier),
];

/// Members of a person that many have in common.
const SHARED_MEMBERS: &[&str] = &["country", "phone_country", "type", "gender"];

/// What a member says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Personal {
    /// A name, an address or a day of birth. Others have the same, so it is replaced in its own place alone.
    Person,
    Email,
    Phone,
    /// A national number, or anything else that only one person has.
    Identifier,
}

impl Personal {
    pub(super) const ALL: [Self; 4] = [Self::Person, Self::Email, Self::Phone, Self::Identifier];

    /// What a value of a profile's identity says, by its name.
    pub(super) fn of_identity(name: &str) -> Self {
        let named = [("email", Self::Email), ("phone", Self::Phone)];
        named
            .into_iter()
            .find(|(part, _)| name.contains(part))
            .map_or(Self::Identifier, |(_, personal)| personal)
    }

    /// The kind of its label.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Identifier => "personal_id",
        }
    }
}

/// What the value of a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A secret, with the kind of its label.
    Secret(&'static str),
    Link,
    ApiLink,
    Personal(Personal),
    /// An id that is shown.
    Public,
    Data,
}

impl Meaning {
    /// The meaning of a member of this name.
    pub(super) fn of(name: &str) -> Self {
        if let Some((_, kind)) = SECRET_MEMBERS.iter().find(|(member, _)| *member == name) {
            Self::Secret(kind)
        } else if LINK_MEMBERS.contains(&name) {
            Self::Link
        } else if API_LINK_MEMBERS.contains(&name) {
            Self::ApiLink
        } else if PUBLIC_MEMBERS.contains(&name) {
            Self::Public
        } else if let Some((_, personal)) = PERSONAL_MEMBERS.iter().find(|(member, _)| *member == name) {
            Self::Personal(*personal)
        } else if let Some((_, kind)) = SECRET_ENDS.iter().find(|(end, _)| ends_with(name, end)) {
            Self::Secret(kind)
        } else {
            Self::Data
        }
    }

    /// The meaning of a member of this name within a value with this meaning. What is in a secret is secret too, and what is in a person
    /// is personal.
    pub(super) fn within(self, name: &str) -> Self {
        match (Self::of(name), self) {
            (Self::Data, Self::Personal(_)) if SHARED_MEMBERS.contains(&name) => Self::Data,
            (Self::Data, Self::Secret(_) | Self::Personal(_)) | (Self::Personal(_), Self::Secret(_)) => self,
            (own, _) => own,
        }
    }
}

/// A pattern of the names of members with a secret, a link or something personal.
pub(super) fn secret_names() -> String {
    let exact = SECRET_MEMBERS.iter().map(|(name, _)| *name);
    let ends = SECRET_ENDS.iter().map(|(end, _)| *end);
    let personal = PERSONAL_MEMBERS.iter().map(|(name, _)| *name);
    let links = LINK_MEMBERS.iter().chain(API_LINK_MEMBERS).copied();
    let names: Vec<_> = exact.chain(ends).chain(personal).chain(links).collect();
    format!("[a-z0-9_-]*(?:{})", names.join("|").replace('_', "[_-]?"))
}

/// Whether a name ends like this. Upper and lower case are equal, and only letters and digits count.
fn ends_with(name: &str, end: &str) -> bool {
    let mut name = letters_from_the_end(name);
    letters_from_the_end(end).all(|byte| name.next() == Some(byte))
}

fn letters_from_the_end(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().rev().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_ends_like_a_secret_is_one() {
        for (name, meaning) in [
            ("authorization_token", Meaning::Secret("authorization_token")),
            ("access_token", Meaning::Secret("token")),
            ("sessionToken", Meaning::Secret("token")),
            ("tokens", Meaning::Secret("token")),
            ("client-secret", Meaning::Secret("secret")),
            ("apiKey", Meaning::Secret("key")),
            ("X_API_KEY", Meaning::Secret("key")),
            ("id_jwt", Meaning::Secret("token")),
            ("admin_password", Meaning::Secret("password")),
            ("passphrase", Meaning::Secret("password")),
            ("accessKey", Meaning::Secret("key")),
            ("private-key", Meaning::Secret("key")),
            ("secret_key", Meaning::Secret("key")),
            ("clientCredentials", Meaning::Secret("credentials")),
            ("html_snippet", Meaning::Secret("html_snippet")),
            ("username", Meaning::Secret("username")),
            ("redirect_url", Meaning::Link),
            ("generation_url", Meaning::ApiLink),
            ("email", Meaning::Personal(Personal::Email)),
            ("customer", Meaning::Personal(Personal::Person)),
            ("session_id", Meaning::Public),
            ("token_type", Meaning::Data),
            ("key", Meaning::Data),
            ("", Meaning::Data),
        ] {
            assert_eq!(Meaning::of(name), meaning, "{name}");
        }
    }
}
