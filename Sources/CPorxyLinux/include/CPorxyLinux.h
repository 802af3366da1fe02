// The system calls that Swift cannot import well. Every function returns a result of at least 0, or -errno, unless it
// says otherwise; calls that a signal may interrupt are repeated. Every descriptor made here is non-blocking and
// close-on-exec.
#ifndef CPORXYLINUX_H
#define CPORXYLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

// An IPv4 or IPv6 address and port in the host's byte order; an IPv4 address is in the low 32 bits of `low`.
struct porxy_address {
  uint64_t high;
  uint64_t low;
  uint32_t scope;
  uint16_t port;
  uint8_t is_v6;
};

// What epoll_event holds, without its packing.
struct porxy_event {
  uint64_t data;
  uint32_t mask;
};

// What TCP_INFO says of a connection, times in microseconds.
struct porxy_statistics {
  uint64_t delivery_rate;
  uint32_t round_trip;
  uint32_t round_trip_variation;
  uint32_t retransmits;
  uint32_t lost;
  uint32_t unacknowledged;
  uint32_t unsent;
};

// Descriptors and processes.
int porxy_close(int descriptor);
int porxy_open_reserve(void);
uint64_t porxy_clock(void);

// Epoll. A timeout is in nanoseconds, -1 for none; a signal ends the wait with 0 events.
enum { PORXY_BATCH_MAX = 256 };
int porxy_epoll_create(void);
int porxy_epoll_add_socket(int epoll, int descriptor, uint64_t data);
int porxy_epoll_add_source(int epoll, int descriptor, uint64_t data);
int porxy_epoll_remove(int epoll, int descriptor);
int porxy_epoll_wait(int epoll, struct porxy_event *events, int events_max, int64_t timeout);
int porxy_bell(int *ring_end);  // what to watch and hush; an eventfd, or a pipe with another end for ringing
int porxy_bell_ring(int descriptor);
int porxy_bell_drain(int descriptor);

// Sockets.
int porxy_socket(int is_v6);
int porxy_bind(int descriptor, const struct porxy_address *address);
int porxy_listen(int descriptor, int backlog);
int porxy_stop_listening(int descriptor);  // shutdown(SHUT_RD): porxy_listen resumes, and the port is kept
int porxy_connect(int descriptor, const struct porxy_address *address);
// Whether this machine has that address, and whether it has one from which that address can be reached. Nothing is
// sent, and no TCP port is taken.
int porxy_is_own(const struct porxy_address *address);
int porxy_has_route(const struct porxy_address *address);
// A socket to ask the kernel about others (sock_diag(7)), and whether one listens that a connection to the address
// would reach: 1, or 0. No two questions that wait have the same number.
int porxy_diagnosis_open(void);
int porxy_is_listening(int descriptor, const struct porxy_address *address, uint32_t number);
int porxy_accept(int descriptor, struct porxy_address *peer);
int porxy_is_readable(int descriptor);  // by poll(2), without waiting
int porxy_has_hung_up(int descriptor);  // the same
int porxy_local_address(int descriptor, struct porxy_address *address);
int porxy_peer_address(int descriptor, struct porxy_address *address);
int porxy_finish_sending(int descriptor);
int porxy_reset_on_close(int descriptor, int is_on);  // SO_LINGER {1, 0}: by whom and whyever it is closed
int porxy_disconnect(int descriptor);                 // a reset at once, which destroys what was not sent

// Options and what the kernel tells of a socket.
int porxy_reuse_address(int descriptor, int is_on);
int porxy_reuse_port(int descriptor);
int porxy_v6_only(int descriptor, int is_only);
int porxy_freebind(int descriptor, int is_v6);
// Drops everything that arrives with a TTL below 255, which is all that peers send; or nothing any more.
int porxy_deafen(int descriptor);
int porxy_hear(int descriptor);
int porxy_no_delay(int descriptor);
int porxy_unsent_max(int descriptor, int bytes);
int porxy_user_timeout(int descriptor, int milliseconds);
int porxy_keepalive(int descriptor, int idle, int interval, int count);
int porxy_congestion(int descriptor, const char *name);
int porxy_take_error(int descriptor);  // the pending errno, at least 0
int porxy_unacknowledged(int descriptor);  // bytes, rounded up to segments where SIOCOUTQ is refused
int porxy_unsent(int descriptor);
int porxy_unanswered_probes(int descriptor);
int porxy_since_acknowledgement(int descriptor);  // milliseconds, in the kernel's ticks
int porxy_statistics(int descriptor, struct porxy_statistics *statistics);
int porxy_at_mark(int descriptor);
int porxy_accept_queue(int descriptor, unsigned *limit);  // clients that wait at a listening socket

// Bytes.
long porxy_receive(int descriptor, void *bytes, size_t count);
long porxy_send(int descriptor, const void *bytes, size_t count);
int porxy_receive_urgent(int descriptor);  // the byte
int porxy_send_urgent(int descriptor, uint8_t byte);
long porxy_splice(int from, int to, size_t count);
long porxy_read(int descriptor, void *bytes, size_t count);
int porxy_pipe(int *read_end, int *write_end);
int porxy_pipe_resize(int descriptor, int size);  // the size it has then
int porxy_pipe_size(int descriptor);

// Names: the number of addresses, at most `addresses_max`, or an EAI code, which is negative. Blocks.
int porxy_resolve(const char *host, struct porxy_address *addresses, int addresses_max);
int porxy_resolve_says_unknown(int code);
#include "Local.h"
#include "OptionalCalls.h"
#include "Process.h"
#include "Results.h"

#endif
