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
    let socket = try send(method, target)
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

  /// Connects and asks; the answer is still to come.
  private func send(_ method: String, _ target: String) throws(Failure) -> LocalSocket {
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
    return socket
  }

  /// The status and the body of a whole answer; nil for anything else.
  static func parse(_ bytes: [UInt8]) -> Answer? {
    guard let head = parse(head: bytes), let length = head.length, bytes.count - head.size == length else { return nil }
    return Answer(status: head.status, body: String(decoding: bytes[head.size...], as: UTF8.self))
  }

  /// What the head of an answer says, with its size; nil as long as it is not whole, and for anything else.
  private static func parse(head bytes: [UInt8]) -> (status: Int, length: Int?, size: Int)? {
    guard let gap = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: bytes[..<gap.lowerBound], as: UTF8.self).split(separator: "\r\n")
    let words = head.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else { return nil }
    let length = head.first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    return (status, length, gap.upperBound)
  }

  /// How a stream came to its end.
  enum StreamEnd: Equatable {
    /// By porxy: it has stopped, has closed its socket, or has cut a reader that took nothing.
    case ended
    /// `take` said so, or the standard output has no reader any more.
    case left
    /// There was no stream, but this answer.
    case refused(Answer)
  }

  /// Asks for what comes bit by bit, and hands it over as it comes, until it ends or `take` says false.
  func follow(_ target: String, _ take: ([UInt8]) -> Bool) throws(Failure) -> StreamEnd {
    let socket = try send("GET", target)
    var bytes: [UInt8] = []
    var isAmid = false
    while true {  // unbounded: as long as porxy goes on
      guard let some = isAmid ? receiveAny(from: socket) : socket.receive(within: Self.patience) else {
        if isAmid { return .left }
        throw Failure(message: "\(path): porxy does not answer")
      }
      bytes += some
      if !isAmid, let head = Self.parse(head: bytes) {
        guard head.status == 200 else {
          guard some.isEmpty || bytes.count - head.size >= head.length ?? Self.answerMax else { continue }
          return .refused(Answer(status: head.status, body: String(decoding: bytes[head.size...], as: UTF8.self)))
        }
        isAmid = true
        bytes.removeFirst(head.size)
      }
      guard isAmid || !some.isEmpty, bytes.count < Self.answerMax else {
        throw Failure(message: "\(path): the answer is not whole")
      }
      guard isAmid else { continue }
      if !bytes.isEmpty, !take(bytes) { return .left }
      if some.isEmpty { return .ended }
      bytes = []
    }
  }

  /// Waits for as long as it takes; nil once the standard output is a pipe that nobody reads any more.
  private func receiveAny(from socket: borrowing LocalSocket) -> [UInt8]? {
    var wanted = [
      pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDOUT_FILENO, events: 0, revents: 0),
    ]
    while true {  // unbounded: until something comes, or the reader goes
      _ = unsafe poll(&wanted, 2, -1)
      if wanted[0].revents != 0 { return socket.receive(within: .zero) ?? [] }
      if wanted[1].revents & Int16(POLLERR) != 0 { return nil }
      // A closed descriptor, or a terminal that has hung up, is found out by writing.
      if wanted[1].revents != 0 { wanted[1].fd = -1 }
    }
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

  /// Writes a session as a run, to the standard output where no file is named.
  func record(_ options: RecordOptions) -> ExitCode {
    perform { () throws(AdminClient.Failure) in
      let answer = try client.ask("GET", "/sessions/\(options.id)/recording")
      guard answer.isGood else {
        Output.tell(answer.body)
        return false
      }
      guard let file = options.file else {
        Output.print(answer.body)
        return true
      }
      do throws(File.Failure) {
        try File.write(Array(answer.body.utf8), to: file)
      } catch {
        throw AdminClient.Failure(message: "\(file): \(error.text)")
      }
      return true
    }
  }

  /// Drains an endpoint, and waits where asked until it has no session; or makes it ready again.
  func endpoint(_ options: EndpointOptions) -> ExitCode {
    let place = "/backends/\(AdminPath.encoded(options.backend))/endpoints/\(AdminPath.encoded(options.endpoint))"
    let code = post("\(place)/\(options.order.rawValue)")
    guard options.waits, code == .stopped else { return code }
    return perform { () throws(AdminClient.Failure) in
      while true {  // unbounded: sessions end when their peers like
        let answer = try client.ask("GET", "\(place)?format=text")
        guard answer.isGood else {
          Output.tell(answer.body)
          return false
        }
        if answer.body == "0\n" { return true }
        usleep(Self.waitInterval)
      }
    }
  }

  /// Between two looks at an endpoint that is waited for, in microseconds.
  private static let waitInterval: UInt32 = 200_000

  /// Prints what there is to see.
  func print(_ target: String) -> ExitCode { ask("GET", target) }

  /// Asks for something to be done, and says what came of it.
  func post(_ target: String) -> ExitCode { ask("POST", target) }

  private func ask(_ method: String, _ target: String) -> ExitCode {
    perform { () throws(AdminClient.Failure) in
      let answer = try client.ask(method, target)
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
