#define _GNU_SOURCE
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "Internal.h"

static int set(int descriptor, int level, int option, int value) {
  return RESULT(setsockopt(descriptor, level, option, &value, sizeof value));
}

int porxy_reuse_address(int descriptor) {
  return set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
}

int porxy_reuse_port(int descriptor) {
  return set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
}

int porxy_v6_only(int descriptor, int is_only) {
  return set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, is_only);
}

int porxy_no_delay(int descriptor) {
  return set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

int porxy_unsent_max(int descriptor, int bytes) {
  return set(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes);
}

int porxy_user_timeout(int descriptor, int milliseconds) {
  return set(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds);
}

int porxy_keepalive(int descriptor, int idle, int interval, int count) {
  int result = set(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, interval);
  if (result >= 0) result = set(descriptor, IPPROTO_TCP, TCP_KEEPCNT, count);
  if (result >= 0) result = set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  // Last: it also counts the silence that there has been.
  if (result >= 0) result = set(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  return result;
}

int porxy_congestion(int descriptor, const char *name) {
  return RESULT(setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)));
}

int porxy_take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  int result = RESULT(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length));
  return result < 0 ? result : error;
}

static int ask(int descriptor, unsigned long question) {
  int answer = 0;
  int result = RESULT(ioctl(descriptor, question, &answer));
  return result < 0 ? result : answer;
}

int porxy_unacknowledged(int descriptor) {
  return ask(descriptor, SIOCOUTQ);
}

int porxy_unsent(int descriptor) {
  return ask(descriptor, SIOCOUTQNSD);
}

int porxy_at_mark(int descriptor) {
  return ask(descriptor, SIOCATMARK);
}

int porxy_unanswered_probes(int descriptor) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  int result = RESULT(getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &length));
  return result < 0 ? result : info.tcpi_probes;
}
