-- The image that an image is a copy of; it may be gone.
alter table image add column source_image_id varchar(64);
