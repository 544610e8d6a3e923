-- The key under which page tokens are signed: one row, made when first needed.
create table page_token_key (
    id smallint primary key check (id = 1),
    secret bytea not null
);
