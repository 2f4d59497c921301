#include "preview.h"

bool cast_of(const Scene *s, const MoveSpec *spec, Cast *out)
{
    const Snapshot *p = s->health->snapshot;
    *out = (Cast){
        .s = s,
        .p = p,
        .replica = snapshot_find(p, spec->replica),
        .donor = snapshot_find(p, spec->donor),
        .target = snapshot_find(p, spec->target),
    };
    if (out->replica < 0 || out->donor < 0 || out->target < 0) {
        return false;
    }
    short_name(p, out->replica, out->replica_name, NAME_MAX_BYTES);
    short_name(p, out->donor, out->donor_name, NAME_MAX_BYTES);
    short_name(p, out->target, out->target_name, NAME_MAX_BYTES);
    return true;
}

static void draw_branch(const Cast *cast, Canvas *c, int x, int y, int w, int node, bool last,
                        bool moved)
{
    char name[NAME_MAX_BYTES];
    Words state = replica_words(cast->s, node);
    short_name(cast->p, node, name, sizeof(name));
    int at =
        canvas_text(c, x, y, w, ROLE_FRAME, glyph_text(last ? GLYPH_LAST : GLYPH_BRANCH, c->ascii));
    Role role = moved ? ROLE_MOVING : state.role;
    at = canvas_text(c, at + 1, y, x + w - at - 1, role, glyph_text(state.glyph, c->ascii));
    at = canvas_text(c, at + 1, y, x + w - at - 1, moved ? ROLE_MOVING : ROLE_TEXT, name);
    if (moved) {
        canvas_text(c, at + 2, y, x + w - at - 2, ROLE_MOVING, "moved");
    }
}

// One master with its replicas, less one, plus one (-1: none).
static void draw_family(const Cast *cast, Canvas *c, Rect r, int master, int less, int plus,
                        bool healed)
{
    const Node *n = &cast->p->nodes[master];
    Words state = master_words(cast->s, master);
    char name[NAME_MAX_BYTES];
    short_name(cast->p, master, name, sizeof(name));
    int y = r.y;
    int end = r.y + r.h;
    if (y >= end) {
        return;
    }
    bool orphan = state.role == ROLE_ORPHAN && !healed;
    Glyph glyph = healed ? GLYPH_OK : state.glyph;
    bool gives_last = less >= 0 && cast->s->health->of[master].spares <= 1;
    Role role = orphan ? ROLE_ORPHAN : healed || gives_last ? ROLE_OK : state.role;
    int at = canvas_text(c, r.x, y, r.w, role, glyph_text(glyph, c->ascii));
    canvas_textf(c, at, y, r.x + r.w - at, orphan ? ROLE_ORPHAN : ROLE_MASTER, " %s%s", name,
                 orphan ? " ORPHANED" : "");
    y++;
    int left = (int)n->n_replicas - (less >= 0) + (plus >= 0);
    for (size_t i = 0; i < n->n_replicas && y < end; i++) {
        if (n->replicas[i] == less) {
            continue;
        }
        left--;
        if (y + 1 == end && left > 0) {
            canvas_textf(c, r.x, y++, r.w, ROLE_DIM, "   %d more", left + 1);
            return;
        }
        draw_branch(cast, c, r.x, y++, r.w, n->replicas[i], left == 0, false);
    }
    if (plus >= 0 && y < end) {
        draw_branch(cast, c, r.x, y, r.w, plus, true, true);
    }
}

static int family_size(const Cast *cast, int master)
{
    return 1 + (int)cast->p->nodes[master].n_replicas;
}

int preview_height(const Cast *cast)
{
    return family_size(cast, cast->target) + 1 + family_size(cast, cast->donor) + 1;
}

void preview_draw(const Cast *cast, Canvas *c, Rect r)
{
    int half = r.w / 2;
    Rect now = {r.x, r.y + 1, half - 2, r.h - 1};
    Rect then = {r.x + half, r.y + 1, r.w - half, r.h - 1};
    canvas_text(c, now.x, r.y, now.w, ROLE_DIM, "now");
    canvas_text(c, then.x, r.y, then.w, ROLE_DIM, "then");
    // Both families share the height; the donor's begins at the same line on both sides.
    int target_h = family_size(cast, cast->target) + 1;
    int most = (r.h - 1) / 2;
    target_h =
        target_h > most && target_h + family_size(cast, cast->donor) > r.h - 1 ? most : target_h;
    bool healed = cast->s->health->of[cast->target].master == STATE_ORPHANED;
    draw_family(cast, c, (Rect){now.x, now.y, now.w, target_h}, cast->target, -1, -1, false);
    draw_family(cast, c, (Rect){then.x, then.y, then.w, target_h}, cast->target, -1, cast->replica,
                healed);
    int rest = r.h - 1 - target_h;
    draw_family(cast, c, (Rect){now.x, now.y + target_h, now.w, rest}, cast->donor, -1, -1, false);
    draw_family(cast, c, (Rect){then.x, then.y + target_h, then.w, rest}, cast->donor,
                cast->replica, -1, false);
}
