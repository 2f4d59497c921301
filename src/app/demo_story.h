// The owner's scenario told as text, on real servers with the real engine, every time measured.
#ifndef REHOME_SRC_APP_DEMO_STORY_H
#define REHOME_SRC_APP_DEMO_STORY_H

// 0: everything happened as told; 1: something did not, and the last line says what.
int demo_story_tell(void);

#endif
