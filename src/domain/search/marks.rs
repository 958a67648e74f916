/// What makes each of a list stand out, by its price in minor units and its minutes. A distinction that several share says
/// nothing.
pub fn marks(options: &[(i64, i32)]) -> Vec<Option<&'static str>> {
    let lowest = least_alone(options.iter().map(|(price_minor, _)| *price_minor));
    let shortest = least_alone(options.iter().map(|(_, duration_min)| i64::from(*duration_min)));
    let mark = |(price_minor, duration_min): &(i64, i32)| match (
        lowest == Some(*price_minor),
        shortest == Some(i64::from(*duration_min)),
    ) {
        (true, true) => Some("cheapest and shortest"),
        (true, false) => Some("cheapest"),
        (false, true) => Some("shortest"),
        (false, false) => None,
    };
    options.iter().map(mark).collect()
}

/// The least value, unless several share it.
fn least_alone(values: impl Iterator<Item = i64> + Clone) -> Option<i64> {
    let least = values.clone().min()?;
    (values.filter(|value| *value == least).count() == 1).then_some(least)
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn only_what_stands_alone_stands_out() {
        assert_eq!(marks(&[(200, 300), (100, 400)]), [Some("shortest"), Some("cheapest")]);
        assert_eq!(marks(&[(100, 300), (100, 400)]), [Some("shortest"), None]);
        assert_eq!(marks(&[(100, 300), (200, 400)]), [Some("cheapest and shortest"), None]);
        assert_eq!(marks(&[(100, 300), (100, 300)]), [None, None]);
    }
}
