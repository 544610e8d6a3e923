-- Most lists ask for what has not ended, among what has ended and is shown for a while: they read it here in the order of
-- their pages, where PostgreSQL would else read all of an account and sort it.
CREATE INDEX instances_alive_in_order ON instances (account_id, serial) WHERE state <> 'TERMINATED';
