#define _GNU_SOURCE
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "Address.h"
#include "Internal.h"

static int is_known(const struct porxy_address *address, const struct porxy_address *known, int count) {
  for (int i = 0; i < count; i++) {
    if (memcmp(address, &known[i], sizeof *address) == 0) return 1;
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

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *context) {
  struct start start = *(struct start *)context;
  free(context);
  start.body(start.context);
  return NULL;
}

int porxy_start_thread(void (*body)(void *), void *context) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return -ENOMEM;
  start->body = body;
  start->context = context;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int error = pthread_create(&thread, NULL, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) {
    free(start);
    return -error;
  }
  pthread_detach(thread);
  return 0;
}
