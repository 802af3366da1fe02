#define _GNU_SOURCE
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "Internal.h"

static int encode(const char *path, struct sockaddr_un *address) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length == 0) return -ENOENT;
  if (length >= sizeof address->sun_path) return -ENAMETOOLONG;
  memcpy(address->sun_path, path, length);
  return 0;
}

int porxy_local_socket(void) {
  return RESULT(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int porxy_local_connect(int descriptor, const char *path) {
  struct sockaddr_un address;
  int result = encode(path, &address);
  if (result < 0) return result;
  return (int)REPEATED(connect(descriptor, (struct sockaddr *)&address, sizeof address));
}

int porxy_local_bind(int descriptor, const char *path) {
  struct sockaddr_un address;
  int result = encode(path, &address);
  if (result < 0) return result;
  // The file gets its mode from the socket: no other user can connect before porxy has said who may.
  result = RESULT(fchmod(descriptor, 0600));
  if (result < 0) return result;
  return RESULT(bind(descriptor, (struct sockaddr *)&address, sizeof address));
}

int porxy_local_permit(const char *path, int mode, int group) {
  if (group >= 0) {
    int result = RESULT(lchown(path, (uid_t)-1, (gid_t)group));
    if (result < 0) return result;
  }
  return RESULT(chmod(path, (mode_t)mode));
}

int porxy_local_file(const char *path, uint64_t *device, uint64_t *number) {
  struct stat facts;
  int result = RESULT(lstat(path, &facts));
  if (result < 0) return result;
  *device = facts.st_dev;
  *number = facts.st_ino;
  return S_ISSOCK(facts.st_mode) ? 0 : -ENOTSOCK;
}

int porxy_local_unlink(const char *path) {
  return RESULT(unlink(path));
}

long porxy_peer_user(int descriptor) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  int result = RESULT(getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length));
  return result < 0 ? result : (long)peer.uid;
}
