#include "unit.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/info.h"

static NodeInfo parse(Arena *arena, const char *text)
{
    NodeInfo info;
    info_parse(sv(text), arena, &info);
    return info;
}

static void nothing_told_is_unknown(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    static const char *const texts[] = {"", "garbage", ":\r\n",
                                        "# Server\r\n\r\nused_memory:lots\r\n",
                                        "slave0:\r\nslaveX:ip=1\r\ndb0:\r\ndb:keys=4\r\n"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        NodeInfo info = parse(arena, texts[i]);
        assert_string_equal(info.version, "");
        assert_string_equal(info.run_id, "");
        assert_string_equal(info.availability_zone, "");
        assert_string_equal(info.master_replid, "");
        assert_string_equal(info.master_host, "");
        assert_false(info.is_valkey || info.is_master || info.link_up || info.loading);
        assert_true(info.last_bgsave_ok);
        assert_int_equal(info.uptime_s, -1);
        assert_int_equal(info.process_id, -1);
        assert_int_equal(info.link_down_s, -1);
        assert_int_equal(info.last_io_s, -1);
        assert_int_equal(info.repl_offset, -1);
        assert_int_equal(info.sync_total_bytes, -1);
        assert_int_equal(info.sync_read_bytes, -1);
        assert_int_equal(info.sync_left_bytes, -1);
        assert_int_equal(info.replica_priority, -1);
        assert_int_equal(info.connected_slaves, -1);
        assert_int_equal(info.n_slaves, 0);
        assert_int_equal(info.master_repl_offset, -1);
        assert_int_equal(info.backlog_bytes, -1);
        assert_int_equal(info.loading_total_bytes, -1);
        assert_int_equal(info.loading_done_bytes, -1);
        assert_int_equal(info.loading_eta_s, -1);
        assert_int_equal(info.used_memory, -1);
        assert_int_equal(info.maxmemory, -1);
        assert_int_equal(info.total_system_memory, -1);
        assert_int_equal(info.used_memory_rss, -1);
        assert_int_equal(info.ops_per_s, -1);
        assert_int_equal(info.latest_fork_us, -1);
        assert_int_equal(info.connected_clients, -1);
        assert_int_equal(info.input_kbps_milli, -1);
        assert_int_equal(info.keys, 0);
    }
    arena_free(arena);
}

static void a_master_tells_of_its_replicas(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodeInfo info = parse(
        arena,
        "# Server\r\nredis_version:7.0.15\r\nprocess_id:4242\r\nrun_id:abc\r\n"
        "uptime_in_seconds:99\r\n# Clients\r\nconnected_clients:5\r\n"
        "# Memory\r\nused_memory:1181116006\r\nused_memory_rss:1200000000\r\n"
        "total_system_memory:68719476736\r\nmaxmemory:0\r\n"
        "# Persistence\r\nloading:0\r\nasync_loading:0\r\nrdb_bgsave_in_progress:1\r\n"
        "rdb_last_bgsave_status:err\r\n"
        "# Stats\r\ninstantaneous_ops_per_sec:11000\r\ninstantaneous_input_kbps:41.57\r\n"
        "latest_fork_usec:1200\r\n"
        "# Replication\r\nrole:master\r\nconnected_slaves:5\r\n"
        "slave0:ip=127.0.99.171,port=7004,state=online,offset=4200,lag=1\r\n"
        "slave1:ip=fd00::2,port=7002,state=wait_bgsave,offset=0,lag=0\r\n"
        "slave2:ip=10.0.0.3,port=7003,state=send_bulk,offset=0,lag=0,type=replica\r\n"
        "slave3:ip=10.0.0.4,port=7004,state=bg_transfer,offset=0,lag=0,type=main-channel\r\n"
        "slave4:ip=10.0.0.5,port=7005,state=send_bulk_and_stream,offset=0,lag=0\r\n"
        "slave10:ip=10.0.0.6,port=7006,state=dreaming,offset=x,lag=\r\n"
        "slave11:ip=10.0.0.7,state=online\r\n"
        "master_replid:0123456789012345678901234567890123456789\r\nmaster_repl_offset:4242\r\n"
        "repl_backlog_histlen:1048576\r\n# Cluster\r\ncluster_enabled:1\r\n"
        "# Keyspace\r\ndb0:keys=10,expires=2,avg_ttl=0\r\ndb3:keys=5,expires=0,avg_ttl=0\r\n");
    assert_string_equal(info.version, "7.0.15");
    assert_false(info.is_valkey);
    assert_int_equal(info.process_id, 4242);
    assert_string_equal(info.run_id, "abc");
    assert_int_equal(info.uptime_s, 99);
    assert_int_equal(info.connected_clients, 5);
    assert_int_equal(info.used_memory, 1181116006);
    assert_int_equal(info.used_memory_rss, 1200000000);
    assert_true(info.total_system_memory == INT64_C(68719476736));
    assert_int_equal(info.maxmemory, 0);
    assert_false(info.loading);
    assert_true(info.bgsave_in_progress);
    assert_false(info.last_bgsave_ok);
    assert_int_equal(info.ops_per_s, 11000);
    assert_int_equal(info.input_kbps_milli, 41570);
    assert_int_equal(info.latest_fork_us, 1200);
    assert_true(info.is_master);
    assert_true(info.cluster_enabled);
    assert_int_equal(info.connected_slaves, 5);
    assert_int_equal(info.master_repl_offset, 4242);
    assert_int_equal(info.backlog_bytes, 1048576);
    assert_int_equal(info.keys, 15);
    assert_int_equal(info.n_slaves, 6);
    assert_string_equal(info.slaves[0].ip, "127.0.99.171");
    assert_int_equal(info.slaves[0].port, 7004);
    assert_int_equal(info.slaves[0].offset, 4200);
    assert_int_equal(info.slaves[0].lag_s, 1);
    static const SlaveState states[] = {SLAVE_ONLINE,    SLAVE_WAIT_BGSAVE, SLAVE_SEND_BULK,
                                        SLAVE_SEND_BULK, SLAVE_SEND_BULK,   SLAVE_UNKNOWN};
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        assert_int_equal(info.slaves[i].state, states[i]);
    }
    assert_string_equal(info.slaves[1].ip, "fd00::2");
    assert_int_equal(info.slaves[5].offset, -1);
    assert_int_equal(info.slaves[5].lag_s, -1);
    arena_free(arena);
}

static void a_replica_tells_of_its_link(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodeInfo info = parse(arena, "role:slave\nmaster_host:127.0.99.170\nmaster_port:7001\n"
                                 "master_link_status:up\nmaster_last_io_seconds_ago:3\n"
                                 "master_sync_in_progress:0\nslave_repl_offset:4200\n"
                                 "slave_priority:100\nconnected_slaves:0\n");
    assert_false(info.is_master);
    assert_string_equal(info.master_host, "127.0.99.170");
    assert_int_equal(info.master_port, 7001);
    assert_true(info.link_up);
    assert_false(info.sync_in_progress);
    assert_int_equal(info.last_io_s, 3);
    assert_int_equal(info.repl_offset, 4200);
    assert_int_equal(info.replica_priority, 100);
    assert_int_equal(info.link_down_s, -1);

    info = parse(arena, "role:slave\r\nmaster_host:\033[1mh\r\nmaster_port:99999999999\r\n"
                        "master_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\n"
                        "master_sync_in_progress:1\r\nmaster_sync_total_bytes:1000\r\n"
                        "master_sync_read_bytes:400\r\nmaster_sync_left_bytes:600\r\n"
                        "master_link_down_since_seconds:12\r\n");
    assert_string_equal(info.master_host, "?[1mh");
    assert_int_equal(info.master_port, 0);
    assert_false(info.link_up);
    assert_true(info.sync_in_progress);
    assert_int_equal(info.last_io_s, -1);
    assert_int_equal(info.sync_total_bytes, 1000);
    assert_int_equal(info.sync_read_bytes, 400);
    assert_int_equal(info.sync_left_bytes, 600);
    assert_int_equal(info.link_down_s, 12);
    arena_free(arena);
}

static void absurd_values_are_unknown(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    // While the master forks, a diskless transfer, and a link that never was up before 6.2.
    NodeInfo info =
        parse(arena, "master_sync_total_bytes:-1\r\nmaster_sync_left_bytes:-52428800\r\n"
                     "master_sync_perc:-0.00\r\n"
                     "master_link_down_since_seconds:1700000000\r\n");
    assert_int_equal(info.sync_total_bytes, -1);
    assert_int_equal(info.sync_left_bytes, -1);
    assert_int_equal(info.link_down_s, -1);
    info = parse(arena, "master_sync_total_bytes:0\r\nmaster_link_down_since_seconds:-1\r\n"
                        "used_memory:18446744073709551615\r\nused_memory_rss:-5\r\n"
                        "db0:keys=-3\r\ndb1:keys=9223372036854775807\r\n"
                        "db2:keys=9223372036854775807\r\n");
    assert_int_equal(info.sync_total_bytes, 0);
    assert_int_equal(info.link_down_s, -1);
    assert_int_equal(info.used_memory, -1);
    assert_int_equal(info.used_memory_rss, -1);
    assert_true(info.keys == INT64_MAX);
    arena_free(arena);
}

static void loading_of_either_kind_counts(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodeInfo info = parse(arena, "loading:1\r\nasync_loading:0\r\nloading_total_bytes:1000\r\n"
                                 "loading_loaded_bytes:250\r\nloading_loaded_perc:25.00\r\n"
                                 "loading_eta_seconds:9\r\n");
    assert_true(info.loading);
    assert_int_equal(info.loading_total_bytes, 1000);
    assert_int_equal(info.loading_done_bytes, 250);
    assert_int_equal(info.loading_eta_s, 9);
    assert_true(parse(arena, "loading:0\r\nasync_loading:1\r\n").loading);
    assert_false(parse(arena, "loading:0\r\nasync_loading:0\r\n").loading);
    arena_free(arena);
}

static void valkey_is_known_by_its_own_version(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    NodeInfo info = parse(arena, "redis_version:7.2.4\r\nserver_name:valkey\r\n"
                                 "valkey_version:8.1.0\r\navailability_zone:eu-1a\r\n");
    assert_true(info.is_valkey);
    assert_string_equal(info.version, "8.1.0");
    assert_string_equal(info.availability_zone, "eu-1a");
    arena_free(arena);
}

static void cluster_info_is_read(void **state)
{
    (void)state;
    ClusterInfo info;
    cluster_info_parse(sv("cluster_state:ok\r\ncluster_slots_assigned:16384\r\n"
                          "cluster_slots_ok:16000\r\ncluster_slots_pfail:84\r\n"
                          "cluster_slots_fail:300\r\ncluster_known_nodes:7\r\ncluster_size:3\r\n"
                          "cluster_current_epoch:9\r\ncluster_my_epoch:2\r\n"
                          "cluster_stats_messages_ping_sent:1\r\nnew_thing:x\r\n"),
                       &info);
    assert_true(info.known);
    assert_true(info.state_ok);
    assert_int_equal(info.slots_assigned, 16384);
    assert_int_equal(info.slots_ok, 16000);
    assert_int_equal(info.slots_pfail, 84);
    assert_int_equal(info.slots_fail, 300);
    assert_int_equal(info.known_nodes, 7);
    assert_int_equal(info.size, 3);
    assert_true(info.current_epoch == 9);
    assert_true(info.my_epoch == 2);
    cluster_info_parse(sv("cluster_state:fail\n"), &info);
    assert_true(info.known);
    assert_false(info.state_ok);
    cluster_info_parse(sv("ERR This instance has cluster support disabled"), &info);
    assert_false(info.known);
}

static void settings_of_any_version_are_read(void **state)
{
    (void)state;
    ServerSettings s;
    settings_parse(sv("cluster-announce-ip \ncluster-migration-barrier 2\n"
                      "cluster-allow-replica-migration no\ncluster-replica-no-failover yes\n"
                      "cluster-require-full-coverage yes\ncluster-node-timeout 2000\n"),
                   &s);
    assert_int_equal(s.barrier, 2);
    assert_int_equal(s.allow_migration, TRI_NO);
    assert_int_equal(s.no_failover, TRI_YES);
    assert_int_equal(s.require_coverage, TRI_YES);
    assert_int_equal(s.node_timeout_ms, 2000);
    settings_parse(sv("cluster-slave-no-failover yes\r\ncluster-node-timeout soon"), &s);
    assert_int_equal(s.barrier, -1);
    assert_int_equal(s.allow_migration, TRI_UNKNOWN);
    assert_int_equal(s.no_failover, TRI_YES);
    assert_int_equal(s.node_timeout_ms, -1);
}

TESTS(info, cmocka_unit_test(nothing_told_is_unknown),
      cmocka_unit_test(a_master_tells_of_its_replicas),
      cmocka_unit_test(a_replica_tells_of_its_link), cmocka_unit_test(absurd_values_are_unknown),
      cmocka_unit_test(loading_of_either_kind_counts),
      cmocka_unit_test(valkey_is_known_by_its_own_version), cmocka_unit_test(cluster_info_is_read),
      cmocka_unit_test(settings_of_any_version_are_read))
