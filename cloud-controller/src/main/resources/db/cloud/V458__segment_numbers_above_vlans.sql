-- Numbers up to 4095 are those of VLANs, which a site may leave to the cloud for its subnets. Others begin behind them.
SELECT setval('network_segment_numbers', greatest(4096, (SELECT last_value FROM network_segment_numbers)));
ALTER SEQUENCE network_segment_numbers MINVALUE 4096 START 4096;
