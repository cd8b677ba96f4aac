-- Counts the users who block somebody.
-- KEYS: users who have a list
return redis.call('SCARD', KEYS[1])
