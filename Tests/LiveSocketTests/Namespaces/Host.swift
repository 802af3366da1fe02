/// Who there is in an internetwork: from left to right client, porxy, router, server, and the switches that the cables
/// of client and server are plugged into.
enum Host: String, CaseIterable, Sendable {
  case client
  case porxy
  case router
  case server
  case switches
}
