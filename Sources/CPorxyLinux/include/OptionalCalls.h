// Calls that porxy can do without where the kernel or a sandbox refuses them. Whether one was refused is known to the
// whole process, and each is told once.
#ifndef CPORXYLINUX_OPTIONAL_CALLS_H
#define CPORXYLINUX_OPTIONAL_CALLS_H

// In the order of `OptionalCall` in Swift.
enum porxy_call {
  PORXY_CALL_SPLICE,
  PORXY_CALL_PIPE,
  PORXY_CALL_PIPE_SIZE,
  PORXY_CALL_ACCEPT4,
  PORXY_CALL_EPOLL_PWAIT2,
  PORXY_CALL_EVENTFD,
  PORXY_CALL_REUSE_ADDRESS,
  PORXY_CALL_REUSE_PORT,
  PORXY_CALL_V6_ONLY,
  PORXY_CALL_LINGER,
  PORXY_CALL_NO_DELAY,
  PORXY_CALL_UNSENT_MAX,
  PORXY_CALL_USER_TIMEOUT,
  PORXY_CALL_KEEPALIVE,
  PORXY_CALL_CONGESTION,
  PORXY_CALL_TAKE_ERROR,
  PORXY_CALL_UNACKNOWLEDGED,
  PORXY_CALL_UNSENT,
  PORXY_CALL_URGENT_MARK,
  PORXY_CALL_TCP_INFO,
  PORXY_CALL_LOCAL_ADDRESS,
  PORXY_CALL_PEER_ADDRESS,
  PORXY_CALL_SOCKET_DIAGNOSIS,
  PORXY_CALLS
};

// Whether -errno says that a call does not exist or is not allowed, rather than anything about a connection.
int porxy_means_refused(long result);

// Notes a result of a call, and gives it back.
long porxy_note(enum porxy_call call, long result);

// Whether the call was refused at some time; stays so.
int porxy_is_refused(enum porxy_call call);

// Whether a refused call is still to be told.
int porxy_has_untold_call(void);

// Takes a refused call that was not told yet, and its errno; -1 if there is none.
int porxy_take_untold_call(int *error);

#endif
