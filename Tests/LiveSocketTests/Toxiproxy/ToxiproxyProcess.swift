import Glibc
import PorxyAdmin

/// A running `porxy toxiproxy`, and a client of its API.
final class ToxiproxyProcess: Sendable {
  /// An answer as a client reads it.
  struct Answer: Sendable {
    let status: Int
    let head: String
    let body: String

    init?(_ text: String) {
      guard let end = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else { return nil }
      self.status = status
      head = String(text[..<end.lowerBound])
      body = String(text[end.upperBound...])
    }

    /// A field of the object in the body, as text; nil where there is none.
    subscript(_ name: String) -> String? {
      switch (try? JSONReader.read(Array(body.utf8)))?.value(ofAnyCase: name) {
      case .text(let text): text
      case .number(let text): text
      case .flag(let flag): "\(flag)"
      default: nil
      }
    }

    /// Where the proxy in the body listens.
    var listen: Address? { self["listen"].flatMap(Address.init(writtenAs:)) }
  }

  let child: ChildProcess
  let folder = TemporaryFolder()
  let address: Address
  let socketsAtStart: Int

  var facts: ProcessFacts { ProcessFacts(identifier: child.identifier) }

  /// At a port of the kernel's choice, unless the words name one.
  init(_ words: String...) throws {
    child = try ChildProcess(Relay.binary, ["toxiproxy", "-port=0"] + words, in: folder)
    let running = child
    _ = Deadline.usual.awaits { !running.isRunning || running.output.contains("Starting Toxiproxy HTTP server") }
    let line = running.output.split(separator: "\n").compactMap { LogEntry($0) }
      .first { $0["message"] == "Starting Toxiproxy HTTP server" }
    guard let address = line?["address"].flatMap(Address.init(writtenAs:)) else {
      throw ProxyProcess.NotRunning(output: running.output)
    }
    self.address = address
    socketsAtStart = ProcessFacts(identifier: running.identifier).socketCount
  }

  /// One request on a connection of its own.
  func ask(_ method: String, _ path: String, _ body: String = "") throws -> Answer {
    try Self.ask(address, method, path, body)
  }

  static func ask(_ address: Address, _ method: String, _ path: String, _ body: String = "") throws -> Answer {
    let peer = try Peer.connect(to: address)
    defer { peer.close() }
    let fields = "Host: any.name:8474\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n"
    peer.socket.send("\(method) \(path) HTTP/1.1\r\n\(fields)\r\n\(body)")
    guard let answer = peer.socket.hearText().flatMap(Answer.init) else { throw SocketFailure(call: "answer", code: 0) }
    return answer
  }

  /// Makes a proxy to a server, at a port of the kernel's choice.
  func proxy(_ name: String = "web", to server: ServerSocket) throws -> Address {
    let answer = try ask(
      "POST", "/proxies", #"{"name":"\#(name)","listen":"127.0.0.1:0","upstream":"127.0.0.1:\#(server.address.port)"}"#)
    guard answer.status == 201, let place = answer.listen else { throw SocketFailure(call: answer.body, code: 0) }
    return place
  }

  /// The status that a toxic of the proxy `web` is made with.
  @discardableResult
  func add(_ toxic: String, stream: String = "downstream", _ attributes: String = "") throws -> Int {
    try ask(
      "POST", "/proxies/web/toxics", #"{"type":"\#(toxic)","stream":"\#(stream)","attributes":{\#(attributes)}}"#
    ).status
  }

  /// The status that it is removed with.
  @discardableResult
  func remove(_ toxic: String) throws -> Int { try ask("DELETE", "/proxies/web/toxics/\(toxic)").status }

  func holdsNothing() -> Bool { Deadline.usual.awaits { facts.socketCount <= socketsAtStart } }

  func stop() -> String {
    child.signal(SIGTERM)
    return child.waitForExit() ?? "still running"
  }
}

extension Address {
  /// `127.0.0.1:80` or `[::]:80`, of which this machine's own is meant.
  init?(writtenAs text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    self.init(port: port, isV6: text.hasPrefix("[::1]"))
  }
}
