/// The words that a host's settings begin with.
enum HostSettingKey: String, CaseIterable {
  case sendBuffer = "send buffer"
  case receiveBuffer = "receive buffer"
  case ports
  case descriptors
  case userTimeout = "user timeout"
  case keepalive
  case callRetries = "call retries"
  case finTimeout = "fin timeout"
  case sharedHost = "on one host"
  case doesNotListen = "does not listen"
  case acceptsWhenTold = "accepts when told"
  case backlog
}
