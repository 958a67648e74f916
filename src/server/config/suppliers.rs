use std::num::NonZeroU32;

use super::{ConfigError, Secret, optional, required};

const LIST: &str = "SKYCONNECT_SUPPLIERS";
const LIST_HINT: &str =
    "names with addresses, such as Duffel=https://api.duffel.com, Other Air=https://api.other.example";
const PACE: &str = "SKYCONNECT_SUPPLIER_ASKS_PER_SEC";
/// What no supplier minds.
const USUAL_PACE: NonZeroU32 = NonZeroU32::new(2).expect("two is not zero");
/// A name stands on cards beside a price.
const LONGEST_NAME: usize = 40;

/// Somebody else who sells flights, over an API of Duffel's shape.
#[derive(Clone, Debug)]
pub struct SupplierSettings {
    /// As travellers and our books name it; no two are alike.
    pub name: String,
    /// Without a slash at its end.
    pub url: String,
    /// `SKYCONNECT_SUPPLIER_TOKEN_` and the name in capitals: its secret is in a variable of its own.
    pub token: Secret,
    /// `SKYCONNECT_SUPPLIER_ASKS_PER_SEC`: how often each may be asked.
    pub asks_per_sec: NonZeroU32,
}

impl SupplierSettings {
    /// Those of `SKYCONNECT_SUPPLIERS`, and the one of `SKYCONNECT_SUPPLIER_URL` where it is set; none where neither is.
    ///
    /// # Errors
    /// An address without its token, a name that cannot be one, or two that are alike.
    pub fn from_env() -> Result<Vec<Self>, ConfigError> {
        let asks_per_sec = pace(optional(PACE))?;
        let mut suppliers = match optional(LIST) {
            Some(list) => read(&list, asks_per_sec, optional)?,
            None => Vec::new(),
        };
        if let Some(url) = optional("SKYCONNECT_SUPPLIER_URL") {
            let token =
                required("SKYCONNECT_SUPPLIER_TOKEN", "the token that goes with SKYCONNECT_SUPPLIER_URL")?;
            let name = optional("SKYCONNECT_SUPPLIER_NAME").unwrap_or_else(|| host(&url).to_owned());
            let url = url.trim_end_matches('/').to_owned();
            suppliers.push(Self { name, url, token: Secret(token), asks_per_sec });
        }
        check_names(&suppliers)?;
        Ok(suppliers)
    }
}

/// `Duffel=https://api.duffel.com, Other Air=https://…`, each with the token that `variable` has for it.
fn read(
    list: &str,
    asks_per_sec: NonZeroU32,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Vec<SupplierSettings>, ConfigError> {
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (name, url) = entry.split_once('=').ok_or_else(|| wrong_list(entry))?;
            let (name, url) = (name.trim().to_owned(), url.trim().trim_end_matches('/').to_owned());
            let token = token_variable(&name);
            let Some(secret) = variable(&token) else {
                return Err(ConfigError::NoToken { name: token, supplier: name });
            };
            Ok(SupplierSettings { name, url, token: Secret(secret), asks_per_sec })
        })
        .collect()
}

/// `SKYCONNECT_SUPPLIER_TOKEN_OTHER_AIR`.
fn token_variable(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("SKYCONNECT_SUPPLIER_TOKEN_{name}")
}

/// Names are read by travellers, kept in books, and tell which token is whose.
fn check_names(suppliers: &[SupplierSettings]) -> Result<(), ConfigError> {
    for (place, supplier) in suppliers.iter().enumerate() {
        let name = &supplier.name;
        let is_name = (1..=LONGEST_NAME).contains(&name.chars().count())
            && name.chars().all(|c| c.is_alphanumeric() || " .-&'".contains(c));
        let is_new =
            suppliers[..place].iter().all(|other| token_variable(&other.name) != token_variable(name));
        if !is_name || !is_new {
            return Err(wrong_list(name));
        }
    }
    Ok(())
}

fn wrong_list(found: &str) -> ConfigError {
    ConfigError::Wrong { name: LIST, found: found.to_owned(), hint: LIST_HINT }
}

fn pace(text: Option<String>) -> Result<NonZeroU32, ConfigError> {
    let Some(text) = text else { return Ok(USUAL_PACE) };
    let hint = "how often each supplier may be asked in a second, from 1 on";
    text.parse().map_err(|_| ConfigError::Wrong { name: PACE, found: text, hint })
}

/// `api.duffel.com` of `https://api.duffel.com/`; a port is no part of a name.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::{USUAL_PACE, check_names, host, pace, read, token_variable};
    use crate::config::ConfigError;

    const LIST: &str = "Duffel = https://api.duffel.com/ , Other Air=http://127.0.0.1:3001,";

    #[test]
    fn several_suppliers_are_named_each_with_a_token_of_its_own() {
        let suppliers = read(LIST, USUAL_PACE, |name| Some(format!("token of {name}"))).unwrap();
        let read: Vec<_> =
            suppliers.iter().map(|s| (s.name.as_str(), s.url.as_str(), s.token.0.as_str())).collect();
        assert_eq!(
            read,
            [
                ("Duffel", "https://api.duffel.com", "token of SKYCONNECT_SUPPLIER_TOKEN_DUFFEL"),
                ("Other Air", "http://127.0.0.1:3001", "token of SKYCONNECT_SUPPLIER_TOKEN_OTHER_AIR"),
            ]
        );
        assert!(check_names(&suppliers).is_ok());
        assert!(!format!("{suppliers:?}").contains("token of"), "no log shows a token");
    }

    #[test]
    fn what_cannot_be_right_is_told_by_its_variable() {
        let no_token = read(LIST, USUAL_PACE, |_| None).unwrap_err();
        assert!(
            no_token.to_string().starts_with("SKYCONNECT_SUPPLIER_TOKEN_DUFFEL is not set"),
            "{no_token}"
        );
        let wrong = |list| match read(list, USUAL_PACE, |_| Some("token".into())) {
            Err(error) => Some(error),
            Ok(suppliers) => check_names(&suppliers).err(),
        };
        for list in [
            "https://api.duffel.com",
            "=https://a.example",
            "A<b>=https://a.example",
            "A=x, a=y",
            "A b=x, a-B=y",
        ] {
            assert!(matches!(wrong(list), Some(ConfigError::Wrong { .. })), "{list}");
        }
        assert!(pace(Some("0".into())).is_err() && pace(Some("fast".into())).is_err());
    }

    #[test]
    fn one_without_a_name_is_called_by_its_host() {
        assert_eq!(host("https://api.duffel.com/"), "api.duffel.com");
        assert_eq!(host("http://127.0.0.1:3001"), "127.0.0.1");
        assert_eq!(token_variable("Other Air"), "SKYCONNECT_SUPPLIER_TOKEN_OTHER_AIR");
    }
}
