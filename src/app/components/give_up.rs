use domain::hold::HoldId;
use leptos::{prelude::*, server_fn::ServerFn};
use stylers_macro::style_sheet;

use super::{form_key::FormKey, posted_error::PostedError};
use crate::AppError;

/// Ends the hold and leads back to the search.
#[server(endpoint = "release_hold")]
pub async fn release_hold(hold: HoldId, #[server(default)] key: String) -> Result<(), AppError> {
    use crate::call::{caller, ports, refuse_change};

    let caller = caller(&key)?;
    ports()?.seats.release(caller.clone(), hold).await.map_err(refuse_change(&caller))?;
    leptos_axum::redirect("/");
    Ok(())
}

/// A quiet way out that frees the seats for others at once.
#[component]
pub fn GiveUp(
    hold: HoldId,
    /// What the button says.
    #[prop(default = "Give these places up")]
    label: &'static str,
) -> impl IntoView {
    let class = style_sheet!("style/give_up.css");
    view! { class = class,
        <PostedError<ReleaseHold> />
        <form class="give-up" method="post" action=ReleaseHold::url()>
            <FormKey<ReleaseHold> />
            <input type="hidden" name="hold" value=hold.to_string() />
            <button class="quiet" type="submit">{label}</button>
        </form>
    }
}
