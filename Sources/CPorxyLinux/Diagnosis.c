#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "Address.h"
#include "Internal.h"

// TCP_LISTEN of <netinet/tcp.h>.
enum { LISTENING = 10 };

// The kernel looks up the socket of a connection from nowhere to the address (inet_lookup), which is what a SYN would
// reach: a listening one, at that address or at any, of either family.
static void ask(const struct porxy_address *address, struct inet_diag_req_v2 *request) {
  memset(request, 0, sizeof *request);
  request->sdiag_family = address->is_v6 ? AF_INET6 : AF_INET;
  request->sdiag_protocol = IPPROTO_TCP;
  request->idiag_states = 1 << LISTENING;
  request->id.idiag_sport = htons(address->port);
  request->id.idiag_if = address->scope;
  request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  struct sockaddr_storage storage;
  porxy_encode(address, &storage);
  if (address->is_v6) {
    memcpy(request->id.idiag_src, &((struct sockaddr_in6 *)&storage)->sin6_addr, sizeof(struct in6_addr));
  } else {
    memcpy(request->id.idiag_src, &((struct sockaddr_in *)&storage)->sin_addr, sizeof(struct in_addr));
  }
}

int porxy_is_listening(int descriptor, const struct porxy_address *address, uint32_t number) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } message;
  memset(&message, 0, sizeof message);
  ask(address, &message.request);
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST;
  message.header.nlmsg_seq = number;
  long sent = OPTIONAL(PORXY_CALL_SOCKET_DIAGNOSIS, send(descriptor, &message, sizeof message, 0));
  if (sent < 0) return (int)sent;
  // The answer is there when send(2) returns. One that an earlier question left is passed over.
  for (int answers = 0; answers < 16; answers++) {
    _Alignas(struct nlmsghdr) char buffer[4096];
    ssize_t count = RESULT(recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT));
    if (count < 0) return (int)count;
    const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
    if (!NLMSG_OK(header, (size_t)count) || header->nlmsg_seq != number) continue;
    if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
      const struct inet_diag_msg *found = NLMSG_DATA(header);
      return found->idiag_state == LISTENING;
    }
    if (header->nlmsg_type != NLMSG_ERROR) continue;
    int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
    return error == -ENOENT ? 0 : (int)porxy_note(PORXY_CALL_SOCKET_DIAGNOSIS, error);
  }
  return -EAGAIN;
}

// A kernel without the module for it says of every address that nobody listens there: so it is tried where somebody
// does.
static int knows_listeners(int diagnosis) {
  int socket = porxy_socket(0);
  if (socket < 0) return socket;
  struct porxy_address address = {.low = INADDR_LOOPBACK};
  int result = porxy_bind(socket, &address);
  if (result >= 0) result = porxy_listen(socket, 1);
  if (result >= 0) result = porxy_local_address(socket, &address);
  if (result >= 0) result = porxy_is_listening(diagnosis, &address, 0);
  porxy_close(socket);
  if (result == 0) result = (int)porxy_note(PORXY_CALL_SOCKET_DIAGNOSIS, -EOPNOTSUPP);
  return result;
}

int porxy_diagnosis_open(void) {
  int diagnosis = OPTIONAL(
      PORXY_CALL_SOCKET_DIAGNOSIS,
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (diagnosis < 0) return diagnosis;
  int result = knows_listeners(diagnosis);
  if (result > 0) return diagnosis;
  porxy_close(diagnosis);
  return result;
}
