//! The names that a file uses: paths in imports, code, attributes and macros, each written out from the root of its crate.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A path that a file names, written out from its crate: `["crate", "mock", "Mock"]` or `["tokio", "net"]`.
pub struct Name {
    pub path: Vec<String>,
    pub line: usize,
    /// Shown to others by a `pub use` of what lies below: no use of its own.
    pub is_reexport_of_child: bool,
}

/// What one file tells.
pub struct Found {
    pub names: Vec<Name>,
    /// Name, and the path in this crate that it stands for.
    pub reexports: Vec<(String, Vec<String>)>,
    /// Modules in files of their own that are compiled for tests alone.
    pub test_modules: Vec<Vec<String>>,
}

/// Parses a file and gathers what it names outside its tests.
pub fn names_of(
    text: &str,
    module: &[String],
    modules: &BTreeSet<Vec<String>>,
    crates: &BTreeSet<String>,
) -> syn::Result<Found> {
    let file = syn::parse_file(text)?;
    let mut gatherer = Gatherer {
        module: module.to_vec(),
        file: module,
        modules,
        crates,
        raw: Vec::new(),
        uses: Vec::new(),
        test_modules: Vec::new(),
    };
    gatherer.visit_file(&file);
    Ok(gatherer.finish())
}

/// An import: where it stands, what it names and as what.
struct Import {
    module: Vec<String>,
    path: Vec<String>,
    name: String,
    line: usize,
    is_public: bool,
}

struct Gatherer<'a> {
    /// The module at hand, which may be one inside the file.
    module: Vec<String>,
    file: &'a [String],
    modules: &'a BTreeSet<Vec<String>>,
    crates: &'a BTreeSet<String>,
    /// Paths in code, with the module they stand in.
    raw: Vec<(Vec<String>, Vec<String>, usize)>,
    uses: Vec<Import>,
    test_modules: Vec<Vec<String>>,
}

impl Gatherer<'_> {
    fn finish(self) -> Found {
        let mut aliases = BTreeMap::new();
        let (mut names, mut reexports) = (Vec::new(), Vec::new());
        for import in &self.uses {
            let Some(path) = self.written_out(&import.path, &import.module, &BTreeMap::new(), true) else {
                continue;
            };
            let inner = path.strip_prefix(&["crate".to_owned()][..]);
            let is_child =
                inner.is_some_and(|inner| inner.len() > self.file.len() && inner.starts_with(self.file));
            if import.name != "*" {
                aliases.insert(import.name.clone(), path.clone());
            }
            if import.is_public
                && let Some(inner) = inner
            {
                reexports.push((import.name.clone(), inner.to_vec()));
            }
            let is_reexport_of_child = import.is_public && is_child;
            names.push(Name { path, line: import.line, is_reexport_of_child });
        }
        for (path, module, line) in &self.raw {
            if let Some(path) = self.written_out(path, module, &aliases, false) {
                names.push(Name { path, line: *line, is_reexport_of_child: false });
            }
        }
        Found { names, reexports, test_modules: self.test_modules }
    }

    /// The path from the root of its crate; none for what is local, or comes with the language.
    fn written_out(
        &self,
        path: &[String],
        module: &[String],
        aliases: &BTreeMap<String, Vec<String>>,
        is_import: bool,
    ) -> Option<Vec<String>> {
        let joined =
            |base: &[String], rest: &[String]| Some([&["crate".to_owned()][..], base, rest].concat());
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => joined(&[], rest),
            "self" if rest.is_empty() && !is_import => None,
            "self" => joined(module, rest),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                joined(&module[..module.len().saturating_sub(ups)], &path[ups..])
            }
            _ if aliases.contains_key(first) => Some([&aliases[first][..], rest].concat()),
            // A single word in code is a variable or something local.
            _ if rest.is_empty() && !is_import => None,
            _ if self.modules.contains(&[module, &path[..1]].concat()) => joined(module, path),
            name if self.crates.contains(name) || ["std", "core", "alloc"].contains(&name) => {
                Some(path.to_vec())
            }
            _ => None,
        }
    }

    fn note(&mut self, path: Vec<String>, span: Span) {
        self.raw.push((path, self.module.clone(), span.start().line));
    }

    fn import(&mut self, tree: &syn::UseTree, before: &[String], is_public: bool) {
        let with = |ident: &Ident| [before, &[ident.to_string()]].concat();
        let (path, name) = match tree {
            syn::UseTree::Path(part) => return self.import(&part.tree, &with(&part.ident), is_public),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, is_public);
                }
                return;
            }
            syn::UseTree::Name(last) if last.ident == "self" => {
                (before.to_vec(), before.last().cloned().unwrap_or_default())
            }
            syn::UseTree::Name(last) => (with(&last.ident), last.ident.to_string()),
            syn::UseTree::Rename(last) => (with(&last.ident), last.rename.to_string()),
            syn::UseTree::Glob(_) => (before.to_vec(), "*".to_owned()),
        };
        let line = tree.span().start().line;
        self.uses.push(Import { module: self.module.clone(), path, name, line, is_public });
    }

    /// Paths in the tokens of a macro or an attribute, which nobody has parsed.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut start = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end(&mut path, start);
                        start = ident.span();
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.end(&mut path, start);
                    self.tokens(group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.end(&mut path, start);
                    colons = 0;
                }
            }
        }
        self.end(&mut path, start);
    }

    fn end(&mut self, path: &mut Vec<String>, start: Span) {
        if !path.is_empty() {
            self.note(std::mem::take(path), start);
        }
    }
}

impl<'ast> Visit<'ast> for Gatherer<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        } else if let syn::Item::Mod(module) = item
            && module.content.is_none()
        {
            self.test_modules.push([&self.module[..], &[module.ident.to_string()]].concat());
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        self.import(&item.tree, &[], is_public);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.note(names, path.span());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        self.visit_path(attribute.path());
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
            // Paths in strings: `#[serde(with = "…")]`.
            for token in list.tokens.clone() {
                if let TokenTree::Literal(literal) = &token
                    && let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && text.value().contains("::")
                    && let Ok(path) = text.parse::<syn::Path>()
                {
                    self.note(
                        path.segments.iter().map(|part| part.ident.to_string()).collect(),
                        token.span(),
                    );
                }
            }
        }
    }
}

/// Whether attributes leave something out of the program: `#[cfg(test)]`, or `#[cfg(all(test, …))]`.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let condition = list.tokens.to_string();
        list.path.is_ident("cfg") && (condition == "test" || condition.starts_with("all (test ,"))
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
