#define _GNU_SOURCE
#include <netdb.h>
#include <sys/socket.h>

#include "Address.h"
#include "Internal.h"

static int is_same(const struct porxy_address *one, const struct porxy_address *other) {
  return one->high == other->high && one->low == other->low && one->scope == other->scope && one->port == other->port
      && one->is_v6 == other->is_v6;
}

static int is_known(const struct porxy_address *address, const struct porxy_address *known, int count) {
  for (int i = 0; i < count; i++) {
    if (is_same(address, &known[i])) return 1;
  }
  return 0;
}

int porxy_resolve(const char *host, struct porxy_address *addresses, int addresses_max) {
  // Without AI_ADDRCONFIG, which hides ::1 where no other IPv6 address exists.
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int code = getaddrinfo(host, NULL, &hints, &found);
  if (code != 0) return code;
  int count = 0;
  for (struct addrinfo *one = found; one != NULL && count < addresses_max; one = one->ai_next) {
    struct porxy_address *address = &addresses[count];
    if (porxy_decode(one->ai_addr, address) == 0 && !is_known(address, addresses, count)) count++;
  }
  freeaddrinfo(found);
  return count;
}

int porxy_resolve_says_unknown(int code) {
  return code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY;
}
