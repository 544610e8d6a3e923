-- The bytes of a small object lie in its row, so that one commit makes both durable; null: they lie in blobs, by segment.
-- The nonce is that of an encrypted object, as in segment.
alter table object
    add column content bytea,
    add column content_nonce varchar(32);
-- What is stored is seldom text; trying to compress it would cost every write.
alter table object alter column content set storage external;
