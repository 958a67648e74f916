//! Somebody who sells every trip that is asked for, by an API of Duffel's shape, well or badly.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures_util::stream;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};
use server::config::SupplierSettings;
use tokio::{net::TcpListener, sync::watch};

use crate::suppliers::settings;

/// How it answers a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// It listens and never answers.
    Silent,
    Fails,
    Busy,
    Nonsense,
    /// The connection ends in the middle of the answer.
    Half,
    /// An answer of a hundred megabytes.
    Endless,
}

type Offers = Box<dyn Fn(&Value) -> Vec<Value> + Send>;

pub struct Seller {
    name: &'static str,
    address: SocketAddr,
    shop: Arc<Shop>,
    open: watch::Sender<bool>,
}

struct Shop {
    mood: Mood,
    offers: Mutex<Offers>,
    searches: AtomicUsize,
    open: watch::Receiver<bool>,
}

impl Seller {
    pub async fn open(name: &'static str) -> Self {
        Self::in_mood(name, Mood::Well).await
    }

    pub async fn in_mood(name: &'static str, mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, is_open) = watch::channel(true);
        let offers: Offers = Box::new(|asked| vec![offer(asked, "off_1", "244.50")]);
        let shop = Shop { mood, offers: Mutex::new(offers), searches: AtomicUsize::default(), open: is_open };
        let shop = Arc::new(shop);
        let router = Router::new().route("/air/offer_requests", post(search)).with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { name, address, shop, open }
    }

    pub fn settings(&self) -> SupplierSettings {
        settings(self.name, format!("http://{}", self.address))
    }

    /// From now on this is what it offers to whoever asks.
    pub fn offer(&self, offers: impl Fn(&Value) -> Vec<Value> + Send + 'static) {
        *self.shop.offers.lock().unwrap() = Box::new(offers);
    }

    /// How often it was asked.
    pub fn searches(&self) -> usize {
        self.shop.searches.load(Ordering::SeqCst)
    }

    /// Answers wait until the door is opened again.
    pub fn shut(&self) {
        self.open.send_replace(false);
    }

    pub fn reopen(&self) {
        self.open.send_replace(true);
    }
}

async fn search(State(shop): State<Arc<Shop>>, Json(asked): Json<Value>) -> Response {
    shop.searches.fetch_add(1, Ordering::SeqCst);
    let mut open = shop.open.clone();
    open.wait_for(|open| *open).await.unwrap();
    let offers = (shop.offers.lock().unwrap())(&asked["data"]);
    let answer = json!({ "data": { "id": "orq_1", "offers": offers } });
    match shop.mood {
        Mood::Well => (StatusCode::CREATED, Json(answer)).into_response(),
        Mood::Silent => std::future::pending().await,
        Mood::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Busy => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")]).into_response(),
        Mood::Nonsense => (StatusCode::CREATED, "<html>Welcome!</html>").into_response(),
        Mood::Half => {
            let text = answer.to_string();
            let half = Bytes::from(text[..text.len() / 2].to_owned());
            let cut = stream::iter([Ok(half), Err(std::io::Error::other("as planned"))]);
            (StatusCode::CREATED, Body::from_stream(cut)).into_response()
        }
        Mood::Endless => {
            let megabyte = Bytes::from(vec![b' '; 1 << 20]);
            let much = stream::iter((0..100).map(move |_| Ok::<_, std::io::Error>(megabyte.clone())));
            (StatusCode::CREATED, Body::from_stream(much)).into_response()
        }
    }
}

/// Direct flights on the days that are asked for, at that price for everyone.
pub fn offer(asked: &Value, id: &str, amount: &str) -> Value {
    let slices = asked["slices"].as_array().unwrap().iter().zip(500..).map(|(slice, number)| {
        let day = slice["departure_date"].as_str().unwrap();
        let from = slice["origin"].as_str().unwrap();
        let to = slice["destination"].as_str().unwrap();
        json!({ "fare_brand_name": "Saver", "segments": [segment(&format!("ZZ{number}"), (from, "10:30", day), (to, "19:00", day))] })
    });
    whole(asked, id, amount, slices.collect())
}

/// Our own flights over New York that day.
pub fn offer_of_our_flights(asked: &Value, id: &str, amount: &str) -> Value {
    let day = asked["slices"][0]["departure_date"].as_str().unwrap();
    let segments = [
        segment("Q1100", ("BOS", "07:00", day), ("JFK", "08:20", day)),
        segment("Q1200", ("JFK", "10:00", day), ("LAX", "13:15", day)),
    ];
    whole(asked, id, amount, vec![json!({ "segments": segments })])
}

fn whole(asked: &Value, id: &str, amount: &str, slices: Vec<Value>) -> Value {
    let people = asked["passengers"].as_array().unwrap().iter().zip(1..);
    let people: Vec<Value> =
        people.map(|(one, n)| json!({ "id": format!("pas_{n}"), "type": one["type"] })).collect();
    json!({
        "id": id,
        "total_amount": amount,
        "total_currency": "USD",
        "expires_at": (Timestamp::now() + 30.minutes()).to_string(),
        "passengers": people,
        "payment_requirements": { "requires_instant_payment": false },
        "slices": slices,
    })
}

/// Each end is an airport with a local time and a day.
fn segment(flight: &str, from: (&str, &str, &str), to: (&str, &str, &str)) -> Value {
    json!({
        "origin": { "iata_code": from.0 },
        "destination": { "iata_code": to.0 },
        "departing_at": format!("{}T{}:00", from.2, from.1),
        "arriving_at": format!("{}T{}:00", to.2, to.1),
        "marketing_carrier": { "iata_code": &flight[..2], "name": "Zigzag Air" },
        "marketing_carrier_flight_number": &flight[2..],
        "aircraft": { "name": "Airbus A320" },
    })
}
