-- Extra legroom costs something beside most fares. What it costs is reckoned anew while seats may be changed, and stands
-- still from when payment starts: `payments.amount_minor` is the fare's total and these.

-- What the seats of a hold cost that are not included, once its payment has started. A hold that takes the same seats
-- again takes these along.
create table seat_charges (
    hold_id uuid not null,
    traveller smallint not null,
    departure text collate "C" not null,
    seat text collate "C" not null,
    amount_minor bigint not null constraint seat_charge_positive check (amount_minor > 0),
    primary key (hold_id, departure, traveller),
    foreign key (hold_id, traveller) references hold_travellers
);

-- Seats that cost something, and that we gave to a traveller who let us choose: to them they cost nothing.
create table seats_given (
    hold_id uuid not null,
    traveller smallint not null,
    departure text collate "C" not null,
    seat text collate "C" not null,
    primary key (hold_id, departure, traveller, seat),
    foreign key (hold_id, traveller) references hold_travellers
);

-- Who has a seat while this is migrated was told that it costs nothing.
insert into seats_given (hold_id, traveller, departure, seat)
select s.hold_id, s.traveller, s.departure, s.seat from seats s join holds h on h.id = s.hold_id where h.state = 'active';

-- What was paid for the seat of a coupon, beside fare and taxes.
alter table coupons
    add column seat_minor bigint not null default 0 constraint coupon_seat_counted check (seat_minor >= 0);
