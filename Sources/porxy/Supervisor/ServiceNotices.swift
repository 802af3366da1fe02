import PorxyCore

/// What the service manager is to be told, and when (sd_notify(3)). It knows no clock and no socket.
struct ServiceNotices {
  /// What porxy's status says, which the manager shows to people.
  struct Status: Equatable {
    var state = ProcessReadiness.State.ready
    var sessions = 0
    var listeners = 0
    /// Why the last reload was refused; nil after one that was done.
    var refusal: String?

    var text: String {
      let sessions = sessions == 1 ? "1 session" : "\(sessions) sessions"
      let serves = "\(sessions) on \(listeners == 1 ? "1 listener" : "\(listeners) listeners")"
      let text =
        switch state {
        case .starting: "starting"
        case .ready: serves
        case .notice: "stopping soon, \(serves)"
        case .draining: "draining, \(sessions) left"
        }
      // A message is lines, and a small datagram.
      return String((text + (refusal.map { "; the last reload was refused: \($0)" } ?? "")).prefix(500))
        .replacing("\n", with: " ")
    }
  }

  private var told: String?
  private var toldAt = Instant(nanoseconds: 0)
  private var isReady = false
  private var extendsAt = Instant.never
  private var endsBy = Instant.never

  private static let statusInterval = Duration.seconds(10)
  /// How long the manager is to wait from each message on while porxy stops, and how long before that the next comes.
  private static let extensionTime = Duration.seconds(10)
  private static let extensionAhead = Duration.seconds(5)
  /// For resets, the log and the end behind the drain time.
  private static let endingTime = Duration.seconds(5)

  /// When `due` has something to look at.
  var deadline: Instant { min(isReady ? toldAt + Self.statusInterval : .never, extendsAt) }

  /// All workers listen, or a reload is over.
  mutating func ready(_ status: Status, at now: Instant) -> String {
    isReady = true
    return "READY=1\n" + line(status, at: now)
  }

  /// A reload begins. The manager compares the time with that of its request.
  func reloading(at now: Instant) -> String { "RELOADING=1\nMONOTONIC_USEC=\(now.nanoseconds / 1000)" }

  /// Porxy was told to stop, and has done so after `time` at the latest.
  mutating func stopping(_ status: Status, within time: Duration, at now: Instant) -> String {
    endsBy = now + time + Self.endingTime
    return "STOPPING=1\n" + line(status, at: now) + "\n" + extend(at: now)
  }

  /// What is due by the time: the status if it has changed, and more time where porxy stops.
  mutating func due(_ status: Status, at now: Instant) -> String? {
    var lines: [String] = []
    if isReady, now >= toldAt + Self.statusInterval {
      if status.text == told { toldAt = now } else { lines.append(line(status, at: now)) }
    }
    if now >= extendsAt { lines.append(extend(at: now)) }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private mutating func line(_ status: Status, at now: Instant) -> String {
    (told, toldAt) = (status.text, now)
    return "STATUS=\(status.text)"
  }

  /// The manager is to wait a little longer, and no longer than porxy takes at most.
  private mutating func extend(at now: Instant) -> String {
    let time = min(Self.extensionTime, endsBy.since(now))
    extendsAt = now + time < endsBy ? now + (time - Self.extensionAhead) : .never
    return "EXTEND_TIMEOUT_USEC=\(time.nanoseconds / 1000)"
  }
}
