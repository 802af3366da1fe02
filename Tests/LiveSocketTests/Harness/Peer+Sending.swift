import Glibc
import Testing

extension Peer {
  /// One write of up to `count` bytes: how many were taken, or the error; EAGAIN if the kernel takes none.
  func write(_ count: Int) -> Result<Int, SocketFailure> {
    let part = min(count, Pattern.countMax)
    let result = unsafe speaks.withBytes(from: sentCount, count: part) { unsafe socket.send($0, part) }
    if case .success(let taken) = result { countSent(taken) }
    return result
  }

  /// Writes all of it, waiting for room as long as it takes; tells `sent` or the error.
  @discardableResult
  func say(_ count: Int, by deadline: Deadline = .usual) -> String {
    var left = count
    while left > 0 {
      switch write(left) {
      case .success(let taken): left -= taken
      case .failure(let failure) where failure.code == EAGAIN:
        if wait(for: POLLOUT, by: deadline) == 0 { return "STALLED" }
      case .failure(let failure): return failure.name
      }
    }
    return "sent"
  }

  /// Writes these very bytes, waiting for room; what is refused is an issue.
  func send(_ bytes: [UInt8], urgent: Bool = false, by deadline: Deadline = .usual) {
    var sent = 0
    while sent < bytes.count {  // bound: the bytes, and the deadline
      let result = unsafe bytes.withUnsafeBytes {
        unsafe socket.send($0.baseAddress! + sent, $0.count - sent, urgent: urgent)
      }
      switch result {
      case .success(let taken): sent += taken
      case .failure(let failure):
        if failure.code == EAGAIN, wait(for: POLLOUT, by: deadline) != 0 { continue }
        Issue.record("\(failure) after \(sent) of \(bytes.count) bytes")
        return
      }
    }
  }

  func send(_ text: String, urgent: Bool = false) { send(Array(text.utf8), urgent: urgent) }

  /// Writes until the other side takes no more: nothing for `quiet`. How many bytes were taken, and the error if one
  /// came.
  func fill(_ limit: Int = 64 << 20, quiet: Duration = .milliseconds(300)) -> (count: Int, end: String) {
    var count = 0
    while count < limit {
      switch write(limit - count) {
      case .success(let taken): count += taken
      case .failure(let failure) where failure.code == EAGAIN:
        if wait(for: POLLOUT, by: Deadline(in: quiet)) == 0 { return (count, "BLOCKED") }
      case .failure(let failure): return (count, failure.name)
      }
    }
    return (count, "TAKEN")
  }

  /// Writes a byte at a time, each once the one before had time to draw a reset, until a write fails: the error, and
  /// whether it came with the first, the second or the third write.
  func writeUntilError(triesMax: Int = 6) -> String {
    for attempt in 0..<triesMax {
      if case .failure(let failure) = write(1) {
        return "\(failure.name) at write \(attempt < 3 ? "1 to 3" : "4 or later")"
      }
      // The reset shows as an error or, if the end was there before, as a hang-up.
      _ = wait(for: 0, by: Deadline(in: .milliseconds(250)))
    }
    return "no error"
  }

  /// Streams for as long as it is taken, and tells the error that stopped it.
  func streamUntilError(by deadline: Deadline = .usual) -> String {
    while !deadline.isPast {
      switch write(Pattern.countMax) {
      case .success: continue
      case .failure(let failure) where failure.code == EAGAIN: _ = wait(for: POLLOUT, by: deadline)
      case .failure(let failure): return failure.name
      }
    }
    return "no error"
  }
}
