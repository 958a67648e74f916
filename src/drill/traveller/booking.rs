use std::time::Duration;

use super::{Claim, GaveUp, TRIES, Traveller};
use crate::{
    answer::{Hold, Results},
    history::May,
    timetable::Stage,
    web::Answer,
};

const GIVEN_NAMES: [&str; 6] = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald"];
/// How far a server's clock of a hold may be ahead of ours.
const SLACK: Duration = Duration::from_millis(250);

impl Traveller {
    /// Searches, and takes the places of an offer.
    pub(super) async fn choose(&mut self) -> Result<Claim, GaveUp> {
        let (number, stage) = self.ground.world.sales.choose(&mut self.rng);
        // One leg, the other, or both: whole itineraries meet halves.
        let legs = [0..1, 1..2, 0..2][self.rng.usize(..3)].clone();
        let people = [1, 1, 1, 2, 2, 3][self.rng.usize(..6)];
        let Some((offer, shown)) = self.search(&stage, legs.clone(), people).await? else {
            self.ground.world.sales.refused(number);
            return Err(GaveUp);
        };
        let key = self.new_key();
        for attempt in 0..TRIES {
            let call = self.browser.follow("choose_offer", &[("offer", &offer)], &key).await;
            match call.answer {
                Answer::Done(path) => {
                    let Some(hold) = path.split('/').nth(2).and_then(|id| id.parse().ok()) else {
                        return Err(GaveUp);
                    };
                    let expires = call.invoked.after(self.ground.hold.saturating_sub(SLACK));
                    // A repeated call answers with the hold of the first, which may have expired meanwhile.
                    let expires = if attempt == 0 { expires } else { call.invoked };
                    self.ground.history.may(hold, May::Free, expires);
                    self.ground.world.sales.taken(number);
                    return Ok(Claim { hold, shown, to_pay: shown, people, legs: legs.len() });
                }
                Answer::Refused(refusal) => {
                    self.ground.tally.refused(&refusal.code);
                    if refusal.code == "sold_out" {
                        self.ground.world.sales.refused(number);
                    }
                    return Err(GaveUp);
                }
                Answer::Unclear => self.unclear(attempt).await,
            }
        }
        Err(GaveUp)
    }

    /// An offer of these legs with its price, if there is room for everyone.
    async fn search(
        &mut self,
        stage: &Stage,
        legs: std::ops::Range<usize>,
        people: usize,
    ) -> Result<Option<(String, domain::money::Money)>, GaveUp> {
        let from = stage.airports[legs.start].to_string();
        let to = stage.airports[legs.end].to_string();
        let (date, adults) = (stage.date.to_string(), people.to_string());
        let fields = [
            ("request[from]", from.as_str()),
            ("request[to]", &to),
            ("request[depart]", &date),
            ("request[adults]", &adults),
        ];
        let (results, _): (Results, _) = self.insist(|| self.browser.call("search_flights", &fields)).await?;
        let wanted = &stage.legs[legs];
        let way = results.options.into_iter().find(|way| {
            way.itinerary.legs.len() == wanted.len()
                && way.itinerary.legs.iter().zip(wanted).all(|(leg, id)| leg.id == *id)
        });
        let prices: Vec<_> = way.into_iter().flat_map(|way| way.prices).collect();
        if prices.is_empty() {
            return Ok(None);
        }
        let price = &prices[self.rng.usize(..prices.len())];
        Ok(price.offer.clone().map(|offer| (offer, price.total)))
    }

    /// Says who travels. The page of the hold is looked at before, as a browser is led there.
    pub(super) async fn name_everyone(&mut self, claim: &Claim) -> Result<(), GaveUp> {
        let id = claim.hold.to_string();
        let asked = [("id", id.as_str())];
        let (view, call): (Hold, _) = self.insist(|| self.browser.call("booking_hold", &asked)).await?;
        self.saw_hold(claim, &view, call.invoked, call.answered);
        let mut fields = vec![
            ("hold".to_owned(), id.clone()),
            ("contact[email]".to_owned(), format!("traveller{}@drill.example", self.number)),
        ];
        fields.push(("contact[phone]".to_owned(), String::new()));
        for person in 0..claim.people {
            let field = |name: &str| format!("travellers[{person}][{name}]");
            fields.push((field("given_name"), GIVEN_NAMES[self.rng.usize(..GIVEN_NAMES.len())].into()));
            fields.push((field("surname"), self.surname()));
            fields.push((field("birth_date"), "1985-04-30".into()));
        }
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let key = self.new_key();
        self.insist(|| self.browser.follow("save_travellers", &fields, &key)).await?;
        Ok(())
    }

    /// Nobody else's: the same people are asked before they book the same flight twice.
    fn surname(&mut self) -> String {
        let mut name = String::from("Driller");
        name.extend((0..8).map(|_| char::from(self.rng.u8(b'a'..=b'z'))));
        name
    }
}
