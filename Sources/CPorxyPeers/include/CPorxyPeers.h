// What the peers of a scenario need of the kernel beyond what a proxy does: every way to end a stream, what the kernel
// knows of a connection, and how to lose packets or run short without being root. Every function returns a result of
// at least 0, or -errno.
#ifndef CPORXYPEERS_H
#define CPORXYPEERS_H

#include <stdint.h>

// Events as epoll writes them, whatever is asked for; waits at most so many milliseconds.
int porxy_poll(int descriptor, int milliseconds);

// Edge-triggered: the mask, 0 when there is no event.
int porxy_epoll_take(int epoll);

enum { PORXY_SHUT_RECEIVING = 0, PORXY_SHUT_SENDING = 1, PORXY_SHUT_BOTH = 2 };
int porxy_shut_down(int descriptor, int direction);

int porxy_unread(int descriptor);
int porxy_state(int descriptor);     // as TCP_INFO has it
int porxy_in_flight(int descriptor);  // segments sent and not acknowledged

// Forgets the connection at the next close, and tells nobody; for root only.
int porxy_repair(int descriptor);

int porxy_send_buffer(int descriptor, int bytes);
int porxy_receive_buffer(int descriptor, int bytes);
int porxy_urgent_inline(int descriptor);
int porxy_call_retries(int descriptor, int count);
int porxy_fin_timeout(int descriptor, int seconds);
int porxy_port_range(int descriptor, uint16_t first, uint16_t last);

// Accepts as a process does that has no descriptor left: -EMFILE, or what else the kernel says.
int porxy_accept_poor(int descriptor);

// A datagram socket to itself, and a pass through it: what was put on loopback before it has been dealt with.
int porxy_barrier_open(void);
int porxy_barrier_pass(int descriptor, int milliseconds);

// Sleeps for so many microseconds, or until a signal.
void porxy_rest(int microseconds);

#endif
