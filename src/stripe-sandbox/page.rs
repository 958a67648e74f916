//! A list as Stripe gives it, page by page. Source: <https://docs.stripe.com/api/pagination>.

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::form::Form;
use crate::register::Record;

/// A call reads the clock before its turn comes, so neighbours may be out of order by as much as calls wait.
const OUT_OF_ORDER_SECS: i64 = 60;

/// One page of what `newest_first` gives, by `limit` (1 to 100, else 10) and `created[…]`.
pub fn page<'a, T: Record + 'a>(
    url: &str,
    newest_first: impl Iterator<Item = &'a T>,
    form: &Form,
    show: impl Fn(&T) -> Value,
) -> Result<Value, ApiError> {
    let limit = form.integer("limit")?.unwrap_or(10);
    let Some(limit) = usize::try_from(limit).ok().filter(|limit| (1..=100).contains(limit)) else {
        return Err(ApiError::parameter(
            "limit",
            "parameter_invalid_integer",
            "Limit must be from 1 to 100.",
        ));
    };
    let from = match (form.integer("created[gte]")?, form.integer("created[gt]")?) {
        (Some(gte), _) => gte,
        (None, Some(gt)) => gt.saturating_add(1),
        (None, None) => i64::MIN,
    };
    let to = match (form.integer("created[lte]")?, form.integer("created[lt]")?) {
        (Some(lte), _) => lte,
        (None, Some(lt)) => lt.saturating_sub(1),
        (None, None) => i64::MAX,
    };
    let mut wanted = newest_first
        .take_while(|record| record.created_unix() >= from.saturating_sub(OUT_OF_ORDER_SECS))
        .filter(|record| (from..=to).contains(&record.created_unix()));
    let data: Vec<Value> = wanted.by_ref().take(limit).map(show).collect();
    Ok(json!({ "object": "list", "url": url, "has_more": wanted.next().is_some(), "data": data }))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::register::Register;

    /// One second apart from each other; counts how often it is looked at.
    struct Tick {
        id: String,
        at_unix: i64,
        looks: Rc<Cell<usize>>,
    }

    impl Record for Tick {
        fn id(&self) -> &str {
            &self.id
        }

        fn created_unix(&self) -> i64 {
            self.looks.set(self.looks.get() + 1);
            self.at_unix
        }

        fn intent(&self) -> Option<&str> {
            Some(if self.at_unix % 50_000 == 0 { "rare" } else { "other" })
        }
    }

    /// The ids on a page of a hundred thousand, whether there are more, and how many were looked at for it.
    fn ask(query: &str) -> (Vec<i64>, bool, usize) {
        let looks = Rc::new(Cell::new(0));
        let ticks: Vec<Tick> = (0..100_000)
            .map(|at_unix| Tick { id: at_unix.to_string(), at_unix, looks: looks.clone() })
            .collect();
        let form = Form::parse(query, b"");
        let ticks = Register::from(ticks);
        let newest_first = ticks.newest_first(form.get("of"), form.get("starting_after")).unwrap();
        let list = page("/v1/ticks", newest_first, &form, |tick| tick.at_unix.into()).unwrap();
        let data = list["data"].as_array().unwrap().iter().map(|at| at.as_i64().unwrap()).collect();
        (data, list["has_more"].as_bool().unwrap(), looks.get())
    }

    #[test]
    fn a_page_looks_at_few_more_than_it_shows() {
        let (data, has_more, looks) = ask("limit=2&starting_after=50000");
        assert_eq!((data, has_more), (vec![49_999, 49_998], true));
        assert!(looks < 10, "{looks}");
        let (data, has_more, looks) = ask("created[gte]=99998");
        assert_eq!((data, has_more), (vec![99_999, 99_998], false));
        assert!(looks < 200, "{looks}");
    }

    #[test]
    fn what_belongs_to_one_payment_is_found_without_the_others() {
        let (data, has_more, looks) = ask("of=rare");
        assert_eq!((data, has_more), (vec![50_000, 0], false));
        assert!(looks < 10, "{looks}");
        assert_eq!(ask("of=rare&starting_after=50000").0, [0]);
        assert_eq!(ask("of=none").0, [0_i64; 0]);
    }
}
