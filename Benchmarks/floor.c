// What does a relay cost at least? One thread, as few system calls as loopback allows, and none of the rules: no
// options but TCP_NODELAY and reno, no limits, no timeouts, no log, no care for resets or unsent bytes.
//
//   gcc -O2 -o floor floor.c && ./floor PORT:BACKEND...
//
// A read of up to 16 KiB into one buffer and a write at once; a read that fills it makes the direction bulk, which
// splices through a pipe of 1 MiB from then on.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 16384, PIPE = 1 << 20, EVENTS = 256, ACCEPTS = 64 };

// One direction: bytes that were read and not written are in `left` or in the pipe, never in both.
struct flow {
  int pipe[2], is_bulk, has_ended, in_pipe, left_at, left_count;
  char *left;
};

struct session {
  int fd[2];  // The client's and the backend's.
  struct flow flow[2];  // From the client, from the backend.
  int is_over;
  struct session *next_over;
};

struct route {
  int listener, backend;
};

static char buffer[BUFFER];
static int epoll;
static struct session *over;

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int new_socket(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  if (fd < 0) fail("socket");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
  return fd;
}

static void watch(int fd, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data.u64 = data};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

// Freed behind the batch, whose other events may name it.
static void end(struct session *session) {
  if (session->is_over) return;
  session->is_over = 1;
  close(session->fd[0]);
  close(session->fd[1]);
  session->next_over = over;
  over = session;
}

static void free_ended(void) {
  while (over) {
    struct session *session = over;
    over = session->next_over;
    for (int side = 0; side < 2; side++) {
      if (session->flow[side].is_bulk) close(session->flow[side].pipe[0]), close(session->flow[side].pipe[1]);
      free(session->flow[side].left);
    }
    free(session);
  }
}

// Writes what is left. 1: nothing is left, 0: the sink is full, -1: it has failed.
static int flush(struct flow *flow, int sink) {
  while (flow->in_pipe > 0) {
    ssize_t count = splice(flow->pipe[0], NULL, sink, NULL, flow->in_pipe, SPLICE_F_NONBLOCK);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    flow->in_pipe -= count;
  }
  while (flow->left_count > 0) {
    ssize_t count = send(sink, flow->left + flow->left_at, flow->left_count, MSG_NOSIGNAL);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    flow->left_at += count;
    flow->left_count -= count;
  }
  return 1;
}

static void keep(struct flow *flow, const char *bytes, int count) {
  if (!flow->left) flow->left = malloc(BUFFER);
  memcpy(flow->left, bytes, count);
  flow->left_at = 0;
  flow->left_count = count;
}

// Moves bytes from one side until it has none. 0: the session is over.
static int move(struct session *session, int side, int may_have_ended) {
  struct flow *flow = &session->flow[side];
  int source = session->fd[side], sink = session->fd[!side];
  while (!flow->has_ended) {
    int flushed = flush(flow, sink);
    if (flushed <= 0) return flushed == 0;
    ssize_t count;
    if (flow->is_bulk) {
      count = splice(source, NULL, flow->pipe[1], NULL, PIPE, SPLICE_F_NONBLOCK);
      if (count > 0) flow->in_pipe = count;
    } else {
      count = recv(source, buffer, BUFFER, 0);
    }
    if (count < 0) return errno == EAGAIN;
    if (count == 0) {
      flow->has_ended = 1;
      if (session->flow[!side].has_ended) return 0;
      shutdown(sink, SHUT_WR);
    } else if (!flow->is_bulk) {
      ssize_t sent = send(sink, buffer, count, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return 0;
      if (sent < count) keep(flow, buffer + (sent < 0 ? 0 : sent), count - (sent < 0 ? 0 : sent));
      if (count < BUFFER && !may_have_ended) return 1;
      if (count == BUFFER) {
        flow->is_bulk = 1;
        if (pipe2(flow->pipe, O_NONBLOCK) < 0) fail("pipe");
        fcntl(flow->pipe[1], F_SETPIPE_SZ, PIPE);
      }
    }
  }
  return 1;
}

static void open_session(int client, int backend_port) {
  struct session *session = calloc(1, sizeof *session);
  struct sockaddr_in address = loopback(backend_port);
  session->fd[0] = client;
  session->fd[1] = new_socket();
  if (connect(session->fd[1], (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    end(session);
    return;
  }
  // On loopback the handshake is over when connect(2) returns.
  if (!move(session, 0, 0)) {
    end(session);
    return;
  }
  for (int side = 0; side < 2; side++)
    watch(session->fd[side], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, (uintptr_t)session | side);
}

static void handle(struct session *session, int side, uint32_t events) {
  if (session->is_over) return;
  int may_have_ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (events & EPOLLIN && !move(session, side, may_have_ended)) end(session);
  else if (events & EPOLLOUT && (session->flow[!side].in_pipe || session->flow[!side].left_count)
           && !move(session, !side, 1)) end(session);
}

int main(int count, char **words) {
  static struct route routes[64];
  static struct epoll_event events[EVENTS];
  signal(SIGPIPE, SIG_IGN);
  epoll = epoll_create1(0);
  for (int index = 1; index < count && index < 64; index++) {
    int port, one = 1;
    if (sscanf(words[index], "%d:%d", &port, &routes[index].backend) != 2) fail(words[index]);
    struct sockaddr_in address = loopback(port);
    routes[index].listener = new_socket();
    setsockopt(routes[index].listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(routes[index].listener, (void *)&address, sizeof address) < 0) fail("bind");
    if (listen(routes[index].listener, 65535) < 0) fail("listen");
    watch(routes[index].listener, EPOLLIN, index);
  }
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < ready; index++) {
      uint64_t data = events[index].data.u64;
      if (data >= 64) {
        handle((struct session *)(uintptr_t)(data & ~1ull), data & 1, events[index].events);
        continue;
      }
      for (int accepts = 0; accepts < ACCEPTS; accepts++) {
        int client = accept4(routes[data].listener, NULL, NULL, SOCK_NONBLOCK);
        if (client < 0) break;
        open_session(client, routes[data].backend);
      }
    }
    free_ended();
  }
}
