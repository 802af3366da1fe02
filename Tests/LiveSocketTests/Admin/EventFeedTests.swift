import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@testable import porxy

/// Events on their way from those who note them to the streams, without threads and an admin socket.
@Suite(.timed) struct EventFeedTests {
  /// The streams of some readers, which take so many bytes.
  private struct Readers: ~Copyable {
    let feed = EventFeed()
    var streams = EventStreams()
    var now = Instant(nanoseconds: 1)
    /// By number from 1.
    var taken: [[UInt8]] = []
    var room: [Int] = []

    init(_ readers: [EventReader]) throws {
      for (index, reader) in readers.enumerated() {
        taken.append([])
        room.append(.max)
        feed.join(UInt64(index + 1), reader)
      }
      // Before there are workers, nobody begins: what they do would be missed.
      let questions = WorkerQuestions()
      for _ in 0..<2 {
        feed.tend(questions, at: now) { _, _ in Issue.record("the workers were not asked") }
        for question in questions.takeFinished() { question.then(question.replies) }
      }
      #expect(feed.deadline == now + EventFeed.startDelay)
      now = feed.deadline
      let worker = try EpollTransport()
      questions.serve([worker.mailbox])
      feed.tend(questions, at: now) { _, _ in Issue.record("the worker has not answered") }
      questions.note(.done, to: 2, worker: 0)
      for question in questions.takeFinished() { question.then(question.replies) }
      var begun: [UInt64] = []
      feed.tend(questions, at: now) { number, _ in begun.append(number) }
      #expect(begun.count == readers.count && feed.deadline == .never)
    }

    mutating func deliver(after duration: Duration = .seconds(1), isLast: Bool = false) {
      now = now + duration
      var (taken, room) = (taken, room)
      streams.deliver(from: feed, at: now, isLast: isLast) { bytes, number in
        let index = Int(number) - 1
        guard room[index] >= bytes.count else { return false }
        room[index] -= bytes.count
        taken[index] += bytes
        return true
      }
      (self.taken, self.room) = (taken, room)
    }

    /// What a reader has, without the times.
    func text(_ index: Int) -> String { String(decoding: taken[index], as: UTF8.self) }
  }

  private static func note(_ feed: EventFeed, _ record: ProcessRecord, isLogged: Bool = true) {
    guard feed.isRead(record.event.level) else { return }
    feed.note(
      EventFeed.Event(time: Timestamp(nanosecondsSinceEpoch: 0), content: .process(record), isLogged: isLogged))
  }

  private static let time = "1970-01-01T00:00:00.000Z"

  @Test("each reader gets what it asked for, in its form")
  func forms() throws {
    var readers = try Readers([
      EventReader(), EventReader(form: .lines, level: .info), EventReader(level: .warning),
      EventReader(form: .lines, isLog: true),
    ])
    #expect(readers.feed.isRead(.debug))
    Self.note(readers.feed, .reloadBegan(by: "a\nb"))
    Self.note(readers.feed, .needsRestart(key: "spin"), isLogged: false)
    readers.deliver()
    let began =
      #"{"time":"\#(Self.time)","level":"info","event":"reload-began","#
      + #""message":"reloading the configuration","#
    let restart =
      #"{"time":"\#(Self.time)","level":"warning","event":"needs-restart","#
      + #""message":"a changed setting takes effect after a restart","key":"spin"}"#
    #expect(
      readers.text(0) == "id: 1\nevent: reload-began\ndata: \(began)\"by\":\"a\\nb\"}\n\n"
        + "id: 2\nevent: needs-restart\ndata: \(restart)\n\n")
    #expect(
      readers.text(1) == "\(Self.time) info reloading the configuration: by=\"a\\nb\"\n"
        + "\(Self.time) warning a changed setting takes effect after a restart: key=spin\n")
    #expect(readers.text(2) == "id: 2\nevent: needs-restart\ndata: \(restart)\n\n")
    #expect(readers.text(3) == "\(Self.time) info reloading the configuration: by=\"a\\nb\"\n")
    for number in 1...4 { readers.feed.leave(UInt64(number)) }
    #expect(!readers.feed.isRead(.error) && readers.feed.take().events.isEmpty)
  }

  @Test("one without room loses what comes, and is told how much before it gets anything else")
  func losses() throws {
    var readers = try Readers([EventReader(form: .lines), EventReader(form: .lines), EventReader(level: .error)])
    readers.room[0] = 0
    for number in 0..<10 { Self.note(readers.feed, .stopSignal(signal: "\(number)", again: false)) }
    readers.deliver()
    #expect(readers.taken[0].isEmpty && readers.text(1).split(separator: "\n").count == 10)
    // Room for the next event, but not for the line that tells of the loss; and then for that alone.
    for room in [50, 60] {
      readers.room[0] = room
      Self.note(readers.feed, .stopped)
      readers.deliver()
    }
    readers.room[0] = .max
    readers.deliver()
    Self.note(readers.feed, .stopSignal(signal: "A", again: true))
    readers.deliver()
    let lines = readers.text(0).split(separator: "\n").map { $0.dropFirst(Self.time.count + 1) }
    #expect(lines.first == "warning 11 events lost: events=11", "\(lines)")
    #expect(lines.last == "info stopping immediately: signal=A")
    let lost = lines.filter { $0.hasPrefix("warning") }.compactMap { Int($0.drop { $0 != "=" }.dropFirst()) }
    #expect(lost.reduce(0, +) + lines.count { $0.hasPrefix("info") } == 13)
    #expect(readers.taken[2].isEmpty, "it lost nothing, because it would have heard nothing")
  }

  @Test("what comes faster than it is taken is dropped, and counted for those who would have heard it")
  func overflows() throws {
    var readers = try Readers([EventReader(form: .lines, level: .info), EventReader(form: .lines, level: .warning)])
    for _ in 0..<EventFeed.eventsMax + 7 { Self.note(readers.feed, .stopped) }
    Self.note(readers.feed, .needsRestart(key: "spin"))
    readers.deliver()
    let lines = readers.text(0).split(separator: "\n")
    #expect(lines.count == EventFeed.eventsMax + 2 && lines.last?.contains("warning 7 events lost") == true)
    #expect(readers.text(1).hasSuffix("key=spin\n"), "a warning has room where others have none")
    let most = EventFeed.eventsMax + EventFeed.importantMax
    for _ in 0..<most + 1 { Self.note(readers.feed, .needsRestart(key: "spin")) }
    readers.deliver()
    #expect(readers.text(1).split(separator: "\n").count == 1 + most + 1)
    #expect(readers.text(1).contains("warning 1 event lost: events=1"))
    Self.note(readers.feed, .stopped)
    readers.deliver()
    #expect(readers.text(0).hasSuffix("info porxy stopped\n"))
  }

  @Test("events that come fast are taken together, and at once where something else waits for them")
  func gathers() throws {
    var readers = try Readers([EventReader(form: .lines)])
    Self.note(readers.feed, .stopped)
    readers.deliver()
    #expect(readers.streams.deadline == readers.now + EventStreams.gatheringTime)
    Self.note(readers.feed, .stopped)
    readers.deliver(after: .milliseconds(9))
    #expect(readers.text(0).split(separator: "\n").count == 1)
    readers.deliver(after: .zero, isLast: true)
    #expect(readers.text(0).split(separator: "\n").count == 2)
    readers.deliver(after: .milliseconds(10))
    #expect(readers.streams.deadline == .never)
  }

  @Test("who comes later hears nothing of before, and who has gone costs nothing")
  func joinsLater() throws {
    var readers = try Readers([EventReader(form: .lines)])
    Self.note(readers.feed, .stopped)
    readers.feed.join(2, EventReader(form: .lines))
    readers.taken.append([])
    readers.room.append(.max)
    // The workers make these records already.
    var begun: [UInt64] = []
    readers.feed.tend(WorkerQuestions(), at: readers.now) { number, _ in begun.append(number) }
    #expect(begun == [2])
    readers.deliver()
    #expect(readers.text(0).contains("stopped") && readers.taken[1].isEmpty)
    readers.room[0] = 0
    Self.note(readers.feed, .stopped)
    readers.deliver()
    readers.feed.leave(1)
    readers.streams.forget(1)
    readers.room[0] = .max
    readers.deliver()
    #expect(readers.text(0).split(separator: "\n").count == 1 && readers.text(1).split(separator: "\n").count == 1)
  }

  @Test("who asks for more than the workers tell begins once they were asked for that")
  func waitsForTheWorkers() throws {
    let readers = try Readers([EventReader(level: .info)])
    let (feed, questions) = (readers.feed, WorkerQuestions())
    let worker = try EpollTransport()
    questions.serve([worker.mailbox])
    feed.join(2, EventReader())
    feed.join(3, EventReader(level: .warning))
    var begun: [UInt64] = []
    let now = readers.now
    feed.tend(questions, at: now) { number, _ in begun.append(number) }
    // Those wait, too, who ask for less: what is asked may take it away.
    feed.join(4, EventReader(level: .error))
    feed.tend(questions, at: now) { number, _ in begun.append(number) }
    #expect(begun == [] && feed.deadline == .never && questions.takeFinished().isEmpty)
    questions.note(.done, to: 1, worker: 0)
    for question in questions.takeFinished() { question.then(question.replies) }
    feed.tend(questions, at: now) { number, _ in begun.append(number) }
    #expect(begun == [2, 3, 4])
    // With the last reader, the workers are asked to forget it.
    for number in 1...4 { feed.leave(UInt64(number)) }
    #expect(feed.deadline <= now)
    feed.tend(questions, at: now) { _, _ in }
    questions.note(.done, to: 2, worker: 0)
    #expect(questions.takeFinished().count == 1)
  }

  @Test("a worker that hangs keeps nobody from what the others tell, and is asked again")
  func beginsWithoutOneThatHangs() throws {
    let readers = try Readers([EventReader(level: .info)])
    let (feed, questions) = (readers.feed, WorkerQuestions())
    let (awake, hung) = (try EpollTransport().mailbox, try EpollTransport().mailbox)
    questions.serve([awake, hung])
    feed.join(2, EventReader())
    var begun: [UInt64] = []
    let now = readers.now
    feed.tend(questions, at: now) { number, _ in begun.append(number) }
    questions.note(.done, to: 1, worker: 0)
    #expect(
      Deadline.usual.awaits {
        for question in questions.takeFinished() { question.then(question.replies) }
        feed.tend(questions, at: now) { number, _ in begun.append(number) }
        return begun == [2]
      })
    #expect(feed.deadline == now + EventFeed.retryDelay)
  }

  @Test("data of events is a line each, in whatever pieces it comes")
  func takesLines() {
    let text = "id: 7\nevent: stopped\ndata: {\"a\":1}\n\nevent: x\ndata: {\"b\":\"data: \"}\n\n: nothing\n\n"
    for size in 1...text.utf8.count {
      var lines = EventLines()
      var got: [UInt8] = []
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {  // bound: the text
        got += lines.take(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(String(decoding: got, as: UTF8.self) == "{\"a\":1}\n{\"b\":\"data: \"}\n", "\(size)")
    }
  }
}
