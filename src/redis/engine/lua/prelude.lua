-- What a script finds when it starts: the sandbox of Redis 7.0, built once for each Lua state.
-- Source: https://redis.io/docs/latest/develop/programmability/lua-api/
--
-- A script can change nothing that the next one sees: every shared table is reached through an
-- empty proxy that refuses writes.

local raw, host = ...
local error, next, pairs, pcall, xpcall = raw.error, raw.next, raw.pairs, raw.pcall, raw.xpcall
local rawget, rawset, select, type, tostring = raw.rawget, raw.rawset, raw.select, raw.type, raw.tostring
local getmetatable, setmetatable, loadstring = raw.getmetatable, raw.setmetatable, raw.loadstring
local concat, resume = raw.table.concat, raw.coroutine.resume
local gsub, unpack = raw.string.gsub, raw.unpack
local plain, spent = host.plain, host.spent

-- Every closure made below inherits the sandbox as its environment, not the table of everything.
local globals, sandbox = {}, {}
raw.setfenv(1, sandbox)

local READONLY = 'Attempt to modify a readonly table'
local contents = {}

local function protect(proxy, content)
  contents[proxy] = content
  return setmetatable(proxy, {
    __index = content,
    __newindex = function() error(READONLY, 2) end,
    __metatable = false,
  })
end

-- Libraries that a real server has: without them no script can be answered as it would be there.
local missing = { cjson = true, cmsgpack = true, struct = true, bit = true }

protect(sandbox, setmetatable(globals, {
  __index = function(_, name)
    if missing[name] then host.not_simulated(name) end
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
}))

for _, name in raw.ipairs { 'assert', 'error', 'getmetatable', 'ipairs', 'rawequal', 'select',
  'tonumber', 'type', 'unpack', '_VERSION' } do
  globals[name] = raw[name]
end
globals._G = sandbox

-- Once the instruction budget is spent, no pcall of the script may catch the error.
local function unless_spent(...)
  if spent() then error(host.spent_text, 0) end
  return ...
end

-- A function called by pcall has no line of the script above it.
local function tidy(err)
  if type(err) == 'string' then err = gsub(err, '^prelude:%d+: ', '') end
  return err
end

-- As in Redis: an error table reaches a script's own pcall as its text.
local function settle(ok, ...)
  if ok then return ok, ... end
  local err = tidy(plain((...)))
  if type(err) == 'table' then
    local text = err.err
    if type(text) == 'string' or type(text) == 'number' then return false, text end
  end
  return false, err
end

-- Results are taken out by way of a table: where Lua is built with its own checks (debug builds),
-- a pcall that returns about twenty values ends the process.
local function keeping_results(body, ...)
  local kept = { n = 0 }
  if type(body) ~= 'function' or not host.is_lua(body) then return body, kept end
  local args, count = { ... }, select('#', ...)
  local function keep(...)
    for i = 1, select('#', ...) do kept[i] = (select(i, ...)) end
    kept.n = select('#', ...)
  end
  return function() keep(body(unpack(args, 1, count))) end, kept
end

local function finish(kept, ok, ...)
  unless_spent()
  if not ok or kept.n == 0 then return ok, ... end
  return true, unpack(kept, 1, kept.n)
end

function globals.pcall(...)
  if select('#', ...) == 0 then return false end
  local body, kept = keeping_results(...)
  return settle(finish(kept, pcall(body, select(2, ...))))
end

function globals.xpcall(body, ...)
  if select('#', ...) == 0 then error("bad argument #2 to 'xpcall' (value expected)", 2) end
  local handler, kept = ...
  body, kept = keeping_results(body)
  local function handle(err)
    -- A handler that is stopped itself would be called again, and again.
    if spent() then return err end
    return handler(tidy(plain(err)))
  end
  return finish(kept, xpcall(body, handle))
end

function globals.rawget(table, key) return rawget(contents[table] or table, key) end
function globals.rawset(table, key, value)
  if contents[table] then error(READONLY, 0) end
  return rawset(table, key, value)
end
function globals.setmetatable(table, ...)
  if contents[table] then error(READONLY, 0) end
  return setmetatable(table, ...)
end
function globals.next(table, ...) return next(contents[table] or table, ...) end
function globals.pairs(table)
  if contents[table] then return globals.next, table, nil end
  return pairs(table)
end

-- An address would differ from run to run, and a script could act on it.
function globals.tostring(...)
  local value = ...
  local kind = type(value)
  if kind == 'table' or kind == 'function' or kind == 'thread' then
    local meta = getmetatable(value)
    if not (type(meta) == 'table' and meta.__tostring) then return kind .. ': 0x0' end
  end
  return tostring(...)
end

-- So would the size of the heap.
function globals.collectgarbage() return 0 end
function globals.gcinfo() return 0 end

-- Bytecode is not verified by Lua: text only.
function globals.loadstring(text, ...)
  if type(text) == 'string' and text:sub(1, 1) == '\27' then return nil, 'bytecode is refused' end
  return loadstring(text, ...)
end
function globals.load(reader, ...)
  local pieces = {}
  for piece in reader do
    if piece == '' then break end
    pieces[#pieces + 1] = piece
  end
  return globals.loadstring(concat(pieces), ...)
end

local function copy(table)
  local result = {}
  for key, value in pairs(table) do result[key] = value end
  return result
end

local math = copy(raw.math)
math.random, math.randomseed = host.random, host.randomseed
local coroutine = copy(raw.coroutine)
local function resumed(ok, ...)
  unless_spent()
  if ok then return ok, ... end
  return ok, plain((...))
end
function coroutine.resume(...) return resumed(resume(...)) end

getmetatable('').__index = protect({}, raw.string)
getmetatable('').__metatable = false

globals.math = protect({}, math)
globals.coroutine = protect({}, coroutine)
globals.string = protect({}, raw.string)
globals.table = protect({}, raw.table)

local redis = {
  LOG_DEBUG = 0, LOG_VERBOSE = 1, LOG_NOTICE = 2, LOG_WARNING = 3,
  REDIS_VERSION = '7.0.15', REDIS_VERSION_NUM = 0x07000f,
  call = host.call, pcall = host.pcall, log = host.log, sha1hex = host.sha1hex,
}
globals.redis = protect({}, redis)

local WRONG = 'ERR wrong number or type of arguments'

local function one_string(...)
  return select('#', ...) == 1 and type((...)) == 'string'
end

function redis.status_reply(...)
  if not one_string(...) then return { err = WRONG } end
  return { ok = (...) }
end

-- A code is put before a single word.
function redis.error_reply(...)
  if not one_string(...) then return { err = WRONG } end
  local text = (...):gsub('^%-', ''):gsub('[\r\n]+$', '')
  if not text:find(' ', 1, true) then text = 'ERR ' .. text end
  return { err = text }
end

function redis.replicate_commands() return true end

for _, name in raw.ipairs { 'setresp', 'set_repl', 'acl_check_cmd', 'breakpoint', 'debug' } do
  redis[name] = function() host.not_simulated('redis.' .. name) end
end

-- Whatever was thrown becomes a table with its text and its place in the script.
local function describe(err)
  err = spent() and { err = host.spent_text } or tidy(plain(err))
  if type(err) ~= 'table' then err = { err = 'ERR ' .. globals.tostring(err) } end
  rawset(err, 'place', host.place())
  return err
end

local function sweep()
  for proxy in pairs(contents) do
    local key = next(proxy)
    while key ~= nil do
      rawset(proxy, key, nil)
      key = next(proxy)
    end
  end
end

local current, result
local function first_result() result = (current()) end

local function run(script)
  current, result = script, nil
  local ok, err = xpcall(first_result, describe)
  sweep()
  if ok then return true, result end
  return false, err
end

return sandbox, globals, run
