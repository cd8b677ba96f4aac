-- Names some of those who are online in an audience.
-- KEYS: contract set
-- ARGV: most users
-- Returns {members of the set, user…}.
local answer = redis.call('SRANDMEMBER', KEYS[1], ARGV[1])
table.insert(answer, 1, redis.call('SCARD', KEYS[1]))
return answer
