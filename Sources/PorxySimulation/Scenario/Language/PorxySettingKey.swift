/// The words that porxy's settings begin with.
enum PorxySettingKey: String, CaseIterable {
  case relay
  case connectTimeout = "timeouts.connect"
  case idleTimeout = "timeouts.idle"
  case userTimeout = "timeouts.user"
  case drainTimeout = "timeouts.drain"
  case keepalive = "timeouts.keepalive"
  case sessions = "limits.sessions"
  case descriptors
  case ports
  case sendBuffer = "send buffer"
  case receiveBuffer = "receive buffer"
}
