#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Internal.h"
#include "Address.h"

socklen_t porxy_encode(const struct porxy_address *address, struct sockaddr_storage *storage) {
  memset(storage, 0, sizeof *storage);
  if (address->is_v6) {
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
    uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    v6->sin6_scope_id = address->scope;
    memcpy(&v6->sin6_addr, halves, sizeof halves);
    return sizeof *v6;
  }
  struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
  v4->sin_family = AF_INET;
  v4->sin_port = htons(address->port);
  v4->sin_addr.s_addr = htonl((uint32_t)address->low);
  return sizeof *v4;
}

int porxy_decode(const struct sockaddr *any, struct porxy_address *address) {
  memset(address, 0, sizeof *address);
  if (any->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)any;
    address->low = ntohl(v4->sin_addr.s_addr);
    address->port = ntohs(v4->sin_port);
    return 0;
  }
  if (any->sa_family != AF_INET6) return -EAFNOSUPPORT;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)any;
  uint64_t halves[2];
  memcpy(halves, &v6->sin6_addr, sizeof halves);
  address->high = be64toh(halves[0]);
  address->low = be64toh(halves[1]);
  address->port = ntohs(v6->sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
    address->high = 0;
    address->low &= 0xffffffff;
    return 0;
  }
  address->scope = v6->sin6_scope_id;
  address->is_v6 = 1;
  return 0;
}

int porxy_socket(int is_v6) {
  return RESULT(socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

int porxy_bind(int descriptor, const struct porxy_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = porxy_encode(address, &storage);
  return RESULT(bind(descriptor, (struct sockaddr *)&storage, length));
}

int porxy_listen(int descriptor, int backlog) {
  return RESULT(listen(descriptor, backlog));
}

int porxy_stop_listening(int descriptor) {
  return RESULT(shutdown(descriptor, SHUT_RD));
}

int porxy_connect(int descriptor, const struct porxy_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = porxy_encode(address, &storage);
  int result = RESULT(connect(descriptor, (struct sockaddr *)&storage, length));
  return result == -EINPROGRESS || result == -EINTR ? 0 : result;
}

typedef int address_call(int, const struct sockaddr *, socklen_t);

// The result of a call on a UDP socket that is gone afterwards.
static int tried(address_call *call, const struct porxy_address *address) {
  int descriptor = RESULT(socket(address->is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
  if (descriptor < 0) return descriptor;
  struct sockaddr_storage storage;
  socklen_t length = porxy_encode(address, &storage);
  int result = RESULT(call(descriptor, (struct sockaddr *)&storage, length));
  close(descriptor);
  return result;
}

int porxy_is_own(const struct porxy_address *address) {
  return tried(bind, address);
}

int porxy_has_route(const struct porxy_address *address) {
  return tried(connect, address);
}

int porxy_is_readable(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = POLLIN};
  return poll(&one, 1, 0);
}

int porxy_has_hung_up(int descriptor) {
  struct pollfd one = {.fd = descriptor, .events = 0};
  return poll(&one, 1, 0) > 0 && (one.revents & POLLHUP) != 0;
}

// accept(2) and what accept4(2) does besides. The listener does not block, so the call does not either.
static int accept_plainly(int descriptor, struct sockaddr_storage *storage) {
  socklen_t length = sizeof *storage;
  int accepted = REPEATED(accept(descriptor, (struct sockaddr *)storage, &length));
  if (accepted < 0) return accepted;
  int result = RESULT(fcntl(accepted, F_SETFL, O_RDWR | O_NONBLOCK));
  if (result >= 0) result = RESULT(fcntl(accepted, F_SETFD, FD_CLOEXEC));
  if (result >= 0) return accepted;
  close(accepted);
  return result;
}

int porxy_accept(int descriptor, struct porxy_address *peer) {
  struct sockaddr_storage storage;
  storage.ss_family = AF_UNSPEC;
  int accepted;
  if (porxy_is_refused(PORXY_CALL_ACCEPT4)) {
    accepted = accept_plainly(descriptor, &storage);
  } else {
    socklen_t length = sizeof storage;
    accepted = REPEATED(accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted < 0 && porxy_means_refused(accepted)) {
      // The same errors are said of a client that a filter forbids, and of a listener that is none any more.
      int refusal = accepted;
      accepted = accept_plainly(descriptor, &storage);
      if (accepted >= 0) porxy_note(PORXY_CALL_ACCEPT4, refusal);
    }
  }
  if (accepted >= 0) porxy_decode((struct sockaddr *)&storage, peer);
  return accepted;
}

typedef int name_function(int, struct sockaddr *, socklen_t *);

static int named(enum porxy_call call, name_function *name, int descriptor, struct porxy_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int result = OPTIONAL(call, name(descriptor, (struct sockaddr *)&storage, &length));
  return result < 0 ? result : porxy_decode((struct sockaddr *)&storage, address);
}

int porxy_local_address(int descriptor, struct porxy_address *address) {
  return named(PORXY_CALL_LOCAL_ADDRESS, getsockname, descriptor, address);
}

int porxy_peer_address(int descriptor, struct porxy_address *address) {
  return named(PORXY_CALL_PEER_ADDRESS, getpeername, descriptor, address);
}

int porxy_finish_sending(int descriptor) {
  return RESULT(shutdown(descriptor, SHUT_WR));
}

int porxy_reset_on_close(int descriptor, int is_on) {
  struct linger linger = {.l_onoff = is_on, .l_linger = 0};
  return OPTIONAL(PORXY_CALL_LINGER, setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int porxy_disconnect(int descriptor) {
  struct sockaddr none = {.sa_family = AF_UNSPEC};
  return RESULT(connect(descriptor, &none, sizeof none));
}
