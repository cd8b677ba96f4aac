-- Reads the list of whom a user blocks.
-- KEYS: list of the user
-- Returns {user blocked…}.
return redis.call('SMEMBERS', KEYS[1])
