// The users of the README, line by line, for tests that are them.
#ifndef REHOME_TESTS_REAL_ACL_LINES_H
#define REHOME_TESTS_REAL_ACL_LINES_H

#include "stage.h"

#define ACL_PASSWORD "s3cr3t-of-the-acl"

enum { WATCHER, MOVER, LEASE }; // the README's lines

enum { WORDS_MAX = 40, WORD_SIZE = 80 };

// A line of the README in words: "ACL", "SETUSER", the user, what it is given.
typedef struct {
    char words[WORDS_MAX][WORD_SIZE];
    size_t n;
} Line;

Line readme_line(int nth);
bool is_right(const char *word); // a command or a key
bool has_word(const Line *line, const char *word);

// Type the line at every node, for a user of this name, without one right (NULL: with all). key:
// instead of the README's; NULL: that one.
void type_line(const Lab *lab, const Line *line, const char *user, const char *without,
               const char *key);

// As stage_run(), logged in as this user.
Run *run_as(const Lab *lab, const char *user, const char *const *words);

#endif
