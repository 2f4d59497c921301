// A service's manager, as systemd is one: a datagram socket in the tests' folder.
#ifndef REHOME_TESTS_REAL_MANAGER_H
#define REHOME_TESTS_REAL_MANAGER_H

// Where NOTIFY_SOCKET has to point for that; valid until the next call.
const char *manager_path(void);

int manager_open(void); // the socket, which is the caller's to close

// What is told until it has these words; the beats of the watchdog come in between. Fails the test
// when they never come.
void manager_hears(int fd, const char *words);

#endif
