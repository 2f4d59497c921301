// Runs side by side. They wait far more than they work; a run that fails a wait ends its process
// and no other.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heal_run.h"
#include "real/stage.h"

enum { AT_ONCE = 4 };

static bool begin_run(const HealSpec *spec, HealResult *out)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(EXIT_FAILURE);
        }
        stage_open(); // below the parent's folder, which goes in any case
        heal_run(spec, out);
        stage_close();
        _exit(EXIT_SUCCESS);
    }
    return pid > 0;
}

void heal_run_all(const HealSpec *specs, size_t n, HealResult *out)
{
    size_t size = n * sizeof(*out);
    HealResult *shared =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("no memory to share");
        exit(EXIT_FAILURE);
    }
    fflush(stdout); // what is left there would be written by each child
    size_t started = 0;
    size_t running = 0;
    while (started < n || running > 0) {
        if (started < n && running < AT_ONCE) {
            if (!begin_run(&specs[started], &shared[started])) {
                perror("a run");
                exit(EXIT_FAILURE);
            }
            started++;
            running++;
        } else if (wait(NULL) > 0) {
            running--;
        }
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = shared[i];
    }
    munmap(shared, size);
}
