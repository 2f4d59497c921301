// `whatif [HOST|NODE...]`: what would be lost if these died.
#include "commands.h"
#include "look.h"
#include "rehome/base/mem.h"
#include "rehome/report/whatif_report.h"
#include "session.h"

static const WhatIf *ask_host(const Health *h, const HostLoss *host)
{
    StrBuf what = {0};
    strbuf_addf(&what, "host %s", host->host);
    const WhatIf *answer = whatif_ask(h, strbuf_text(&what), host->members, host->n_members);
    strbuf_done(&what);
    return answer;
}

// All that is named dies together. NULL: a name is nobody's, or anybody's.
static const WhatIf *ask_named(const Health *h, const Options *o, Error *err)
{
    const Snapshot *s = h->snapshot;
    int *nodes = mem_array(s->n_nodes * o->n_args, sizeof(*nodes));
    size_t n = 0;
    StrBuf what = {0};
    const WhatIf *answer = NULL;
    bool found = true;
    for (size_t i = 0; i < o->n_args && found; i++) {
        bool is_host;
        size_t more = whatif_name(h, o->args[i], nodes + n, &is_host, err);
        found = more > 0;
        if (found) {
            const Node *first = &s->nodes[nodes[n]];
            strbuf_addf(&what, "%s%s%s", i > 0 ? " and " : "", is_host ? "host " : "",
                        is_host ? first->host : first->addr);
        }
        n += more;
    }
    if (found) {
        answer = whatif_ask(h, strbuf_text(&what), nodes, n);
    }
    strbuf_done(&what);
    mem_free(nodes);
    return answer;
}

static int report_whatif(StrBuf *out, const Options *o, const Engine *e)
{
    const Health *h = engine_health(e);
    size_t n = o->n_args > 0 ? 1 : h->hosts.n;
    const WhatIf **answers = mem_array(n, sizeof(*answers));
    Error err = {0};
    bool found = true;
    if (o->n_args > 0) {
        answers[0] = ask_named(h, o, &err);
        found = answers[0] != NULL;
    }
    for (size_t i = 0; i < n && o->n_args == 0; i++) {
        answers[i] = ask_host(h, &h->hosts.at[i]);
    }
    if (!found) {
        session_say("%s", err.text);
    } else if (o->format == FORMAT_JSON) {
        whatif_json(out, h, answers, n);
    } else {
        whatif_text(out, answers, n);
    }
    for (size_t i = 0; i < n; i++) {
        whatif_free(answers[i]);
    }
    mem_free(answers);
    return found ? 0 : 2;
}

int command_whatif(const Options *o)
{
    return look_once(o, report_whatif, 1);
}
