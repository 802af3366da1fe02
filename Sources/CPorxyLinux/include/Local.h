// Unix sockets, which are named by paths of at most 107 bytes. Every function returns a result of at least 0, or
// -errno.
#ifndef CPORXYLINUX_LOCAL_H
#define CPORXYLINUX_LOCAL_H

#include <stdint.h>

int porxy_local_socket(void);
int porxy_local_connect(int descriptor, const char *path);
int porxy_local_bind(int descriptor, const char *path);  // for the own user alone, until porxy_local_permit
int porxy_local_permit(const char *path, int mode, int group);  // a negative group stays as it is
int porxy_local_file(const char *path, uint64_t *device, uint64_t *number);  // -ENOTSOCK where it is no socket
int porxy_local_unlink(const char *path);
long porxy_peer_user(int descriptor);  // the user's number

#endif
