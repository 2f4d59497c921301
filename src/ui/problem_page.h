// What a finding means and what to do about it, beside or below the list of problems; and what was
// looked at when there is none.
#ifndef REHOME_UI_PROBLEM_PAGE_H
#define REHOME_UI_PROBLEM_PAGE_H

#include "problem_rows.h"
#include "view.h"

void problem_page_draw(const Ui *ui, const Scene *s, const ProblemRow *row, Canvas *c, Rect r);

// "Nothing is wrong": what was checked, and when.
void problem_calm_draw(Ui *ui, const Scene *s, Canvas *c, Rect r);

#endif
