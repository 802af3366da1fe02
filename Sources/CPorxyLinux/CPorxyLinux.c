#include "CPorxyLinux.h"
