#ifndef CPORXYLINUX_INTERNAL_H
#define CPORXYLINUX_INTERNAL_H

#include "CPorxyLinux.h"

// The same for a call that porxy can do without.
#define OPTIONAL(call, made) ((__typeof__(made))porxy_note(call, RESULT(made)))

#endif
