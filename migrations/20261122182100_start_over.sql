-- Whether a visitor has bought an offer again, asked when its first payment comes too late.
create index holds_bought on holds (visitor, offer_digest) where state = 'converted';
