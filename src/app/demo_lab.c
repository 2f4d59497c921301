#include "demo_lab.h"

#include <string.h>

#include "rehome/base/mem.h"

static volatile sig_atomic_t stop;

static void on_signal(int signal_number)
{
    stop = signal_number;
}

Lab *demo_lab_start(void (*say)(void *ctx, const char *text), Error *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before[ARRAY_LEN(signals)];
    struct sigaction give_up = {.sa_handler = on_signal};
    LabSpec spec = lab_scenario;
    spec.stop = &stop;
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], &give_up, &before[i]);
    }
    Lab *lab = lab_start(&spec, say, NULL, err);
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        sigaction(signals[i], &before[i], NULL);
    }
    return lab;
}
