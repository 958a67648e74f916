use crate::answers::HoldView;

/// The way to the next leg, or to payment after the last: where it leads, and what it says.
pub fn onwards(hold: &HoldView, leg: usize) -> (String, String) {
    match hold.legs.get(leg + 1) {
        Some(next) => (
            format!("/book/{}/seats?leg={}", hold.id, leg + 1),
            format!("Next leg: {} to {}", next.departure.origin, next.departure.destination),
        ),
        None => (format!("/book/{}/pay", hold.id), "Continue to payment".to_owned()),
    }
}
