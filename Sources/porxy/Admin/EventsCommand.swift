import Glibc
import PorxyCore
import PorxyRuntime

/// Prints what happens in a running porxy, until it or the reader has enough.
struct EventsCommand {
  private let client: AdminClient
  private let options: EventsOptions

  init(_ options: EventsOptions) {
    client = AdminClient(path: options.socket ?? AdminPath.usual)
    self.options = options
  }

  /// Lines are asked for as lines; objects are taken out of the events that they come in.
  private var target: String {
    var query = ["level=\(options.level.rawValue)"]
    if let listener = options.listener { query.append("listener=\(AdminPath.encoded(listener))") }
    if let event = options.event { query.append("event=\(event.rawValue)") }
    if !options.asJSON { query.append("format=text") }
    return "/events?" + query.joined(separator: "&")
  }

  func perform() -> ExitCode {
    // Who reads the output may end before: that is no failure.
    Signals.ignoreQuietly()
    var events = EventLines()
    var code: Int32?
    do throws(AdminClient.Failure) {
      let end = try client.follow(target) { bytes in
        let bytes = options.asJSON ? events.take(bytes) : bytes
        code = Output.failure(of: bytes, to: STDOUT_FILENO)
        return code == nil
      }
      switch end {
      case .left where code == nil || code == EPIPE: return .stopped
      case .left: Output.complain("the standard output cannot be written: \(ErrorText.of(code ?? EIO))")
      case .ended:
        Output.complain(
          "porxy ended the connection: it stopped, closed its admin socket, or could send nothing for long")
      case .refused(let answer): Output.tell(answer.body)
      }
    } catch {
      Output.complain(error.message)
    }
    return .failed
  }
}

/// Takes the data out of server-sent events, a line each, in whatever pieces they come.
struct EventLines {
  /// The beginning of a line whose end has not come.
  private var rest: [UInt8] = []

  /// Bytes of a line at most; what is longer is no event of porxy's, and left out.
  static let lineMax = 1 << 20

  private static let mark = Array("data: ".utf8)

  mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    var lines: [UInt8] = []
    var place = bytes.startIndex
    while let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) {  // bound: the bytes
      rest += bytes[place...end]
      if rest.starts(with: Self.mark) { lines += rest.dropFirst(Self.mark.count) }
      rest.removeAll(keepingCapacity: true)
      place = end + 1
    }
    rest += bytes[place...]
    if rest.count > Self.lineMax { rest = [] }
    return lines
  }
}
