import PorxyCore

/// One machine of a `Network`.
struct Host {
  let name: String
  let addresses: [IPAddress]
  var limits: HostLimits
  var conditions = Conditions()
  /// It has power.
  var isUp = true
  /// Separates what was before the last loss of power or process from what came after.
  var incarnation: UInt32 = 0
  var descriptors = 0
  /// Conduits that are out, by kind.
  var conduits = [0, 0, 0]
  /// Listeners that hold a port, in the order of their making.
  var listeners: [UInt32] = []
  // lookup only: ports of sockets that connected, each with its remote end.
  var ports: [UInt64: PortUse] = [:]
  var nextPort: UInt16
  /// Connection attempts so far; names streams.
  var connects: UInt64 = 0
  /// Draws made so far in the name of the host.
  var draws: UInt64 = 0
  /// Places in the table of wires, by destination; 0 for the common one.
  var wires: [UInt16] = []
  /// A transport looks at the network from here, at the mailbox of the same place.
  var hasTransport = false
  /// Wakes that wait for a hung process to go on.
  var heldWakes: [Wake] = []
}
