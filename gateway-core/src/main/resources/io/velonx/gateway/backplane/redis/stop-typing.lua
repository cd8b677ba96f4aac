-- Notes that a user types no longer in a channel and publishes the envelope there.
-- KEYS: typing hash
-- ARGV: user, channel, envelope
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('PUBLISH', ARGV[2], ARGV[3])
