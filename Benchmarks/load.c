// Load for TCP proxies and the servers behind them, on loopback: one thread, one epoll.
//
//   gcc -O2 -o load load.c
//
//   load serve                                       echo, sink and source; prints the ports it got, as JSON
//   load stream   PORT CONNECTIONS SECONDS up|down   bytes to a sink, or from a source
//   load pingpong PORT CONNECTIONS SECONDS SIZE      messages (of 16 KiB at most) there and back, one at a time
//   load churn    PORT CONNECTIONS SECONDS           connect, 64 bytes there and back, close; so many at a time
//   load idle     PORT CONNECTIONS                   64 bytes there and back, then held until the standard input ends
//
// Each prints one line of JSON: `units` is the work done in all (MiB, round trips, connections, sessions), `rate` is
// units a second; `p50_us` and `p99_us` are a unit's time where that means something. Every byte is known beforehand
// from its place in its stream: `wrong` counts bytes that differ (after a gap nearly all do), `lost` bytes that never
// arrived, `failed` connections that broke. All three are 0 behind a proxy that works.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  BLOCK = 256 * 1024,  // moved by one call at most
  PERIOD = 65521,      // of the known bytes: a prime, so that no buffer's size hides a gap
  MESSAGE_MAX = 16 * 1024,
  SMALL = 64,
  EVENTS_MAX = 512,
  CLIENTS_MAX = 1 << 17,
  OPENING_MAX = 200,  // idle sessions on their way at a time: fewer than any backlog
  BUCKETS = 64 * 64,
};

static const double WARM_UP = 0.2, GRACE = 10, IDLE_SECONDS_MAX = 60;

static unsigned char known[PERIOD + BLOCK], block[BLOCK];
static uint64_t wrong, lost, failed;
static int poller;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

// ---- Known bytes -----------------------------------------------------------------------------------------------

static void fill_known(void) {
  uint32_t state = 2463534242u;
  for (int i = 0; i < PERIOD; i++) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    known[i] = state >> 24;
  }
  for (int i = PERIOD; i < PERIOD + BLOCK; i++) known[i] = known[i - PERIOD];
}

static const unsigned char *known_at(uint64_t position) { return known + position % PERIOD; }

// How many bytes of the block are not what belongs at this place of a stream.
static uint64_t differing(uint64_t position, ssize_t count) {
  const unsigned char *expected = known_at(position);
  if (!memcmp(block, expected, count)) return 0;
  uint64_t result = 0;
  for (ssize_t i = 0; i < count; i++) result += block[i] != expected[i];
  return result;
}

// ---- Sockets ---------------------------------------------------------------------------------------------------

static int would_block(ssize_t count) { return count < 0 && (errno == EAGAIN || errno == EINTR); }

static void watch(int operation, int fd, uint32_t events, void *owner) {
  struct epoll_event event = {.events = events, .data.ptr = owner};
  if (epoll_ctl(poller, operation, fd, &event) < 0) die("epoll_ctl");
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void set_nodelay(int fd) {
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void raise_descriptor_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Calls `handle` for what is ready, and returns after a tenth of a second at the latest.
static void dispatch(void (*handle)(void *owner, uint32_t events)) {
  struct epoll_event events[EVENTS_MAX];
  int count = epoll_wait(poller, events, EVENTS_MAX, 100);
  for (int i = 0; i < count; i++) handle(events[i].data.ptr, events[i].events);
}

// ---- Servers ---------------------------------------------------------------------------------------------------

enum service { ECHO, SINK, SOURCE, SERVICES };

struct served {
  int fd, listens;
  enum service service;
  uint64_t position, wrong;
  ssize_t owed, owed_at;  // by an echo
  unsigned char *owes;
};

// What a sink answers once its client's stream has ended.
struct receipt { uint64_t received, wrong; };

static void hang_up(struct served *served) {
  close(served->fd);
  free(served->owes);
  free(served);
}

static void welcome(struct served *listener) {
  int fd = accept4(listener->fd, 0, 0, SOCK_NONBLOCK);
  if (fd < 0) return;
  struct served *served = calloc(1, sizeof *served);
  served->fd = fd;
  served->service = listener->service;
  if (served->service == ECHO) served->owes = malloc(MESSAGE_MAX);
  set_nodelay(fd);
  watch(EPOLL_CTL_ADD, fd, served->service == SOURCE ? EPOLLOUT : EPOLLIN, served);
}

static void pay_back(struct served *served) {
  ssize_t count = send(served->fd, served->owes + served->owed_at, served->owed, MSG_NOSIGNAL);
  if (count < 0 && !would_block(count)) return hang_up(served);
  if (count < 0) count = 0;
  int was_late = served->owed_at > 0, is_late = count < served->owed;
  served->owed -= count;
  served->owed_at += count;
  if (is_late || was_late) watch(EPOLL_CTL_MOD, served->fd, is_late ? EPOLLOUT : EPOLLIN, served);
}

static void echo(struct served *served) {
  if (served->owed) return pay_back(served);
  ssize_t count = recv(served->fd, served->owes, MESSAGE_MAX, 0);
  if (would_block(count)) return;
  if (count <= 0) return hang_up(served);
  served->owed = count;
  served->owed_at = 0;
  pay_back(served);
}

static void sink(struct served *served) {
  ssize_t count = recv(served->fd, block, BLOCK, 0);
  if (would_block(count)) return;
  if (count > 0) {
    served->wrong += differing(served->position, count);
    served->position += count;
    return;
  }
  struct receipt receipt = {served->position, served->wrong};
  if (count == 0) (void)!send(served->fd, &receipt, sizeof receipt, MSG_NOSIGNAL);
  hang_up(served);
}

static void source(struct served *served) {
  ssize_t count = send(served->fd, known_at(served->position), BLOCK, MSG_NOSIGNAL);
  if (count > 0) served->position += count;
  else if (!would_block(count)) hang_up(served);
}

static void serve_one(void *owner, uint32_t events) {
  struct served *served = owner;
  (void)events;
  if (served->listens) return welcome(served);
  if (served->service == ECHO) return echo(served);
  if (served->service == SINK) return sink(served);
  source(served);
}

static int listen_for(enum service service) {
  struct served *listener = calloc(1, sizeof *listener);
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  listener->listens = 1;
  listener->service = service;
  if (bind(listener->fd, (void *)&address, size) < 0 || listen(listener->fd, 65535) < 0) die("listen");
  getsockname(listener->fd, (void *)&address, &size);
  watch(EPOLL_CTL_ADD, listener->fd, EPOLLIN, listener);
  return ntohs(address.sin_port);
}

static void serve(void) {
  int ports[SERVICES];
  for (int i = 0; i < SERVICES; i++) ports[i] = listen_for(i);
  printf("{\"echo\": %d, \"sink\": %d, \"source\": %d}\n", ports[ECHO], ports[SINK], ports[SOURCE]);
  fflush(stdout);
  for (;;) dispatch(serve_one);  // Unbounded: until it is killed.
}

// ---- Clients ---------------------------------------------------------------------------------------------------

struct client {
  int fd;
  uint64_t start, sent, got;  // `start` differs, so that bytes of another session are wrong bytes
  double since;
};

static struct client clients[CLIENTS_MAX];
static int port, opened, live;
static double measured_from, measured_until;
static uint64_t units, measured_units, histogram[BUCKETS];

// A port is not free again for a minute after its connection: many source addresses have enough of them.
static void bind_source(int fd) {
  int one = 1;
  struct sockaddr_in address = loopback(0);
  uint32_t network = 1 + (opened / 8000 + getpid()) % 200;
  address.sin_addr.s_addr = htonl(127u << 24 | network << 8 | 1);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind(fd, (void *)&address, sizeof address) < 0) die("bind");
}

// The events of a connection that fails tell so; what fails at once is the machine's limit and ends the program.
static void open_client(struct client *client, uint32_t events, uint64_t start) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  bind_source(fd);
  set_nodelay(fd);
  if (connect(fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) die("connect");
  *client = (struct client){.fd = fd, .start = start, .since = now()};
  watch(EPOLL_CTL_ADD, fd, events, client);
  opened++;
  live++;
}

static void close_client(struct client *client) {
  close(client->fd);
  client->fd = -1;
  live--;
}

static void fail(struct client *client) {
  failed++;
  lost += client->sent - client->got;
  close_client(client);
}

static int is_waiting(struct client *client) {
  return client->fd > 0 && (!client->sent || client->got < client->sent);
}

static void fail_waiting(int count) {
  for (int i = 0; i < count; i++)
    if (is_waiting(&clients[i])) fail(&clients[i]);
}

static void print_faults(void) {
  printf("\"wrong\": %lu, \"lost\": %lu, \"failed\": %lu}\n", wrong, lost, failed);
  fflush(stdout);
}

// ---- Streams ---------------------------------------------------------------------------------------------------

static uint64_t moved;
static struct receipt receipts[CLIENTS_MAX];

static void pull(void *owner, uint32_t events) {
  struct client *client = owner;
  (void)events;
  ssize_t count = recv(client->fd, block, BLOCK, 0);
  if (would_block(count)) return;
  if (count <= 0) return fail(client);
  wrong += differing(client->got, count);
  client->got += count;
  client->sent = client->got;
  moved += count;
}

static void push(void *owner, uint32_t events) {
  struct client *client = owner;
  (void)events;
  ssize_t count = send(client->fd, known_at(client->sent), BLOCK, MSG_NOSIGNAL);
  if (count > 0) client->sent += count;
  else if (!would_block(count)) fail(client);
}

// Here `got` counts the bytes of the receipt.
static void collect(void *owner, uint32_t events) {
  struct client *client = owner;
  struct receipt *receipt = &receipts[client - clients];
  (void)events;
  ssize_t count = recv(client->fd, (char *)receipt + client->got, sizeof *receipt - client->got, 0);
  if (would_block(count)) return;
  if (count <= 0) return fail(client);
  client->got += count;
  if (client->got < sizeof *receipt) return;
  wrong += receipt->wrong;
  lost += client->sent > receipt->received ? client->sent - receipt->received : 0;
  moved += receipt->received;
  close_client(client);
}

static void end_stream(struct client *client) {
  if (client->fd < 0) return;
  if (shutdown(client->fd, SHUT_WR) < 0) return fail(client);
  watch(EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
}

static void stream(int count, double seconds, int up) {
  for (int i = 0; i < count; i++) open_client(&clients[i], up ? EPOLLOUT : EPOLLIN, 0);
  double begin = now();
  while (live && now() < begin + seconds) dispatch(up ? push : pull);
  if (up) {
    for (int i = 0; i < count; i++) end_stream(&clients[i]);
    while (live && now() < begin + seconds + GRACE) dispatch(collect);
  }
  fail_waiting(count);
  double mib = moved / 1048576.0;
  printf("{\"units\": %.3f, \"rate\": %.1f, ", mib, mib / (now() - begin));
  print_faults();
}

// ---- Exchanges -------------------------------------------------------------------------------------------------

enum after { AGAIN, REOPEN, HOLD };

static enum after after;
static int message_size, clients_wanted;

static uint64_t next_start(void) { return (uint64_t)opened * 977; }

// Logarithmic: a bucket is 1/64 of its value wide.
static int bucket(double seconds) {
  uint64_t time = (uint64_t)(seconds * 1e9) | 64;
  int shift = 63 - __builtin_clzll(time) - 6;
  return shift * 64 + (int)(time >> shift);
}

static double quantile_us(double share) {
  uint64_t seen = 0, wanted = share * measured_units;
  for (int i = 64; i < BUCKETS; i++)
    if ((seen += histogram[i]) > wanted) return (double)((uint64_t)(i % 64 + 64) << (i / 64 - 1)) * 1e-3;
  return 0;
}

static int is_ending(void) { return after != HOLD && now() >= measured_until; }

static void open_exchange(struct client *client) { open_client(client, EPOLLOUT, next_start()); }

static void open_next_idle(void) {
  if (opened < clients_wanted) open_exchange(&clients[opened]);
}

static void lose(struct client *client) {
  fail(client);
  if (after == HOLD) open_next_idle();
  if (after == REOPEN && !is_ending()) open_exchange(client);
}

static void say(struct client *client) {
  ssize_t count = send(client->fd, known_at(client->start + client->sent), message_size, MSG_NOSIGNAL);
  if (after != REOPEN) client->since = now();
  if (count > 0) client->sent += count;
  if (count != message_size) lose(client);
}

static void count_unit(struct client *client) {
  double time = now();
  units++;
  if (time < measured_from || time > measured_until) return;
  measured_units++;
  histogram[bucket(time - client->since)]++;
}

static void go_on(struct client *client) {
  if (after == HOLD) {
    live--;  // It stays open, and nobody waits for it any more.
    return open_next_idle();
  }
  if (after == AGAIN && !is_ending()) return say(client);
  close_client(client);
  if (after == REOPEN && !is_ending()) open_exchange(client);
}

static void hear(struct client *client) {
  ssize_t count = recv(client->fd, block, BLOCK, 0);
  if (would_block(count)) return;
  if (count <= 0) return lose(client);
  wrong += differing(client->start + client->got, count);
  client->got += count;
  if (client->got > client->sent) wrong += client->got - client->sent, client->got = client->sent;
  if (client->got < client->sent) return;
  count_unit(client);
  go_on(client);
}

static void exchange(void *owner, uint32_t events) {
  struct client *client = owner;
  if (client->sent || events & (EPOLLERR | EPOLLHUP)) return hear(client);
  watch(EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
  say(client);
}

static void exchanges(enum after then, int count, double seconds, int size) {
  after = then;
  message_size = size;
  clients_wanted = count;
  double begin = now();
  measured_from = begin + (then == HOLD ? 0 : WARM_UP);
  measured_until = measured_from + seconds;
  for (int i = 0; i < count && (then != HOLD || i < OPENING_MAX); i++) open_exchange(&clients[i]);
  while (live && now() < measured_until + GRACE) dispatch(exchange);
  fail_waiting(count);
  double end = now() < measured_until ? now() : measured_until;
  double rate = end > measured_from ? measured_units / (end - measured_from) : 0;
  printf("{\"units\": %lu, \"rate\": %.1f, ", units, rate);
  printf("\"p50_us\": %.1f, \"p99_us\": %.1f, ", quantile_us(.5), quantile_us(.99));
  print_faults();
}

static void idle(int count) {
  exchanges(HOLD, count, IDLE_SECONDS_MAX, SMALL);
  while (getchar() != EOF) continue;  // Bound: the standard input.
}

static int usage(void) {
  fputs("usage: load serve | stream PORT CONNECTIONS SECONDS up|down | pingpong PORT CONNECTIONS SECONDS SIZE |\n"
        "            churn PORT CONNECTIONS SECONDS | idle PORT CONNECTIONS\n", stderr);
  return 2;
}

int main(int argc, char **argv) {
  raise_descriptor_limit();
  fill_known();
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(EPOLL_CLOEXEC);
  const char *work = argc > 1 ? argv[1] : "";
  if (!strcmp(work, "serve")) serve();
  if (argc < 4) return usage();
  port = atoi(argv[2]);
  int count = atoi(argv[3]), size = argc > 5 ? atoi(argv[5]) : SMALL;
  double seconds = argc > 4 ? atof(argv[4]) : 0;
  if (count < 1 || count > CLIENTS_MAX || size < 0 || size > MESSAGE_MAX) return usage();
  if (!strcmp(work, "stream") && argc == 6) stream(count, seconds, !strcmp(argv[5], "up"));
  else if (!strcmp(work, "pingpong") && argc == 6 && size) exchanges(AGAIN, count, seconds, size);
  else if (!strcmp(work, "churn") && argc == 5) exchanges(REOPEN, count, seconds, SMALL);
  else if (!strcmp(work, "idle") && argc == 4) idle(count);
  else return usage();
  return 0;
}
