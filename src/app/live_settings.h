// Settings that can be changed while the dashboard runs: those of the option table that say so.
#ifndef REHOME_APP_LIVE_SETTINGS_H
#define REHOME_APP_LIVE_SETTINGS_H

#include "option_table.h"
#include "rehome/app/engine.h"

typedef struct {
    Options now; // what holds; texts in it are borrowed
    UiSetting at[OPTIONS_MAX];
    size_t n;
} LiveSettings;

LiveSettings live_settings(const Options *o);

// Take over a value as it was typed, and let engine and screen have it. out is told to the person.
bool live_settings_set(LiveSettings *l, const char *name, const char *value, Engine *e, Ui *ui,
                       StrBuf *out, Error *err);

#endif
