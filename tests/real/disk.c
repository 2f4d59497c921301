#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "stage.h"

void disk_mount(const char *folder, const char *options)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", folder, "tmpfs", 0, options) != 0) {
        print_message("file systems may not be mounted here: %s\n", strerror(errno));
        skip();
    }
}

void disk_unmount(const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", stage_folder(), name);
    (void)umount2(path, MNT_DETACH);
}

void disk_fill(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    while (write(fd, "#", 1) > 0) {
    }
    assert_int_equal(errno, ENOSPC);
    close(fd);
}
