import PorxyCore

/// Draws configurations that a file can hold.
enum RandomConfiguration {
  static func draw(_ generator: inout Xoshiro256) -> Configuration {
    let backends = (0...generator.integer(in: 0...4)).map { index in
      Backend(
        name: name(index, &generator), host: host(index, &generator), port: UInt16(generator.integer(in: 1...65535)),
        timeouts: timeouts(&generator), congestion: congestion(&generator))
    }
    let listeners = (0...generator.integer(in: 0...4)).map { listener($0, backends.count, &generator) }
    var limits = Limits(sessionsMax: generator.chance(1, in: 2) ? nil : generator.integer(in: 1...10_000_000))
    limits.blockSize = generator.integer(in: 16384...(16 << 20))
    return Configuration(
      listeners: listeners, backends: backends, limits: limits,
      log: LogSettings(level: generator.pick(LogLevel.allCases), format: generator.pick(LogFormat.allCases)),
      workers: generator.chance(1, in: 2) ? .auto : .fixed(generator.integer(in: 1...1024)),
      relay: generator.pick(RelayMode.allCases),
      spin: generator.pick([.auto, .off, .fixed(.microseconds(generator.integer(in: 1...10_000)))]))
  }

  /// The index keeps names apart.
  private static func name(_ index: Int, _ generator: inout Xoshiro256) -> String {
    let signs = Array("aZ09 -_.:#,[]{}&*!|>'\"%@`\\?/~=é日😀")
    let signsDrawn = (0..<generator.integer(in: 0...12)).map { _ in generator.pick(signs) }
    return String(signsDrawn.drop { $0 == " " }) + "\(index)"
  }

  private static func host(_ index: Int, _ generator: inout Xoshiro256) -> Backend.Host {
    switch generator.below(4) {
    case 0: .address(IPAddress(v4: 0x0a00_0000 | UInt32(generator.below(1 << 24))))
    case 1: .address(IPAddress(v6: 0x2001_0db8 << 32 | generator.below(1 << 32), generator.next()))
    case 2: .name("app-\(index).example.")
    default: .name(generator.pick(["off", "true", "null", "a", "x_y", "0x.a"]))
    }
  }

  /// Each on a port of its own, below those of backends on this machine: there are none.
  private static func listener(_ index: Int, _ backends: Int, _ generator: inout Xoshiro256) -> Listener {
    let addresses: [IPAddress] = generator.pick([
      [.anyV4], [.loopbackV4], [.loopbackV6], [.anyV6], [.loopbackV4, .loopbackV6],
      [IPAddress(v6: 0xfe80 << 48, generator.next(), scope: 7)], [IPAddress(v4: UInt32(generator.below(1 << 32)))],
    ])
    return Listener(
      name: name(index, &generator), backend: index % backends,
      endpoints: addresses.map { Endpoint($0, UInt16(1000 + index)) },
      isDualStack: addresses != [.anyV6] || generator.chance(1, in: 2), timeouts: timeouts(&generator),
      sessionsMax: generator.chance(1, in: 2) ? nil : generator.integer(in: 1...10_000_000),
      congestion: congestion(&generator))
  }

  private static func congestion(_ generator: inout Xoshiro256) -> Congestion {
    generator.pick([.auto, .system, .named("bbr"), .named("off"), .named("a-b_9")])
  }

  private static func timeouts(_ generator: inout Xoshiro256) -> Timeouts {
    Timeouts(
      connect: duration(&generator), idle: duration(&generator), user: duration(&generator),
      drain: duration(&generator) ?? .zero,
      keepalive: generator.chance(1, in: 3)
        ? nil
        : Keepalive(
          idle: .seconds(generator.integer(in: 1...32767)), interval: .seconds(generator.integer(in: 1...32767)),
          count: generator.integer(in: 1...127)))
  }

  private static func duration(_ generator: inout Xoshiro256) -> Duration? {
    switch generator.below(5) {
    case 0: nil
    case 1: .milliseconds(generator.integer(in: 1...2_000_000_000))
    case 2: .seconds(generator.integer(in: 1...2_000_000))
    case 3: .seconds(60 * generator.integer(in: 1...35_000))
    default: .seconds(3600 * generator.integer(in: 1...596))
    }
  }
}
