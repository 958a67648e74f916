//! Parts that pages are made of.

pub mod brand_table;
pub mod choose_brand;
pub mod choose_outbound;
pub mod day_strip;
pub mod departures_board;
pub mod fare_rules;
pub mod filter_form;
pub mod footer;
pub mod form_key;
pub mod give_up;
pub mod header;
pub mod leg_list;
pub mod offer_card;
pub mod place_field;
pub mod posted_error;
pub mod price_card;
pub mod price_lines;
pub mod search_form;
pub mod steps;
pub mod summary;
pub mod ticket;
pub mod time_bar;
pub mod timer;
pub mod trip_form;
pub mod two_columns;
pub mod way_to_fly;
