import CPorxyLinux
import Glibc

/// How this program was started, known without /proc.
package enum Program {
  /// The words behind the program's name.
  package static var arguments: [String] {
    (0..<porxy_argument_count()).dropFirst().map { unsafe String(cString: porxy_argument($0)) }
  }

  /// What it was called by, without the folders before it; empty if it was called by nothing.
  package static var name: String {
    guard porxy_argument_count() > 0 else { return "" }
    return unsafe String(cString: porxy_argument(0)).split(separator: "/").last.map(String.init) ?? ""
  }

  /// The path of the program's file; nil if it cannot be known.
  package static var path: String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = unsafe bytes.withUnsafeMutableBytes {
      unsafe porxy_program_path($0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return length > 0 ? String(decoding: bytes.prefix(Int(length)), as: UTF8.self) : nil
  }

  /// A variable of the environment; nil where it is not set.
  package static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Puts something into the places of standard streams that the program was started without: a socket in the place of
  /// one of them would get what is meant for people. What is written there fails, as it would with no stream.
  package static func fillStandardStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      porxy_fill_stream(descriptor)
    }
  }

  /// Lets the end of the process by a crash be told, which a release build does not do by itself.
  package static func tellOfCrashes() { porxy_tell_of_crashes() }
}
