-- A departure that was called off stays closed: a place that comes back on it, by whatever way, is gone with it.
create function keep_closed() returns trigger language plpgsql as $$
begin
    if exists (select from departures_cancelled d where d.departure = new.departure) then
        new.places := new.taken;
    end if;
    return new;
end $$;
create trigger cabin_stays_closed before update of taken on departure_cabins for each row
    when (new.taken < old.taken) execute function keep_closed();

-- Departures of before: every cabin is closed, also those that a later schedule may bring.
insert into departure_cabins as k (departure, cabin, places, taken)
select d.departure, cabin, 0, 0 from departures_cancelled d, unnest(array['F', 'J', 'W', 'Y']) as cabin
order by d.departure, cabin
on conflict (departure, cabin) do update set places = k.taken;
