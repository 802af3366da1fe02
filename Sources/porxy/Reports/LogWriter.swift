import Glibc
import PorxyRuntime
import PorxySocketIO

/// Takes finished log lines from any thread and writes them from a thread of its own.
///
/// Taking a line never waits for whoever reads the log: what finds no room in the queue is dropped, counted, and told
/// of as soon as there is room again.
final class LogWriter: Sendable {
  private struct Queue {
    var lines: [UInt8] = []
    var dropped: UInt64 = 0
    /// Since the start.
    var droppedInAll: UInt64 = 0
    var isWriting = false
  }

  /// Turns a number of lost lines into the line that tells of them.
  typealias Notice = @Sendable (_ dropped: UInt64) -> [UInt8]

  private let descriptor: Int32
  private let capacity: Int
  private let notice: Notice
  private let queue = Monitor(Queue())

  /// Bytes that wait for a slow reader.
  static let capacityMax = 1 << 20

  /// Lines that come fast are written together, so that each costs no wake-up of its own.
  private static let gatheringTime: UInt32 = 5000

  /// `capacity` bounds the bytes that wait; as many again may be on their way into the descriptor.
  init(to descriptor: Int32, capacity: Int = capacityMax, notice: @escaping Notice) {
    self.descriptor = descriptor
    self.capacity = capacity
    self.notice = notice
  }

  /// Begins to write. False if there is no room for a thread.
  func start() -> Bool {
    WorkerThread.start("porxy-log") { self.writeForever() }
  }

  /// Takes a line, its newline included. Never waits for more than another thread's copy of a line.
  func append(_ line: [UInt8]) {
    queue.change { queue in
      if queue.lines.count + line.count <= capacity {
        queue.lines.append(contentsOf: line)
      } else {
        queue.dropped += 1
        queue.droppedInAll += 1
      }
    }
  }

  /// Lines that found no room since the start.
  var dropped: UInt64 { queue.change { $0.droppedInAll } }

  /// Waits until everything taken so far is written, but no longer than `patience`.
  func flush(atMost patience: Duration) {
    _ = queue.wait(atMost: patience) { queue in
      queue.lines.isEmpty && queue.dropped == 0 && !queue.isWriting ? true : nil
    }
  }

  private func writeForever() {
    var lost: UInt64 = 0
    while true {  // unbounded: until the process ends
      let (lines, dropped) = queue.wait { queue in Self.take(from: &queue) }
      lost += dropped
      if !Output.write(lines, to: descriptor) {
        lost += UInt64(lines.count { $0 == UInt8(ascii: "\n") })
      } else if lost > 0, Output.write(notice(lost), to: descriptor) {
        lost = 0
      }
      queue.change { $0.isWriting = false }
      usleep(Self.gatheringTime)
    }
  }

  private static func take(from queue: inout Queue) -> (lines: [UInt8], dropped: UInt64)? {
    guard !queue.lines.isEmpty || queue.dropped > 0 else { return nil }
    defer { queue = Queue(droppedInAll: queue.droppedInAll, isWriting: true) }
    return (queue.lines, queue.dropped)
  }
}
