#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "Internal.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

static int set(enum porxy_call call, int descriptor, int level, int option, int value) {
  return OPTIONAL(call, setsockopt(descriptor, level, option, &value, sizeof value));
}

int porxy_reuse_address(int descriptor, int is_on) {
  return set(PORXY_CALL_REUSE_ADDRESS, descriptor, SOL_SOCKET, SO_REUSEADDR, is_on);
}

int porxy_reuse_port(int descriptor) {
  return set(PORXY_CALL_REUSE_PORT, descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
}

int porxy_v6_only(int descriptor, int is_only) {
  return set(PORXY_CALL_V6_ONLY, descriptor, IPPROTO_IPV6, IPV6_V6ONLY, is_only);
}

int porxy_freebind(int descriptor, int is_v6) {
  // Kernels before 4.15 know only the older option, for both families.
  int yes = 1;
  int result = is_v6 ? RESULT(setsockopt(descriptor, IPPROTO_IPV6, IPV6_FREEBIND, &yes, sizeof yes)) : -ENOPROTOOPT;
  return result < 0 ? RESULT(setsockopt(descriptor, IPPROTO_IP, IP_FREEBIND, &yes, sizeof yes)) : result;
}

// What arrives with a lower TTL is dropped before TCP looks at it (Linux since 2.6.34), and nobody sends a higher one
// than 255. Unlike a socket filter it needs no privilege.
static int require_ttl(int descriptor, int ttl) {
  int domain = 0;
  socklen_t length = sizeof domain;
  int result = RESULT(getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length));
  if (result < 0) return result;
  if (domain == AF_INET6) result = RESULT(setsockopt(descriptor, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &ttl, sizeof ttl));
  // An IPv6 socket may have an IPv4 peer.
  return result < 0 ? result : RESULT(setsockopt(descriptor, IPPROTO_IP, IP_MINTTL, &ttl, sizeof ttl));
}

int porxy_deafen(int descriptor) { return require_ttl(descriptor, 255); }

int porxy_hear(int descriptor) { return require_ttl(descriptor, 0); }

int porxy_no_delay(int descriptor) {
  return set(PORXY_CALL_NO_DELAY, descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

int porxy_unsent_max(int descriptor, int bytes) {
  return set(PORXY_CALL_UNSENT_MAX, descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes);
}

int porxy_user_timeout(int descriptor, int milliseconds) {
  return set(PORXY_CALL_USER_TIMEOUT, descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds);
}

int porxy_keepalive(int descriptor, int idle, int interval, int count) {
  // Each for itself: probes at the kernel's own pace are better than none.
  int results[] = {
      set(PORXY_CALL_KEEPALIVE, descriptor, IPPROTO_TCP, TCP_KEEPINTVL, interval),
      set(PORXY_CALL_KEEPALIVE, descriptor, IPPROTO_TCP, TCP_KEEPCNT, count),
      set(PORXY_CALL_KEEPALIVE, descriptor, SOL_SOCKET, SO_KEEPALIVE, 1),
      // Last: it also counts the silence that there has been.
      set(PORXY_CALL_KEEPALIVE, descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle),
  };
  for (int i = 0; i < 4; i++) {
    if (results[i] < 0) return results[i];
  }
  return 0;
}

int porxy_congestion(int descriptor, const char *name) {
  return OPTIONAL(
      PORXY_CALL_CONGESTION, setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)));
}

int porxy_take_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  int result = OPTIONAL(PORXY_CALL_TAKE_ERROR, getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length));
  return result < 0 ? result : error;
}

static int inform(int descriptor, struct tcp_info *info) {
  socklen_t length = sizeof *info;
  memset(info, 0, sizeof *info);
  return OPTIONAL(PORXY_CALL_TCP_INFO, getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, info, &length));
}

static int ask(enum porxy_call call, int descriptor, unsigned long question) {
  int answer = 0;
  int result = OPTIONAL(call, ioctl(descriptor, question, &answer));
  return result < 0 ? result : answer;
}

int porxy_unacknowledged(int descriptor) {
  if (!porxy_is_refused(PORXY_CALL_UNACKNOWLEDGED)) {
    int bytes = ask(PORXY_CALL_UNACKNOWLEDGED, descriptor, SIOCOUTQ);
    if (!porxy_is_refused(PORXY_CALL_UNACKNOWLEDGED)) return bytes;
  }
  // TCP_INFO counts segments under way: each is taken for a full one.
  struct tcp_info info;
  int result = inform(descriptor, &info);
  if (result < 0) return result;
  uint64_t segment = info.tcpi_snd_mss > 2 ? info.tcpi_snd_mss : 2;
  uint64_t bytes = info.tcpi_notsent_bytes + info.tcpi_unacked * segment;
  return bytes > INT32_MAX ? INT32_MAX : (int)bytes;
}

int porxy_unsent(int descriptor) {
  if (!porxy_is_refused(PORXY_CALL_UNSENT)) {
    int bytes = ask(PORXY_CALL_UNSENT, descriptor, SIOCOUTQNSD);
    if (!porxy_is_refused(PORXY_CALL_UNSENT)) return bytes;
  }
  struct tcp_info info;
  int result = inform(descriptor, &info);
  if (result < 0) return result;
  return info.tcpi_notsent_bytes > INT32_MAX ? INT32_MAX : (int)info.tcpi_notsent_bytes;
}

int porxy_at_mark(int descriptor) {
  return ask(PORXY_CALL_URGENT_MARK, descriptor, SIOCATMARK);
}

int porxy_unanswered_probes(int descriptor) {
  struct tcp_info info;
  int result = inform(descriptor, &info);
  return result < 0 ? result : info.tcpi_probes;
}

int porxy_since_acknowledgement(int descriptor) {
  struct tcp_info info;
  int result = inform(descriptor, &info);
  if (result < 0) return result;
  return info.tcpi_last_ack_recv > INT_MAX ? INT_MAX : (int)info.tcpi_last_ack_recv;
}

// TCP_LISTEN of <netinet/tcp.h>, which cannot stand beside <linux/tcp.h>.
enum { LISTENING = 10 };

int porxy_accept_queue(int descriptor, unsigned *limit) {
  struct tcp_info info;
  int result = inform(descriptor, &info);
  if (result < 0) return result;
  // Of a listening socket these two mean something else than their names say (tcp_get_info in the kernel).
  if (info.tcpi_state != LISTENING) return -EINVAL;
  *limit = info.tcpi_sacked;
  return info.tcpi_unacked > INT_MAX ? INT_MAX : (int)info.tcpi_unacked;
}

int porxy_statistics(int descriptor, struct porxy_statistics *statistics) {
  struct tcp_info info;
  int result = inform(descriptor, &info);
  if (result < 0) return result;
  *statistics = (struct porxy_statistics){
      .delivery_rate = info.tcpi_delivery_rate,
      .round_trip = info.tcpi_rtt,
      .round_trip_variation = info.tcpi_rttvar,
      .retransmits = info.tcpi_total_retrans,
      .lost = info.tcpi_lost,
      .unacknowledged = info.tcpi_unacked,
      .unsent = info.tcpi_notsent_bytes,
  };
  return result;
}
