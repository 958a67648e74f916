//! Which pages have islands, and so load the browser's code.

/// Whether something comes alive in the browser on the page at a path: on those of a booking. All others are plain HTML,
/// with forms and links that work by themselves, so that searching loads no code; `public/places.js` alone helps to type. What
/// stands in place of a booking that has ended loads the code, too, and has no island.
pub fn is_alive(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    matches!(segments.as_slice(), ["book", _, "travellers" | "seats" | "pay"])
}

#[cfg(test)]
mod tests {
    use super::is_alive;

    #[test]
    fn a_booking_comes_alive_and_nothing_else_does() {
        for path in ["/book/1/travellers", "/book/1/seats", "/book/1/pay/"] {
            assert!(is_alive(path), "{path}");
        }
        for path in
            ["/", "/search", "/price", "/book/1", "/book/1/none", "/trips", "/trips/ABC234", "/nowhere"]
        {
            assert!(!is_alive(path), "{path}");
        }
    }
}
