#include "OptionalCalls.h"

#include <errno.h>
#include <stdatomic.h>

_Static_assert(PORXY_CALLS <= 32, "a bit each");

static atomic_uint refused;
static atomic_uint untold;
static atomic_int errors[PORXY_CALLS];

int porxy_means_refused(long result) {
  switch (-result) {
    case ENOSYS:
    case EPERM:
    case EACCES:
    case EINVAL:
    case ENOTTY:
    case EOPNOTSUPP:
    case ENOPROTOOPT: return 1;
    default: return 0;
  }
}

long porxy_note(enum porxy_call call, long result) {
  if (result >= 0 || !porxy_means_refused(result) || porxy_is_refused(call)) return result;
  atomic_store_explicit(&errors[call], (int)-result, memory_order_relaxed);
  unsigned before = atomic_fetch_or_explicit(&refused, 1u << call, memory_order_relaxed);
  // Two threads may meet it at a time; the first one has it told.
  if (!(before >> call & 1)) atomic_fetch_or_explicit(&untold, 1u << call, memory_order_release);
  return result;
}

int porxy_is_refused(enum porxy_call call) {
  return atomic_load_explicit(&refused, memory_order_relaxed) >> call & 1;
}

int porxy_has_untold_call(void) {
  return atomic_load_explicit(&untold, memory_order_relaxed) != 0;
}

int porxy_take_untold_call(int *error) {
  for (int call = 0; call < PORXY_CALLS; call++) {
    unsigned before = atomic_fetch_and_explicit(&untold, ~(1u << call), memory_order_acquire);
    if (!(before >> call & 1)) continue;
    *error = atomic_load_explicit(&errors[call], memory_order_relaxed);
    return call;
  }
  return -1;
}
