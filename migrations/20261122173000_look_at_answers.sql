-- When a stored answer is looked at again, to be forgotten if nobody can ask for it any more: a day after its hold's
-- end, and never as long as the booking exists. Rows that are kept are so not read again by every look.
alter table idempotency add column look_at timestamptz not null default sky_now() + interval '24 hours';
drop index idempotency_by_age;
create index idempotency_by_look on idempotency (look_at);
-- Whose booking a hold's answers belong to, where it was taken again.
create index holds_by_retaken on holds (retake_of) where retake_of is not null;
