//! A form-encoded request as Stripe takes it: nested names are written `metadata[booking]`, lists `expand[0]` or `expand[]`.

use std::collections::BTreeMap;

use crate::error::ApiError;

/// The fields of one request, query and body together, in a fixed order. An empty value counts as absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(query: &str, body: &[u8]) -> Self {
        let fields = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(body));
        let mut fields: Vec<_> = fields
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        fields.sort();
        Self(fields)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub fn require(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| {
            ApiError::parameter(name, "parameter_missing", format!("Missing required param: {name}."))
        })
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.get(name)
            .map(|value| {
                value.parse().map_err(|_| {
                    ApiError::parameter(
                        name,
                        "parameter_invalid_integer",
                        format!("Invalid integer: {value}"),
                    )
                })
            })
            .transpose()
    }

    /// All `name[key]=value` fields, such as metadata.
    pub fn map(&self, name: &str) -> BTreeMap<String, String> {
        self.0
            .iter()
            .filter_map(|(field, value)| {
                let key = field.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
                Some((key.to_owned(), value.clone()))
            })
            .collect()
    }

    /// Whether there is any `name[]=value` or `name[0]=value`.
    pub fn has_list(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field.strip_prefix(name).is_some_and(|rest| rest.starts_with('[')))
    }

    /// Whether the caller wants `path` as a whole object instead of its id.
    pub fn expands(&self, path: &str) -> bool {
        self.0.iter().any(|(field, value)| field.starts_with("expand[") && value == path)
    }

    /// A text that is the same for the same fields, whatever their order.
    pub fn fingerprint(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_names_are_read_encoded_or_not() {
        let form = Form::parse("expand%5B0%5D=latest_charge", b"metadata[booking]=B1&amount=5&email=");
        assert_eq!(form.map("metadata")["booking"], "B1");
        assert_eq!(form.integer("amount").unwrap(), Some(5));
        assert!(form.expands("latest_charge"));
        assert_eq!(form.get("email"), None);
    }

    #[test]
    fn the_fingerprint_ignores_the_order() {
        assert_eq!(Form::parse("", b"a=1&b=2").fingerprint(), Form::parse("", b"b=2&a=1").fingerprint());
        assert_ne!(Form::parse("", b"a=1&b=2").fingerprint(), Form::parse("", b"a=1&b=3").fingerprint());
    }
}
