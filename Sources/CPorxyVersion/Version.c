#include "CPorxyVersion.h"

const char *porxy_commit(void) { return PORXY_COMMIT; }
