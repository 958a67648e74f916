use domain::fare::FareBrand;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{choose, offer, search, staff};
use crate::world::{World, visitor};

#[sqlx::test(migrations = "../../migrations")]
async fn codes_are_made_listed_and_ended(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    assert_eq!(staff(&world, "list").await.unwrap(), "no promotion codes");
    let made = staff(
        &world,
        "make spring99 30.00USD --uses 500 --until 2099-05-31 --brands standard,flex --travel 2099-03-01..2099-06-30",
    );
    let line = "SPRING99: $30 off, 0 of 500 used, until 2099-05-31, standard and flex alone, flights of 2099-03-01 to 2099-06-30";
    assert_eq!(made.await.unwrap(), line);
    let again = staff(&world, "make SPRING99 10% --uses 1 --until 2099-05-31").await.unwrap_err();
    assert!(again.contains("was made before"), "{again}");
    staff(&world, "make FIFTH 20% --uses 2 --until 2099-05-31").await.unwrap();
    choose(&world, visitor(), &offer(&search(&world, "FIFTH").await, FareBrand::Basic)).await.unwrap();
    let list = staff(&world, "list").await.unwrap();
    assert!(list.contains("FIFTH: 20% off, 1 of 2 used, until 2099-05-31") && list.contains(line), "{list}");
    assert!(staff(&world, "end fifth").await.unwrap().starts_with("FIFTH is ended"));
    assert!(staff(&world, "end FIFTH").await.is_err(), "once");
    assert!(staff(&world, "list").await.unwrap().contains("1 of 2 used, ended"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_a_code_is_told_in_a_sentence(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    for (words, why) in [
        ("make", "Say promotion make CODE OFF"),
        ("make AB 20% --uses 1 --until 2099-01-01", "three to twenty letters and digits"),
        ("make FIFTH 20 --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 0% --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 91% --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 0USD --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 1.005USD --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 5XYZ --uses 1 --until 2099-01-01", "takes nothing off"),
        ("make FIFTH 20% --until 2099-01-01", "--uses NUMBER"),
        ("make FIFTH 20% --uses -1 --until 2099-01-01", "no number of bookings"),
        ("make FIFTH 20% --uses 1", "--until DATE"),
        ("make FIFTH 20% --uses 1 --until 2020-01-01", "today or later"),
        ("make FIFTH 20% --uses 1 --until tomorrow", "no day such as"),
        ("make FIFTH 20% --uses 1 --until 2099-01-01 --brands gold", "no brand"),
        ("make FIFTH 20% --uses 1 --until 2099-01-01 --travel 2099-02-01..2099-01-01", "is before"),
        ("make FIFTH 20% --uses 1 --until", "no option"),
        ("end NOBODY", "There is no code NOBODY"),
    ] {
        let told = staff(&world, words).await.unwrap_err();
        assert!(told.contains(why), "{words}: {told}");
    }
    assert_eq!(world.count("select count(*) from promotions").await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_database_keeps_terms_and_uses(_: PgPoolOptions, options: PgConnectOptions) {
    let world = World::open(options).await;
    staff(&world, "make FIFTH 20% --uses 2 --until 2099-05-31").await.unwrap();
    for (sql, name) in [
        ("update promotions set percent = 30", "promotion_terms_stay"),
        ("update promotions set most_uses = 3", "promotion_terms_stay"),
        ("update promotions set uses = 3", "promotion_never_overused"),
        ("update promotions set uses = -1", "promotion_never_overused"),
    ] {
        let refused = sqlx::query(sql).execute(&world.pool).await.unwrap_err();
        assert_eq!(refused.as_database_error().and_then(|error| error.constraint()), Some(name), "{sql}");
    }
}
