// From one mode of automatic mode to another: only to let it act is asked about.
#include "dialog.h"
#include "view.h"

Request dialog_mode(Ui *ui, const Scene *s, AutoMode mode)
{
    if (s->automatic == NULL || s->automatic->mode == mode) {
        return (Request){0};
    }
    if (mode != AUTO_ACT) {
        return (Request){.kind = REQUEST_AUTO, .mode = mode};
    }
    if (s->read_only) {
        ui_note(ui, s, LEVEL_INFO, "read-only: automatic mode can observe, not act");
        return (Request){0};
    }
    ui->dialog = (Dialog){.kind = DIALOG_AUTO, .opened_ms = s->now_ms};
    return (Request){0};
}

Request dialog_auto(Ui *ui, const Scene *s)
{
    if (s->automatic == NULL) {
        return (Request){0};
    }
    AutoMode mode = s->automatic->mode;
    AutoMode next = mode == AUTO_OFF ? AUTO_OBSERVE : mode == AUTO_OBSERVE ? AUTO_ACT : AUTO_OFF;
    Request out = dialog_mode(ui, s, next);
    if (next == AUTO_ACT && s->read_only) { // it cannot act: round again
        out = (Request){.kind = REQUEST_AUTO, .mode = AUTO_OFF};
    }
    return out;
}
