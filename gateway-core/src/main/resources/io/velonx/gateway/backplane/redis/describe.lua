-- Tells what is said of users: by a node that sees them active, if there is one.
-- KEYS: owners of everyone online, words
-- ARGV: user…
-- Returns {status and name, or '' when no node says anything, …}.
local answer = {}
for i, user in ipairs(ARGV) do
  local greatest = ''
  for incarnation in string.gmatch(redis.call('HGET', KEYS[1], user) or '', '[^,]+') do
    local said = redis.call('HGET', KEYS[2], incarnation .. ' ' .. user) or ''
    if said > greatest then
      greatest = said
    end
  end
  answer[i] = greatest
end
return answer
