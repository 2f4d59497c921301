// config.ini: read into the options it stands for, and everything wrong with it told at once.
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/app/config.h"
#include "../../src/app/option_table.h"
#include "rehome/base/mem.h"

static char path[] = "/tmp/rehome-config-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    snprintf(path + strlen(path) - 6, 7, "XXXXXX");
    int fd = mkstemp(path);
    return fd >= 0 ? close(fd) : -1;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

static void done(Options *o)
{
    option_table_done(o);
    key_remap_free(o->keys);
    aliases_done(&o->aliases);
}

// What is wrong with a file of this text, without its name; "" nothing.
static char *wrong_with(const char *text)
{
    StrBuf wrong = {0};
    StrBuf bare = {0};
    Options o = options_default();
    write_file(text);
    bool ok = config_read(path, true, &o, &wrong);
    assert_int_equal(ok, wrong.n == 0);
    StrView rest = sv(strbuf_text(&wrong));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        assert_true(sv_starts(line, path));
        strbuf_addf(&bare, "%.*s\n", (int)(line.n - strlen(path) - 1), line.at + strlen(path) + 1);
    }
    done(&o);
    char *out = mem_strdup(strbuf_text(&bare));
    strbuf_done(&wrong);
    strbuf_done(&bare);
    return out;
}

static void assert_wrong(const char *text, const char *says)
{
    char *wrong = wrong_with(text);
    if (strcmp(wrong, says) != 0) {
        fail_msg("of \"%s\" wanted \"%s\", got \"%s\"", text, says, wrong);
    }
    mem_free(wrong);
}

// A value that an option takes and that is not what is built in.
static const char *sample(const Option *option)
{
    switch (option->kind) {
    case KIND_FLAG:
        return "yes";
    case KIND_TEXT:
    case KIND_KEY:
    case KIND_SECRET:
        return "a word";
    case KIND_INT:
    case KIND_SECONDS:
        return "7";
    case KIND_MODE:
        return "observe";
    case KIND_FENCE:
        return "require";
    case KIND_FORMAT:
        return "json";
    case KIND_CONFIRM:
        return "ask";
    case KIND_SHELL:
        return "zsh";
    case KIND_MAP:
        return "10.0.0.1:7001=127.0.0.1:17001 *=h";
    }
    return "";
}

static void assert_same(const Options *a, const Options *b)
{
    for (size_t i = 0; i < option_table_n; i++) {
        StrBuf left = {0};
        StrBuf right = {0};
        option_show(a, &option_table[i], &left);
        option_show(b, &option_table[i], &right);
        if (option_table[i].kind == KIND_SECRET) {
            strbuf_add(&left, a->pass != NULL ? a->pass : "");
            strbuf_add(&right, b->pass != NULL ? b->pass : "");
        }
        if (strcmp(strbuf_text(&left), strbuf_text(&right)) != 0) {
            fail_msg("%s is '%s' and '%s'", option_table[i].name, strbuf_text(&left),
                     strbuf_text(&right));
        }
        strbuf_done(&left);
        strbuf_done(&right);
    }
}

static void the_file_sets_every_option_as_its_flag_does(void **state)
{
    (void)state;
    assert_in_range(option_table_n, 1, OPTIONS_MAX);
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *option = &option_table[i];
        Options by_flag = options_default();
        Options by_file = options_default();
        Error err = {0};
        StrBuf wrong = {0};
        char text[120];
        snprintf(text, sizeof(text), "[rehome]\n%s = %s\n", option->name, sample(option));
        write_file(text);
        bool ok = config_read(path, true, &by_file, &wrong);
        if ((option->traits & OPTION_NOT_IN_FILE) != 0) {
            assert_false(ok);
            assert_non_null(strstr(strbuf_text(&wrong), "is for the command line only"));
        } else {
            assert_string_equal(strbuf_text(&wrong), "");
            assert_true(option_read(&by_flag, option, option->name, sample(option), &err));
            assert_same(&by_flag, &by_file);
            option_reset(&by_file, option);
            const Options built_in = options_default();
            assert_same(&built_in, &by_file);
        }
        strbuf_done(&wrong);
        done(&by_flag);
        done(&by_file);
    }
}

static void a_value_is_shown_as_it_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_table_n; i++) {
        Options o = options_default();
        Error err = {0};
        StrBuf shown = {0};
        assert_true(option_read(&o, &option_table[i], "it", sample(&option_table[i]), &err));
        option_show(&o, &option_table[i], &shown);
        if (option_table[i].kind != KIND_SECRET) {
            assert_string_equal(strbuf_text(&shown), sample(&option_table[i]));
        }
        strbuf_done(&shown);
        done(&o);
    }
}

static void a_map_may_have_several_lines_and_be_added_to(void **state)
{
    (void)state;
    Options o = options_default();
    StrBuf wrong = {0};
    StrBuf shown = {0};
    Error err = {0};
    const Option *map = option_find(sv("map"));
    write_file("[rehome]\nmap = 10.0.0.1=a 10.0.0.2=b\nmap = [fd00::1]:7001=c:1\n");
    assert_true(config_read(path, true, &o, &wrong));
    assert_true(option_read(&o, map, "--map", "10.0.0.2=d", &err)); // the command line goes before
    assert_true(option_read(&o, map, "--map", "10.0.0.3=e", &err));
    option_show(&o, map, &shown);
    assert_string_equal(strbuf_text(&shown), "10.0.0.1=a 10.0.0.2=d [fd00::1]:7001=c:1 10.0.0.3=e");
    strbuf_done(&shown);
    strbuf_done(&wrong);
    done(&o);
    assert_wrong("[rehome]\nmap = 10.0.0.1\n",
                 "2: map \"10.0.0.1\": expected FROM=TO, each HOST or HOST:PORT, an IPv6 address "
                 "with a port as [fd00::1]:7001; FROM may be *\n");
}

// The comment marks before names taken away.
static void uncomment(const StrBuf *file, StrBuf *out)
{
    StrView rest = sv(strbuf_text(file));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        bool is_value = line.n > 1 && line.at[0] == '#' && line.at[1] != ' ';
        strbuf_add_sv(out, is_value ? sv_of(line.at + 1, line.n - 1) : line);
        strbuf_add(out, "\n");
    }
}

static void the_default_file_changes_nothing(void **state)
{
    (void)state;
    StrBuf file = {0};
    StrBuf bare = {0};
    config_default(&file);
    uncomment(&file, &bare);
    assert_wrong(strbuf_text(&file), "");
    assert_wrong(strbuf_text(&bare), "");
    assert_true(file.n > bare.n + 40);
    Options o = options_default();
    const Options built_in = options_default();
    StrBuf wrong = {0};
    assert_true(config_read(path, true, &o, &wrong)); // the bare one
    assert_same(&o, &built_in);
    for (size_t i = 0; i < keys_built_in.n; i++) {
        assert_string_equal(key_remap_map(o.keys)->at[i].keys, keys_built_in.at[i].keys);
    }
    done(&o);
    strbuf_done(&wrong);
    strbuf_done(&file);
    strbuf_done(&bare);
}

static void the_example_of_the_readme_is_one(void **state)
{
    (void)state;
    char text[16384] = "";
    const char *root = getenv("REHOME_ROOT");
    char name[512];
    snprintf(name, sizeof(name), "%s/README.md", root != NULL ? root : ".");
    FILE *f = fopen(name, "re");
    assert_non_null(f);
    StrBuf example = {0};
    bool is_in = false;
    while (fgets(text, sizeof(text), f) != NULL) {
        bool is_fence = strncmp(text, "```", 3) == 0;
        if (is_in && !is_fence) {
            strbuf_add(&example, text);
        }
        is_in = is_fence ? strcmp(text, "```ini\n") == 0 : is_in;
    }
    fclose(f);
    assert_true(example.n > 100);
    assert_wrong(strbuf_text(&example), "");
    strbuf_done(&example);
}

static void all_that_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    assert_wrong("[rehome]\ngrce = 20\ngrace = 20x\n\n# fine\nhalf\nport = 0\nforce = yes\n",
                 "2: there is no setting 'grce'; did you mean grace?\n"
                 "3: grace wants seconds from 0 to 86400, got '20x'\n"
                 "6: expected a line such as 'name = value'\n"
                 "7: port wants a number from 1 to 65535, got '0'\n"
                 "8: force is for the command line only\n");
    assert_wrong("[rehome]\nmax-moves-per-hour = 65\n", // so many tries are remembered
                 "2: max-moves-per-hour wants a number from 1 to 64, got '65'\n");
    assert_wrong("grace = 1\n[rehom]\nfloor = 2\n",
                 "1: 'grace' stands before any section: begin with a line [rehome]\n"
                 "2: there is no section [rehom]; did you mean [rehome]?\n");
    assert_wrong("[rehome]\nfloor = 1\n  floor = 2\nspread = maybe\n[keys\n",
                 "3: floor stands there twice: in line 2 already\n"
                 "4: spread wants yes or no\n"
                 "5: expected a line such as 'name = value'\n");
    assert_wrong(
        "[keys]\nmove = u\n",
        "2: the key u is one of `undo` here: tree, problems, details; give `undo` another key\n");
}

static void sets_of_columns_and_aliases_are_read(void **state)
{
    (void)state;
    Options o = options_default();
    StrBuf wrong = {0};
    write_file("[columns]\nops = state name slots memory\nminimal = name bar\n"
               "[aliases]\ncache-a = 10.0.0.1:7001\ncache-b: 7f3c91d2\n");
    assert_true(config_read(path, true, &o, &wrong));
    const ColumnSet *set = column_sets_find(&o.column_sets, sv("ops"));
    assert_non_null(set);
    assert_true(set->has[COLUMN_SLOTS] && !set->has[COLUMN_OPS]);
    assert_true(column_sets_find(&o.column_sets, sv("minimal"))->has[COLUMN_BAR]);
    assert_int_equal(o.aliases.n, 2);
    assert_string_equal(o.aliases.at[0].name, "cache-a");
    assert_string_equal(o.aliases.at[1].node, "7f3c91d2");
    done(&o);
    strbuf_done(&wrong);
    assert_wrong(
        "[columns]\nauto = name\nops = nmae\n[aliases]\n7001 = a:1\na = b:1\na = c:1\n"
        "b =\n",
        "2: the columns of 'auto' follow from the width of the screen\n"
        "3: there is no column 'nmae': name, state, why, bar, slots, memory, ops, keys\n"
        "5: '7001' is no alias: up to 31 letters, digits, '-', '_' and '.', with a letter\n"
        "7: the alias a is given twice\n"
        "8: the alias b wants a node: host:port, or the first digits of its ID\n");
}

static void what_libinih_would_cut_is_refused(void **state)
{
    (void)state;
    char text[400];
    assert_wrong(
        "[rehome]\nbefore-move = echo a ; false\n",
        "2: a ';' behind a blank begins a comment: leave it out, or the blank before it\n");
    assert_wrong("[rehome]\nbefore-move = echo a;false\n; all of it = a comment ; indeed\n", "");
    snprintf(text, sizeof(text), "[rehome]\naudit = %0250d\ngrace = x\n", 1);
    assert_wrong(text, "2: expected a line of less than 200 characters\n"
                       "3: grace wants seconds from 0 to 86400, got 'x'\n");
}

static void a_file_that_ends_too_early_is_no_configuration(void **state)
{
    (void)state;
    assert_wrong("[rehome]\ngrace = 20\nlab", "3: expected a line such as 'name = value'\n");
    assert_wrong("[reho", "1: expected a line such as 'name = value'\n");
    assert_wrong("", "");
    assert_wrong("\xEF\xBB\xBF[rehome]\r\ngrace = 20\r\n", "");
}

static void escapes_in_a_file_reach_no_terminal(void **state)
{
    (void)state;
    assert_wrong("[rehome]\ngrace = \033[31m\n",
                 "2: grace wants seconds from 0 to 86400, got '?[31m'\n");
}

static void a_password_that_others_can_read_is_refused(void **state)
{
    (void)state;
    char says[200];
    assert_int_equal(chmod(path, 0640), 0);
    snprintf(says, sizeof(says), "2: others may read the password here: chmod 600 %s\n", path);
    assert_wrong("[rehome]\npass = sEcret\n", says);
    assert_wrong("[rehome]\npass =\n", "");
    assert_int_equal(chmod(path, 0600), 0);
    assert_wrong("[rehome]\npass = sEcret\n", "");
}

static void a_file_that_is_not_there_matters_only_when_it_was_named(void **state)
{
    (void)state;
    Options o = options_default();
    StrBuf wrong = {0};
    assert_true(config_read("/nonexistent/config.ini", false, &o, &wrong));
    assert_false(config_read("/nonexistent/config.ini", true, &o, &wrong));
    assert_non_null(strstr(strbuf_text(&wrong), "No such file"));
    assert_false(config_read("/", false, &o, &wrong));
    assert_non_null(strstr(strbuf_text(&wrong), "Is a directory"));
    strbuf_done(&wrong);
    done(&o);
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

TESTS(config, WITH_FILE(the_file_sets_every_option_as_its_flag_does),
      WITH_FILE(a_value_is_shown_as_it_is_taken),
      WITH_FILE(a_map_may_have_several_lines_and_be_added_to),
      WITH_FILE(the_default_file_changes_nothing), WITH_FILE(the_example_of_the_readme_is_one),
      WITH_FILE(all_that_is_wrong_is_told_with_its_line),
      WITH_FILE(sets_of_columns_and_aliases_are_read), WITH_FILE(what_libinih_would_cut_is_refused),
      WITH_FILE(a_file_that_ends_too_early_is_no_configuration),
      WITH_FILE(escapes_in_a_file_reach_no_terminal),
      WITH_FILE(a_password_that_others_can_read_is_refused),
      WITH_FILE(a_file_that_is_not_there_matters_only_when_it_was_named))
