// The demo's cluster, which whoever has to wait for it may stop.
#ifndef REHOME_SRC_APP_DEMO_LAB_H
#define REHOME_SRC_APP_DEMO_LAB_H

#include "rehome/app/lab.h"

// The owner's scenario. SIGINT, SIGTERM and SIGHUP meanwhile end it in order, with its folder: NULL
// and err, as on every other failure. say is given NULL as its context.
Lab *demo_lab_start(void (*say)(void *ctx, const char *text), Error *err);

#endif
