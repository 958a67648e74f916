-- Promotion codes. Their terms never change; each booking that is being made or was made with one is a use, and what
-- ends without a ticket gives its use back.
create table promotions (
    code text primary key constraint promotion_code_is_typed check (code ~ '^[A-Z0-9]{3,20}$'),
    percent smallint,
    each_minor bigint,
    currency text,
    -- None: for all.
    brands text[] not null,
    sold_from timestamptz not null,
    sold_until timestamptz not null,
    travel_from date,
    travel_until date,
    most_uses integer not null,
    uses integer not null default 0,
    created_at timestamptz not null default sky_now(),
    ended_at timestamptz,
    constraint promotion_takes_something_off check (
        case when percent is null then each_minor > 0 and each_minor is not null and currency is not null
            else percent between 1 and 90 and each_minor is null and currency is null end),
    constraint promotion_brands_known check (brands <@ array['basic', 'standard', 'flex']),
    constraint promotion_sold_for_a_while check (sold_from < sold_until),
    constraint promotion_travel_in_order check (travel_from <= travel_until),
    constraint promotion_never_overused check (uses >= 0 and uses <= most_uses)
);

-- The code that a hold's price counts on, as its offer says.
alter table holds add column promotion text generated always as (offer #>> '{o,c}') stored
    constraint hold_promotion_exists references promotions;
create index holds_by_promotion on holds (promotion) where promotion is not null;

create function use_promotion() returns trigger language plpgsql as $$
begin
    update promotions p set uses = p.uses + 1 where p.code = new.promotion;
    -- What was authorised in time may be taken again later, as long as there are uses.
    if new.retake_of is null and not exists (
        select from promotions p where p.code = new.promotion and p.ended_at is null
            and p.sold_from <= sky_now() and sky_now() < p.sold_until
    ) then
        raise exception using errcode = 'check_violation', constraint = 'promotion_used_in_its_time',
            message = 'the promotion has not begun or is over';
    end if;
    return null;
end $$;
-- At the end of the transaction: many book with one code, and its row is locked for the commit alone.
create constraint trigger hold_uses_promotion after insert on holds deferrable initially deferred for each row
    when (new.promotion is not null) execute function use_promotion();

create function give_promotion_back() returns trigger language plpgsql as $$
begin
    update promotions p set uses = p.uses - 1 where p.code = new.promotion;
    return null;
end $$;
create constraint trigger hold_gives_promotion_back after update of state on holds deferrable initially deferred for each row
    when (new.promotion is not null and new.state in ('released', 'expired') and old.state in ('active', 'reserved'))
    execute function give_promotion_back();

-- Signed offers carry a code's terms: what was promised cannot become another thing.
create function refuse_other_terms() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'check_violation', constraint = 'promotion_terms_stay',
        message = 'a promotion is ended and another one made; its terms never change';
end $$;
create trigger promotion_terms_stay before update on promotions for each row
    when ((old.code, old.percent, old.each_minor, old.currency, old.brands, old.sold_from, old.sold_until,
            old.travel_from, old.travel_until, old.most_uses)
        is distinct from (new.code, new.percent, new.each_minor, new.currency, new.brands, new.sold_from, new.sold_until,
            new.travel_from, new.travel_until, new.most_uses))
    execute function refuse_other_terms();
