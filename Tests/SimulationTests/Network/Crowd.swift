import PorxyCore
import PorxySimulation

/// Clients and a server of random temper, which check every byte they receive.
final class Crowd: Peers {
  /// What a peer knows of one socket.
  private struct Line {
    var socket: Socket
    var isClient: Bool
    /// Bytes still to be sent; a server answers what it receives instead.
    var toSend: UInt32 = 0
    var received: UInt64 = 0
    var echo = Payload()
    var ends: Int
  }

  private let chance: Chance
  private let clients: [HostID]
  private let server: HostID
  private let entrance: Endpoint
  private let length: UInt32
  /// By slot of the socket.
  private var lines: [Line?] = []
  private var listener: ListenerID?
  private(set) var begun = 0
  private(set) var answered = 0
  private(set) var complaints: [String] = []

  init(_ network: Network, clients: [HostID], server: HostID, entrance: Endpoint, length: UInt32) {
    chance = network.chance
    self.clients = clients
    self.server = server
    self.entrance = entrance
    self.length = length
    listen(on: network)
  }

  /// Lets so many clients come, each after the other by this time.
  func come(_ count: Int, every interval: Duration, on network: Network) {
    var at = network.now
    for n in 0..<count {
      network.setAlarm(UInt64(n), at: at)
      at = at + interval
    }
  }

  func wake(_ wake: Wake, on network: Network) {
    switch wake {
    case .alarm(let n): call(n, on: network)
    case .acceptable: acceptAll(on: network)
    case .ready(let socket):
      if lines.indices.contains(Int(socket.slot)), lines[Int(socket.slot)]?.socket == socket {
        act(socket, on: network)
      }
    case .revived(let host): if host == server { listen(on: network) }
    case .died: lines = lines.map { line in line.flatMap { network.isOpen($0.socket) ? $0 : nil } }
    }
  }

  private func listen(on network: Network) {
    listener = try? network.listen(on: server, Endpoint(.anyV4, 80))
  }

  private func call(_ n: UInt64, on network: Network) {
    let host = clients[Int(chance.below(UInt64(clients.count), .peer, n, 0))]
    guard let socket = try? network.call(entrance, on: host) else { return }
    begun += 1
    let toSend = UInt32(chance.below(UInt64(length) + 1, .peer, n, 1))
    keep(Line(socket: socket, isClient: true, toSend: toSend, ends: Int(chance.below(8, .peer, n, 2))))
  }

  private func acceptAll(on network: Network) {
    guard let listener else { return }
    while let socket = try? network.acceptNext(listener) {  // bound: the queue
      let profile = chance.below(12, .peer, network.stream(of: socket), 3)
      keep(Line(socket: socket, isClient: false, ends: Int(profile)))
      act(socket, on: network)
    }
  }

  private func keep(_ line: Line) {
    while lines.count <= Int(line.socket.slot) { lines.append(nil) }
    lines[Int(line.socket.slot)] = line
  }

  private func act(_ socket: Socket, on network: Network) {
    let place = Int(socket.slot)
    guard var line = lines[place] else { return }
    lines[place] = nil
    if line.isClient ? client(&line, network) : serve(&line, network) { lines[place] = line }
  }

  /// False when the socket was closed.
  private func client(_ line: inout Line, _ network: Network) -> Bool {
    guard network.state(of: line.socket) != .synSent else { return true }
    var payload = Payload()
    while true {  // bound: what has arrived
      let moved = network.receive(line.socket, 10_000, into: &payload)
      if case .bytes = moved { continue }
      let own = network.stream(of: line.socket)
      let expected = payload.isEmpty ? [] : [Payload.Run(stream: own, offset: line.received, count: payload.count)]
      if payload.runs != expected { complaints.append("client \(own) got \(payload.runs) at \(line.received)") }
      line.received += payload.count
      if moved == .error(.wouldBlock) { break }
      if moved == .end, line.received == network.writtenCount(on: line.socket) { answered += 1 }
      network.close(line.socket)
      return false
    }
    while line.toSend > 0, case .bytes(let count) = network.send(line.socket, line.toSend) { line.toSend -= count }
    if line.toSend == 0, line.ends == 0 {
      network.abort(line.socket)
      return false
    }
    if line.toSend == 0, line.ends == 1 {
      network.close(line.socket)
      return false
    }
    if line.toSend == 0, line.ends > 1 {
      line.ends = -1
      network.finishSending(line.socket)
    }
    return true
  }

  private func serve(_ line: inout Line, _ network: Network) -> Bool {
    while true {  // bound: what has arrived
      if line.echo.isEmpty {
        let moved = network.receive(line.socket, 10_000, into: &line.echo)
        if moved == .error(.wouldBlock) { return true }
        if line.ends == 0 {
          network.abort(line.socket)
          return false
        }
        guard case .bytes = moved else {
          network.close(line.socket)
          return false
        }
      }
      switch network.send(line.socket, from: &line.echo) {
      case .bytes: continue
      case .error(.wouldBlock): return true
      default:
        network.close(line.socket)
        return false
      }
    }
  }
}
