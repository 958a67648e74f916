use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::form_key::FormKey;
use crate::AppError;
use crate::call;

/// Asks for a booking reference and a surname, and leads to that trip.
#[component]
pub fn TripForm(
    /// The reference, where it is known already.
    #[prop(optional, into)]
    pnr: String,
) -> impl IntoView {
    let class = style_sheet!("style/trip_form.css");
    let open = ServerAction::<OpenTrip>::new();
    let refused = move || open.value().get().and_then(Result::err).map(|error| error.to_string());
    view! { class = class,
        <ActionForm action=open>
            <FormKey<OpenTrip> refused=Signal::derive(move || open.value().get().and_then(Result::err)) />
            <div class="card ask">
                <label class="field">
                    <span>"Booking reference"</span>
                    <input
                        name="pnr"
                        class="pnr"
                        value=pnr
                        required
                        minlength="6"
                        maxlength="6"
                        autocomplete="off"
                        autocapitalize="characters"
                        spellcheck="false"
                    />
                </label>
                <label class="field">
                    <span>"Surname"</span>
                    <input name="surname" required maxlength="60" autocomplete="family-name" />
                </label>
                <button class="button go" type="submit">"Open trip"</button>
                <div class="answer" role="alert">
                    {move || refused().map(|reason| view! { <p class="note stop">{reason}</p> })}
                </div>
            </div>
        </ActionForm>
    }
}

/// Opens a trip to this visitor, and leads to it.
#[server(endpoint = "open_trip")]
pub async fn open_trip(pnr: String, surname: String, #[server(default)] key: String) -> Result<(), AppError> {
    let caller = call::caller(&key)?;
    let opened = call::ports()?.trips.open(caller.clone(), &pnr, &surname).await;
    let pnr = opened.map_err(call::refuse_change(&caller))?;
    leptos_axum::redirect(&format!("/trips/{pnr}"));
    Ok(())
}
