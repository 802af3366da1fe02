#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "Internal.h"

uint64_t porxy_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int porxy_epoll_create(void) {
  return RESULT(epoll_create1(EPOLL_CLOEXEC));
}

static int add(int epoll, int descriptor, uint32_t mask, uint64_t data) {
  struct epoll_event event = {.events = mask, .data = {.u64 = data}};
  return RESULT(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

int porxy_epoll_add_socket(int epoll, int descriptor, uint64_t data) {
  return add(epoll, descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, data);
}

int porxy_epoll_add_source(int epoll, int descriptor, uint64_t data) {
  return add(epoll, descriptor, EPOLLIN | EPOLLET, data);
}

int porxy_epoll_remove(int epoll, int descriptor) {
  return RESULT(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

// epoll_pwait2 came with Linux 5.11 and is refused by some containers' filters.
static int wait_by_milliseconds(int epoll, struct epoll_event *events, int events_max, int64_t timeout) {
  int64_t milliseconds = timeout < 0 ? -1 : timeout / 1000000 + (timeout % 1000000 != 0);
  return RESULT(epoll_wait(epoll, events, events_max, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds));
}

static int wait_by_nanoseconds(int epoll, struct epoll_event *events, int events_max, int64_t timeout) {
#ifdef SYS_epoll_pwait2
  if (!porxy_is_refused(PORXY_CALL_EPOLL_PWAIT2)) {
    struct timespec span = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    long made = RESULT(syscall(SYS_epoll_pwait2, epoll, events, events_max, &span, NULL, 0));
    int count = (int)porxy_note(PORXY_CALL_EPOLL_PWAIT2, made);
    if (!porxy_is_refused(PORXY_CALL_EPOLL_PWAIT2)) return count;
  }
#endif
  return wait_by_milliseconds(epoll, events, events_max, timeout);
}

int porxy_epoll_wait(int epoll, struct porxy_event *events, int events_max, int64_t timeout) {
  struct epoll_event batch[PORXY_BATCH_MAX];
  if (events_max > PORXY_BATCH_MAX) events_max = PORXY_BATCH_MAX;
  int count = timeout > 0 ? wait_by_nanoseconds(epoll, batch, events_max, timeout)
                          : wait_by_milliseconds(epoll, batch, events_max, timeout);
  if (count == -EINTR) return 0;
  if (count < 0) {
    // A wait that fails brings nothing, and is not to be repeated without end.
    struct timespec rest = {.tv_nsec = 10000000};
    nanosleep(&rest, NULL);
    return 0;
  }
  for (int i = 0; i < count; i++) {
    events[i].data = batch[i].data.u64;
    events[i].mask = batch[i].events;
  }
  return count;
}

int porxy_bell(int *ring_end) {
  int both = OPTIONAL(PORXY_CALL_EVENTFD, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  *ring_end = both;
  if (both >= 0 || !porxy_means_refused(both)) return both;
  int ends[2];
  int result = RESULT(pipe2(ends, O_NONBLOCK | O_CLOEXEC));
  if (result < 0) return result;
  *ring_end = ends[1];
  return ends[0];
}

int porxy_bell_ring(int descriptor) {
  // A pipe that is full has been rung before.
  uint64_t one = 1;
  return (int)REPEATED(write(descriptor, &one, sizeof one));
}

int porxy_bell_drain(int descriptor) {
  // An eventfd gives one number and is empty; a pipe gives one for each ring.
  uint64_t numbers[64];
  long taken;
  do {
    taken = REPEATED(read(descriptor, numbers, sizeof numbers));
  } while (taken == (long)sizeof numbers);
  return (int)taken;
}
