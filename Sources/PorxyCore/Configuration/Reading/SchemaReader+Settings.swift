/// Sections that hold for the whole of porxy, and timeouts.
extension SchemaReader {
  private static let longest = Duration.seconds(365 * 24 * 3600)
  /// What TCP_USER_TIMEOUT takes: milliseconds in an `int`.
  private static let userLongest = Duration.seconds(596 * 3600)
  /// What TCP_KEEPIDLE and TCP_KEEPINTVL take (MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL).
  private static let keepaliveLongest = Duration.seconds(32767)
  /// What TCP_KEEPCNT takes (MAX_TCP_KEEPCNT).
  private static let keepaliveCountMax = 127
  /// More sessions than a machine has ports for or memory.
  static let sessionsMax = 10_000_000
  private static let workersMax = 1024
  private static let spins = Duration.microseconds(1)...Duration.milliseconds(10)
  private static let blockSizes = Limits.bufferSize...(16 << 20)

  /// What the node says, and for what it does not say the timeouts around it.
  mutating func timeouts(_ node: YAMLNode?, inheriting outer: Timeouts) -> Timeouts {
    let keys = ["connect", "idle", "user", "drain", "keepalive"]
    guard let node, let fields = fields(node, of: "\"timeouts\"", keys: keys) else { return outer }
    var timeouts = outer
    let shortest = Duration.milliseconds(1)
    if let node = fields["connect"], let value = patience(node, "connect", in: shortest...Self.longest) {
      timeouts.connect = value
    }
    if let node = fields["idle"], let value = patience(node, "idle", in: shortest...Self.longest) {
      timeouts.idle = value
    }
    if let node = fields["user"], let value = patience(node, "user", in: shortest...Self.userLongest) {
      timeouts.user = value
    }
    if let node = fields["drain"] {
      timeouts.drain =
        patience(node, "drain", in: .zero...Self.longest, mayBeOff: false)?.flatMap(\.self) ?? outer.drain
    }
    if let node = fields["keepalive"] { timeouts.keepalive = keepalive(node, inheriting: outer.keepalive) }
    return timeouts
  }

  private mutating func keepalive(_ node: YAMLNode, inheriting outer: Keepalive?) -> Keepalive? {
    if case .scalar(let scalar) = node.content, scalar.value != .null {
      if scalar.text == "off" { return nil }
      complain(
        node.range, "\"keepalive\" cannot be \(scalar.text.quotedForMessage)",
        "write off, or keys with values: {idle: 10m, interval: 1m, count: 10}")
      return outer
    }
    guard let fields = fields(node, of: "\"keepalive\"", keys: ["idle", "interval", "count"]) else { return outer }
    var keepalive = outer ?? .idleDefault
    if let node = fields["idle"], let idle = wholeSeconds(node, "idle") { keepalive.idle = idle }
    if let node = fields["interval"], let interval = wholeSeconds(node, "interval") { keepalive.interval = interval }
    if let node = fields["count"], let count = integer(node, "count", in: 1...Self.keepaliveCountMax) {
      keepalive.count = count
    }
    return keepalive
  }

  /// The kernel counts keepalive in seconds.
  private mutating func wholeSeconds(_ node: YAMLNode, _ key: String) -> Duration? {
    let range = Duration.seconds(1)...Self.keepaliveLongest
    guard let duration = patience(node, key, in: range, mayBeOff: false)?.flatMap(\.self) else { return nil }
    guard duration.components.attoseconds == 0 else {
      complain(
        node.range, "\"\(key)\" must be whole seconds: the kernel counts no finer",
        "write \(DurationText.print(.seconds(duration.components.seconds))) or "
          + DurationText.print(.seconds(duration.components.seconds + 1)))
      return nil
    }
    return duration
  }

  mutating func limits(_ node: YAMLNode?) -> Limits {
    var limits = Limits()
    guard let node, let fields = fields(node, of: "\"limits\"", keys: ["sessions", "buffer"]) else { return limits }
    limits.sessionsMax = fields["sessions"].flatMap { sessions($0) }
    if let node = fields["buffer"] { limits.blockSize = size(node, "buffer", in: Self.blockSizes) ?? limits.blockSize }
    return limits
  }

  /// A number of sessions; `off` for no such limit.
  mutating func sessions(_ node: YAMLNode) -> Int? {
    if case .scalar(let scalar) = node.content, scalar.text == "off" { return nil }
    return integer(node, "sessions", in: 1...Self.sessionsMax)
  }

  mutating func log(_ node: YAMLNode?) -> LogSettings {
    var log = LogSettings()
    guard let node, let fields = fields(node, of: "\"log\"", keys: ["level", "format"]) else { return log }
    if let node = fields["level"] { log.level = choice(node, "level", LogLevel.self) ?? log.level }
    if let node = fields["format"] { log.format = choice(node, "format", LogFormat.self) ?? log.format }
    return log
  }

  mutating func workers(_ node: YAMLNode?) -> WorkerCount {
    guard let node else { return .auto }
    if case .scalar(let scalar) = node.content {
      if scalar.text == "auto" { return .auto }
      if case .string = scalar.value, scalar.isPlain {
        complain(
          node.range, "\"workers\" cannot be \(scalar.text.quotedForMessage)",
          "write auto, or a number from 1 to \(Self.workersMax)")
        return .auto
      }
    }
    return integer(node, "workers", in: 1...Self.workersMax).map(WorkerCount.fixed) ?? .auto
  }

  /// How long to look for events before sleeping; `auto` leaves it to the machine.
  mutating func spin(_ node: YAMLNode?) -> Spin {
    guard let node else { return .auto }
    if case .scalar(let scalar) = node.content, scalar.text == "auto" { return .auto }
    guard let lifetime = patience(node, "spin", in: Self.spins, examples: "50us, or auto") else { return .auto }
    return lifetime.map(Spin.fixed) ?? .off
  }

  /// A name is the kernel's; whether this machine has it is found when porxy starts.
  mutating func congestion(_ node: YAMLNode) -> Congestion? {
    guard let name = text(node, "congestion") else { return nil }
    switch name.value {
    case "auto": return .auto
    case "system": return .system
    default: break
    }
    let isName = name.value.utf8.allSatisfy {
      $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    guard isName, name.value.utf8.count <= Congestion.nameMax else {
      complain(
        node.range, "\"congestion\" cannot be \(name.value.quotedForMessage)",
        "write auto, system, or a name from /proc/sys/net/ipv4/tcp_allowed_congestion_control")
      return nil
    }
    return .named(name.value)
  }
}
