// What the screen may know at this moment, of a cluster or of a tape.
#include "dashboard_parts.h"
#include "rehome/ui/term.h"

enum { MESSAGE_MS = 12000 };

// What whoever recorded had on the screen, as far as the tape has it.
static void show_tape(Dashboard *d, Scene *scene)
{
    const Player *player = d->session.player;
    const Move *move = player_move(player);
    d->replay = playback_scene(&d->playback);
    scene->replay = &d->replay;
    scene->move = move;
    scene->move_busy = move != NULL && !move_is_over(move);
    if (!player_is_anew(player)) {
        d->automatic = *scene->automatic;
        d->automatic.mode = player_mode(player);
        scene->automatic = &d->automatic;
    }
}

Scene dashboard_scene(Dashboard *d)
{
    const Engine *e = d->session.engine;
    const Pilot *pilot = engine_pilot(e);
    int64_t now = poller_now_ms();
    Scene scene = {
        .now_ms = engine_now_ms(e),
        .wall_ms = engine_wall_ms(e),
        .health = engine_health(e),
        .plan = pilot_plan(pilot),
        .findings = engine_findings(e),
        .trouble = engine_trouble(e),
        .seeds = d->seeds,
        .lease = pilot_lease(pilot),
        .decisions = pilot_decisions(pilot),
        .user = d->session.options->user != NULL ? d->session.options->user : "default",
        .automatic = pilot_automatic(pilot),
        .move = pilot_last_move(pilot),
        .move_busy = pilot_is_busy(pilot),
        .asking = pilot_asking(pilot, &scene.asking_ms),
        .queue = pilot_queued(pilot),
        .can_undo = undo_is_possible(&d->undo, engine_health(e)) && !pilot_is_busy(pilot),
        .undo_text = d->undo.text,
        .events = event_log_all(d->log, &scene.n_events, &scene.n_events_before),
        .history = d->history,
        .read_only = pilot_is_read_only(pilot),
        .mouse = term_mouse(),
        .slow = d->pace.is_slow,
        .demo = d->lab != NULL,
        .message = now - d->message_ms < MESSAGE_MS ? d->message : "",
        .message_level = d->message_level,
    };
    if (dashboard_is_replay(d)) {
        show_tape(d, &scene);
    }
    return scene;
}
