// The system calls that Swift cannot import well. Every function returns a result of at least 0, or -errno.
#ifndef CPORXYLINUX_H
#define CPORXYLINUX_H

#include "Process.h"

#endif
