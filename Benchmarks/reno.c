// Gives every TCP socket `reno` before it listens or connects, for a program that cannot be told to:
//
//   gcc -O2 -shared -fPIC -o reno.so reno.c && LD_PRELOAD=./reno.so PROGRAM
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// Other sockets refuse it, which does no harm.
static void choose(int fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

int listen(int fd, int backlog) {
  choose(fd);
  return ((int (*)(int, int))dlsym(RTLD_NEXT, "listen"))(fd, backlog);
}

int connect(int fd, const struct sockaddr *address, socklen_t size) {
  static int (*next)(int, const struct sockaddr *, socklen_t);
  if (!next) next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  choose(fd);
  return next(fd, address, size);
}
