#ifndef CPORXYLINUX_ADDRESS_H
#define CPORXYLINUX_ADDRESS_H

#include <sys/socket.h>

#include "CPorxyLinux.h"

// The kernel's form of an address; returns its length.
socklen_t porxy_encode(const struct porxy_address *address, struct sockaddr_storage *storage);

// Our form of the kernel's; an IPv4 address that an IPv6 socket shows as ::ffff:a.b.c.d becomes IPv4 again.
int porxy_decode(const struct sockaddr *any, struct porxy_address *address);

#endif
