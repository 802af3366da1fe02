import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// How long a reset waits for what was sent before it.
@Suite(.timed) struct PatienceTests {
  @Test("RESET: each acknowledgement gives the network another minute for what is left")
  func beginsAnew() throws {
    var limits = HostLimits()
    (limits.sendCapacity, limits.receiveCapacity) = (1 << 18, 1 << 18)
    let porxy = try ProxyBox(limits: limits)
    let network = porxy.network
    network.setLink(between: porxy.host, porxy.clients, Link(latency: .milliseconds(200)))
    let listener = try network.listen(on: porxy.server, porxy.door)
    let client = try porxy.call()
    porxy.serve(for: .seconds(1))
    let server = try network.accept(listener)
    func stall(_ from: Double, _ until: Double) {
      let now = network.elapsed
      network.inject(
        Fault(.stall, on: "clients", "porxy", from: now + .seconds(from), until: now + .seconds(until)))
    }
    // In between, what the client's window lets out comes through, and the window opens again.
    stall(0, 40)
    stall(40.45, 80)
    stall(80.45, 125)
    var sent = 0
    for _ in 0..<3 {
      guard case .bytes(let count) = network.send(server, 60_000) else { throw ProxyBox.Complaint() }
      sent += Int(count)
      porxy.serve(for: .seconds(1))
    }
    network.abort(server)
    var (received, isReset) = (0, false)
    let end = network.now + .seconds(150)
    while network.now < end, !isReset {  // bound: virtual time
      porxy.serve(for: .milliseconds(10))
      switch network.receive(client, 1 << 18) {
      case .bytes(let count): received += Int(count)
      case .error(.connectionReset): isReset = true
      default: break
      }
    }
    #expect(received == sent && sent == 180_000 && isReset, "\(received) of \(sent) bytes")
    #expect(porxy.records.map(\.manner) == [.reset])
  }
}
