// File systems that are full or read-only, in mounts of the test's own, which end with its process.
#ifndef REHOME_TESTS_REAL_DISK_H
#define REHOME_TESTS_REAL_DISK_H

// A tmpfs at this folder ("size=64k"). Skips the test where nothing may be mounted.
void disk_mount(const char *folder, const char *options);
void disk_unmount(const char *name); // the folder of this name in stage_folder()

// Until there is no room left, not even in the last page of this file.
void disk_fill(const char *path);

#endif
