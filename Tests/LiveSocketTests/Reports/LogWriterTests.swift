import Glibc
import TestSupport
import Testing

@testable import porxy

@Suite(.paced) struct LogWriterTests {
  /// Both ends of a pipe, closed with it.
  private struct Pipe: ~Copyable {
    let reading: Int32
    let writing: Int32

    init(isBlocking: Bool = true) {
      var ends: [Int32] = [-1, -1]
      _ = unsafe pipe(&ends)
      (reading, writing) = (ends[0], ends[1])
      _ = fcntl(reading, F_SETFL, O_NONBLOCK)
      if !isBlocking { _ = fcntl(writing, F_SETFL, O_NONBLOCK) }
    }

    /// Reads until the text is complete, or ten seconds have gone by.
    func read(until isComplete: (String) -> Bool) -> String {
      var text: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65536)
      let deadline = ContinuousClock.now + .seconds(10)
      while ContinuousClock.now < deadline, !isComplete(String(decoding: text, as: UTF8.self)) {  // bound: the deadline
        var wanted = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&wanted, 1, 100) > 0 else { continue }
        let count = unsafe Glibc.read(reading, &chunk, chunk.count)
        if count > 0 { text += chunk[..<count] }
      }
      return String(decoding: text, as: UTF8.self)
    }

    deinit {
      close(reading)
      close(writing)
    }
  }

  private func writer(to descriptor: Int32, capacity: Int = 1 << 20) -> LogWriter {
    let writer = LogWriter(to: descriptor, capacity: capacity) { Array("\($0) dropped\n".utf8) }
    #expect(writer.start())
    return writer
  }

  @Test func writesEveryLineInOrder() {
    let pipe = Pipe()
    let writer = writer(to: pipe.writing)
    for number in 0..<1000 { writer.append(Array("line \(number)\n".utf8)) }
    let expected = (0..<1000).map { "line \($0)\n" }.joined()
    #expect(pipe.read { $0.utf8.count >= expected.utf8.count } == expected)
    writer.flush(atMost: .seconds(10))
  }

  @Test("nobody waits for a reader that does not read; what is lost is counted", arguments: [true, false])
  func dropsWhatFindsNoRoom(isBlocking: Bool) {
    let pipe = Pipe(isBlocking: isBlocking)
    let writer = writer(to: pipe.writing, capacity: 10_000)
    let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
    for _ in 0..<5000 { writer.append(line) }

    let text = pipe.read { Self.told(by: $0).reduce(0, +) == 5000 }
    let told = Self.told(by: text)
    #expect(told.reduce(0, +) == 5000)
    #expect(told.contains { $0 > 1 }, "some were dropped")

    writer.append(Array("after\n".utf8))
    #expect(pipe.read { $0 == "after\n" } == "after\n")
    writer.flush(atMost: .seconds(10))
  }

  /// For each whole line how many lines it tells of: itself, or those that were dropped.
  private static func told(by text: String) -> [Int] {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
      line.hasSuffix("dropped") ? Int(line.split(separator: " ")[0]) ?? 0 : line.utf8.count == 99 ? 1 : -10_000
    }
  }

  @Test func flushGivesUpOnAReaderThatDoesNotRead() {
    let pipe = Pipe()
    let writer = writer(to: pipe.writing)
    writer.append([UInt8](repeating: UInt8(ascii: "y"), count: 500_000))
    let start = ContinuousClock.now
    writer.flush(atMost: .milliseconds(50))
    let took = ContinuousClock.now - start
    #expect(took >= .milliseconds(50))
    #expect(took < .seconds(8))
    _ = pipe.read { $0.utf8.count == 500_000 }
    writer.flush(atMost: .seconds(10))
  }

  @Test func goesOnWithoutAReader() {
    _ = signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    close(ends[0])
    defer { close(ends[1]) }
    let writer = writer(to: ends[1])
    for _ in 0..<3 {
      writer.append(Array("nobody reads this\n".utf8))
      let start = ContinuousClock.now
      writer.flush(atMost: .seconds(10))
      #expect(ContinuousClock.now - start < .seconds(9))
    }
  }
}
