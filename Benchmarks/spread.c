// How are new connections spread over the threads of a server? Loopback only.
//
//   gcc -O2 -pthread -o spread spread.c && ./spread
//
// Two ways are compared: a listener each, on one port (SO_REUSEPORT), and one listener that all threads watch
// (EPOLLEXCLUSIVE). Connections stay open; they arrive one by one, or in a burst in which each costs a little work.
// A line is a way, a number of connections and, over 20 runs, how many the least loaded thread held: median and worst.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, RUNS = 20, CONNECTIONS_MAX = 200 };

static atomic_int held[THREADS], accepted;
static atomic_int stop;
static int listeners[THREADS], busy;

static int listener_on(struct sockaddr_in *address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  socklen_t size = sizeof *address;
  if (bind(fd, (void *)address, size) < 0 || listen(fd, 1024) < 0) { perror("listen"); exit(1); }
  getsockname(fd, (void *)address, &size);
  return fd;
}

static void work(void) {
  struct timespec begin, now;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - begin.tv_sec) * 1000000000L + now.tv_nsec - begin.tv_nsec < 200000);
}

static void *serve(void *argument) {
  long self = (long)argument;
  int epoll = epoll_create1(0), kept[CONNECTIONS_MAX], count = 0;
  struct epoll_event event = {.events = EPOLLIN | (listeners[0] == listeners[1] ? EPOLLEXCLUSIVE : 0)};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listeners[self], &event);
  while (!stop) {
    if (epoll_wait(epoll, &event, 1, 20) < 1) continue;
    int fd;
    while ((fd = accept(listeners[self], 0, 0)) >= 0) {
      kept[count++] = fd;
      held[self]++;
      accepted++;
      if (busy) work();
    }
  }
  for (int i = 0; i < count; i++) close(kept[i]);
  close(epoll);
  return 0;
}

static int run(int shared, int connections) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  stop = accepted = 0;
  for (int i = 0; i < THREADS; i++) {
    listeners[i] = shared && i ? listeners[0] : listener_on(&address);
    held[i] = 0;
  }
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], 0, serve, (void *)i);
  usleep(5000);
  int clients[CONNECTIONS_MAX];
  for (int i = 0; i < connections; i++) {
    clients[i] = socket(AF_INET, SOCK_STREAM, 0);
    connect(clients[i], (void *)&address, sizeof address);
    if (!busy) while (accepted <= i) usleep(50);
  }
  while (accepted < connections) usleep(1000);
  stop = 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
  for (int i = 0; i < connections; i++) close(clients[i]);
  for (int i = 0; i < (shared ? 1 : THREADS); i++) close(listeners[i]);
  int least = held[0];
  for (int i = 1; i < THREADS; i++) if (held[i] < least) least = held[i];
  return least;
}

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(void) {
  static const int sizes[] = {8, 20, 50, 200};
  printf("%-28s %11s  %s\n", "way", "connections", "held by the least loaded of 2 threads: median, worst of 20");
  for (busy = 0; busy < 2; busy++)
    for (int shared = 0; shared < 2; shared++)
      for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        int least[RUNS];
        for (int r = 0; r < RUNS; r++) least[r] = run(shared, sizes[s]);
        qsort(least, RUNS, sizeof *least, ascending);
        printf("%-16s%-12s %11d  %d %d\n", shared ? "one listener" : "listener each",
               busy ? " burst" : " one by one", sizes[s], least[RUNS / 2], least[0]);
      }
  return 0;
}
