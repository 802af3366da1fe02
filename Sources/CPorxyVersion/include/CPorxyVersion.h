#ifndef CPORXYVERSION_H
#define CPORXYVERSION_H

/// The commit that PORXY_COMMIT named when this was built, in hexadecimal digits; empty where it named none.
const char *porxy_commit(void);

#endif
