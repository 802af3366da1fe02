#define _GNU_SOURCE
#include <limits.h>
#include <poll.h>
#include <stdalign.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "Internal.h"

int porxy_notify_socket(void) { return RESULT(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

int porxy_notify(int descriptor, const char *name, const char *text, size_t size) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  // Other names are of kinds of sockets that porxy does not know, such as `vsock:`.
  if (length < 2 || (name[0] != '/' && name[0] != '@')) return -EAFNOSUPPORT;
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = 0;
  // A name in the abstract namespace has no zero at its end.
  socklen_t whole = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (name[0] == '/'));
  long sent = REPEATED(
      sendto(descriptor, text, size, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&address, whole));
  return sent < 0 ? (int)sent : 0;
}

int porxy_watch(void) { return RESULT(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)); }

int porxy_watch_folder(int watch, const char *path) {
  return RESULT(inotify_add_watch(
      watch, path,
      IN_CREATE | IN_CLOSE_WRITE | IN_DELETE | IN_DELETE_SELF | IN_MODIFY | IN_MOVE | IN_MOVE_SELF | IN_ONLYDIR));
}

int porxy_watch_less(int watch, int folder) { return RESULT(inotify_rm_watch(watch, folder)); }

int porxy_watch_wait(int watch, int milliseconds) {
  struct pollfd wanted = {.fd = watch, .events = POLLIN};
  // Without a watch, poll(2) skips the entry and lets the time go by.
  int count = REPEATED(poll(&wanted, 1, milliseconds));
  if (count <= 0) return count;
  alignas(struct inotify_event) char events[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
  while (REPEATED(read(watch, events, sizeof events)) > 0) continue;
  return 1;
}
