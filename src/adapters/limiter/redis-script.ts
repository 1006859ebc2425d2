/**
 * Takes from all sliding windows or from none. KEYS: the epoch, then one sorted set per ask. ARGV: now, an id of this
 * take, then weight, most and window for each ask. Answers 0 = granted, or the wait in ms.
 *
 * The epoch remembers which server began when. Another server, or an emptied one, may have lost grants: then nothing may
 * be spent until a whole window has passed since that was seen.
 */
export const TAKE_SCRIPT = `
local epoch = KEYS[1]
local now = tonumber(ARGV[1])
local last = tonumber(redis.call('HGET', epoch, 'last') or '0')
-- Clocks of workers differ a little; time must not run back between two of them.
if last > now and last - now <= 1000 then now = last end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
if redis.call('HGET', epoch, 'run') ~= run then
  redis.call('HSET', epoch, 'run', run, 'born', now)
end
redis.call('HSET', epoch, 'last', now)
local born = tonumber(redis.call('HGET', epoch, 'born'))

local longest = 0
for i = 2, #KEYS do
  local at = 3 * (i - 2) + 3
  local weight, most, window = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
  local live = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES')
  local excess = weight - most
  for n = 1, #live, 2 do excess = excess + tonumber(string.match(live[n], '(%d+)$')) end
  local wait = 0
  local n = 1
  while excess > 0 and n < #live do
    excess = excess - tonumber(string.match(live[n], '(%d+)$'))
    wait = math.max(1, tonumber(live[n + 1]) + window - now)
    n = n + 2
  end
  if weight > 0 and now - born < window then wait = math.max(wait, born + window - now) end
  if wait > longest then longest = wait end
end
if longest > 0 then return math.ceil(longest) end

for i = 2, #KEYS do
  local at = 3 * (i - 2) + 3
  if tonumber(ARGV[at]) > 0 then
    redis.call('ZADD', KEYS[i], now, ARGV[2] .. ':' .. ARGV[at])
    -- Only a tidy-up: a set that outlives its window is emptied by the next take.
    redis.call('PEXPIRE', KEYS[i], 2 * tonumber(ARGV[at + 2]) + 60000)
  end
end
return 0
`
