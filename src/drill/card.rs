//! Typing a card into Stripe's form, as the browser does: our servers never see its number.

use http_body_util::Full;
use hyper::{Request, header::CONTENT_TYPE};
use serde::Deserialize;

use crate::{answer::CardForm, world::World};

pub const GOOD: &str = "4242424242424242";
pub const DECLINED: &str = "4000000000000002";
/// Wants 3-D Secure.
pub const ASKING: &str = "4000002500003155";

#[derive(Deserialize)]
struct Confirmed {
    #[serde(default)]
    status: String,
}

/// Pays by the card of this number, through 3-D Secure where the bank wants it. What came of it is asked of our servers
/// alone.
pub async fn pay(world: &World, form: &CardForm, number: &str) {
    if type_in(world, form, number).await {
        approve(world, form).await;
    }
}

/// Types the card in, and tells whether the bank asks its holder.
pub async fn type_in(world: &World, form: &CardForm, number: &str) -> bool {
    let card = [
        ("payment_method_data[type]", "card"),
        ("payment_method_data[card][number]", number),
        ("payment_method_data[card][cvc]", "123"),
        ("payment_method_data[card][exp_month]", "12"),
        ("payment_method_data[card][exp_year]", "34"),
    ];
    ask(world, form, "v1", "confirm", &card).await == "requires_action"
}

/// Says yes in the bank's own app.
pub async fn approve(world: &World, form: &CardForm) {
    ask(world, form, "sandbox", "authenticate", &[("outcome", "completed")]).await;
}

async fn ask(world: &World, form: &CardForm, root: &str, what: &str, fields: &[(&str, &str)]) -> String {
    let intent = form.client_secret.split("_secret").next().unwrap_or_default();
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("key", &form.publishable_key)
        .append_pair("client_secret", &form.client_secret)
        .extend_pairs(fields)
        .finish();
    let stripe = world.stripe.address;
    let request = Request::post(format!("http://{stripe}/{root}/payment_intents/{intent}/{what}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(body));
    let Ok(request) = request else { return String::new() };
    let answer = world.web.send(request).await;
    let confirmed = answer.and_then(|(_, _, body)| serde_json::from_slice::<Confirmed>(&body).ok());
    confirmed.map(|confirmed| confirmed.status).unwrap_or_default()
}
