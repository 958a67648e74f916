use domain::hold::HoldId;
use leptos::{prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::entry::Entry;
use crate::{
    AppError,
    answers::{Contact, TravellerEntry},
    components::{form_key::FormKey, posting::Posting},
};

/// One traveller of the form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub ordinal: u8,
    /// "Adult".
    pub kind: String,
    /// "twelve or older on Tuesday 22 December 2026".
    pub ages: String,
    /// The last ISO date on which they can be born.
    pub latest: Option<String>,
    /// What was saved before.
    pub saved: TravellerEntry,
}

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
#[island]
pub fn TravellersForm(
    hold: HoldId,
    travellers: Vec<Asked>,
    contact: Contact,
    /// Why the plain form came back.
    #[prop(optional_no_strip)]
    refused: Option<AppError>,
) -> impl IntoView {
    let class = style_sheet!("style/travellers_form.css");
    let save = Posting::new(refused);
    let Posting { refused, is_pending, .. } = save;
    Effect::new(move |_| {
        if refused.read().is_some() {
            request_animation_frame(go_to_what_is_wrong);
        }
    });
    let travellers: Vec<_> =
        travellers.into_iter().map(|traveller| view! { <TravellerFields traveller refused /> }).collect();
    view! { class = class,
        <form method="post" action=SaveTravellers::url() on:submit=save.on_submit()>
            <input type="hidden" name="hold" value=hold.to_string() />
            <FormKey<SaveTravellers> refused />
            <div class="sheets">
            <p class="note stop" id="refusal" role="alert" tabindex="-1" hidden=move || refused.read().is_none()>{move || save.reason()}</p>
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
                <button class="button go" type="submit" disabled=move || is_pending.get()>
                    {move || if is_pending.get() { "Saving …" } else { "Continue to seats" }}
                </button>
            </p>
            </div>
        </form>
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
fn TravellerFields(traveller: Asked, refused: RwSignal<Option<AppError>>) -> impl IntoView {
    let class = style_sheet!("style/travellers_form.css");
    let Asked { ordinal, kind, ages, latest, saved } = traveller;
    let field = |name: &str| format!("travellers[{ordinal}][{name}]");
    let section = |name: &str| format!("section-traveller{} {name}", ordinal + 1);
    view! { class = class,
        <fieldset class="card person">
            <legend class="who">
                {format!("Traveller {}: {kind}", ordinal + 1)}
                <span class="muted small ages">{ages}</span>
            </legend>
            <div class="fields">
                <Entry
                    label="Given name" name=field("given_name") autocomplete=section("given-name")
                    value=saved.given_name refused
                />
                <Entry
                    label="Surname, as in the passport" name=field("surname") autocomplete=section("family-name")
                    value=saved.surname refused
                />
                <Entry
                    label="Date of birth" name=field("birth_date") kind="date" autocomplete=section("bday")
                    value=saved.birth_date latest refused
                />
            </div>
        </fieldset>
    }
}
