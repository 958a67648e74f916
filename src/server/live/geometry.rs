use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    cabin::{Cabin, Configuration, Layout, Section},
    schedule::AircraftCode,
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Whatever lies under an address that names its content never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[derive(Serialize)]
struct Geometry<'a> {
    layout: &'a str,
    /// Front to back.
    sections: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Part<'a> {
    Cabin {
        cabin: Cabin,
        /// Letters of the blocks between the aisles, left to right.
        groups: &'a [&'static str],
        rows: Vec<Row>,
    },
    Galley {
        label: &'static str,
    },
}

#[derive(Serialize)]
struct Row {
    number: u8,
    exit: bool,
    wing: bool,
    /// One for each letter of the groups; none where the seat is missing.
    seats: Vec<Option<Place>>,
}

#[derive(Serialize)]
struct Place {
    seat: String,
    /// As it is read out: "12A, window, exit row, extra legroom".
    description: String,
}

/// `GET /geometry/{layout}/{hash}`: how a cabin is laid out, as JSON. The address names the content, so that it may be kept
/// for ever, by browsers and by whatever stands between; `…/seats` of a departure tells it.
pub async fn geometry(Path((layout, hash)): Path<(String, String)>) -> Response {
    let drawn = find(&layout).and_then(|layout| draw(&layout)).filter(|(found, _)| *found == hash);
    let Some((_, body)) = drawn else {
        return (StatusCode::NOT_FOUND, "There is no such cabin.").into_response();
    };
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, FOR_EVER)], body).into_response()
}

/// Where the geometry of this layout is, such as `/geometry/320-F12Y138-1/n4bQgYhMfWWaL-qg`.
pub(super) fn path(layout: &Layout) -> String {
    let hash = draw(layout).map(|(hash, _)| hash).unwrap_or_default();
    format!("/geometry/{}/{hash}", layout.id)
}

/// The layout of that id, if it is the one that is drawn today.
fn find(id: &str) -> Option<Layout> {
    let mut parts = id.splitn(3, '-');
    let aircraft = AircraftCode::parse(parts.next()?).ok()?;
    let configuration = Configuration::parse(parts.next()?).ok()?;
    Some(Layout::of(&aircraft, &configuration)).filter(|layout| layout.id == id)
}

/// The hash of the content, and the content.
fn draw(layout: &Layout) -> Option<(String, Vec<u8>)> {
    let geometry = Geometry { layout: &layout.id, sections: layout.sections.iter().map(part).collect() };
    let body = serde_json::to_vec(&geometry).ok()?;
    Some((URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]), body))
}

fn part(section: &Section) -> Part<'_> {
    match section {
        Section::Galley { label } => Part::Galley { label },
        Section::Cabin { cabin, groups, rows } => Part::Cabin {
            cabin: *cabin,
            groups,
            rows: rows
                .iter()
                .map(|row| Row {
                    number: row.number,
                    exit: row.exit,
                    wing: row.wing,
                    seats: row
                        .seats
                        .iter()
                        .map(|seat| {
                            let place = |s: &domain::cabin::Seat| Place {
                                seat: s.number.to_string(),
                                description: s.describe(),
                            };
                            seat.as_ref().map(place)
                        })
                        .collect(),
                })
                .collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::{extract::Path, http::StatusCode};
    use domain::{
        cabin::{Configuration, Layout},
        schedule::AircraftCode,
    };

    use super::{geometry, path};

    #[tokio::test]
    async fn an_address_that_names_other_content_is_not_found() {
        let configuration = Configuration::parse("F12Y138").unwrap();
        let layout = Layout::of(&AircraftCode::parse("320").unwrap(), &configuration);
        let path = path(&layout);
        let [_, _, id, hash] = path.split('/').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
        let found = geometry(Path((id.clone(), hash.clone()))).await;
        assert_eq!(found.status(), StatusCode::OK);
        for (id, hash) in [
            (id.clone(), "0".repeat(16)),
            (format!("{id}0"), hash.clone()),
            ("../etc".into(), hash.clone()),
            ("320-F9999-1".into(), hash),
        ] {
            assert_eq!(geometry(Path((id, hash))).await.status(), StatusCode::NOT_FOUND);
        }
    }
}
