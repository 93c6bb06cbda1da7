-- One script a line: each answers the same whenever it runs, on any server. They are given three
-- keys (a string or nothing, a list, a counter) and two arguments. Lines like these are scripts too.
-- What locks do.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], 7000000) end return 0
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', 5000000) then return redis.call('incr', 'fence') end return false
local n = redis.call('INCR', KEYS[1]) redis.call('PEXPIRE', KEYS[1], 9000000) return n
return redis.call('MGET', KEYS[1], KEYS[2])
return {redis.call('TTL', KEYS[1]) > 0, redis.call('EXISTS', KEYS[1])}
return redis.call('LRANGE', KEYS[2], 0, -1)
redis.call('SET', KEYS[1], 'half') error('stop')
redis.call('SET', KEYS[1], 'half') return redis.call('INCR', KEYS[1])
-- Conversions.
return
return nil
return true
return false
return 3.99
return -3.99
return 1e300
return 0/0
return 'text'
return {}
return {1, 2, nil, 4}
return {true, false, 1}
return {1, {2, {'3'}}, 'x', true, false, 3.5}
return {ok = 'fine'}
return {err = 'OWN text'}
return {err = 'single'}
return {err = 'two\nlines'}
return {ok = 'two\nlines'}
return {double = 3.5}
return {double = 0.1}
return {ok = 5}
return {err = 5}
return function() end
return KEYS
return ARGV
return #KEYS + #ARGV
return 'a', 'b'
return redis.call('PING')
return redis.call('ECHO', ARGV[1])
return type(redis.call('GET', 'nothing'))
return redis.call('PING').ok
return redis.call('GET', 'nothing')
return redis.call('TYPE', KEYS[1])
return type(redis.call('DBSIZE'))
return tostring(redis.call('LLEN', 'nothing'))
redis.call('SET', 'q', 3.5) return redis.call('GET', 'q')
redis.call('SET', 'q', 1e17) return redis.call('GET', 'q')
redis.call('SET', 'q', 0.1) return redis.call('GET', 'q')
redis.call('SET', 'q', 9007199254740993) return redis.call('GET', 'q')
redis.call('SET', 'q', -12345678901234567890) return redis.call('GET', 'q')
redis.call('SET', 'q', 3) return redis.call('INCR', 'q')
redis.call('SET', 'q', 1.5e-7) return redis.call('GET', 'q')
return 9007199254740993
return tostring(9007199254740993)
-- Errors of commands.
return redis.call('INCR', KEYS[1])
return redis.pcall('INCR', KEYS[1])
return redis.call('LPUSH', KEYS[1], 1)
return redis.pcall('LPUSH', KEYS[1], 1)
return redis.call('GET')
return redis.pcall('GET')
return redis.call('NOSUCH')
return redis.pcall('NOSUCH')
return redis.call()
return redis.pcall()
return redis.call({})
return redis.pcall({})
return redis.call('SET', KEYS[1], true)
return redis.call('SET', KEYS[1], nil)
return redis.call('EVAL', 'return 1', 0)
return redis.call('SCRIPT')
return redis.call('SCRIPT', 'NOSUCH')
return redis.call('SCRIPT', 'LOAD', 'x')
return redis.call('CLIENT', 'ID')
return redis.call('SET', KEYS[1], 'v', 'PX', 0)
return redis.call('SELECT', 99)
local e = redis.pcall('INCR', KEYS[2]) return e.err
local e = redis.pcall('INCR', KEYS[2]) return type(e)
local e = redis.pcall('GET') local f = {} for k in pairs(e) do f[#f+1] = k end table.sort(f) return f
local ok, e = pcall(redis.call, 'INCR', KEYS[2]) return {tostring(ok), type(e), e}
local ok, e = pcall(redis.call, 'GET', KEYS[1]) return {tostring(ok), type(e)}
return select('#', pcall(redis.call, 'PING'))
local ok, e = xpcall(function() return redis.call('NOSUCH') end, function(e) return e end) return {type(e), e.err}
-- Errors of Lua.
error('boom')
error('boom', 0)
error('boom', 2)
error()
error({err = 'OWN thing'})
error({err = 'ERR two\nlines'})
error(5)
local a = nil return a.b
return string.rep()
assert(false)
assert(false, 'said')
assert(nil, 'said', 2)
return 1 + {}
return #nil
return ('x') < 1
local t = setmetatable({}, {__index = function() error('in') end}) return t.x
return pcall(error, 'x')
local ok, e = pcall(error, 'x') return e
local ok, e = pcall(error, {x = 1}) return type(e)
local ok, e = pcall(function() return zz end) return e
local function f() return 1 + f() end return f()
table.foreach({1}, function() error('q') end)
table.sort({1, 2, 3}, function() error('q') end)
return coroutine.wrap(function() error('inside') end)()
return (
return 1 end
foo bar
goto x
x =
return 'open
local local
for
return 1 --
return 1 return 2
-- The sandbox.
x = 1
return x
_G.y = 1
redis.foo = 1
string.foo = 1
x.y = 1
KEYS = 1
KEYS[1] = 'z' return KEYS
return print
return os
return io
return debug
return require
return dofile
return getfenv
return newproxy
redis.nope()
return redis.nope
return rawget(_G, 'nope')
rawset(_G, 'x', 1)
setmetatable(_G, {})
return loadstring('return 5')()
return loadstring('return (')
loadstring('x = 1')()
local f = load(function() end) return type(f)
local done return load(function() if not done then done = 1 return 'return 6' end end)()
function f() end
local function f() return 'f' end return f()
return type(_G)
return _G._G == _G
return _VERSION
return type(rawget(_G, 'redis'))
local n = 0 for k in pairs(redis) do if type(k) == 'string' then n = n + 1 end end return n > 5
return next({})
local r = {} for i, v in ipairs({'a', 'b'}) do r[#r+1] = v end return r
return rawequal(_G, _G)
return tostring(nil)
return unpack({1, 2})
return table.concat({1, 2}, ',')
return ('x'):rep(3)
return string.format('%5.2f|%d|%s|%q', 3.14159, 7, 'x', 'y')
return {string.find('hello', 'l+')}
return (string.gsub('hello', 'l', 'L'))
return tonumber('0x10')
return tonumber('ff', 16)
return tonumber('x')
return math.floor(3.7) + math.max(1, 2)
return math.pi
return tostring(math.huge)
return tostring(1e15)
return tostring(2^53)
return coroutine.wrap(function() return redis.call('PING') end)()
local c = coroutine.create(function(a) local b = coroutine.yield(a) return b end) return {select(2, coroutine.resume(c, 1)), select(2, coroutine.resume(c, 2))}
coroutine.yield(1)
-- The redis table.
return redis.error_reply('single')
return redis.error_reply('MY err')
return redis.error_reply('-MY err')
return redis.error_reply('-single')
return redis.error_reply('')
return redis.error_reply(1)
return redis.error_reply()
return redis.error_reply('A b\r\n')
return redis.status_reply('X')
return redis.status_reply()
return redis.status_reply(1)
return redis.status_reply('')
return redis.sha1hex('')
return redis.sha1hex('abc')
return redis.sha1hex(5)
return redis.sha1hex()
return redis.sha1hex('a', 'b')
return redis.log(redis.LOG_DEBUG, 'x')
redis.log(1)
redis.log('x', 'y')
redis.log(9, 'y')
redis.log()
return redis.LOG_WARNING
return redis.replicate_commands()
return redis.REDIS_VERSION_NUM > 0
-- Random numbers: the same on every server after the same seed.
math.randomseed(0) return math.random() * 1000000000
math.randomseed(1) return {math.random(100), math.random(100), math.random(5, 9)}
math.randomseed(5) return math.random(1000)
math.randomseed(-1) return math.random(1000)
math.randomseed(5.7) return math.random(1000)
return math.random(0)
return math.random(5, 1)
return math.random(1, 2, 3)
return math.random('x')
return math.random(1, {})
math.randomseed(7) return {math.random(3.7), math.random(3.7), math.random(3.7)}
math.randomseed(7) return {math.random('10'), math.random('10'), math.random('10')}
return math.randomseed()
math.randomseed(7) return {math.random(-5, -1), math.random(-5, -1), math.random(-5, -1)}
-- Many results, and errors without a line.
return {pcall(function() return 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24 end)}
return select('#', pcall(function() return nil, nil end))
return {pcall(function(...) return select('#', ...), ... end, 1, nil, 3)}
return select('#', pcall(function() end))
return {xpcall(function() return 1, 2 end, tostring)}
local ok, e = xpcall(function() error('x') end, function(e) return e .. '!' end) return e
local ok, e = pcall(function() error('x', 2) end) return e
local ok, e = pcall(string.rep) return type(e)
local ok, e = pcall(5) return e
local ok, e = pcall(math.random, 0) return type(e)
pcall()
xpcall()
local ok, e = pcall(function() local x = nil + 1 end) return e
local ok, e = pcall(function() return redis.call('NOSUCH') end) return {type(e), e}
local ok, e = pcall(function() error() end) return tostring(e)
return pcall(pcall, error, 'x')
