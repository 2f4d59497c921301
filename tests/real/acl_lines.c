#include "acl_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readme.h"
#include "rehome/base/str.h"

Line readme_line(int nth)
{
    StrView rest = sv(readme_block("Rights", "redis", 0));
    StrView text = {0};
    for (int i = 0; i <= nth; i++) {
        assert_true(sv_next(&rest, '\n', &text) && text.n > 0);
    }
    Line line = {0};
    StrView word;
    while (sv_next(&text, ' ', &word)) {
        assert_true(line.n < WORDS_MAX && word.n > 0 && word.n < WORD_SIZE);
        snprintf(line.words[line.n++], WORD_SIZE, "%.*s", (int)word.n, word.at);
    }
    assert_true(line.n > 3);
    assert_string_equal(line.words[1], "SETUSER");
    return line;
}

bool is_right(const char *word)
{
    return word[0] == '+' || word[0] == '~';
}

bool has_word(const Line *line, const char *word)
{
    for (size_t i = 3; i < line->n; i++) {
        if (strcmp(line->words[i], word) == 0) {
            return true;
        }
    }
    return false;
}

void type_line(const Lab *lab, const Line *line, const char *user, const char *without,
               const char *key)
{
    char words[WORDS_MAX][WORD_SIZE];
    const char *argv[WORDS_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < line->n; i++) {
        const char *word = i == 2 ? user : line->words[i];
        if (without != NULL && strcmp(word, without) == 0) {
            continue;
        }
        if (strcmp(word, ">PASSWORD") == 0) {
            snprintf(words[n], WORD_SIZE, ">%s", ACL_PASSWORD);
        } else if (key != NULL && word[0] == '~') {
            snprintf(words[n], WORD_SIZE, "~%s", key);
        } else {
            snprintf(words[n], WORD_SIZE, "%s", word);
        }
        argv[n] = words[n];
        n++;
    }
    for (size_t i = 0; i < lab_size(lab); i++) {
        stage_wait_reply(lab, lab_port(lab, i), "OK", argv);
    }
}

Run *run_as(const Lab *lab, const char *user, const char *const *words)
{
    const char *argv[WORDS_MAX] = {NULL};
    size_t n = 0;
    for (; words[n] != NULL; n++) {
        argv[n] = words[n];
    }
    argv[n++] = "--user";
    argv[n++] = user;
    setenv("REDISCLI_AUTH", ACL_PASSWORD, 1);
    Run *run = stage_run(lab, argv);
    unsetenv("REDISCLI_AUTH");
    return run;
}
