import Glibc
import PorxyConfiguration
import PorxyCore
import PorxyRuntime

/// Asks for a reload when the configuration's file has changed (`--watch`).
enum ConfigurationWatch {
  /// What the kernel does not tell of a file is seen this late.
  private static let lookEvery = Duration.seconds(5)
  /// Microseconds between two looks: other files of the folder may change all the time.
  private static let rest: UInt32 = 100_000

  /// What `start` opens.
  static let descriptorCount = 1

  /// Begins to look, on a thread of its own; `known` is what porxy has read already. False if there is no room for a
  /// thread.
  static func start(_ path: String, known: [UInt8], changed: @escaping @Sendable () -> Void) -> Bool {
    WorkerThread.start("porxy-watch") {
      var watch = FolderWatch(of: path)
      var contents = SettledContents(known)
      while true {  // unbounded: until the process ends
        if contents.look(try? File.read(path, atMost: ConfigurationReader.sizeMax), at: SystemInfo.monotonicClock) {
          changed()
        }
        usleep(rest)
        watch.wait(atMost: min(lookEvery, contents.settlesIn(from: SystemInfo.monotonicClock) ?? lookEvery))
      }
    }
  }
}

/// Decides when a file has changed for good: when it has new contents that stay the same for a second. So a file that
/// is written piece by piece is not read half.
struct SettledContents {
  /// What porxy runs with, or has tried.
  private var known: [UInt8]
  private var new: (bytes: [UInt8], since: Instant)?

  /// How long contents have to stay the same.
  static let quiet = Duration.seconds(1)

  init(_ known: [UInt8]) {
    self.known = known
  }

  /// Takes what a look has found, nil for a file that cannot be read just now; true once for each change.
  mutating func look(_ contents: [UInt8]?, at now: Instant) -> Bool {
    guard let contents, contents != known else {
      new = nil
      return false
    }
    guard let new, new.bytes == contents else {
      self.new = (contents, now)
      return false
    }
    guard now.since(new.since) >= Self.quiet else { return false }
    known = contents
    self.new = nil
    return true
  }

  /// When a change will have settled if nothing else happens; nil if there is none.
  func settlesIn(from now: Instant) -> Duration? { new.map { ($0.since + Self.quiet).since(now) } }
}
