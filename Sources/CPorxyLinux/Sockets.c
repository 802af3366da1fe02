#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

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

int porxy_connect(int descriptor, const struct porxy_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = porxy_encode(address, &storage);
  int result = RESULT(connect(descriptor, (struct sockaddr *)&storage, length));
  return result == -EINPROGRESS || result == -EINTR ? 0 : result;
}

int porxy_accept(int descriptor, struct porxy_address *peer) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  storage.ss_family = AF_UNSPEC;
  int accepted = REPEATED(accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (accepted >= 0) porxy_decode((struct sockaddr *)&storage, peer);
  return accepted;
}

typedef int name_function(int, struct sockaddr *, socklen_t *);

static int named(name_function *name, int descriptor, struct porxy_address *address) {
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  int result = RESULT(name(descriptor, (struct sockaddr *)&storage, &length));
  return result < 0 ? result : porxy_decode((struct sockaddr *)&storage, address);
}

int porxy_local_address(int descriptor, struct porxy_address *address) {
  return named(getsockname, descriptor, address);
}

int porxy_peer_address(int descriptor, struct porxy_address *address) {
  return named(getpeername, descriptor, address);
}

int porxy_finish_sending(int descriptor) {
  return RESULT(shutdown(descriptor, SHUT_WR));
}

int porxy_reset_on_close(int descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  return RESULT(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}
