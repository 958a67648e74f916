use domain::{departure::Departure, hold::HoldId, traveller::TravellerKind};
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::entry::Entry;
use crate::{
    AppError,
    answers::{Contact, HeldTraveller, HoldView, TravellerEntry},
    components::form_key::FormKey,
    text::long_date,
};

/// Names everyone and leads on to the seats. A refusal names the field as the form does: `travellers[0][surname]`, `contact[email]`.
#[server(endpoint = "save_travellers")]
pub async fn save_travellers(
    hold: HoldId,
    travellers: Vec<TravellerEntry>,
    contact: Contact,
    #[server(default)] key: String,
) -> Result<(), AppError> {
    use crate::call::{caller, ports, refuse_change};

    let caller = caller(&key)?;
    let seats = ports()?.seats;
    let named = seats.name_travellers(caller.clone(), hold, travellers, contact).await;
    named.map_err(refuse_change(&caller))?;
    // Others give the seats of what they sell themselves.
    let is_seatless = seats.hold(caller.visitor, hold).await.is_ok_and(|hold| hold.sold_by.is_some());
    let next = if is_seatless { "pay" } else { "seats" };
    leptos_axum::redirect(&format!("/book/{hold}/{next}"));
    Ok(())
}

/// One fieldset a traveller, then the contact. What was saved before stands in it; what is wrong is said beside its field.
#[component]
pub fn TravellersForm(hold: HoldView) -> impl IntoView {
    let class = style_sheet!("style/travellers_form.css");
    let save = ServerAction::<SaveTravellers>::new();
    let pending = save.pending();
    let refused = Memo::new(move |_| save.value().get().and_then(Result::err));
    Effect::new(move |_| {
        if refused.read().is_some() {
            request_animation_frame(go_to_what_is_wrong);
        }
    });
    let id = hold.id;
    let first = hold.legs.first().map(|leg| leg.departure.clone());
    let contact = hold.contact.unwrap_or(Contact { email: String::new(), phone: String::new() });
    let travellers: Vec<_> = hold
        .travellers
        .into_iter()
        .map(|traveller| view! { <TravellerFields traveller first=first.clone() refused /> })
        .collect();
    view! { class = class,
        <ActionForm action=save>
            <input type="hidden" name="hold" value=id.to_string() />
            <FormKey<SaveTravellers> refused />
            <div class="sheets">
            {move || refused.get().map(|error| view! { class = class, <p class="note stop" id="refusal" role="alert" tabindex="-1">{error.to_string()}</p> })}
            {travellers}
            <fieldset class="card person">
                <legend class="who">"Contact"</legend>
                <p class="muted small">"We use it for this booking alone."</p>
                <div class="fields">
                    <Entry
                        label="E-mail address" name="contact[email]".to_owned() kind="email" autocomplete="email".to_owned()
                        value=contact.email most=254 refused
                    />
                    <Entry
                        label="Phone, if you like" name="contact[phone]".to_owned() kind="tel" autocomplete="tel".to_owned()
                        value=contact.phone most=40 optional=true refused
                    />
                </div>
            </fieldset>
            <p class="onwards">
                <button class="button go" type="submit" disabled=move || pending.get()>
                    {move || if pending.get() { "Saving …" } else { "Continue to seats" }}
                </button>
            </p>
            </div>
        </ActionForm>
    }
}

/// Moves to the field that was refused, or to the reason where it is of no one field.
fn go_to_what_is_wrong() {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let wrong = find("[aria-invalid='true']").or_else(|| find("#refusal"));
    if let Some(wrong) = wrong.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // A field that cannot take the focus is still marked, and the reason is read out.
        _ = wrong.focus();
    }
}

#[component]
fn TravellerFields(
    traveller: HeldTraveller,
    /// The first departure, by whose date a traveller's kind is told.
    first: Option<Departure>,
    refused: Memo<Option<AppError>>,
) -> impl IntoView {
    let class = style_sheet!("style/travellers_form.css");
    let ordinal = traveller.ordinal;
    let field = |name: &str| format!("travellers[{ordinal}][{name}]");
    let section = |name: &str| format!("section-traveller{} {name}", ordinal + 1);
    let day = first.map(|departure| departure.departs.date());
    let ages = match traveller.kind {
        TravellerKind::Adt => "twelve or older",
        TravellerKind::Chd => "two to eleven",
        TravellerKind::Inf => "under two, on an adult's lap",
    };
    let ages = match day {
        Some(day) => format!("{ages} on {}", long_date(day)),
        None => ages.to_owned(),
    };
    view! { class = class,
        <fieldset class="card person">
            <legend class="who">
                {format!("Traveller {}: {}", ordinal + 1, traveller.kind.name())}
                <span class="muted small ages">{ages}</span>
            </legend>
            <div class="fields">
                <Entry
                    label="Given name" name=field("given_name") autocomplete=section("given-name")
                    value=traveller.given_name.unwrap_or_default() refused
                />
                <Entry
                    label="Surname, as in the passport" name=field("surname") autocomplete=section("family-name")
                    value=traveller.surname.unwrap_or_default() refused
                />
                <Entry
                    label="Date of birth" name=field("birth_date") kind="date" autocomplete=section("bday")
                    value=traveller.birth_date.map(|date| date.to_string()).unwrap_or_default()
                    latest=day.map(|date| date.to_string()) refused
                />
            </div>
        </fieldset>
    }
}
