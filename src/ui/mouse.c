// What the mouse asks for: to go somewhere, to open what the cursor is on, to scroll. It never
// moves anything and never says yes.
#include "view.h"

enum { WHEEL_ROWS = 3 };

// A second click on the same opens it, as Enter does; but where Enter would begin a move, a key
// has to say so.
static Request click(Ui *ui, const Scene *s, int x, int y)
{
    const Spot *spot = spot_find(&ui->spots, x, y);
    if (spot == NULL) {
        return (Request){0};
    }
    if (spot->opens != ACT_NONE) {
        return ui_act(ui, s, spot->opens);
    }
    if (s->health == NULL || !ui->view->choose(ui, s, spot)) {
        return (Request){0};
    }
    if (ui->pick.active) {
        ui_note(ui, s, LEVEL_INFO, "Enter shows what would happen: a click does not");
        return (Request){0};
    }
    return ui_act(ui, s, ui->view == &tree_view ? ACT_DETAILS : ACT_CHOOSE);
}

Request ui_mouse(Ui *ui, const Scene *s, uint32_t what, int x, int y)
{
    if (!ui_is_current(ui, s)) {
        return (Request){0};
    }
    if (ui->freeze.since_ms != 0 || (ui_scope(ui) & IN_TEXT) != 0) {
        for (int i = 0; i < WHEEL_ROWS && what != KEY_IS_CLICK; i++) {
            freeze_scroll(&ui->freeze, what == KEY_IS_WHEEL_UP ? ACT_ROW_UP : ACT_ROW_DOWN);
        }
        return (Request){0}; // an old picture is for reading, and text is typed
    }
    if (ui->dialog.kind != DIALOG_NONE) {
        if (what == KEY_IS_CLICK) {
            dialog_click(ui, s);
        }
        return (Request){0};
    }
    ui->touched = ui->touched || s->health != NULL;
    ui->note[0] = '\0';
    if (what == KEY_IS_CLICK) {
        return click(ui, s, x, y);
    }
    for (int i = 0; i < WHEEL_ROWS; i++) {
        ui_act(ui, s, what == KEY_IS_WHEEL_UP ? ACT_ROW_UP : ACT_ROW_DOWN);
    }
    return (Request){0};
}
