#include "speakers.h"

#include "rehome/base/mem.h"

static void speaker_done(Speaker *s)
{
    strbuf_done(&s->dialled);
    strbuf_done(&s->why);
    for (size_t i = 0; i < SAID_KINDS; i++) {
        strbuf_done(&s->said[i].text);
    }
    *s = (Speaker){0};
}

static void speakers_clear(Speakers *all)
{
    for (size_t i = 0; i < all->n; i++) {
        speaker_done(&all->at[i]);
    }
    all->n = 0;
}

void memory_turn(Memory *m)
{
    Speakers old = m->before;
    speakers_clear(&old);
    m->before = m->now;
    m->now = old;
}

void memory_forget(Memory *m)
{
    speakers_clear(&m->now);
    speakers_clear(&m->before);
    strbuf_clear(&m->view);
    m->now_ms = 0;
    m->wall_ms = 0;
}

void memory_done(Memory *m)
{
    memory_forget(m);
    mem_free(m->now.at);
    mem_free(m->before.at);
    strbuf_done(&m->view);
}

Speaker *memory_take(Memory *m, size_t place)
{
    Speakers *now = &m->now;
    now->at = mem_grow(now->at, &now->cap, now->n + 1, sizeof(*now->at));
    Speaker *s = &now->at[now->n++];
    *s = (Speaker){0};
    if (place < m->before.n) {
        *s = m->before.at[place];
        m->before.at[place] = (Speaker){0}; // it goes over as a whole
    }
    return s;
}

StrView said_text(const Said *said)
{
    return sv_of(strbuf_text(&said->text), said->text.n);
}

void memory_keep(StrBuf *reference, StrView text)
{
    enum { SLACK_PARTS = 16 };
    if (text.n >= reference->cap) {
        strbuf_done(reference);
        reference->cap = text.n + text.n / SLACK_PARTS + 1;
        reference->at = mem_alloc(reference->cap);
    }
    strbuf_clear(reference);
    strbuf_add_sv(reference, text);
}

StrBuf *memory_reference(Memory *m, Speaker *speaker, SaidKind kind)
{
    return kind == SAID_NODES ? &m->view : &speaker->said[kind].text;
}
