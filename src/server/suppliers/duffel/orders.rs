use domain::money::{Currency, Money};
use serde_json::{Value, json};

use super::{
    super::{Buyer, CancelQuote, Offered, Order, OrderName, OrderState, SupplierError},
    client::{Client, segment},
    wire,
};

/// The field of an order's metadata that has our name of it.
const OUR_NAME: &str = "skyconnect_order";
/// The newest orders, among which one is looked for whose answer was lost a moment ago.
const NEWEST: &str = "/air/orders?limit=200";

/// A held order of an offer.
pub(super) async fn hold(
    client: &Client,
    offer: &Offered,
    buyer: &Buyer,
    name: &OrderName,
) -> Result<Order, SupplierError> {
    if buyer.passengers.len() != offer.travellers.len() {
        return Err(SupplierError::Refused {
            code: "passengers".into(),
            message: "Everyone of the offer has to be named.".into(),
        });
    }
    let passengers: Vec<Value> = offer
        .travellers
        .iter()
        .zip(&buyer.passengers)
        .map(|(traveller, passenger)| {
            json!({
                "id": traveller.id,
                "given_name": passenger.given_name,
                "family_name": passenger.surname,
                "born_on": passenger.birth_date.to_string(),
                "email": buyer.email,
                "phone_number": buyer.phone,
            })
        })
        .collect();
    let order = json!({
        "type": "hold",
        "selected_offers": [offer.id],
        "passengers": passengers,
        "metadata": { OUR_NAME: name.0.to_string() },
    });
    read(client.post("/air/orders", &order, Some(&name.key("hold"))).await?)
}

/// Pays an order from our balance there.
pub(super) async fn pay(client: &Client, order: &Order, name: &OrderName) -> Result<(), SupplierError> {
    let payment = json!({
        "order_id": order.id,
        "payment": {
            "type": "balance",
            "amount": order.total.decimal(),
            "currency": order.total.currency.code(),
        },
    });
    let wire::Anything {} = client.post("/air/payments", &payment, Some(&name.key("pay"))).await?;
    Ok(())
}

pub(super) async fn status(client: &Client, id: &str) -> Result<Order, SupplierError> {
    read(client.get(&format!("/air/orders/{}", segment(id))).await?)
}

pub(super) async fn find(client: &Client, name: &OrderName) -> Result<Option<Order>, SupplierError> {
    // An order of somebody else's making that cannot be read hides none of ours.
    let newest: Vec<Value> = client.get(NEWEST).await?;
    let our_name = name.0.to_string();
    let is_ours = |order: &Value| {
        order.pointer(&format!("/metadata/{OUR_NAME}")).and_then(Value::as_str) == Some(our_name.as_str())
    };
    let Some(ours) = newest.into_iter().find(is_ours) else { return Ok(None) };
    let order =
        serde_json::from_value(ours).map_err(|_| SupplierError::Unclear("an order that cannot be read"))?;
    read(order).map(Some)
}

/// Asks what comes back, and takes it. One that is cancelled already is fine.
pub(super) async fn cancel(client: &Client, id: &str, name: &OrderName) -> Result<(), SupplierError> {
    // To ask changes nothing: asked later, what is told is true still.
    let done = match quoted(client, id).await {
        Ok(quote) => {
            let key = format!("{}-{}", name.key("cancel"), quote.id);
            cancel_quoted(client, &quote.id, &key).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(()),
        Err(error) if error.is_definite() && is_cancelled(client, id).await => Ok(()),
        Err(error) => Err(error),
    }
}

async fn quoted(client: &Client, id: &str) -> Result<wire::Cancellation, SupplierError> {
    client.post("/air/order_cancellations", &json!({ "order_id": id }), None).await
}

pub(super) async fn quote_cancel(client: &Client, id: &str) -> Result<CancelQuote, SupplierError> {
    let wire::Cancellation { id, refund_amount, refund_currency, expires_at } = quoted(client, id).await?;
    let refund = refund_currency
        .as_deref()
        .and_then(Currency::parse)
        .zip(refund_amount)
        .and_then(|(currency, amount)| Money::from_decimal(&amount, currency))
        .ok_or(SupplierError::Unclear("what comes back cannot be read"))?;
    Ok(CancelQuote { id, refund, expires_at })
}

pub(super) async fn cancel_quoted(client: &Client, quote: &str, key: &str) -> Result<(), SupplierError> {
    let path = format!("/air/order_cancellations/{}/actions/confirm", segment(quote));
    let wire::Anything {} = client.post(&path, &json!({}), Some(key)).await?;
    Ok(())
}

async fn is_cancelled(client: &Client, id: &str) -> bool {
    status(client, id).await.is_ok_and(|order| order.state == OrderState::Cancelled)
}

fn read(order: wire::Order) -> Result<Order, SupplierError> {
    let total = Currency::parse(&order.total_currency)
        .and_then(|currency| Money::from_decimal(&order.total_amount, currency))
        .ok_or(SupplierError::Unclear("an order whose price cannot be read"))?;
    let state = match order.payment_status {
        _ if order.cancelled_at.is_some() => OrderState::Cancelled,
        wire::PaymentStatus { awaiting_payment: true, payment_required_by: until } => {
            OrderState::Held { until }
        }
        wire::PaymentStatus { awaiting_payment: false, .. } => OrderState::Confirmed,
    };
    Ok(Order { id: order.id, locator: order.booking_reference.unwrap_or_default(), total, state })
}
