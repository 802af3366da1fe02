import PorxyCore

/// Brings events to the streams of those who read along, each formatted once for all of them. What finds no room in a
/// stream is counted, and told there as soon as there is room again.
///
/// It belongs to the admin thread.
struct EventStreams: ~Copyable {
  /// Gives bytes to the stream of that number; false where they have no room.
  typealias Append = (_ bytes: [UInt8], _ number: UInt64) -> Bool

  /// Events that come fast are taken together, so that each costs no wake-up of its own.
  static let gatheringTime = Duration.milliseconds(10)

  private var json = LogFormatter(.json)
  private var text = LogFormatter(.text)
  /// What was lost and is not told yet; of streams that are read, so there are as many at most.
  private var losses: [Loss] = []
  /// Not to take events before, and whether some may be there then without a further wake-up.
  private var nextAt = Instant(nanoseconds: 0)
  private var isGathering = false

  private struct Loss {
    let number: UInt64
    let reader: EventReader
    var events: UInt64
  }

  /// When `deliver` has something to do at the latest, of what nobody wakes it for.
  var deadline: Instant { isGathering ? nextAt : .never }

  /// The stream of that number is over.
  mutating func forget(_ number: UInt64) { losses.removeAll { $0.number == number } }

  /// Takes what has come, at once if it is the `last` time before something else happens.
  mutating func deliver(from feed: EventFeed, at now: Instant, isLast: Bool, to append: Append) {
    tellLosses(at: now, to: append)
    guard now >= nextAt || isLast else { return }
    let (events, subscriptions) = feed.take()
    isGathering = !events.isEmpty
    guard isGathering else { return }
    nextAt = now + Self.gatheringTime
    for event in events {
      var frames = Frames()
      for subscription in subscriptions where subscription.takes(event) {
        deliver(event, to: subscription, &frames, by: append)
      }
    }
    for subscription in subscriptions where subscription.missed > 0 { lose(subscription.missed, of: subscription) }
    tellLosses(at: now, to: append)
  }

  /// An event in the forms that were asked for so far.
  private struct Frames {
    var events: [UInt8]?
    var lines: [UInt8]?
  }

  private mutating func deliver(
    _ event: EventFeed.Event, to subscription: EventFeed.Subscription, _ frames: inout Frames, by append: Append
  ) {
    // What is lost is told before what comes behind it.
    guard !losses.contains(where: { $0.number == subscription.number }) else { return lose(1, of: subscription) }
    let bytes: [UInt8]
    switch subscription.reader.form {
    case .events:
      bytes = frames.events ?? Self.frame(line(of: event, isJSON: true), event.event, event.number)
      frames.events = bytes
    case .lines:
      bytes = frames.lines ?? line(of: event, isJSON: false)
      frames.lines = bytes
    }
    if !append(bytes, subscription.number) { lose(1, of: subscription) }
  }

  private mutating func lose(_ events: UInt64, of subscription: EventFeed.Subscription) {
    if let index = losses.firstIndex(where: { $0.number == subscription.number }) {
      losses[index].events += events
    } else {
      losses.append(Loss(number: subscription.number, reader: subscription.reader, events: events))
    }
  }

  private mutating func tellLosses(at now: Instant, to append: Append) {
    for index in losses.indices.reversed() {
      let loss = losses[index]
      let event = EventFeed.Event(
        time: .now, content: .process(.eventsLost(events: loss.events)), isLogged: true)
      let line = line(of: event, isJSON: loss.reader.form == .events)
      let bytes = loss.reader.form == .events ? Self.frame(line, event.event, nil) : line
      if append(bytes, loss.number) { losses.remove(at: index) }
    }
  }

  private mutating func line(of event: EventFeed.Event, isJSON: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    switch (event.content, isJSON) {
    case (.worker(let record, let worker), true): json.format(record, worker: worker, at: event.time) { bytes = $0 }
    case (.worker(let record, let worker), false): text.format(record, worker: worker, at: event.time) { bytes = $0 }
    case (.process(let record), true): json.format(record, at: event.time) { bytes = $0 }
    case (.process(let record), false): text.format(record, at: event.time) { bytes = $0 }
    }
    return bytes
  }

  /// A server-sent event; the line is an object of JSON, in which no further line begins.
  private static func frame(_ line: [UInt8], _ event: LogEvent, _ number: UInt64?) -> [UInt8] {
    let id = number.map { "id: \($0)\n" } ?? ""
    return Array("\(id)event: \(event.rawValue)\ndata: ".utf8) + line + [UInt8(ascii: "\n")]
  }
}
