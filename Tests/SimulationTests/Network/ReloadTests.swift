import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// RELOAD: another configuration while clients come, wait and are served.
@Suite(.timed) struct ReloadTests {
  /// A proxy whose server listens.
  private static func porxy(sessionsMax: Int = 1000) throws -> ProxyBox {
    let porxy = try ProxyBox(sessionsMax: sessionsMax)
    _ = try porxy.network.listen(on: porxy.server, porxy.door)
    return porxy
  }

  private static func listener(_ name: String, _ port: UInt16, _ porxy: ProxyBox) -> Listener {
    Listener(name: name, backend: 0, endpoints: [Endpoint(porxy.entrance.address, port)])
  }

  private static func isDone(_ porxy: ProxyBox) -> Bool { porxy.outcome == .done(without: []) }

  @Test("a listener that is added serves, and an untouched one keeps its socket")
  func adds() throws {
    let porxy = try Self.porxy()
    let before = porxy.listening
    porxy.configure { $0.listeners.append(Self.listener("more", 8001, porxy)) }
    #expect(Self.isDone(porxy))
    #expect(porxy.listening.count == 2 && porxy.listening[0] == before[0])
    _ = try porxy.network.call(Endpoint(porxy.entrance.address, 8001), on: porxy.clients)
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.sessionCount == 2)
    #expect(porxy.notices.contains(.listening(listener: "more", on: Endpoint(porxy.entrance.address, 8001))))
  }

  @Test("clients of a removed listener that have connected are served, and later ones are refused")
  func removes() throws {
    let porxy = try Self.porxy()
    let network = porxy.network
    porxy.configure { $0.listeners.append(Self.listener("more", 8001, porxy)) }
    let waiting = try porxy.call()
    network.run(for: .milliseconds(5))
    // Its handshake is over while the listener is about to go.
    let late = try porxy.call()
    porxy.configure { $0.listeners.removeFirst() }
    #expect(Self.isDone(porxy))
    porxy.serve(for: .milliseconds(100))
    let never = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.sessionCount >= 1 && porxy.listening.count == 2)
    porxy.serve(for: .seconds(5))
    #expect(porxy.listening.count == 1)
    #expect(network.takeError(waiting) == nil)
    // Its first SYN came too late or in time; either way no connection of its was lost.
    #expect([nil, .connectionRefused].contains(network.takeError(late)))
    #expect(network.takeError(never) == .connectionRefused)
    #expect(porxy.notices.contains(.listenerClosed(listener: "in", on: porxy.entrance)))
    #expect(porxy.known.plans == 2, "the open sessions keep theirs")
  }

  @Test("a removed listener waits with its clients for room, as any other")
  func removesWhileFull() throws {
    let porxy = try Self.porxy(sessionsMax: 1)
    let first = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let second = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    porxy.configure { $0.listeners[0] = Self.listener("more", 8001, porxy) }
    porxy.serve(for: .seconds(3))
    #expect(porxy.sessionCount == 1 && porxy.listening.count == 2)
    porxy.network.abort(first)
    porxy.serve(for: .seconds(1))
    #expect(porxy.sessionCount == 1 && porxy.listening.count == 1)
    #expect(porxy.network.takeError(second) == nil)
  }

  @Test("an endpoint that cannot be had refuses all of it, and nothing has changed")
  func refuses() throws {
    let porxy = try Self.porxy()
    let taken = Endpoint(porxy.entrance.address, 8002)
    _ = try porxy.network.listen(on: porxy.host, taken)
    let (before, known) = (porxy.listening, porxy.known)
    porxy.configure { configuration in
      configuration.listeners[0].timeouts.idle = .seconds(1)
      configuration.listeners.append(Self.listener("free", 8001, porxy))
      configuration.listeners.append(Self.listener("taken", 8002, porxy))
    }
    guard case .refused(.cannotListen(let failures)) = porxy.outcome else { throw ProxyBox.Complaint() }
    #expect(failures.map(\.endpoint) == [taken] && failures[0].error.failure == .addressInUse)
    #expect(porxy.listening == before && porxy.known == known)
    try Self.expectNoChange(porxy)
  }

  /// What was to listen at port 8001 does not, and the idle timeout of one second is not in force.
  private static func expectNoChange(_ porxy: ProxyBox) throws {
    let client = try porxy.network.call(Endpoint(porxy.entrance.address, 8001), on: porxy.clients)
    _ = try porxy.call()
    porxy.serve(for: .seconds(3))
    #expect(porxy.network.takeError(client) == .connectionRefused)
    #expect(porxy.sessionCount == 1, "no idle timeout has come")
  }

  @Test("an endpoint goes over to a listener of another name, socket and all")
  func moves() throws {
    let porxy = try Self.porxy()
    let before = porxy.listening
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    porxy.configure { $0.listeners[0].name = "other" }
    #expect(porxy.listening == before)
    let second = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 2)
    porxy.network.abort(second)
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.records.map(\.listener) == ["other"])
  }

  @Test("what is known of an endpoint that a reload has brought outlives the next one")
  func keepsAccountsOfNewEndpoints() throws {
    let porxy = try Self.porxy()
    let address = IPAddress(v4: 0x0a00_0301)
    _ = try porxy.network.listen(on: porxy.network.addHost("new", address), Endpoint(address, 80))
    porxy.configure { configuration in
      configuration.backends[0].endpoints.append(BackendEndpoint(name: "new", host: .address(address), port: 80))
    }
    for _ in 0..<4 { _ = try porxy.call() }
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.placesByEndpoint == [2, 2])
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(100) }
    #expect(Self.isDone(porxy) && porxy.placesByEndpoint == [2, 2])
  }

  @Test("a listener that comes back before it is closed is the same one")
  func comesBack() throws {
    let porxy = try Self.porxy()
    let before = porxy.listening
    porxy.configure { $0.listeners[0] = Self.listener("more", 8001, porxy) }
    porxy.serve(for: .milliseconds(50))
    porxy.configure { $0.listeners.append(Self.listener("in", 8000, porxy)) }
    porxy.serve(for: .seconds(1))
    #expect(porxy.listening.contains(before[0]) && porxy.listening.count == 2)
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.sessionCount == 1 && porxy.network.takeError(client) == nil)
  }

  @Test("a listener that comes back is not closed while other workers prepare", arguments: [false, true])
  func waitsForTheOthers(isRefused: Bool) throws {
    let porxy = try Self.porxy()
    if isRefused { _ = try porxy.network.listen(on: porxy.host, Endpoint(porxy.entrance.address, 8002)) }
    porxy.configure { $0.listeners[0] = Self.listener("more", 8001, porxy) }
    porxy.serve(for: .milliseconds(150))
    porxy.configure(before: { step in if step != .bind { porxy.serve(for: .milliseconds(300)) } }) { configuration in
      configuration.listeners.append(Self.listener("in", 8000, porxy))
      if isRefused { configuration.listeners.append(Self.listener("taken", 8002, porxy)) }
    }
    porxy.serve(for: .seconds(1))
    #expect(porxy.listening.count == (isRefused ? 1 : 2))
    let client = try porxy.call()
    porxy.serve(for: .seconds(3))
    #expect(porxy.sessionCount == (isRefused ? 0 : 1))
    #expect(porxy.network.takeError(client) == (isRefused ? .connectionRefused : nil))
  }

  @Test("a shortage while a listener is prepared does not make it accept")
  func preparesInAShortage() throws {
    let porxy = try Self.porxy()
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    porxy.configure(before: { step in
      guard step == .listen else { return }
      porxy.network.inject(Fault(.descriptorsOnConnect, on: "porxy"))
      _ = try? porxy.call()
      porxy.serve(for: .milliseconds(50))
      porxy.network.heal()
      porxy.network.abort(client)
      porxy.serve(for: .milliseconds(500))
    }) { $0.listeners.append(Self.listener("more", 8001, porxy)) }
    #expect(Self.isDone(porxy))
    _ = try porxy.network.call(Endpoint(porxy.entrance.address, 8001), on: porxy.clients)
    porxy.serve(for: .seconds(2))
    #expect(porxy.sessionCount == 2 && porxy.listening.count == 2)
    #expect(!porxy.notices.contains { if case .listenerLost = $0 { true } else { false } })
  }

  @Test("sessions of a removed listener stay, or end as it says", arguments: WhenRemoved.allCases)
  func endsSessions(whenRemoved: WhenRemoved) throws {
    let porxy = try Self.porxy()
    porxy.configure { configuration in
      configuration.listeners[0].whenRemoved = whenRemoved
      configuration.listeners[0].timeouts.drain = .seconds(5)
      configuration.listeners.append(Self.listener("more", 8001, porxy))
    }
    let client = try porxy.call()
    _ = try porxy.network.call(Endpoint(porxy.entrance.address, 8001), on: porxy.clients)
    porxy.serve(for: .milliseconds(50))
    porxy.configure { $0.listeners.removeFirst() }
    porxy.serve(for: .seconds(4))
    #expect(porxy.sessionCount == (whenRemoved == .reset ? 1 : 2))
    porxy.serve(for: .seconds(2))
    #expect(porxy.sessionCount == (whenRemoved == .keep ? 2 : 1))
    #expect(porxy.records.map(\.manner) == (whenRemoved == .keep ? [] : [.shutdown]))
    #expect(porxy.network.takeError(client) == (whenRemoved == .keep ? nil : .connectionReset))
  }

  @Test("limits on sessions change at once, and end nobody")
  func changesLimits() throws {
    let porxy = try Self.porxy()
    var clients = try (0..<3).map { _ in try porxy.call() }
    porxy.serve(for: .milliseconds(50))
    porxy.configure { $0.listeners[0].sessionsMax = 2 }
    clients.append(try porxy.call())
    porxy.serve(for: .milliseconds(200))
    #expect(porxy.sessionCount == 3)
    for client in clients.prefix(2) { porxy.network.abort(client) }
    porxy.serve(for: .milliseconds(500))
    #expect(porxy.sessionCount == 2)
    porxy.configure { $0.listeners[0].sessionsMax = nil }
    for _ in 0..<5 { _ = try porxy.call() }
    porxy.serve(for: .milliseconds(500))
    #expect(porxy.sessionCount == 7)
  }

  @Test("clients that wait keep the plan under which they have connected, and their sockets' options")
  func servesWaitingByTheOldPlan() throws {
    let porxy = try Self.porxy()
    _ = try porxy.call()
    porxy.network.run(for: .milliseconds(5))
    porxy.configure { $0.listeners[0].timeouts.user = .seconds(5) }
    #expect(porxy.sessionCount == 1, "it was taken before the options changed")
    #expect(porxy.known.plans == 2)
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    #expect(porxy.sessionCount == 2)
  }

  @Test("a thousand equal configurations leave nothing behind")
  func reloadsOften() throws {
    let porxy = try Self.porxy()
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    let (before, known) = (porxy.listening, porxy.known)
    for _ in 0..<1000 { porxy.configure { _ in } }
    #expect(porxy.listening == before && porxy.known == known && porxy.sessionCount == 1)
  }

  @Test("a change that is cancelled while it is prepared leaves nothing behind", arguments: [ReloadStep.bind, .listen])
  func cancels(at step: ReloadStep) throws {
    let porxy = try Self.porxy()
    let (before, known) = (porxy.listening, porxy.known)
    porxy.configure(cancelledAt: step) { configuration in
      configuration.listeners[0].timeouts.idle = .seconds(1)
      configuration.listeners.append(Self.listener("more", 8001, porxy))
    }
    #expect(porxy.outcome == .refused(.cancelled))
    #expect(porxy.listening == before && porxy.known == known)
    try Self.expectNoChange(porxy)
  }

  @Test("a change that is carried out cannot be cancelled any more")
  func cancelsInTime() throws {
    let porxy = try Self.porxy()
    porxy.configure(cancelledAt: .serve) { $0.listeners.append(Self.listener("more", 8001, porxy)) }
    #expect(Self.isDone(porxy) && porxy.listening.count == 2)
  }

  @Test("ports of a range that are closed together are told of in a line")
  func tellsOfARange() throws {
    let porxy = try Self.porxy()
    let address = porxy.entrance.address
    let far = IPAddress(v4: 0x7f00_0009)
    porxy.configure { configuration in
      var range = Self.listener("range", 9001, porxy)
      // Not in their order, and beside a port of another listener.
      range.endpoints = [9002, 9001, 9003, 9005].map { Endpoint(address, $0) } + [Endpoint(far, 9004)]
      configuration.listeners += [range, Self.listener("other", 9004, porxy), Self.listener("last", 65535, porxy)]
    }
    #expect(Self.isDone(porxy))
    porxy.configure { $0.listeners.removeLast(3) }
    porxy.serve(for: .seconds(1))
    let told = porxy.notices.filter { if case .listenerClosed = $0 { true } else { false } }
    #expect(
      told == [
        .listenerClosed(listener: "last", on: Endpoint(address, 65535)),
        .listenerClosed(listener: "other", on: Endpoint(address, 9004)),
        .listenerClosed(listener: "range", on: Endpoint(address, 9001), upTo: 9003),
        .listenerClosed(listener: "range", on: Endpoint(address, 9005)),
        .listenerClosed(listener: "range", on: Endpoint(far, 9004)),
      ])
  }

  @Test("what is counted of a name goes once the name and its last session are gone, and not before")
  func dropsAccounts() throws {
    let porxy = try Self.porxy()
    let client = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    porxy.configure { $0.listeners[0] = Self.listener("other", 8001, porxy) }
    porxy.serve(for: .seconds(1))
    porxy.configure { _ in }
    #expect(porxy.accounts == 2, "the session is still counted")
    // Under its old name, its session takes a place of the new listener.
    porxy.configure { configuration in
      configuration.listeners.append(Self.listener("in", 8000, porxy))
      configuration.listeners[1].sessionsMax = 1
    }
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(500))
    #expect(porxy.sessionCount == 1)
    porxy.configure { $0.listeners.removeLast() }
    porxy.network.abort(client)
    porxy.serve(for: .seconds(1))
    for name in 0..<100 { porxy.configure { $0.listeners[0].name = "name \(name)" } }
    #expect(porxy.accounts <= 2, "of the last two")
  }

  @Test("a worker that can tell no more configurations apart refuses a further one, and says why")
  func refusesWhatIsTooMuch() throws {
    let porxy = try Self.porxy()
    porxy.fillPlans(butFor: 1)
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(9) }
    #expect(Self.isDone(porxy))
    porxy.fillPlans(butFor: 0)
    porxy.configure { $0.listeners[0].timeouts.idle = .seconds(8) }
    #expect(porxy.outcome == .refused(.tooManyPlans))
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.sessionCount == 1)
  }

  @Test("a stopping proxy answers, and opens nothing")
  func reloadsWhileStopping() throws {
    let porxy = try Self.porxy()
    _ = try porxy.call()
    porxy.serve(for: .milliseconds(20))
    porxy.network.ask(.drain, of: porxy.host)
    porxy.serve(for: .milliseconds(20))
    porxy.configure { $0.listeners.append(Self.listener("more", 8001, porxy)) }
    #expect(Self.isDone(porxy) && porxy.listening.isEmpty)
  }
}
