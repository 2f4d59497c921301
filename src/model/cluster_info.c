#include "fields.h"
#include "rehome/base/mem.h"
#include "rehome/model/info.h"

// Both tables are sorted as fields_set() wants it.
#define AT(member) offsetof(ClusterInfo, member)
static const Field cluster_fields[] = {
    {FIELD_NAME("cluster_size"), FIELD_INT, AT(size), NULL},
    {FIELD_NAME("cluster_state"), FIELD_IS, AT(state_ok), "ok"},
    {FIELD_NAME("cluster_my_epoch"), FIELD_U64, AT(my_epoch), NULL},
    {FIELD_NAME("cluster_slots_ok"), FIELD_INT, AT(slots_ok), NULL},
    {FIELD_NAME("cluster_slots_fail"), FIELD_INT, AT(slots_fail), NULL},
    {FIELD_NAME("cluster_known_nodes"), FIELD_INT, AT(known_nodes), NULL},
    {FIELD_NAME("cluster_slots_pfail"), FIELD_INT, AT(slots_pfail), NULL},
    {FIELD_NAME("cluster_current_epoch"), FIELD_U64, AT(current_epoch), NULL},
    {FIELD_NAME("cluster_slots_assigned"), FIELD_INT, AT(slots_assigned), NULL},
};
#undef AT

#define AT(member) offsetof(ServerSettings, member)
static const Field settings_fields[] = {
    {FIELD_NAME("cluster-node-timeout"), FIELD_I64, AT(node_timeout_ms), NULL},
    {FIELD_NAME("cluster-migration-barrier"), FIELD_INT, AT(barrier), NULL},
    {FIELD_NAME("cluster-slave-no-failover"), FIELD_TRI, AT(no_failover), NULL},
    {FIELD_NAME("cluster-replica-no-failover"), FIELD_TRI, AT(no_failover), NULL},
    {FIELD_NAME("cluster-require-full-coverage"), FIELD_TRI, AT(require_coverage), NULL},
    {FIELD_NAME("cluster-slave-validity-factor"), FIELD_INT, AT(validity_factor), NULL},
    {FIELD_NAME("cluster-allow-replica-migration"), FIELD_TRI, AT(allow_migration), NULL},
    {FIELD_NAME("cluster-replica-validity-factor"), FIELD_INT, AT(validity_factor), NULL},
};
#undef AT

void cluster_info_parse(StrView text, ClusterInfo *out)
{
    *out = (ClusterInfo){0};
    StrView name;
    StrView value;
    while (fields_next(&text, ':', &name, &value)) {
        fields_set(cluster_fields, ARRAY_LEN(cluster_fields), out, name, value, NULL);
        out->known = out->known || sv_is(name, "cluster_state");
    }
}

void settings_parse(StrView text, ServerSettings *out)
{
    *out = (ServerSettings){.barrier = -1, .node_timeout_ms = -1, .validity_factor = -1};
    StrView name;
    StrView value;
    while (fields_next(&text, ' ', &name, &value)) {
        fields_set(settings_fields, ARRAY_LEN(settings_fields), out, name, value, NULL);
    }
}

static bool is_of_cluster(StrView name)
{
    return fields_know(cluster_fields, ARRAY_LEN(cluster_fields), name);
}

void cluster_info_keep(StrView reply, StrBuf *out)
{
    fields_keep(reply, ':', is_of_cluster, out);
}

static bool is_setting(StrView name)
{
    return fields_know(settings_fields, ARRAY_LEN(settings_fields), name);
}

void settings_keep(StrView reply, StrBuf *out)
{
    fields_keep(reply, ' ', is_setting, out);
}
