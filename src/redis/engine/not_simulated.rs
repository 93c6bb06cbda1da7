//! The commands that real servers know and this one does not: it would be wrong to answer them like a
//! misspelt name.
//!
//! The names are those of `COMMAND LIST` on Redis 7.0.15 (`tests/redis_server/main.rs` sees to it), and those
//! that Redis up to 8.12 and Valkey up to 9.1 added. Modules are left out.

use super::error::NotSimulated;

/// Commands of one word, a family a line.
const COMMANDS: &[&str] = &[
    // Strings and bitmaps.
    "append getex getrange incrbyfloat lcs mset msetnx setrange strlen substr",
    "bitcount bitfield bitfield_ro bitop bitpos getbit setbit",
    // Keys.
    "copy dump expireat expiretime keys migrate move pexpireat pexpiretime randomkey rename renamenx",
    "restore restore-asking scan sort sort_ro swapdb touch unlink wait",
    // Lists.
    "blmove blmpop brpoplpush lindex linsert lmove lmpop lpos lpushx lrem lset ltrim rpoplpush rpushx",
    // Hashes.
    "hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx",
    "hstrlen hvals",
    // Sets.
    "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop",
    "srandmember srem sscan sunion sunionstore",
    // Sorted sets.
    "bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore",
    "zlexcount zmpop zmscore zpopmax zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore",
    "zrank zrem zremrangebylex zremrangebyrank zremrangebyscore zrevrange zrevrangebylex zrevrangebyscore",
    "zrevrank zscan zscore zunion zunionstore",
    // Geography and counting.
    "geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch",
    "geosearchstore pfadd pfcount pfdebug pfmerge pfselftest",
    // Streams.
    "xack xadd xautoclaim xclaim xdel xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim",
    // Transactions as single commands, scripts, publish and subscribe.
    "discard exec multi unwatch watch",
    "eval_ro evalsha_ro fcall fcall_ro",
    "psubscribe publish punsubscribe spublish ssubscribe subscribe sunsubscribe unsubscribe",
    // Connections and servers.
    "asking auth hello quit readonly readwrite reset",
    "bgrewriteaof bgsave command debug failover info lastsave lolwut monitor psync replconf replicaof role",
    "save shutdown slaveof sync",
    // Added by Redis 7.2 and 7.4.
    "waitaof",
    "hexpire hexpireat hexpiretime hpersist hpexpire hpexpireat hpexpiretime hpttl httl",
    // Added by Redis 8.0: among them vector sets.
    "hgetdel hgetex hsetex sflush",
    "vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vrem vsetattr vsim",
    // Added by Redis 8.2, 8.4 and 8.6.
    "xackdel xdelex delex digest msetex hotkeys xcfgset xidmprecord",
    // Added by Redis 8.8: among them arrays.
    "blmovem increx lmovem sdiffcard sunioncard xnack",
    "arcount ardel ardelrange arget argetrange argrep arinfo arinsert arlastitems arlen armget armset",
    "arnext arop arring arscan arseek arset",
    // Added by Redis 8.12.
    "bitrangeintarray bless bzmove saddex sexpire sexpireat sexpiretime spersist spexpire spexpireat",
    "spexpiretime spttl sttl zmove zmovemember",
    // Added by Valkey.
    "clusterscan commandlog delifeq",
];

/// The first words of subcommands, each with its subcommands.
const CONTAINERS: &[(&str, &str)] = &[
    ("acl", "cat deluser dryrun genpass getuser help list load log save setuser users whoami"),
    (
        "client",
        "caching capa getredir help import-source info kill list no-evict no-touch pause reply tracking \
        trackinginfo unblock unpause",
    ),
    (
        "cluster",
        "addslots addslotsrange bumpepoch cancelslotmigrations count-failure-reports countkeysinslot \
        delslots delslotsrange failover flushslot flushslots forget getkeysinslot getslotmigrations help \
        info keyslot links meet migrateslots migration myid myshardid nodes replicas replicate reset \
        saveconfig set-config-epoch setslot shards slaves slot-stats slots",
    ),
    ("command", "count docs getkeys getkeysandflags help info list"),
    ("config", "get help resetstat rewrite set"),
    ("function", "delete dump flush help kill list load restore stats"),
    ("latency", "doctor graph help histogram history latest reset"),
    ("memory", "doctor help malloc-stats purge stats usage"),
    ("module", "help list load loadex unload"),
    ("object", "encoding freq help idletime refcount"),
    ("pubsub", "channels help numpat numsub shardchannels shardnumsub"),
    ("script", "debug help kill show"),
    ("slowlog", "get help len reset"),
    ("xgroup", "create createconsumer delconsumer destroy help setid"),
    ("xinfo", "consumers groups help stream"),
];

/// Options of `SET` that newer servers know: Redis 8.4 all of them, Valkey 8.1 the first.
pub(super) const SET_OPTIONS: &[&str] = &["ifeq", "ifne", "ifdeq", "ifdne"];

/// The command with these arguments, if a real server would carry it out and this one does not know it.
pub(super) fn command(args: &[Vec<u8>]) -> Option<NotSimulated> {
    let (name, word) = (args.first()?, args.get(1));
    let is = |wanted: &&str, word: &Vec<u8>| wanted.as_bytes().eq_ignore_ascii_case(word);
    let subcommands = CONTAINERS.iter().find(|(container, _)| is(container, name));
    let found = match (subcommands, word) {
        (Some((container, subcommands)), Some(word)) => {
            let mut all = subcommands.split_ascii_whitespace();
            all.find(|subcommand| is(subcommand, word)).map(|it| format!("{container} {it}"))
        }
        _ => {
            let mut all = COMMANDS.iter().flat_map(|line| line.split_ascii_whitespace());
            all.find(|plain| is(plain, name)).map(str::to_owned)
        }
    };
    found.map(|found| NotSimulated { command: found.to_ascii_uppercase() })
}

/// The container that is called like this. Alone, it is a name with too few arguments.
pub(super) fn container(name: &[u8]) -> Option<&'static str> {
    let mut containers = CONTAINERS.iter().map(|(container, _)| *container);
    containers.find(|container| container.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::command::execute;
    use super::super::keyspace::Keyspace;
    use super::super::reply::Reply;
    use super::super::transaction::{Batch, Request, execute_batch};
    use super::*;

    fn request(line: &str) -> Request {
        line.split(' ').map(Vec::from).collect()
    }

    fn said(line: &str) -> String {
        match execute(&mut Keyspace::default(), 0, &request(line)) {
            Ok(reply) => reply.to_string(),
            Err(missing) => missing.to_string(),
        }
    }

    fn script(body: &str) -> Result<Reply, NotSimulated> {
        let args = ["EVAL", body, "1", "k"].map(Vec::from);
        execute(&mut Keyspace::default(), 0, &args)
    }

    #[test]
    fn a_command_of_a_real_server_has_no_reply() {
        for (line, command) in [
            ("HSETNX h f 1", "HSETNX"),
            ("hsetnx", "HSETNX"),
            ("XACK", "XACK"),
            ("MULTI", "MULTI"),
            ("WATCH k", "WATCH"),
            ("SUBSCRIBE c", "SUBSCRIBE"),
            ("CLIENT LIST", "CLIENT LIST"),
            ("client no-evict on", "CLIENT NO-EVICT"),
            ("OBJECT ENCODING k", "OBJECT ENCODING"),
            ("SCRIPT KILL", "SCRIPT KILL"),
            ("CONFIG GET maxmemory", "CONFIG GET"),
            ("COMMAND", "COMMAND"),
            ("COMMAND COUNT", "COMMAND COUNT"),
            ("DELEX k", "DELEX"),
            ("DELIFEQ k v", "DELIFEQ"),
            ("HPEXPIRE h 10 FIELDS 1 f", "HPEXPIRE"),
            ("VSIM v ELE x", "VSIM"),
            ("SET k v IFEQ x", "SET IFEQ"),
            ("SET k v PX 10 ifdne x GET", "SET IFDNE"),
        ] {
            assert_eq!(said(line), format!("{command} is not simulated"), "{line}");
        }
    }

    #[test]
    fn a_name_of_no_server_is_answered_as_by_a_real_one() {
        let unknown = |name: &str| format!("(error) ERR unknown command '{name}', with args ");
        for (line, name) in [
            ("HSETNXX h f 1", "HSETNXX"),
            ("JSON.GET k", "JSON.GET"),
            ("CLIENT|LIST x", "CLIENT|LIST"),
            ("CLIENT|ID x", "CLIENT|ID"),
        ] {
            assert!(said(line).starts_with(&unknown(name)), "{line}");
        }
        for (line, reply) in [
            ("CLIENT LISTS", "ERR unknown subcommand 'LISTS'. Try CLIENT HELP."),
            ("OBJECT NOSUCH k", "ERR unknown subcommand 'NOSUCH'. Try OBJECT HELP."),
            ("OBJECT", "ERR wrong number of arguments for 'object' command"),
            ("SET k v IFEQUAL x", "ERR syntax error"),
        ] {
            assert_eq!(said(line), format!("(error) {reply}"), "{line}");
        }
    }

    #[test]
    fn a_script_cannot_hide_it() {
        let call = "redis.call('HSETNX', KEYS[1], 'f', 1)";
        for body in [
            format!("return {call}"),
            "return redis.pcall('HSETNX', KEYS[1], 'f', 1)".to_owned(),
            "redis.pcall('HSETNX', KEYS[1], 'f', 1) return 1".to_owned(),
            format!("pcall(function() {call} end) return 1"),
            format!("xpcall(function() {call} end, function() {call} end) return 1"),
            format!("coroutine.resume(coroutine.create(function() {call} end)) return 1"),
            format!("while true do pcall(function() {call} end) end"),
            format!("pcall(function() {call} end) redis.call('XLEN', KEYS[1])"),
            format!("return setmetatable({{}}, {{__index = function() {call} end}}).x"),
            format!("return pcall(string.gsub, 'x', 'x', function() {call} end)"),
        ] {
            let missing = script(&body).unwrap_err();
            assert_eq!(missing.to_string(), "HSETNX is not simulated", "{body}");
        }
        assert_eq!(script("return 7"), Ok(Reply::Int(7)));
        let misspelt = script("return redis.pcall('HSETNXX').err");
        let unknown = "ERR Unknown Redis command called from script";
        assert_eq!(misspelt, Ok(Reply::Bulk(unknown.into())));
    }

    #[test]
    fn nor_can_it_miss_a_library_of_a_real_server() {
        for (body, missing) in [
            ("return cjson.encode({})", "cjson"),
            ("return pcall(function() return cmsgpack end)", "cmsgpack"),
            ("redis.setresp(3) return 1", "redis.setresp"),
            ("pcall(redis.set_repl, redis.REPL_NONE) return 1", "redis.set_repl"),
        ] {
            assert_eq!(script(body).unwrap_err().command, missing, "{body}");
        }
    }

    #[test]
    fn a_script_gives_the_keyspace_back_with_what_it_did() {
        let mut keyspace = Keyspace::default();
        let body = "redis.call('SET', KEYS[1], 'v') redis.pcall('HSETNX', 'h', 'f', 1)";
        let args = ["EVAL", body, "1", "k"].map(Vec::from);
        assert!(execute(&mut keyspace, 0, &args).is_err());
        assert_eq!(execute(&mut keyspace, 0, &request("GET k")), Ok(Reply::Bulk("v".into())));
    }

    #[test]
    fn a_transaction_with_such_a_command_changes_nothing() {
        let mut keyspace = Keyspace::default();
        let transaction = ["SET k v", "HSETNX h f 1"].map(request).to_vec();
        let missing = execute_batch(&mut keyspace, 0, &Batch::Transaction(transaction));
        assert_eq!(missing.unwrap_err().command, "HSETNX");
        assert_eq!(keyspace, Keyspace::default());
        let with_option = ["SET k v", "SET k w IFEQ v"].map(request).to_vec();
        let missing = execute_batch(&mut keyspace, 0, &Batch::Transaction(with_option));
        assert_eq!(missing.unwrap_err().command, "SET IFEQ");
    }
}
