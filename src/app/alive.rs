//! Which pages the browser's code takes over.

/// Whether the page at a path comes alive in the browser: those of a booking and of a trip. All others are plain HTML, with
/// forms and links that work by themselves, so that searching loads no code; `public/places.js` alone helps to type.
pub fn is_alive(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    matches!(
        segments.as_slice(),
        ["book", _, "travellers" | "seats" | "pay"]
            | ["trips"]
            | ["trips", _]
            | ["trips", _, "cancel"]
            | ["trips", _, "cancel", _]
    )
}

#[cfg(test)]
mod tests {
    use super::is_alive;

    #[test]
    fn a_booking_comes_alive_and_a_search_does_not() {
        for path in
            ["/book/1/seats", "/book/1/pay", "/trips", "/trips/", "/trips/ABC234", "/trips/ABC234/cancel/7"]
        {
            assert!(is_alive(path), "{path}");
        }
        for path in
            ["/", "/search", "/calendar", "/price", "/book/1", "/book/1/none", "/trips/1/none", "/nowhere"]
        {
            assert!(!is_alive(path), "{path}");
        }
    }
}
