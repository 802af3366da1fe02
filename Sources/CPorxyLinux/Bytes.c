#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Internal.h"

int porxy_close(int descriptor) {
  return RESULT(close(descriptor));
}

int porxy_open_reserve(void) {
  int descriptor = REPEATED(open("/dev/null", O_RDONLY | O_CLOEXEC));
  // A sandbox may have no devices; a socket that does nothing holds a descriptor as well.
  return descriptor == -ENOENT ? RESULT(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) : descriptor;
}

long porxy_receive(int descriptor, void *bytes, size_t count) {
  return REPEATED(recv(descriptor, bytes, count, 0));
}

long porxy_send(int descriptor, const void *bytes, size_t count) {
  return REPEATED(send(descriptor, bytes, count, MSG_NOSIGNAL));
}

int porxy_receive_urgent(int descriptor) {
  uint8_t byte = 0;
  long received = REPEATED(recv(descriptor, &byte, 1, MSG_OOB));
  if (received < 0) return (int)received;
  return received == 0 ? -EINVAL : byte;
}

int porxy_send_urgent(int descriptor, uint8_t byte) {
  return (int)REPEATED(send(descriptor, &byte, 1, MSG_NOSIGNAL | MSG_OOB));
}

// Never with SPLICE_F_MORE, which makes every small message wait for the cork timer.
long porxy_splice(int from, int to, size_t count) {
  long moved = REPEATED(splice(from, NULL, to, NULL, count, SPLICE_F_NONBLOCK | SPLICE_F_MOVE));
  return moved < 0 ? porxy_note(PORXY_CALL_SPLICE, moved) : moved;
}

long porxy_read(int descriptor, void *bytes, size_t count) {
  return REPEATED(read(descriptor, bytes, count));
}

int porxy_pipe(int *read_end, int *write_end) {
  int ends[2];
  int result = OPTIONAL(PORXY_CALL_PIPE, pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  if (result < 0) return result;
  *read_end = ends[0];
  *write_end = ends[1];
  return 0;
}

int porxy_pipe_resize(int descriptor, int size) {
  int result = RESULT(fcntl(descriptor, F_SETPIPE_SZ, size));
  // EPERM is the word for a user who has too much in pipes already, and passes.
  return result == -EPERM ? result : (int)porxy_note(PORXY_CALL_PIPE_SIZE, result);
}

int porxy_pipe_size(int descriptor) {
  return RESULT(fcntl(descriptor, F_GETPIPE_SZ));
}
