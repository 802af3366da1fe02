/// Who has a port.
struct PortUse {
  var socket: Socket
  /// Free again after that; `.max` while the socket lives.
  var until: UInt64
}
