#include "line_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Half a line is worse than none: whoever reads the file stumbles over it. What was added is at the
// end, unless another process was there in the same moment.
static void take_back(int fd, ssize_t written)
{
    struct stat st;
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (written > 0 && end >= written && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        st.st_size == end && ftruncate(fd, end - written) != 0) {
        return; // nothing more can be done about it
    }
}

static bool fail_append(FileKind kind, int why, Error *err)
{
    return fail(err, ERR_IO, "%s; %s", strerror(why), paths_write_remedy(kind, why));
}

bool line_file_append(const char *path, FileKind kind, const StrBuf *line, Error *err)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0) {
        return fail_append(kind, errno, err);
    }
    ssize_t written = 0;
    int why = 0;
    if (line->n > 0) {
        written = write(fd, line->at, line->n);
        why = written < 0 ? errno : ENOSPC;
    }
    bool whole = written == (ssize_t)line->n;
    if (!whole) {
        take_back(fd, written);
    }
    // Some file systems tell only now that there was no room.
    if (close(fd) != 0 && whole) {
        whole = false;
        why = errno;
    }
    return whole || fail_append(kind, why, err);
}
