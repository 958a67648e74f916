//! How calls come in and go out: `{"data": …}`, lists with cursors.

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::error::{ApiError, ErrorKind};

/// An answer about one thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Data<T> {
    pub data: T,
}

impl<T: Serialize> Data<T> {
    pub fn json(data: T) -> Json<Self> {
        Json(Self { data })
    }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub data: Vec<T>,
    pub meta: PageMeta,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PageMeta {
    pub limit: usize,
    /// Asks for what lies before this part; none where it is the first.
    pub before: Option<String>,
    /// Asks for what lies after this part; none where it is the last.
    pub after: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// From 1 to 200; 50 where it is not said.
    pub limit: Option<String>,
    /// The cursor `meta.after` of the part before.
    pub after: Option<String>,
    /// The cursor `meta.before` of the part after.
    pub before: Option<String>,
}

const USUAL_LIMIT: usize = 50;
const MOST: usize = 200;

impl PageQuery {
    pub fn limit(&self) -> Result<usize, ApiError> {
        let Some(text) = &self.limit else { return Ok(USUAL_LIMIT) };
        let wrong = || ApiError::invalid("invalid_limit", "/limit", "A limit is a number from 1 to 200.");
        text.parse().ok().filter(|n| (1..=MOST).contains(n)).ok_or_else(wrong)
    }

    /// The keys that the cursors stand for: after the first, before the second.
    pub fn keys(&self) -> Result<(Option<String>, Option<String>), ApiError> {
        let read = |cursor: &Option<String>, pointer| match cursor.as_deref() {
            None | Some("" | "null") => Ok(None),
            Some(text) => uncursor(text)
                .map(Some)
                .ok_or_else(|| ApiError::invalid("invalid_cursor", pointer, "This is no cursor of ours.")),
        };
        Ok((read(&self.after, "/after")?, read(&self.before, "/before")?))
    }

    /// The part of a whole list, which is in the order of its keys.
    pub fn part<T>(&self, mut all: Vec<(String, T)>) -> Result<Page<T>, ApiError> {
        let limit = self.limit()?;
        let (after, before) = self.keys()?;
        let start = after.map_or(0, |after| all.partition_point(|(key, _)| *key <= after));
        let end = before.map_or(all.len(), |before| all.partition_point(|(key, _)| *key < before));
        let (start, end) = match (&self.after, &self.before) {
            (None, Some(_)) => (end.saturating_sub(limit), end),
            _ => (start, end.min(start + limit).max(start)),
        };
        let (has_before, has_after) = (start > 0, end < all.len());
        let part: Vec<(String, T)> = all.drain(start..end).collect();
        let cursor_of =
            |entry: Option<&(String, T)>, there: bool| entry.filter(|_| there).map(|(key, _)| cursor(key));
        let meta = PageMeta {
            limit,
            before: cursor_of(part.first(), has_before),
            after: cursor_of(part.last(), has_after),
        };
        Ok(Page { data: part.into_iter().map(|(_, item)| item).collect(), meta })
    }
}

pub fn cursor(key: &str) -> String {
    BASE64.encode(key)
}

fn uncursor(text: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(text).ok()?).ok()
}

/// What stands in the body below `data`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let wrong = |code, message: String| {
            let title = "The body cannot be read";
            ApiError::new(StatusCode::BAD_REQUEST, ErrorKind::InvalidRequest, code, title, message)
        };
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| wrong("invalid_body", "The body is too large or did not come whole.".into()))?;
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|error| wrong("invalid_json", format!("The body is no JSON: {error}.")))?;
        let data = match body {
            Value::Object(mut fields) => fields.remove("data"),
            _ => None,
        };
        let data = data.filter(Value::is_object).ok_or_else(|| {
            wrong("missing_data", "The body must be an object with an object `data` in it.".into())
        })?;
        serde_json::from_value(data).map(Self).map_err(|error| {
            ApiError::invalid("invalid_type", "/data", format!("A field has another form: {error}."))
        })
    }
}

/// The parameters behind the question mark; those that are not known are passed over.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::<T>::from_request_parts(parts, state)
            .await
            .map(|Query(params)| Self(params))
            .map_err(|error| ApiError::invalid("invalid_parameter", "/", format!("{error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::PageQuery;

    fn list() -> Vec<(String, u32)> {
        (0..10).map(|n| (format!("{n:02}"), n)).collect()
    }

    #[test]
    fn a_list_is_read_forward_and_backward_by_its_cursors() {
        let limit = Some("4".to_owned());
        let first = PageQuery { limit: limit.clone(), ..PageQuery::default() }.part(list()).unwrap();
        assert_eq!((first.data, first.meta.before), (vec![0, 1, 2, 3], None));
        let second =
            PageQuery { limit: limit.clone(), after: first.meta.after, before: None }.part(list()).unwrap();
        assert_eq!(second.data, [4, 5, 6, 7]);
        let last = PageQuery { limit: limit.clone(), after: second.meta.after.clone(), before: None }
            .part(list())
            .unwrap();
        assert_eq!((last.data, last.meta.after), (vec![8, 9], None));
        let back = PageQuery { limit, after: None, before: last.meta.before }.part(list()).unwrap();
        assert_eq!(back.data, [4, 5, 6, 7]);
    }

    #[test]
    fn a_cursor_whose_entry_is_gone_goes_on_after_its_place() {
        let query = PageQuery { after: Some(super::cursor("035")), ..PageQuery::default() };
        assert_eq!(query.part(list()).unwrap().data[0], 4);
    }

    #[test]
    fn a_limit_is_from_1_to_200() {
        for limit in ["0", "201", "-1", "many"] {
            let query = PageQuery { limit: Some(limit.into()), ..PageQuery::default() };
            assert!(query.part(list()).is_err(), "{limit}");
        }
    }
}
