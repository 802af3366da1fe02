import Glibc
import PorxyCore
import PorxyRuntime

/// Asks a running porxy by its admin socket: one request, one answer.
struct AdminClient {
  /// The socket's path.
  let path: String

  /// What porxy answers.
  struct Answer: Equatable {
    let status: Int
    let body: String

    var isGood: Bool { 200..<300 ~= status }
  }

  /// Why there is no answer, for a person.
  struct Failure: Error, Equatable {
    let message: String
  }

  /// Bytes of an answer, so that what is no porxy fills no memory.
  private static let answerMax = 64 << 20
  /// Until something of an answer comes; porxy answers each request within a minute.
  private static let patience = Duration.seconds(70)

  /// `target` is a path and its query.
  func ask(_ method: String, _ target: String) throws(Failure) -> Answer {
    let socket: LocalSocket
    do throws(LocalSocket.Failure) {
      socket = try LocalSocket(to: path)
    } catch {
      throw Failure(message: Self.reason(for: error.code, at: path))
    }
    let request = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    guard Output.failure(of: Array(request.utf8), to: socket.descriptor) == nil else {
      throw Failure(message: "\(path): porxy takes no request")
    }
    var bytes: [UInt8] = []
    while bytes.count < Self.answerMax {  // bound: answerMax
      guard let some = socket.receive(within: Self.patience) else {
        throw Failure(message: "\(path): porxy does not answer")
      }
      if some.isEmpty { break }
      bytes += some
    }
    guard let answer = Self.parse(bytes) else { throw Failure(message: "\(path): the answer is not whole") }
    return answer
  }

  /// The status and the body of a whole answer; nil for anything else.
  static func parse(_ bytes: [UInt8]) -> Answer? {
    let end = Array("\r\n\r\n".utf8)
    guard let gap = bytes.firstRange(of: end) else { return nil }
    let head = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = head.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
    let length = head.first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    let body = bytes[gap.upperBound...]
    guard let length, body.count == length else { return nil }
    return Answer(status: status, body: String(decoding: body, as: UTF8.self))
  }

  private static func reason(for code: Int32, at path: String) -> String {
    switch code {
    case ENOENT, ECONNREFUSED, ENOTDIR:
      "no porxy answers at \(path); a line 'admin: {socket: \(path)}' in its configuration makes it do so, and --admin "
        + "PATH names another socket"
    case EACCES, EPERM:
      "user \(geteuid()) may not ask at \(path); 'mode' and 'group' of 'admin' in the configuration say who may"
    default: "\(path): \(ErrorText.of(code))"
    }
  }
}

/// Carries out the commands that ask a running porxy.
struct AdminCommands {
  private let client: AdminClient

  /// Of the socket at a path; nil: where it usually is.
  init(at path: String?) {
    client = AdminClient(path: path ?? AdminPath.usual)
  }

  /// Says how a running porxy is; fails while it takes no clients.
  func status(quiet isQuiet: Bool, asJSON: Bool) -> ExitCode {
    perform { () throws(AdminClient.Failure) in
      let isReady = try client.ask("GET", "/readyz").isGood
      if !isQuiet { Output.print(try client.ask("GET", asJSON ? "/status" : "/status?format=text").body) }
      return isReady
    }
  }

  /// Lists open sessions.
  func sessions(_ options: SessionsOptions) -> ExitCode {
    let chosen = [("listener", options.listener), ("backend", options.backend), ("client", options.client)]
    let query = chosen.compactMap { key, value in value.map { "&\(key)=\(AdminPath.encoded($0))" } }.joined()
    let format = options.asJSON ? "" : "&format=text"
    return perform { () throws(AdminClient.Failure) in
      let answer = try client.ask("GET", "/sessions?limit=10000&sort=\(options.sort.rawValue)\(query)\(format)")
      if answer.isGood { Output.print(answer.body) } else { Output.tell(answer.body) }
      return answer.isGood
    }
  }

  /// Asks for something to be done, and says what came of it.
  func post(_ target: String) -> ExitCode {
    perform { () throws(AdminClient.Failure) in
      let answer = try client.ask("POST", target)
      if answer.isGood { Output.print(answer.body) } else { Output.tell(answer.body) }
      return answer.isGood
    }
  }

  private func perform(_ body: () throws(AdminClient.Failure) -> Bool) -> ExitCode {
    // Porxy may end while it is asked.
    Signals.ignoreQuietly()
    do throws(AdminClient.Failure) {
      return try body() ? .stopped : .failed
    } catch {
      Output.complain(error.message)
      return .failed
    }
  }
}
