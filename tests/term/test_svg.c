// The pictures that `make screenshots` takes.
#include "../unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "film.h"
#include "pty.h"
#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "svg.h"

static Pty *screen_of(const char *script)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    Pty *p = pty_start(&(PtyStart){.argv = argv, .w = 20, .h = 4});
    assert_non_null(p);
    assert_true(pty_wait_exit(p));
    return p;
}

// A picture of p, or the film.
static char *written(Pty *p, const Film *film)
{
    char path[] = "/tmp/rehome-svg-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_true(film != NULL ? film_write(film, p, path) : svg_write(p, path));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *text = mem_alloc(20000);
    size_t n = fread(text, 1, 19999, file);
    assert_in_range(n, 1, 19998);
    fclose(file);
    unlink(path);
    return text;
}

static char *picture_of(const char *script)
{
    Pty *p = screen_of(script);
    char *text = written(p, NULL);
    pty_end(p);
    return text;
}

static void every_character_has_its_place(void **state)
{
    (void)state;
    char *svg = picture_of("printf 'ab \\033[1;38;5;208mc<&>\\033[m'");
    assert_non_null(
        strstr(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"204\" height=\"96\""));
    assert_non_null(strstr(svg, "<text x=\"12 21\" y=\"26\" fill=\"#d0d0d0\">ab</text>"));
    assert_non_null(strstr(svg, "<text x=\"39 48 57 66\" y=\"26\" fill=\"#ff8700\" "
                                "font-weight=\"bold\">c&lt;&amp;&gt;</text>"));
    mem_free(svg);
}

static void wide_characters_keep_two_cells(void **state)
{
    (void)state;
    char *svg = picture_of("printf '\\346\\227\\245x'");
    assert_non_null(
        strstr(svg, "<text x=\"12 30\" y=\"26\" fill=\"#d0d0d0\">\xe6\x97\xa5x</text>"));
    mem_free(svg);
}

static void reverse_and_blocks_are_areas(void **state)
{
    (void)state;
    char *svg = picture_of("printf '\\033[7mx\\033[m\\r\\n\\342\\226\\214\\342\\224\\202'");
    assert_non_null(
        strstr(svg, "<rect x=\"12\" y=\"12\" width=\"9\" height=\"18\" fill=\"#d0d0d0\"/>"));
    assert_non_null(strstr(svg, "fill=\"#181818\">x</text>"));
    assert_non_null(strstr(svg, "<rect x=\"12\" y=\"30\" width=\"4.5\" height=\"18\""));
    assert_non_null(strstr(svg, "<path d=\"M25.5 39H25.5M25.5 30V48\""));
    mem_free(svg);
}

static void words_that_look_alike_are_one_text(void **state)
{
    (void)state;
    char *svg = picture_of("printf 'ab c  d \\033[1me'");
    assert_non_null(strstr(svg, "<text x=\"12 21 30 39\" y=\"26\" fill=\"#d0d0d0\">ab c</text>"));
    assert_non_null(strstr(svg, ">d</text>"));
    assert_non_null(strstr(svg, ">e</text>"));
    mem_free(svg);
}

static size_t count_of(const char *text, const char *piece)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, piece)) != NULL; at++) {
        n++;
    }
    return n;
}

static void a_film_has_what_stays_once_and_begins_with_its_first_frame(void **state)
{
    (void)state;
    Pty *one = screen_of("printf 'stays\\r\\nfirst'");
    Pty *two = screen_of("printf 'stays\\r\\nthen'");
    Film *film = film_new();
    film_add(film, one, 1000, "words");
    film_add(film, two, 500, "words");
    film_add(film, one, 500, "words");
    char *svg = written(one, film);
    assert_int_equal(count_of(svg, ">stays</text>"), 1);
    assert_int_equal(count_of(svg, ">words</text>"), 1);
    assert_int_equal(count_of(svg, "<g class="), 2); // the second row: two looks
    assert_int_equal(count_of(svg, ">first</text>"), 1);
    assert_non_null(strstr(svg, "animation:2000ms step-end infinite"));
    // Without an animation the first is there and the other not.
    assert_non_null(strstr(svg, "{animation-name:k1}@keyframes k1{0.000%{visibility:visible}"
                                "50.000%{visibility:hidden}75.000%{visibility:visible}}"));
    assert_non_null(strstr(svg, "{visibility:hidden;animation-name:k3}@keyframes k3{"
                                "0%{visibility:hidden}50.000%{visibility:visible}"
                                "75.000%{visibility:hidden}}"));
    film_free(film);
    pty_end(one);
    pty_end(two);
    mem_free(svg);
}

TESTS(svg, cmocka_unit_test(every_character_has_its_place),
      cmocka_unit_test(wide_characters_keep_two_cells),
      cmocka_unit_test(reverse_and_blocks_are_areas),
      cmocka_unit_test(words_that_look_alike_are_one_text),
      cmocka_unit_test(a_film_has_what_stays_once_and_begins_with_its_first_frame))
