import PorxyCore
import PorxySimulation

/// The simulated transport on a host beside the peers'.
final class SimulatedHarness<IO: Transport & ~Copyable>: TransportHarness {
  let ownAddress = IPAddress(v4: 0x0a00_0001)
  let peerAddress = IPAddress(v4: 0x0a00_0002)
  private let network = Network(Seed(1))
  private let own: HostID
  private let other: HostID
  private let box: TransportBox<IO>
  private let make: (consuming SimulatedTransport) -> IO

  init(_ make: @escaping (consuming SimulatedTransport) -> IO) {
    self.make = make
    var limits = HostLimits()
    limits.buffersMax = Subject.conduitsMax
    limits.blocksMax = Subject.conduitsMax
    limits.pipesMax = Subject.conduitsMax
    own = network.addHost("own", ownAddress, limits: limits)
    other = network.addHost("other", peerAddress)
    box = TransportBox(make(SimulatedTransport(on: own, of: network)))
  }

  var transport: any TransportCalls { box }
  var peers: any SocketCalls { network }

  func port(of listener: ListenerID) -> UInt16 { network.endpoint(of: listener).port }
  func call(_ port: UInt16) throws -> Socket { try network.call(Endpoint(ownAddress, port), on: other) }

  func openEntrance() throws -> PeerListener {
    let listener = try network.listen(on: other, Endpoint(.anyV4, 0))
    return PeerListener(listener: listener, endpoint: Endpoint(peerAddress, network.endpoint(of: listener).port))
  }

  func silence(_ listener: PeerListener) { network.inject(Fault(.oneWayPartition, on: "own", "other")) }
  func deadEnd() throws -> Endpoint { Endpoint(peerAddress, 9) }
  func destroy(_ listener: ListenerID) { network.loseListeners(of: own) }

  func stranger(at port: UInt16) -> SocketError? {
    do throws(SocketError) {
      network.close(try network.listen(on: own, Endpoint(ownAddress, port)))
      return nil
    } catch {
      return error
    }
  }

  func die() {
    network.kill(own)
    box.transport = make(SimulatedTransport(on: own, of: network))
  }

  func settle() { network.run(for: .milliseconds(150)) }
  func post(_ request: ControlRequest) { network.ask(request, of: own) }

  func setDescriptorShortage(_ isShort: Bool) {
    if isShort {
      network.inject(Fault(.descriptorsOnAccept, on: "own"))
      network.inject(Fault(.descriptorsOnConnect, on: "own"))
      network.inject(Fault(.conduitsExhausted, on: "own", amount: 0b100))
    } else {
      network.heal()
    }
  }
}
