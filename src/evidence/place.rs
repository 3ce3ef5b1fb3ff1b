//! Places of secrets in merchant URLs: what the target puts there is a secret, whatever it looks like.

use crate::evidence::member::Meaning;

/// How a placeholder begins and ends.
const MARKS: (&str, &str) = ("{{", "}}");

/// A merchant URL with a placeholder of a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// Scheme, host and path, in segments.
    path: Vec<String>,
    places: Vec<Place>,
}

/// A part of a URL where a secret belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    part: Part,
    pub(super) secret: Secret,
}

/// The secret of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    /// The kind of its label.
    pub(super) kind: &'static str,
    /// The name of its placeholder.
    pub(super) name: String,
}

/// A part of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A segment. Scheme and host count too.
    Segment(usize),
    /// A parameter in the query or in the fragment. Without a name, the name is empty.
    Parameter(char, String),
}

impl Template {
    /// The template that a URL is. `None` if no secret belongs into it.
    pub(super) fn of(url: &str) -> Option<Self> {
        let (base, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (base, query) = base.split_once('?').unwrap_or((base, ""));
        let path: Vec<String> = segments(base).map(str::to_owned).collect();
        let in_path =
            path.iter().enumerate().map(|(index, segment)| (Part::Segment(index), segment.as_str()));
        let pairs = [('?', query), ('#', fragment)].into_iter().flat_map(|(mark, part)| {
            part.split('&').map(move |pair| {
                let (name, value) = pair.split_once('=').unwrap_or(("", pair));
                (Part::Parameter(mark, name.to_owned()), value)
            })
        });
        let place = |(part, value)| Some(Place { part, secret: secret(value)? });
        let places: Vec<Place> = in_path.chain(pairs).filter_map(place).collect();
        (!places.is_empty()).then_some(Self { path, places })
    }

    /// The places of a URL with this scheme, host and path. None if the URL does not come from this template.
    pub(super) fn places(&self, base: &str) -> &[Place] {
        let fits = |(template, segment): (&String, &str)| {
            template.contains(MARKS.0) || template.eq_ignore_ascii_case(segment)
        };
        let is_same =
            segments(base).count() == self.path.len() && self.path.iter().zip(segments(base)).all(fits);
        if is_same { &self.places } else { &[] }
    }
}

/// The secret that belongs to a part of a URL.
pub(super) fn secret_at<'p>(places: &'p [Place], part: &Part) -> Option<&'p Secret> {
    places.iter().find(|place| place.part == *part).map(|place| &place.secret)
}

fn segments(base: &str) -> impl Iterator<Item = &str> {
    base.trim_end_matches('/').split('/')
}

/// The first secret that a value has a placeholder for.
fn secret(value: &str) -> Option<Secret> {
    let names =
        value.split(MARKS.0).skip(1).filter_map(|rest| rest.split_once(MARKS.1)).map(|(name, _)| name.trim());
    names.into_iter().find_map(|name| match Meaning::of(name) {
        Meaning::Secret(kind) => Some(Secret { kind, name: name.to_owned() }),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "authorization_token";

    fn places(template: &str, base: &str) -> Vec<Place> {
        Template::of(template).map(|template| template.places(base).to_vec()).unwrap_or_default()
    }

    #[test]
    fn a_secret_belongs_where_its_placeholder_stands() {
        let base = "https://merchant.example/s";
        let at = |part| vec![Place { part, secret: Secret { kind: TOKEN, name: TOKEN.into() } }];
        let parameter = |mark, name: &str| at(Part::Parameter(mark, name.into()));
        for (template, found) in [
            ("https://merchant.example/s?t={{authorization_token}}", parameter('?', "t")),
            ("https://merchant.example/s?t={{ authorization_token }}", parameter('?', "t")),
            ("https://merchant.example/s?t={{session_id}}-{{authorization_token}}", parameter('?', "t")),
            ("https://merchant.example/s?x=1&{{authorization_token}}", parameter('?', "")),
            ("https://merchant.example/s#t={{authorization_token}}", parameter('#', "t")),
            ("https://merchant.example/{{authorization_token}}", at(Part::Segment(3))),
            ("https://merchant.example/s?t={{session_id}}&u=authorization_token", Vec::new()),
        ] {
            assert_eq!(places(template, base), found, "{template}");
        }
    }

    #[test]
    fn a_url_with_other_segments_does_not_come_from_the_template() {
        let template = "https://merchant.example/{{session_id}}/s?t={{authorization_token}}";
        for (base, fits) in [
            ("https://merchant.example/1/s", true),
            ("HTTPS://Merchant.Example/2/s/", true),
            ("https://merchant.example/1/s/x", false),
            ("https://merchant.example/1", false),
            ("https://merchant.example/1/t", false),
            ("https://other.example/1/s", false),
        ] {
            assert_eq!(!places(template, base).is_empty(), fits, "{base}");
        }
    }
}
