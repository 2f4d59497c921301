#include "shape.h"

#include "rehome/model/slots.h"

LabNode *shape_nodes(const Shape *shape, Arena *arena, size_t *n)
{
    int most = shape->masters * (shape->replicas + 1) + shape->spares;
    LabNode *nodes = arena_array(arena, (size_t)most, sizeof(*nodes));
    *n = 0;
    for (int i = 0; i < shape->masters; i++) {
        int first = i * SLOT_COUNT / shape->masters;
        int last = (i + 1) * SLOT_COUNT / shape->masters - 1;
        nodes[(*n)++] = (LabNode){.host = 11 + i % shape->hosts,
                                  .port = 7001 + i,
                                  .master = -1,
                                  .slots = arena_printf(arena, "%d-%d", first, last)};
    }
    for (int i = 0; i < shape->masters; i++) {
        int replicas = shape->replicas + (i < shape->spares ? 1 : 0);
        for (int k = 1; k <= replicas; k++) {
            nodes[(*n)++] = (LabNode){
                .host = 11 + (i + k) % shape->hosts, .port = 7001 + i + 100 * k, .master = i};
        }
    }
    return nodes;
}
