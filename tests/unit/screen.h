// Screens kept in tests/golden/screen-*.txt, and the clusters that they mostly show.
#ifndef REHOME_TESTS_UNIT_SCREEN_H
#define REHOME_TESTS_UNIT_SCREEN_H

#include "stage.h"

// The screen is as kept, text and roles.
void screen_show(const char *name, Ui *ui, const Scene *s, int w, int h, bool ascii);

void screen_press(Ui *ui, const Scene *s, const char *keys); // names, separated by spaces

// A dashboard of its own, after these keys; its file is screen-WHAT-WxH.txt.
void screen_at(const char *what, Stage *st, const char *keys, int w, int h);
void screen_at_three_sizes(const char *what, Stage *st, const char *keys);

Stage *stage_healthy(void);    // the owner's cluster at rest
Stage *stage_orphaned(void);   // :7008 was killed, 12 s ago the cluster agreed
Stage *stage_moving(void);     // :7004 is on its way to :7001 by our own hand, and loads
Stage *stage_all_states(void); // everything that can be wrong at a node, in one tree
Stage *stage_names(void);      // nodes whose names are wide, combined or hostile

#endif
