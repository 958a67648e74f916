-- What takes several transactions, such as seating a party by picks, claims its key before the first of them.
comment on column idempotency.answer is
    'Null while it is decided; one whose server died meanwhile is taken over by the next who asks.';
