import PorxyCore
import PorxySimulation

/// A transport behind a reference, which expectations can call.
final class TransportBox {
  private var transport: SimulatedTransport

  init(on host: HostID, of network: Network) {
    transport = SimulatedTransport(on: host, of: network)
  }

  var now: Instant { transport.now }

  /// A test looks at the events that it is about; what is left of a turn is taken here.
  func wait(until deadline: Instant) {
    while transport.nextEvent() != nil {}
    transport.wait(until: deadline)
  }
  func nextEvent() -> Event? { transport.nextEvent() }

  /// All events of a span of virtual time.
  func events(for duration: Duration = .milliseconds(100)) -> [Event] {
    var events: [Event] = []
    let end = transport.network.now + duration
    while transport.now < end {  // bound: virtual time
      transport.wait(until: end)
      while let event = transport.nextEvent() { events.append(event) }
    }
    return events
  }

  func listen(
    on endpoint: Endpoint, _ options: ListenOptions = ListenOptions()
  ) throws(TransportError) -> ListenerID {
    try transport.listen(on: endpoint, options)
  }

  func closeListener(_ listener: ListenerID) { transport.closeListener(listener) }

  func connect(to endpoint: Endpoint) throws(TransportError) -> SocketID {
    try transport.connect(to: endpoint, SocketOptions())
  }

  func accept(from listener: ListenerID) -> Acceptance { transport.accept(from: listener) }
  func resolve(_ name: String) -> ResolutionID { transport.resolve(name) }
  func takeAddresses(of id: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    try transport.takeAddresses(of: id)
  }
  func finishSending(on id: SocketID) { transport.finishSending(on: id) }
  func close(_ id: SocketID, _ closing: Closing) { transport.close(id, closing) }
  func takeFailure(on id: SocketID) -> Failure? { transport.takeFailure(on: id) }
  func setKeepalive(_ keepalive: Keepalive, on id: SocketID) { transport.setKeepalive(keepalive, on: id) }
  func borrowConduit(_ kind: ConduitKind) -> Conduit? { transport.borrowConduit(kind) }
  func returnConduit(_ conduit: Conduit) { transport.returnConduit(conduit) }
  func discardConduit(_ conduit: Conduit) { transport.discardConduit(conduit) }
  func pull(from id: SocketID, into conduit: inout Conduit, atMost most: UInt32) -> Transfer {
    transport.pull(from: id, into: &conduit, atMost: most)
  }
  func push(from conduit: inout Conduit, to id: SocketID) -> Transfer { transport.push(from: &conduit, to: id) }
}

/// A failed expectation looks into what it names, and would copy a transport that cannot be copied.
extension TransportBox: CustomReflectable {
  var customMirror: Mirror { Mirror(self, children: []) }
}
