#ifndef CPORXYLINUX_RESULTS_H
#define CPORXYLINUX_RESULTS_H

#include <errno.h>

// The result of a call that gives -1 and errno, as a result or -errno.
#define RESULT(call)                 \
  ({                                 \
    __typeof__(call) result_ = call; \
    result_ < 0 ? -errno : result_;  \
  })

// The same, repeated while signals interrupt it. Not for close and connect, which are under way nonetheless.
#define REPEATED(call)                        \
  ({                                          \
    __typeof__(call) repeated_;               \
    do {                                      \
      repeated_ = RESULT(call);               \
    } while (repeated_ == -EINTR);            \
    repeated_;                                \
  })

#endif
