//! How large the cabin is shown: by two fingers or by buttons. One finger moves it, as it does everything that scrolls.

use leptos::{
    ev::TouchEvent,
    prelude::*,
    wasm_bindgen::{JsCast as _, JsValue},
};
use stylers_macro::style_sheet;

/// In hundredths of what is drawn; the style sheet of the map knows each. The smallest leaves seats of 24 CSS pixels (WCAG 2.5.8).
const SIZES: [u8; 6] = [80, 100, 125, 150, 200, 250];

/// One of a few sizes in which the cabin is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(u8);

impl Default for Size {
    fn default() -> Self {
        Self(100)
    }
}

impl Size {
    pub fn percent(self) -> u8 {
        self.0
    }

    /// The size that is closest to so many times this one.
    fn times(self, factor: f64) -> Self {
        let wanted = f64::from(self.0) * factor;
        let off = |size: u8| (f64::from(size) - wanted).abs();
        Self(SIZES.into_iter().min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap_or(self.0))
    }

    fn larger(self) -> Self {
        Self(SIZES.into_iter().find(|size| *size > self.0).unwrap_or(self.0))
    }

    fn smaller(self) -> Self {
        Self(SIZES.into_iter().rev().find(|size| *size < self.0).unwrap_or(self.0))
    }
}

/// Larger and smaller, once the page is alive; their place is kept until then, so that nothing moves.
#[component]
pub fn Zoom(zoom: RwSignal<Size>, #[prop(into)] alive: Signal<bool>) -> impl IntoView {
    let class = style_sheet!("style/zoom.css");
    let to = move |size: fn(Size) -> Size| move |_| zoom.update(|zoom| *zoom = size(*zoom));
    view! { class = class,
        <div class="zoom" class:still=move || !alive.get() role="group" aria-label="Size of the map">
            <button class="button slim" type="button" aria-label="Smaller" on:click=to(Size::smaller)>"−"</button>
            <button class="button slim" type="button" aria-label="Larger" on:click=to(Size::larger)>"+"</button>
        </div>
    }
}

/// Follows two fingers that part or close.
pub fn on_pinch(zoom: RwSignal<Size>) -> impl Fn(TouchEvent) + Copy {
    let start = StoredValue::new(None::<(f64, Size)>);
    move |event| match (apart(&event), start.get_value()) {
        (Some(apart), Some((apart_before, size_before))) => {
            zoom.set(size_before.times(apart / apart_before));
        }
        (Some(apart), None) => start.set_value(Some((apart.max(1.0), zoom.get_untracked()))),
        (None, _) => start.set_value(None),
    }
}

/// How far apart two fingers are, in CSS pixels; none where there are not two.
fn apart(event: &TouchEvent) -> Option<f64> {
    let get = |of: &JsValue, name: &str| js_sys::Reflect::get(of, &JsValue::from_str(name)).ok();
    let touches = get(event.unchecked_ref(), "touches")?;
    if get(&touches, "length")?.as_f64()? < 2.0 {
        return None;
    }
    let (one, other) = (get(&touches, "0")?, get(&touches, "1")?);
    let way = |name: &str| Some(get(&one, name)?.as_f64()? - get(&other, name)?.as_f64()?);
    Some(way("clientX")?.hypot(way("clientY")?))
}

#[cfg(test)]
mod tests {
    use super::{SIZES, Size};

    #[test]
    fn the_cabin_stays_large_enough_to_press_and_small_enough_to_find() {
        let start = Size::default();
        assert_eq!((start.larger().percent(), start.smaller().percent()), (125, 80));
        assert_eq!((start.times(1.6).percent(), start.times(0.1).percent()), (150, 80));
        assert_eq!(start.times(99.0).larger().percent(), SIZES[5]);
        assert_eq!(Size(80).smaller().percent(), 80);
    }
}
