#define _GNU_SOURCE
#include "CPorxyPeers.h"

#include <linux/sched.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "Results.h"

// In <linux/in6.h>, which does not go together with <netinet/in.h>.
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT 73
#endif

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

static int set(int descriptor, int level, int option, int value) {
  return RESULT(setsockopt(descriptor, level, option, &value, sizeof value));
}

int porxy_poll(int descriptor, int milliseconds) {
  // The masks of poll and epoll are the same for these.
  struct pollfd entry = {.fd = descriptor, .events = POLLIN | POLLOUT | POLLRDHUP | POLLPRI};
  int result = REPEATED(poll(&entry, 1, milliseconds));
  return result < 0 ? result : entry.revents;
}

int porxy_epoll_take(int epoll) {
  struct epoll_event event = {0};
  int result = REPEATED(epoll_wait(epoll, &event, 1, 0));
  return result <= 0 ? result : (int)event.events;
}

int porxy_shut_down(int descriptor, int direction) {
  static const int ways[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
  return RESULT(shutdown(descriptor, ways[direction]));
}

int porxy_unread(int descriptor) {
  int answer = 0;
  int result = RESULT(ioctl(descriptor, FIONREAD, &answer));
  return result < 0 ? result : answer;
}

static int ask(int descriptor, struct tcp_info *info) {
  socklen_t length = sizeof *info;
  return RESULT(getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length));
}

int porxy_state(int descriptor) {
  struct tcp_info info = {0};
  int result = ask(descriptor, &info);
  return result < 0 ? result : info.tcpi_state;
}

int porxy_in_flight(int descriptor) {
  struct tcp_info info = {0};
  int result = ask(descriptor, &info);
  return result < 0 ? result : (int)info.tcpi_unacked;
}

int porxy_repair(int descriptor) {
  return set(descriptor, IPPROTO_TCP, TCP_REPAIR, 1);
}

int porxy_send_buffer(int descriptor, int bytes) {
  return set(descriptor, SOL_SOCKET, SO_SNDBUF, bytes);
}

int porxy_receive_buffer(int descriptor, int bytes) {
  return set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes);
}

int porxy_urgent_inline(int descriptor) {
  return set(descriptor, SOL_SOCKET, SO_OOBINLINE, 1);
}

int porxy_call_retries(int descriptor, int count) {
  return set(descriptor, IPPROTO_TCP, TCP_SYNCNT, count);
}

int porxy_fin_timeout(int descriptor, int seconds) {
  return set(descriptor, IPPROTO_TCP, TCP_LINGER2, seconds);
}

int porxy_port_range(int descriptor, uint16_t first, uint16_t last) {
  return set(descriptor, IPPROTO_IP, IP_LOCAL_PORT_RANGE, (int)((uint32_t)last << 16 | first));
}

// A child that shares the table of descriptors but has a limit of its own. It makes system calls only, since other
// threads may have held locks when it was made.
int porxy_accept_poor(int descriptor) {
  struct clone_args args = {.flags = CLONE_FILES, .exit_signal = SIGCHLD};
  long child = syscall(SYS_clone3, &args, sizeof args);
  if (child < 0) return -errno;
  if (child == 0) {
    struct rlimit none = {0, 0};
    syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &none, NULL);
    long accepted = syscall(SYS_accept4, descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int code = accepted < 0 ? errno : 0;
    if (accepted >= 0) syscall(SYS_close, accepted);
    syscall(SYS_exit_group, code);
  }
  int status = 0;
  int result = (int)REPEATED(waitpid((pid_t)child, &status, 0));
  if (result < 0) return result;
  return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int porxy_barrier_open(void) {
  int descriptor = RESULT(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (descriptor < 0) return descriptor;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int result = RESULT(bind(descriptor, (struct sockaddr *)&address, length));
  if (result >= 0) result = RESULT(getsockname(descriptor, (struct sockaddr *)&address, &length));
  if (result >= 0) result = RESULT(connect(descriptor, (struct sockaddr *)&address, length));
  if (result >= 0) return descriptor;
  close(descriptor);
  return result;
}

int porxy_barrier_pass(int descriptor, int milliseconds) {
  char byte = 0;
  int result = (int)REPEATED(send(descriptor, &byte, 1, 0));
  if (result < 0) return result;
  struct pollfd entry = {.fd = descriptor, .events = POLLIN};
  result = REPEATED(poll(&entry, 1, milliseconds));
  return result < 0 ? result : (int)REPEATED(recv(descriptor, &byte, 1, 0));
}

void porxy_rest(int microseconds) {
  struct timespec span = {.tv_sec = microseconds / 1000000, .tv_nsec = microseconds % 1000000 * 1000L};
  nanosleep(&span, NULL);
}
